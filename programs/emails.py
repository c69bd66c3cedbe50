"""One function a message. Each writes a row in the caller's transaction, in the recipient's language.

The target is the StateChange or the Offer that gave rise to the message, so a retry never tells it twice.
"""

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from portal import i18n, mail
from portal.i18n import speaking
from programs import letters, sent
from programs.models.applications import Application, ApplicationStatus, Offer, StateChange
from programs.models.applying import ReferenceRequest
from programs.models.eligibility import Restriction
from programs.questions.loading import questions_of

FOLDER = "programs/emails"


def address(name, language, *args):
    """The absolute address of a page in `language`."""
    with speaking(language):
        return settings.SITE_URL + reverse(name, args=args)


def _queue(message, *, target, application, context=None, reason=None):
    person = application.applicant
    cohort = application.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "receipt_number": application.receipt_number,
            "url": address("application", person.language, application.code),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            "is_registration": not cohort.is_reviewed,
            **{name: value() if callable(value) else value for name, value in (context or {}).items()},
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=words, reason=reason)


def _of_change(message, change, **context):
    return _queue(message, target=change, application=change.application, context=context)


def received(change):
    """The application has arrived."""
    cohort = change.application.cohort
    announce = (lambda: i18n.moment(cohort.announce_at, year=True)) if cohort.announce_at else ""
    return _of_change("received", change, announced=announce)


def changes_requested(change):
    """Something is missing, and until when it can be added."""
    application = change.application
    return _of_change(
        "changes_requested",
        change,
        note=application.changes_note,
        deadline=lambda: i18n.deadline(application.changes_by, year=True),
    )


def offered(offer):
    """A seat is offered, with the results or off the waitlist, and until when it can be confirmed."""
    application = offer.application
    message = "promoted" if application.is_promoted else "offered"
    return _queue(
        message,
        target=offer,
        application=application,
        context={"deadline": lambda: i18n.deadline(offer.expires_at, year=True)},
    )


def offer_expiring(offer):
    """Half of the time to confirm is over. Returns 1 if the mail is new, else 0."""
    before = mail.OutgoingMail.objects.filter(
        reason="offer_expiring", target_type=mail.kind(offer), target_id=offer.pk
    )
    if before.exists():
        return 0
    _queue(
        "offer_expiring",
        target=offer,
        application=offer.application,
        context={"deadline": lambda: i18n.deadline(offer.expires_at, year=True)},
    )
    return 1


def offer_expired(change):
    """The time to confirm has passed."""
    return _of_change("offer_expired", change)


def waitlisted(change):
    """No seat yet: the number on the waitlist."""
    application = change.application
    return _of_change("waitlisted", change, number=application.waitlist_number)


def waitlist_closed(change):
    """Nobody can be promoted any more."""
    return _of_change("waitlist_closed", change)


def rejected(change):
    """Not selected, or not eligible."""
    application = change.application
    return _of_change("rejected", change, not_eligible=application.reason_code == "not_eligible")


def advanced(decision, application):
    """One round is passed and another follows: an interview, or a further review."""
    following = application.cohort.rounds.filter(number=application.round_number).first()
    booking = following.booking_until if following else None
    return _queue(
        "advanced",
        target=decision,
        application=application,
        context={
            "is_interview": following is not None and following.kind == "interview",
            "booking": (lambda: i18n.deadline(booking, year=True)) if booking else "",
        },
    )


def confirmed(change):
    """The place is confirmed."""
    cohort = change.application.cohort
    starts = (lambda: i18n.span(cohort.starts_at, cohort.ends_at, year=True)) if cohort.starts_at else ""
    return _of_change("confirmed", change, dates=starts, place=lambda: cohort.place)


def declined(change):
    """The offered place was given back."""
    return _of_change("declined", change)


def rescinded(change):
    """Staff took the offer back, and why."""
    return _of_change("rescinded", change, why=change.reason)


def withdrawn(change):
    """The application was taken back."""
    return _of_change("withdrawn", change)


def cancelled(change):
    """A confirmed place was given back, by the person or by staff."""
    application = change.application
    return _of_change("cancelled", change, by_staff=change.by_id != application.applicant_id, why=change.reason)


def cohort_cancelled(change):
    """The cohort is called off, and why."""
    return _of_change("cohort_cancelled", change, why=change.reason)


def extended(application):
    """Staff gave more time: until when it can be submitted now."""
    until = application.extended_until
    return _queue(
        "extended",
        target=application,
        application=application,
        context={"deadline": lambda: i18n.deadline(until, year=True)},
        reason=f"extended_{until:%Y%m%d%H%M}",
    )


def form_changed(application, version):
    """The form of a cohort has changed while a draft was written: it has moved over, nothing in it is lost."""
    until = application.deadline
    return _queue(
        "form_changed",
        target=application,
        application=application,
        context={"deadline": (lambda: i18n.deadline(until, year=True)) if until else ""},
        reason=f"form_changed_{version.pk}",
    )


