"""What an applicant does: begin, send, send again, withdraw. `by` is the person or, on their behalf, staff."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts import profiles
from accounts.operations import record_consents
from portal import audit, clock, i18n, mail
from portal.errors import Refused
from programs import checking, eligibility, emails
from programs import consents as cohort_consents
from programs.models.applications import EDITABLE, Application, ApplicationStatus, StateChange
from programs.models.applying import Submission
from programs.models.cohorts import TAKES_APPLICATIONS, Phase
from programs.models.forms import FormVersion
from programs.operations import files, references
from programs.operations.drafts import Stale, reset_draft
from programs.operations.moves import lock_application, lock_cohort, move, not_now
from programs.operations.seats import enrol, next_waitlist_number, refuse_overlap
from programs.questions.loading import questions_of
from programs.seating import seats

S = ApplicationStatus
SENT = (S.SUBMITTED, S.CONFIRMED, S.WAITLISTED)  # where the second of two submissions finds it


class Incomplete(Refused):
    """What is to be sent is not complete; `checked` says what is missing (`programs.checking.Checked`)."""

    def __init__(self, checked):
        super().__init__(_("Something is still missing, or has to be corrected."))
        self.checked = checked


def refuse_closed(cohort, now, application=None, began_at=None):
    """Refuse unless `cohort` takes applications at `now`, or `application` counts (`Application.counts_at`)."""
    phase = cohort.phase_at(now)
    if phase in TAKES_APPLICATIONS or (application is not None and application.counts_at(now, began_at)):
        return
    if phase == Phase.SCHEDULED:
        raise Refused(_("Applications open on %(moment)s.") % {"moment": i18n.moment(cohort.opens_at)})
    raise Refused(_("Applications are closed."))


@transaction.atomic
def start_application(cohort_id, *, by, consents=None, items=None):
    """The draft of `by` for a cohort, made if there is none, with what the person's profile knows.

    Refuses a cohort that is not open, a person who has applied already, and one who does not meet its conditions
    as far as the profile tells. Locks the cohort's form version against changes of meaning. `consents` maps each
    TermVersion to whether it was given, `items` to what was listed under it. Returns the Application.
    """
    cohort = lock_cohort(cohort_id)
    live = Application.objects.live().filter(cohort=cohort, applicant=by).first()
    if live is not None:
        if live.status == S.DRAFT:
            record_consents(by, consents or {}, cohort=cohort, items=items)
            return live
        raise Refused(_("You have already applied to this cohort."))
    refuse_closed(cohort, clock.now())
    questions = questions_of(cohort.form_version_id)
    known = first_draft(cohort, by, questions)
    eligibility.refuse(cohort, by, known, questions)
    draft = without(known, unconsented(cohort, by, questions, consents or {}))
    lock_version(cohort.form_version_id)
    try:
        with transaction.atomic():
            application = Application.objects.create(
                cohort=cohort, applicant=by, form_version_id=cohort.form_version_id, draft=draft
            )
    except IntegrityError:  # a constraint is the last word, whatever the locks say
        return Application.objects.live().get(cohort=cohort, applicant=by)
    record_consents(by, consents or {}, cohort=cohort, items=items)
    return application


@transaction.atomic
def give_consents(application_id, *, by, consents, items=None, recorded_by=None):
    """Write down consents given while an application is written, for its cohort."""
    _cohort, application = lock_application(application_id)
    if application.status not in EDITABLE:
        raise not_now(application)
    record_consents(by, consents, cohort=application.cohort, items=items, recorded_by=recorded_by)


def lock_version(version_id):
    """From now on the meaning of a form version stands; asking twice is the same as once."""
    FormVersion.objects.filter(pk=version_id, locked_at=None).update(locked_at=clock.now())


def unconsented(cohort, person, questions, answers):
    """The keys of optional items that `person` has not agreed to, now in `answers` (by TermVersion) or before."""
    rows = cohort_consents.rows(cohort, person, questions)
    now = [row | {"given": answers.get(row["version"], row["given"])} for row in rows]
    return cohort_consents.refused_items(now, questions)


def without(values, keys):
    """A copy of `values` without `keys`."""
    return {key: value for key, value in values.items() if key not in keys}


def first_draft(cohort, person, questions=None):
    """Names, and what the profile knows of what the form asks."""
    known = profiles.of(person)
    draft = {name: known[name] for name in ("full_name", "romanized_name")}
    for question in questions_of(cohort.form_version_id) if questions is None else questions:
        value = known.get(question.profile_field) if question.profile_field else None
        if value not in (None, "", []):
            draft[question.key] = value
    return draft


@transaction.atomic
def submit_application(application_id, *, by, began_at=None, revision=None, reason=""):
    """Check the draft and send it: for the first time, again before the deadline, or after it was sent back.

    Sending the same twice is the same as once. Gives the receipt number and queues one mail the first time. Where
    a seat needs no selection it is confirmed at once, or waitlisted when none is free. `began_at` is when the
    person's page was opened, which counts shortly after the deadline; `revision` is what they saw, and another
    one is refused. Raises Incomplete where the check finds anything. `reason` is what staff write on behalf.
    """
    now = clock.now()  # when it arrived: whoever waits for the lock is not later for it
    cohort, application = lock_application(application_id)
    if application.status not in EDITABLE:
        if application.submitted_at is not None and application.status in SENT:
            return application
        raise not_now(application)
    if application.status == S.SUBMITTED and application.sent_revision == application.revision:
        return application
    if application.status == S.CHANGES_REQUESTED:
        if not application.counts_at(now, began_at):
            raise Refused(_("The time to complete the application has passed."))
    else:
        refuse_closed(cohort, now, application, began_at)
    if revision is not None and revision != application.revision:
        raise Stale([])
    checked = checking.check(application, now)
    if checked.problems:
        raise Incomplete(checked)
    return send(application, checked, now, by=by, reason=reason)


def send(application, checked, now, *, by, reason=""):
    """Put a checked draft into the place of what counts; the caller holds the locks. Returns the Application."""
    cohort = application.cohort
    fields = {
        "full_name": checked.names["full_name"],
        "romanized_name": checked.names["romanized_name"],
        "answers": checked.answers,
        "sent_revision": application.revision,
        "form_moved_at": None,
    }
    if application.receipt_number is None:
        serial = (cohort.applications.aggregate(last=Max("receipt_serial"))["last"] or 0) + 1
        fields |= {"receipt_serial": serial, "receipt_number": f"{cohort.receipt_prefix}-{serial:04d}"}
    if application.status == S.SUBMITTED:
        for name, value in fields.items():
            setattr(application, name, value)
        application.save(update_fields=list(fields))
        audit.record("application.edited", target=application, by=by, reason=reason)
    else:
        fields |= {"changes_keys": []}
        change = move(application, S.SUBMITTED, by=by, reason=reason, submitted_at=now, **fields)
        if not cohort.is_reviewed:
            seat_or_wait(application, now)
        elif by.pk == application.applicant_id:
            emails.received(change)  # where staff send it, they tell the applicant more than that
    keep_copy(application, checked, now, by=by, reason=reason)
    files.drop_unused(application)
    references.ask_all(application, by=by)
    return application


def keep_copy(application, checked, now, *, by, reason):
    """Freeze what was sent: names, answers and the files with their digests."""
    last = application.submissions.aggregate(last=Max("number"))["last"] or 0
    return Submission.objects.create(
        application=application,
        number=last + 1,
        form_version_id=application.form_version_id,
        full_name=application.full_name,
        romanized_name=application.romanized_name,
        answers=application.answers,
        files=[
            {"code": upload.code, "name": upload.name, "size": upload.size, "sha256": upload.sha256}
            for upload in checked.uploads
        ],
        at=now,
        by=by,
        reason=reason[:300],
    )


def seat_or_wait(application, now):
    """Confirm the seat of a registration, or put it at the waitlist's end; nobody passes those who wait already."""
    cohort = application.cohort
    counted = seats(cohort, now)
    if counted.free > 0 and counted.waiting == 0:
        refuse_overlap(cohort, application.applicant)
        change = move(application, S.CONFIRMED, by=None)
        enrol(application)
        emails.confirmed(change)
        return
    number = next_waitlist_number(cohort)
    emails.waitlisted(move(application, S.WAITLISTED, by=None, waitlist_number=number))


