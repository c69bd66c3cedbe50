"""Requests to be excused (공가): asked by the trainee, decided by staff; evidence is deleted after the course.

Every deed locks the enrolment first, as marking does. What people write stands in the row alone, never in the
audit.
"""

import logging

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.operations import record_consents
from portal import audit, clock, uploads
from portal.errors import Refused
from portal.i18n import speaking
from programs import attendance_emails as emails
from programs import excuses
from programs.models.attendance import Attendance, AttendanceStatus, Excuse, Source
from programs.models.cohorts import Session
from programs.models.enrolments import ENDED, Enrolment
from programs.operations.attendance import Mark, correct, first

logger = logging.getLogger(__name__)


def lock(enrolment_id):
    """The enrolment, locked until the transaction ends."""
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).select_related("cohort", "person")
    return rows.get(pk=enrolment_id)


@transaction.atomic
def ask(enrolment_id, session_id, reason, *, by, file=None, consent=None):
    """Ask that a session be recognized, with a reason and, where there is one, evidence. Returns the Excuse.

    `file` is best one of `portal.uploads.prepared`; it is taken only with `consent`, the TermVersion agreed to.
    Raises ValidationError where the file is not of a kind that is taken. The same request twice is the same as
    once.
    """
    enrolment = lock(enrolment_id)
    session = Session.objects.get(pk=session_id)
    reason = reason.strip()
    if by.pk != enrolment.person_id:
        raise Refused(_("Only the person concerned can ask."))
    waiting = enrolment.excuses.waiting().filter(session=session).first()
    if waiting is not None and waiting.reason == reason and (file is None or waiting.had_evidence):
        return waiting
    refusal = excuses.why_not(enrolment, session, clock.now())
    if refusal:
        raise Refused(refusal)
    if waiting is not None:
        raise Refused(_("Your request for this session is being looked at."))
    if not reason:
        raise Refused(_("Write why you could not come."))
    if len(reason) > excuses.REASON_LIMIT:
        raise Refused(_("Shorten the text to %(limit)s characters.") % {"limit": excuses.REASON_LIMIT})
    if Attendance.objects.filter(
        enrolment=enrolment, session=session, minutes=None, status__in=[AttendanceStatus.PRESENT, "excused"]
    ).exists():
        raise Refused(_("This session already counts as attended."))
    upload = None
    if file is not None:
        if consent is None or consent.term.slug != excuses.TERM:
            raise Refused(_("A file can be taken only with your consent."))
        record_consents(by, {consent: True}, cohort=enrolment.cohort, items={consent: consent.items})
        upload = uploads.store(
            file, owner=by, kinds=excuses.KINDS, most_bytes=excuses.MOST_BYTES, is_confidential=True
        )
    made = Excuse.objects.create(
        enrolment=enrolment,
        session=session,
        reason=reason,
        evidence=upload,
        had_evidence=upload is not None,
        asked_at=clock.now(),
    )
    audit.record("excuse.asked", target=enrolment, by=by, after=made.code)
    return made


@transaction.atomic
def withdraw(excuse_id, *, by):
    """The person takes back a request that nobody has decided; its evidence goes with it. Twice is once."""
    enrolment_id = Excuse.objects.values_list("enrolment", flat=True).filter(pk=excuse_id).first()
    if enrolment_id is None:
        return
    enrolment = lock(enrolment_id)
    found = enrolment.excuses.filter(pk=excuse_id).select_related("evidence").first()
    if found is None:
        return
    if by.pk != enrolment.person_id:
        raise Refused(_("Only the person concerned can take it back."))
    if found.decided_at is not None:
        raise Refused(_("This request has been decided already."))
    remove_evidence([found])
    audit.record("excuse.withdrawn", target=enrolment, by=by, after=found.code)
    found.delete()


