"""No-shows: the first within a year is warned of, the next one keeps the person from applying for a time.

The rule follows what public training portals in Korea do: a warning first, then a block of half a year for a second
absence within twelve months. Giving a place back in time is no no-show. A restriction knows the enrolment it comes
from, so each no-show restricts once; an accepted appeal excuses it for good.
"""

import calendar

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from portal.i18n import as_seoul, speaking
from programs import emails, no_show_emails
from programs.models.eligibility import Restriction
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations.restrictions import REASON_LIMIT, lift_restriction

COUNTS_MONTHS = 12  # how long a no-show counts
RESTRICTED_MONTHS = 6  # how long a further one within that time keeps a person from applying


def months_after(moment, months):
    """The same day and hour in Seoul so many months later; the month's last day where it has no such day."""
    local = as_seoul(moment)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)


def missed_at(enrolment):
    """When the person was missed: at the first session, or when it was written down where that is not known."""
    starts_at = enrolment.cohort.starts_at
    return min(starts_at, enrolment.ended_at) if starts_at else enrolment.ended_at


def counted(person):
    """The no-shows of a person that count, in the order in which they were missed; excused ones do not."""
    rows = Enrolment.objects.filter(person=person, status=EnrolmentStatus.NO_SHOW)
    excused = Restriction.objects.filter(person=person, cause__isnull=False, appeals__is_accepted=True)
    rows = rows.exclude(pk__in=excused.values("cause")).select_related("cohort__program")
    return sorted(rows, key=lambda row: (missed_at(row), row.pk))


def others_near(enrolment, rows):
    """Those of `rows` that lie within COUNTS_MONTHS of a no-show, itself left out."""
    at = missed_at(enrolment)
    near = []
    for row in rows:
        first, second = sorted((missed_at(row), at))
        if row.pk != enrolment.pk and second < months_after(first, COUNTS_MONTHS):
            near.append(row)
    return near


def lock_person(person_id):
    """The person, locked: two no-shows that are marked at once follow each other."""
    return get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=person_id)


def follow(enrolment, *, by):
    """What a no-show that was just marked leads to: a warning, or a restriction. The caller holds its lock.

    Returns the Restriction, or None after a warning.
    """
    person = lock_person(enrolment.person_id)
    earlier = others_near(enrolment, counted(person))
    if not earlier:
        no_show_emails.no_show_warning(enrolment, lapses_at=months_after(missed_at(enrolment), COUNTS_MONTHS))
        return None
    now = clock.now()
    with speaking(person.language):
        titles = ", ".join(f"{row.cohort.program.title} ({row.cohort.label})" for row in [earlier[-1], enrolment])
        reason = _("No-show twice within %(months)s months: %(titles)s") % {
            "months": COUNTS_MONTHS,
            "titles": titles,
        }
    restriction = Restriction.objects.create(
        person=person,
        reason=reason[:REASON_LIMIT],
        from_at=now,
        until=months_after(now, RESTRICTED_MONTHS),
        made_by=by,
        cause=enrolment,
    )
    audit.record("restriction.made", target=restriction, by=by, after=restriction.until.isoformat())
    emails.restricted(restriction)
    return restriction


@transaction.atomic
def undo_no_show(enrolment_id, *, by, reason):
    """Take back a no-show that was marked by mistake, with a reason; the person is told.

    The place is what it was before: taking part, or about to. Every restriction that no longer has two no-shows
    behind it is lifted. Twice is the same as once.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment_id)
    if enrolment.status in (EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE):
        return enrolment
    if enrolment.status != EnrolmentStatus.NO_SHOW:
        raise Refused(_("Only a no-show can be taken back."))
    if by.pk == enrolment.person_id:
        raise Refused(_("You cannot decide about your own no-show."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    starts_at = enrolment.cohort.starts_at
    begun = starts_at is not None and starts_at <= clock.now()
    enrolment.status = EnrolmentStatus.ACTIVE if begun else EnrolmentStatus.ENROLLED
    enrolment.ended_at, enrolment.end_reason = None, ""
    enrolment.save(update_fields=["status", "ended_at", "end_reason"])
    audit.record("enrolment.no_show_undone", target=enrolment, by=by, after=enrolment.status, reason=reason)
    no_show_emails.no_show_undone(enrolment)
    person = lock_person(enrolment.person_id)
    rows = counted(person)
    live = Restriction.objects.filter(person=person, lifted_at=None, cause__isnull=False)
    for restriction in live.select_related("cause__cohort"):
        cause = restriction.cause
        if cause.status != EnrolmentStatus.NO_SHOW or not others_near(cause, rows):
            lift_restriction(restriction.pk, by=by, reason=reason)
    return enrolment