@transaction.atomic
def discard_changes(application_id, *, by):
    """Give up what was changed in a submitted application and not sent again. Twice is the same as once."""
    _cohort, application = lock_application(application_id)
    if application.status != S.SUBMITTED:
        raise not_now(application)
    reset_draft(application)
    files.drop_unused(application)


@transaction.atomic
def withdraw_application(application_id, *, by, reason=""):
    """The applicant takes the application back, also after the deadline. Twice is the same as once."""
    _cohort, application = lock_application(application_id)
    if application.status == S.WITHDRAWN:
        return
    emails.withdrawn(move(application, S.WITHDRAWN, by=by, reason=reason))
    references.end_all(application)


@transaction.atomic
def discard_draft(application_id, *, by):
    """Throw a draft away with its files: it was never sent, so nothing of it is kept. Twice is the same as once."""
    application = Application.objects.filter(pk=application_id).first()
    if application is None:
        return
    _cohort, application = lock_application(application_id)
    if application.status != S.DRAFT:
        raise not_now(application)
    references.delete_all(application)
    files.delete_all(application)
    audit.record("application.discarded", target=application, by=by)
    application.delete()


@transaction.atomic
def extend_deadline(application_id, until, *, by, reason):
    """Give one person more time to submit a draft, until `until`; the reason is written down."""
    cohort, application = lock_application(application_id)
    if application.status not in (S.DRAFT, S.SUBMITTED):
        raise not_now(application)
    if not reason.strip():
        raise Refused(_("Give a reason for the extension."))
    if application.extended_until == until:
        return
    if until <= clock.now() or (cohort.closes_at and until <= cohort.closes_at):
        raise Refused(_("An extension ends after the deadline, and in the future."))
    application.extended_until = until
    application.save(update_fields=["extended_until"])
    audit.record("application.extended", target=application, by=by, after=until.isoformat(), reason=reason)
    emails.extended(application)