@transaction.atomic
def decide(excuse_id, is_accepted, answer, *, by):
    """Accept a request, after which the session counts as attended, or refuse it; the person is told.

    The same decision twice is the same as once; another one is refused. Nobody decides about themselves.
    """
    enrolment = lock(Excuse.objects.values_list("enrolment", flat=True).get(pk=excuse_id))
    found = enrolment.excuses.select_related("session").get(pk=excuse_id)
    found.enrolment = enrolment
    if found.decided_at is not None:
        if found.is_accepted == is_accepted:
            return found
        raise Refused(_("This request has been decided already."))
    if by.pk == enrolment.person_id:
        raise Refused(_("You cannot decide about your own request."))
    answer = answer.strip()
    if len(answer) > excuses.ANSWER_LIMIT:
        raise Refused(_("Shorten the text to %(limit)s characters.") % {"limit": excuses.ANSWER_LIMIT})
    if not is_accepted and not answer:
        raise Refused(_("Give an answer; the person will read it."))
    now = clock.now()
    if is_accepted:
        if enrolment.status in ENDED:
            raise Refused(_("Their part has ended: %(status)s.") % {"status": enrolment.get_status_display()})
        excuse_absence(found, by=by, now=now)
    found.decided_at, found.decided_by = now, by
    found.is_accepted, found.answer = is_accepted, answer
    found.save(update_fields=["decided_at", "decided_by", "is_accepted", "answer"])
    audit.record(f"excuse.{excuses.state_of(found)}", target=enrolment, by=by, after=found.code)
    emails.excuse_decided(found)
    return found


def excuse_absence(found, *, by, now):
    """Mark the session of a request as excused; the caller holds the lock on the enrolment."""
    row = Attendance.objects.filter(enrolment=found.enrolment, session=found.session).first()
    if row is not None and row.status == AttendanceStatus.EXCUSED:
        return
    one = Mark(found.enrolment_id, AttendanceStatus.EXCUSED)
    reason = str(_("Excused on request"))
    said = {"by": by, "source": Source.EXCUSE, "now": now}
    if row is None:
        first(found.session, found.enrolment, one, **said).save()
    else:
        correct(row, one, reason=reason, **said)


def lapse(enrolment, *, by):
    """What waits for a decision when somebody's part ends is not accepted: there is nothing to count any more.

    Nobody is told of it but on their own page; they are told that their part has ended. Runs in the transaction
    that ends it.
    """
    waiting = list(enrolment.excuses.waiting())
    if not waiting:
        return
    with speaking(enrolment.person.language):
        answer = _("Your part in this cohort has ended.")
    for found in waiting:
        found.decided_at, found.is_accepted, found.answer = clock.now(), False, answer
        found.save(update_fields=["decided_at", "is_accepted", "answer"])
        audit.record("excuse.lapsed", target=enrolment, by=by, after=found.code)


# --- letting go of evidence -------------------------------------------------------------------------------------


def remove_evidence(rows):
    """Delete the files of these requests; that there were some stays written down. Returns how many."""
    removed = 0
    for row in rows:
        if row.evidence is not None:
            upload, row.evidence = row.evidence, None
            row.save(update_fields=["evidence"])
            uploads.remove(upload)
            removed += 1
    return removed


def delete_evidence(now):
    """Delete what was handed in to cohorts that ended 30 days ago, or are called off. Returns how many files.

    Each cohort leaves one audit row with the count. What fails in one holds up none of the others.
    """
    over = Q(cohort__ends_at__lte=now - excuses.KEPT) | Q(cohort__cancelled_at__isnull=False)
    cohorts = {}
    held = Excuse.objects.filter(evidence__isnull=False, enrolment__in=Enrolment.objects.filter(over))
    for row in held.select_related("evidence", "enrolment__cohort").order_by("pk"):
        cohorts.setdefault(row.enrolment.cohort, []).append(row)
    done = 0
    for cohort, rows in cohorts.items():
        try:
            with transaction.atomic():
                removed = remove_evidence(rows)
                audit.record("cohort.evidence_deleted", target=cohort, by=None, after=removed)
        except Exception:
            logger.exception("The evidence of cohort %s was not deleted", cohort.pk)
            continue
        done += removed
    return done


def forget(rows, *, with_words=True):
    """Let go of the files of these requests and, `with_words`, of what was written; statuses and times stay."""
    remove_evidence(rows.select_related("evidence"))
    if with_words:
        rows.update(reason="", answer="")
