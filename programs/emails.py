"""One function a message. Each writes a row in the caller's transaction, in the recipient's language.

The target is the StateChange or the Offer that gave rise to the message, so a retry never tells it twice. Above
each function stands what may be written in its mail; `programs/mails_wanted.py` says when one is dropped unsent.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, needed, sometimes
from programs import letters, mails_wanted, sent
from programs.mail_places import (
    FOLDER,
    NOTE,
    REFEREE,
    deadline,
    of_application,
    of_letter,
    of_restriction,
    why,
)
from programs.questions.loading import questions_of

mails_wanted.register()


def address(name, language, *args):
    """The absolute address of a page in `language`."""
    with speaking(language):
        return settings.SITE_URL + reverse(name, args=args)


USUAL = ("name", "program", "label", "receipt_number", "url", "contact", "is_registration")


def usual(application, language):
    """What any mail about an application may say, in `language`."""
    cohort = application.cohort
    with speaking(language):
        return {
            "name": application.applicant.display_name,
            "program": cohort.program.title,
            "label": cohort.label,
            "receipt_number": application.receipt_number,
            "url": address("application", language, application.code),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            "is_registration": not cohort.is_reviewed,
        }


def _queue(message, *, target, application, context=None, reason=None, until=None):
    person = application.applicant
    words = usual(application, person.language)
    with speaking(person.language):
        words |= {name: value() if callable(value) else value for name, value in (context or {}).items()}
        if until is not None:
            words["deadline"] = i18n.deadline(until, year=True)
    return mail.queue(
        f"{FOLDER}/{message}.txt", person=person, target=target, context=words, reason=reason, deadline=until
    )


def _of_change(message, change, **context):
    return _queue(message, target=change, application=change.application, context=context)


@of_application(
    "received",
    _("Application received"),
    sometimes("announced", Kind.MOMENT, _("When the results are announced, if there is such a time.")),
)
def received(change):
    """The application has arrived."""
    cohort = change.application.cohort
    announce = (lambda: i18n.moment(cohort.announce_at, year=True)) if cohort.announce_at else ""
    return _of_change("received", change, announced=announce)


@of_application(
    "changes_requested",
    _("Changes requested"),
    NOTE,
    deadline(_("Until when it can be completed.")),
    by_text=True,
)
def changes_requested(change):
    """Something is missing, and until when it can be added."""
    application = change.application
    return _queue(
        "changes_requested",
        target=change,
        application=application,
        context={"note": application.changes_note},
        until=application.changes_by,
    )


@of_application("offered", _("Offer with the results"), deadline(_("Until when the place is kept.")), by_text=True)
@of_application("promoted", _("Offer off the waitlist"), deadline(_("Until when the place is kept.")), by_text=True)
def offered(offer):
    """A seat is offered, with the results or off the waitlist, and until when it can be confirmed."""
    application = offer.application
    message = "promoted" if application.is_promoted else "offered"
    return _queue(message, target=offer, application=application, until=offer.expires_at)


@of_application(
    "offer_expiring", _("Reminder of an offer"), deadline(_("Until when the place is kept.")), by_text=True
)
def offer_expiring(offer):
    """Half of the time to confirm is over. Returns 1 if the mail is new, else 0."""
    if mail.told("offer_expiring", [offer]).of(offer, offer.expires_at):
        return 0
    _queue("offer_expiring", target=offer, application=offer.application, until=offer.expires_at)
    return 1


@of_application("offer_expired", _("Offer expired"))
def offer_expired(change):
    """The time to confirm has passed."""
    return _of_change("offer_expired", change)


@of_application("waitlisted", _("Waitlisted"), needed("number", Kind.NUMBER, _("The number on the waitlist.")))
def waitlisted(change):
    """No seat yet: the number on the waitlist."""
    application = change.application
    return _of_change("waitlisted", change, number=application.waitlist_number)


@of_application("waitlist_closed", _("Waitlist closed"))
def waitlist_closed(change):
    """Nobody can be promoted any more."""
    return _of_change("waitlist_closed", change)


@of_application(
    "rejected",
    _("Not selected, or not eligible"),
    sometimes("not_eligible", Kind.YES_NO, _("Whether the conditions for applying are not met.")),
)
def rejected(change):
    """Not selected, or not eligible."""
    application = change.application
    return _of_change("rejected", change, not_eligible=application.reason_code == "not_eligible")


@of_application(
    "advanced",
    _("In the next round"),
    sometimes("is_interview", Kind.YES_NO, _("Whether the next round is an interview.")),
    sometimes("booking", Kind.MOMENT, _("Until when a time for the interview is chosen, if one is chosen.")),
)
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


@of_application(
    "confirmed",
    _("Place confirmed"),
    sometimes("dates", Kind.MOMENT, _("From when to when the cohort runs, once that is known.")),
    sometimes("place", Kind.TEXT, _("Where it takes place, once that is known.")),
)
def confirmed(change):
    """The place is confirmed."""
    cohort = change.application.cohort
    starts = (lambda: i18n.span(cohort.starts_at, cohort.ends_at, year=True)) if cohort.starts_at else ""
    return _of_change("confirmed", change, dates=starts, place=lambda: cohort.place)


@of_application("declined", _("Place declined"))
def declined(change):
    """The offered place was given back."""
    return _of_change("declined", change)


@of_application("rescinded", _("Offer taken back"), why(_("Why staff took it back.")))
def rescinded(change):
    """Staff took the offer back, and why."""
    return _of_change("rescinded", change, why=change.reason)


@of_application("withdrawn", _("Application withdrawn"))
def withdrawn(change):
    """The application was taken back."""
    return _of_change("withdrawn", change)


@of_application(
    "cancelled",
    _("Place cancelled"),
    sometimes("by_staff", Kind.YES_NO, _("Whether staff cancelled it.")),
    sometimes("why", Kind.TEXT, _("Why, where staff cancelled it.")),
)
def cancelled(change):
    """A confirmed place was given back, by the person or by staff."""
    application = change.application
    return _of_change("cancelled", change, by_staff=change.by_id != application.applicant_id, why=change.reason)


@of_application("cohort_cancelled", _("Cohort called off"), why(_("Why it is called off.")))
def cohort_cancelled(change):
    """The cohort is called off, and why."""
    return _of_change("cohort_cancelled", change, why=change.reason)


@of_application("extended", _("More time to submit"), deadline(_("Until when it can be submitted.")))
def extended(application):
    """Staff gave more time: until when it can be submitted now."""
    until = application.extended_until
    return _queue(
        "extended",
        target=application,
        application=application,
        until=until,
        reason=f"extended_{until:%Y%m%d%H%M}",
    )


@of_application(
    "form_changed",
    _("Form of a draft changed"),
    sometimes("deadline", Kind.MOMENT, _("Until when it can be submitted, if there is such a time.")),
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


@of_application(
    "changes_reminder", _("Reminder of requested changes"), NOTE, deadline(_("Until when it can be completed."))
)
def changes_reminder(change):
    """What was missing still is, a day before the deadline to add it."""
    application = change.application
    return _queue(
        "changes_reminder",
        target=change,
        application=application,
        context={"note": application.changes_note},
        until=application.changes_by,
    )


@of_application("draft_reminder", _("Reminder of a draft"), deadline(_("Until when it can be submitted.")))
@of_application(
    "draft_reminder_registration",
    _("Reminder of a draft registration"),
    deadline(_("Until when it can be submitted.")),
)
def draft_reminder(application, days):
    """A draft is not submitted yet, and its deadline is `days` (3 or 1) days off. Returns 1 if new, else 0."""
    reason = f"draft_reminder_{days}"
    if mail.told(reason, [application]).of(application, application.deadline):
        return 0
    _queue(
        "draft_reminder" if application.cohort.is_reviewed else "draft_reminder_registration",
        target=application,
        application=application,
        until=application.deadline,
        reason=reason,
    )
    return 1


@of_application("entered", _("Entered by staff"), why(_("Why staff entered it.")))
def entered(submission, reason):
    """Staff have entered the application for its person, and why."""
    return _queue("entered", target=submission, application=submission.application, context={"why": reason})


@of_application(
    "fixed",
    _("Changed by staff"),
    why(_("Why staff changed it.")),
    sometimes("changed", Kind.LIST, _("The questions whose answers were changed.")),
)
def fixed(submission, reason, keys):
    """Staff have changed the application for its person: why, and what by its name, never what it says."""
    return _queue(
        "fixed",
        target=submission,
        application=submission.application,
        context={"why": reason, "changed": lambda: sent.labels(keys, questions_of(submission.form_version_id))},
    )


@of_letter(
    "reference_asked",
    _("Reference letter asked for"),
    sometimes("deadline", Kind.MOMENT, _("Until when the letter is taken, if there is such a time.")),
)
def reference_asked(request, *, again=False):
    """Somebody is asked for a reference letter: by whom, for what, where to write it, until when."""
    return _reference("reference_asked", request, again=again)


@of_letter(
    "reference_reminder", _("Reminder of a reference letter"), deadline(_("Until when the letter is taken."))
)
def reference_reminder(request):
    """The letter is not there yet."""
    return _reference("reference_reminder", request, is_reminder=True)


def _reference(message, request, *, again=False, is_reminder=False):
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
        deadline=until if is_reminder else None,
    )


@of_application("reference_received", _("Reference letter received"), REFEREE)
def reference_received(request):
    """The applicant's letter has arrived; what it says stays with staff and reviewers."""
    return _queue(
        "reference_received",
        target=request,
        application=request.application,
        context={"referee": request.name},
    )