def remind_drafts(now):
    """Tell the owners of drafts three days and one day before their deadline, once each. Returns how many mails.

    A deadline that moves is told anew in its own time. Nobody is told who has begun since then.
    """
    sent = 0
    for days, until in ((3, 1), (1, 0)):
        near = list(
            Application.objects.filter(status=S.DRAFT, cohort__cancelled_at=None)
            .due_between(now + timedelta(days=until), now + timedelta(days=days))
            .select_related("cohort__program", "applicant")
        )
        told = mail.told(f"draft_reminder_{days}", near)
        for application in near:
            end = application.deadline
            begun_before = application.created_at <= end - timedelta(days=days)
            if begun_before and application.is_in_time(now) and not told.of(application, end):
                sent += emails.draft_reminder(application, days)
    return sent


def remind_changes(now):
    """Tell those whose application was sent back, a day before their deadline, once. Returns how many mails."""
    near = list(
        StateChange.objects.filter(
            to_status=S.CHANGES_REQUESTED,
            at=F("application__moved_at"),
            application__status=S.CHANGES_REQUESTED,
            application__changes_by__gt=now,
            application__changes_by__lte=now + timedelta(days=1),
        ).select_related("application__cohort__program", "application__applicant")
    )
    told = mail.told("changes_reminder", near)
    sent = 0
    for change in near:
        end = change.application.changes_by
        if change.at <= end - timedelta(days=1) and not told.of(change, end):
            emails.changes_reminder(change)
            sent += 1
    return sent