def changes_reminder(change):
    """What was missing still is, a day before the deadline to add it."""
    application = change.application
    return _of_change(
        "changes_reminder",
        change,
        note=application.changes_note,
        deadline=lambda: i18n.deadline(application.changes_by, year=True),
    )


def draft_reminder(application, days):
    """A draft is not submitted yet, and its deadline is `days` (3 or 1) days off. Returns 1 if new, else 0."""
    reason = f"draft_reminder_{days}"
    before = mail.OutgoingMail.objects.filter(
        reason=reason, target_type=mail.kind(application), target_id=application.pk
    )
    if before.exists():
        return 0
    _queue(
        "draft_reminder",
        target=application,
        application=application,
        context={"deadline": lambda: i18n.deadline(application.deadline, year=True)},
        reason=reason,
    )
    return 1


def entered(submission, reason):
    """Staff have entered the application for its person, and why."""
    return _queue("entered", target=submission, application=submission.application, context={"why": reason})


def fixed(submission, reason, keys):
    """Staff have changed the application for its person: why, and what by its name, never what it says."""
    return _queue(
        "fixed",
        target=submission,
        application=submission.application,
        context={"why": reason, "changed": lambda: sent.labels(keys, questions_of(submission.form_version_id))},
    )


def reference_asked(request, *, again=False):
    """Somebody is asked for a reference letter: by whom, for what, where to write it, until when."""
    return _reference("reference_asked", request, again=again)


def reference_reminder(request):
    """The letter is not there yet."""
    return _reference("reference_reminder", request)


def _reference(message, request, *, again=False):
    application = request.application
    cohort = application.cohort
    language = request.language
    until = letters.until(application)
    with speaking(language):
        words = {
            "referee": request.name,
            "applicant": letters.asker(application),
            "program": cohort.program.title,
            "label": cohort.label,
            "deadline": i18n.deadline(until, year=True) if until else "",
            "url": address("reference", language, request.code),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(
        f"{FOLDER}/{message}.txt",
        person=None,
        target=request,
        context=words,
        to=request.email,
        language=language,
        again=again,
    )


def reference_received(request):
    """The applicant's letter has arrived; what it says stays with staff and reviewers."""
    return _queue(
        "reference_received",
        target=request,
        application=request.application,
        context={"referee": request.name},
    )


def reference_declined(request):
    """The referee will not write; somebody else can be named."""
    until = letters.until(request.application)
    return _queue(
        "reference_declined",
        target=request,
        application=request.application,
        context={
            "referee": request.name,
            "deadline": (lambda: i18n.deadline(until, year=True)) if until else "",
        },
    )


def restricted(restriction):
    """The person may not apply for a time: until when, why, and how to appeal."""
    return _of_restriction("restricted", restriction, target=restriction)


def restriction_lifted(restriction):
    """The person may apply again."""
    return _of_restriction("restriction_lifted", restriction, target=restriction)


def appeal_received(appeal):
    """The appeal has arrived and will be looked at."""
    return _of_restriction("appeal_received", appeal.restriction, target=appeal)


def appeal_decided(appeal):
    """Staff accepted the appeal, which lifts the restriction, or refused it; with their answer."""
    return _of_restriction(
        "appeal_decided", appeal.restriction, target=appeal, is_accepted=appeal.is_accepted, answer=appeal.answer
    )


def _of_restriction(message, restriction, *, target, **context):
    person = restriction.person
    with speaking(person.language):
        words = {
            "why": restriction.reason,
            "until": i18n.moment(restriction.until, year=True),
            "url": address("my-restrictions", person.language),
            "contact": settings.CONTACT_EMAIL,
            **context,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=words)


def _still_draft(application_id):
    return Application.objects.filter(pk=application_id, status=ApplicationStatus.DRAFT).exists()


def _still_asked(request_id):
    return ReferenceRequest.objects.filter(
        pk=request_id, ended_at=None, received_at=None, declined_at=None
    ).exists()


def _still_restricted(restriction_id):
    return Restriction.objects.filter(pk=restriction_id, lifted_at=None).exists()


mail.still_wanted("restricted")(_still_restricted)


@mail.still_wanted("changes_reminder")
def _still_missing(change_id):
    return StateChange.objects.filter(
        pk=change_id, application__status=ApplicationStatus.CHANGES_REQUESTED, at=F("application__moved_at")
    ).exists()


for _reason in ("draft_reminder_3", "draft_reminder_1"):
    mail.still_wanted(_reason)(_still_draft)
for _reason in ("reference_asked", "reference_reminder"):
    mail.still_wanted(_reason)(_still_asked)


def _still_offered(offer_id):
    offer = Offer.objects.select_related("application").filter(pk=offer_id).first()
    return (
        offer is not None
        and offer.application.status == ApplicationStatus.OFFERED
        and offer.application.answer_by == offer.expires_at
    )


for _reason in ("offered", "promoted", "offer_expiring"):
    mail.still_wanted(_reason)(_still_offered)
