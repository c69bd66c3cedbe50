"""What an applicant does: begin, save, submit, edit, withdraw."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.operations import record_consents
from portal import audit, clock, i18n
from portal.errors import Refused
from programs import emails
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort, Phase, RegistrationMode
from programs.operations.moves import lock_application, move, not_now
from programs.operations.seats import enrol, next_waitlist_number, refuse_overlap, seats

ANSWERS = ("full_name", "romanized_name", "motivation", "career", "goals", "portfolio_url")


def refuse_closed(cohort, application=None):
    """Refuse unless `cohort` takes applications now, or `application` has a personal extension that still runs."""
    now = clock.now()
    phase = cohort.phase_at(now)
    if phase in TAKES_APPLICATIONS or (application is not None and application.is_in_time(now)):
        return
    if phase == Phase.SCHEDULED:
        raise Refused(_("Applications open on %(moment)s.") % {"moment": i18n.moment(cohort.opens_at)})
    raise Refused(_("Applications are closed."))


def set_answers(application, answers):
    """Put `answers` on the application without saving; unknown names are a programming error."""
    unknown = set(answers) - set(ANSWERS)
    if unknown:
        raise TypeError(f"not an answer: {sorted(unknown)}")
    for name, value in answers.items():
        setattr(application, name, value)
    application.saved_at = clock.now()
    return [*answers, "saved_at"]


@transaction.atomic
def start_application(cohort_id, *, by):
    """The draft of `by` for a cohort, made if there is none; names are taken from the person's profile.

    Refuses a cohort that is not open, and a person who has applied already. Returns the Application.
    """
    cohort = Cohort.objects.get(pk=cohort_id)
    live = Application.objects.live().filter(cohort=cohort, applicant=by).first()
    if live is not None:
        if live.status == ApplicationStatus.DRAFT:
            return live
        raise Refused(_("You have already applied to this cohort."))
    refuse_closed(cohort)
    try:
        with transaction.atomic():
            return Application.objects.create(
                cohort=cohort, applicant=by, full_name=by.full_name, romanized_name=by.romanized_name
            )
    except IntegrityError:  # the other of two clicks made it
        return Application.objects.live().get(cohort=cohort, applicant=by)


@transaction.atomic
def save_draft(application_id, *, by, **answers):
    """Keep what was typed in a draft or in an application sent back for changes; nothing need be complete.

    One sent back is read by staff, so nothing is kept in it once its time has passed.
    """
    application = Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application_id)
    if application.status not in (ApplicationStatus.DRAFT, ApplicationStatus.CHANGES_REQUESTED):
        raise Refused(_("This application has been submitted; use “Edit application”."))
    if application.status == ApplicationStatus.CHANGES_REQUESTED and clock.now() >= application.changes_by:
        raise Refused(_("The time to complete the application has passed."))
    application.save(update_fields=set_answers(application, answers))
    return application


def refuse_incomplete(application):
    """Refuse an application without what every submission needs; the form says so field by field before."""
    if not application.full_name.strip():
        raise Refused(_("Your full name is missing."))
    if application.cohort.is_reviewed and not application.motivation.strip():
        raise Refused(_("The motivation is missing."))


@transaction.atomic
def submit_application(application_id, *, by, consents=None, **answers):
    """Submit a draft, or one sent back for changes. Submitting twice is the same as once.

    Gives the receipt number, records the consents, and queues one mail. Where a seat needs no selection it is
    confirmed at once, or waitlisted when none is free. `consents` maps TermVersion to whether it was given.
    """
    cohort, application = lock_application(application_id)
    if application.status not in (ApplicationStatus.DRAFT, ApplicationStatus.CHANGES_REQUESTED):
        if application.submitted_at is not None and application.status in (
            ApplicationStatus.SUBMITTED,
            ApplicationStatus.CONFIRMED,
            ApplicationStatus.WAITLISTED,
        ):
            return application
        raise not_now(application)
    now = clock.now()
    if application.status == ApplicationStatus.CHANGES_REQUESTED:
        if now >= application.changes_by:
            raise Refused(_("The time to complete the application has passed."))
    else:
        refuse_closed(cohort, application)
    fields = {name: getattr(application, name) for name in set_answers(application, answers)}
    refuse_incomplete(application)
    if consents:
        record_consents(by, consents)
    if application.receipt_number is None:
        serial = (cohort.applications.aggregate(last=Max("receipt_serial"))["last"] or 0) + 1
        fields |= {"receipt_serial": serial, "receipt_number": f"{cohort.receipt_prefix}-{serial:04d}"}
    change = move(application, ApplicationStatus.SUBMITTED, by=by, submitted_at=now, **fields)
    if cohort.registration_mode == RegistrationMode.REVIEW:
        emails.received(change)
    else:
        seat_or_wait(application, now)
    return application


def seat_or_wait(application, now):
    """Confirm the seat of a registration, or put it at the waitlist's end; nobody passes those who wait already."""
    cohort = application.cohort
    counted = seats(cohort, now)
    if counted.free > 0 and counted.waiting == 0:
        refuse_overlap(cohort, application.applicant)
        change = move(application, ApplicationStatus.CONFIRMED, by=None)
        enrol(application)
        emails.confirmed(change)
        return
    number = next_waitlist_number(cohort)
    emails.waitlisted(move(application, ApplicationStatus.WAITLISTED, by=None, waitlist_number=number))


@transaction.atomic
def edit_submission(application_id, *, by, **answers):
    """Change a submitted application before the deadline; it stays submitted."""
    cohort, application = lock_application(application_id)
    if application.status != ApplicationStatus.SUBMITTED:
        raise not_now(application)
    refuse_closed(cohort, application)
    fields = set_answers(application, answers)
    refuse_incomplete(application)
    application.save(update_fields=fields)
    audit.record("application.edited", target=application, by=by)
    return application


@transaction.atomic
def withdraw_application(application_id, *, by):
    """The applicant takes the application back, also after the deadline. Twice is the same as once."""
    _cohort, application = lock_application(application_id)
    if application.status == ApplicationStatus.WITHDRAWN:
        return
    emails.withdrawn(move(application, ApplicationStatus.WITHDRAWN, by=by))


@transaction.atomic
def extend_deadline(application_id, until, *, by, reason):
    """Give one person more time to submit a draft, until `until`; the reason is written down."""
    cohort, application = lock_application(application_id)
    if application.status not in (ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED):
        raise not_now(application)
    if not reason.strip():
        raise Refused(_("Give a reason for the extension."))
    if until <= clock.now() or (cohort.closes_at and until <= cohort.closes_at):
        raise Refused(_("An extension ends after the deadline, and in the future."))
    application.extended_until = until
    application.save(update_fields=["extended_until"])
    audit.record("application.extended", target=application, by=by, after=until.isoformat(), reason=reason)