@of_application(
    "reference_declined",
    _("Reference letter declined"),
    REFEREE,
    sometimes("deadline", Kind.MOMENT, _("Until when the letter is taken, if there is such a time.")),
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


@of_restriction(
    "restricted",
    _("Participation restricted"),
    needed("until", Kind.MOMENT, _("When the restriction ends.")),
    why(_("The reason of the restriction.")),
)
def restricted(restriction):
    """The person may not apply for a time: until when, why, and how to appeal."""
    return _of_restriction("restricted", restriction, target=restriction)


@of_restriction("restriction_lifted", _("Restriction lifted"))
def restriction_lifted(restriction):
    """The person may apply again."""
    return _of_restriction("restriction_lifted", restriction, target=restriction)


@of_restriction("appeal_received", _("Appeal received"))
def appeal_received(appeal):
    """The appeal has arrived and will be looked at."""
    return _of_restriction("appeal_received", appeal.restriction, target=appeal)


@of_restriction(
    "appeal_accepted", _("Appeal accepted"), needed("answer", Kind.TEXT, _("What staff answered to the appeal."))
)
@of_restriction(
    "appeal_refused",
    _("Appeal not accepted"),
    needed("answer", Kind.TEXT, _("What staff answered to the appeal.")),
    needed("until", Kind.MOMENT, _("When the restriction ends.")),
)
def appeal_decided(appeal):
    """Staff accepted the appeal, which lifts the restriction, or refused it; with their answer."""
    message = "appeal_accepted" if appeal.is_accepted else "appeal_refused"
    return _of_restriction(
        message, appeal.restriction, target=appeal, reason="appeal_decided", answer=appeal.answer
    )


def _of_restriction(message, restriction, *, target, reason=None, **context):
    person = restriction.person
    with speaking(person.language):
        words = {
            "why": restriction.reason,
            "until": i18n.moment(restriction.until, year=True),
            "url": address("my-restrictions", person.language),
            "contact": settings.CONTACT_EMAIL,
            **context,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=words, reason=reason)
