"""What an application says of itself: where it stands, what comes next, what can be done. Pure; writes nothing."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n, pills
from programs.interviews import can_choose
from programs.models.applications import EDITABLE, WITHDRAWABLE, ApplicationStatus
from programs.models.selection import RoundKind
from programs.operations.seats import can_cancel_until, promotes_until
from programs.own_steps import passed_rounds, slot_of

S = ApplicationStatus


def pill(application):
    """The status as its pill."""
    return pills.pill(pills.APPLICATION_PILLS, application.status, application.label)


def can_edit(application, now):
    """Whether the applicant may still change the answers at `now`."""
    return application.status in EDITABLE and application.is_in_time(now)


def can_cancel(application, now):
    """Whether the applicant may still give a confirmed place back at `now`."""
    until = can_cancel_until(application.cohort)
    return application.status == S.CONFIRMED and (until is None or now < until)


def action(application, name, label, look="", *, post=False):
    """A button that leads to, or posts to, one of the application's addresses."""
    url = reverse(f"application-{name}", args=[application.code])
    return {"url": url, "label": label, "look": look, "post": post}


def actions(application, now):
    """What the applicant can do now, the most wanted first."""
    found = []
    if application.status == S.OFFERED and application.answer_by > now:
        found.append(action(application, "confirm", _("Confirm my place"), "primary", post=True))
        found.append(action(application, "decline", _("Decline my place")))
    if can_edit(application, now):
        if application.status == S.DRAFT:
            found.append(action(application, "edit", _("Continue writing"), "primary"))
        elif application.status == S.CHANGES_REQUESTED:
            found.append(action(application, "edit", _("Complete my application"), "primary"))
        else:
            found.append(action(application, "edit", _("Edit application")))
    return found


def headline(application, now, rounds=()):
    """Where the application stands, as a sentence, and what that means for the person."""
    registration = not application.cohort.is_reviewed
    status = application.status
    if status == S.DRAFT:
        if can_edit(application, now):
            return (
                _("Your application is not submitted yet."),
                _("Saved is not submitted: please submit it %(deadline)s.")
                % {"deadline": i18n.deadline(application.deadline)},
            )
        return (
            _("Applications closed before this draft was submitted."),
            _("It was not considered. What you wrote is kept here as a draft."),
        )
    if status == S.SUBMITTED:
        if application.sent_revision != application.revision and can_edit(application, now):
            return _("Your application has arrived, but your latest changes have not been sent."), _(
                "What you sent counts until you submit the changes %(deadline)s."
            ) % {"deadline": i18n.deadline(application.deadline)}
        return _("Your application has arrived."), _(
            "We check whether anything is missing before the review begins."
        )
    if status == S.IN_REVIEW and passed_rounds(application, rounds):
        return _passed(application, rounds)
    if status == S.IN_REVIEW:
        return (
            _("Your application is under review."),
            _("There is nothing you need to do. The result comes by mail and appears here at the same time."),
        )
    if status == S.CHANGES_REQUESTED:
        return (
            _("Something is missing in your application."),
            _("Please complete it %(deadline)s.") % {"deadline": i18n.deadline(application.changes_by)},
        )
    if status == S.WAITLISTED:
        return (
            _("You are number %(number)s on the waitlist.") % {"number": application.waitlist_number},
            _("When a place opens, it is offered in this order, and we tell you by mail at once."),
        )
    if status == S.OFFERED:
        if application.answer_by <= now:
            return _("The time to confirm has passed."), _("The place goes to the next person on the waitlist.")
        title = _("A place has opened for you.") if application.is_promoted else _("You have been selected.")
        return title, _("Please confirm your place %(deadline)s.") % {
            "deadline": i18n.deadline(application.answer_by)
        }
    if status == S.CONFIRMED:
        return _("Your place is confirmed."), _("If you cannot come, please cancel early so that someone else can.")
    if status == S.REJECTED:
        return (
            (_("Your application does not meet the conditions."), _("It could not be considered."))
            if application.reason_code == "not_eligible"
            else (_("You have not been selected this time."), _("We thank you for the work you put into it."))
        )
    return {
        S.DECLINED: (_("You have declined your place."), _("It has gone to the next person on the waitlist.")),
        S.EXPIRED: (_("The offer has expired."), _("The place has gone to the next person on the waitlist.")),
        S.RESCINDED: (_("The offer has been withdrawn."), ""),
        S.CANCELLED: (
            _("Your registration is cancelled.") if registration else _("Your place is cancelled."),
            "",
        ),
        S.WITHDRAWN: (_("You have withdrawn this application."), _("You may apply again until the deadline.")),
        S.CLOSED_OUT: (_("The waitlist is closed."), _("No further place could be offered.")),
    }[S(status)]


def _passed(application, rounds):
    """The sentences for one that has passed a round and stands in another."""
    last = passed_rounds(application, rounds)[-1]
    current = next((round_ for round_ in rounds if round_.number == application.round_number), None)
    title = (
        _("You have passed the document review.")
        if last.kind == RoundKind.DOCUMENT
        else _("You have passed the interview.")
    )
    if current is not None and current.kind == RoundKind.INTERVIEW:
        return title, _("The interview comes next. The final result comes by mail and appears here.")
    return title, _("A further review comes next. The result comes by mail and appears here.")


def choosing_until(application, now, rounds, slots):
    """Until when somebody chooses an interview time who has none yet, in words; empty for all others."""
    current = next((round_ for round_ in rounds if round_.number == application.round_number), None)
    if application.status != S.IN_REVIEW or current is None or current.kind != RoundKind.INTERVIEW:
        return ""
    if slot_of(application, application.round_number, slots) or not can_choose(current, now):
        return ""
    return i18n.deadline(current.booking_until)


def to_choose(application, now, rounds, slots):
    """What somebody has to do who has to choose an interview time and has none yet; empty for all others."""
    until = choosing_until(application, now, rounds, slots)
    return _("Please choose the time of your interview below %(deadline)s.") % {"deadline": until} if until else ""


def interview_fact(application, slots):
    """When the interview of the current round is, or None where no time is held."""
    slot = slot_of(application, application.round_number, slots)
    if application.status != S.IN_REVIEW or slot is None:
        return None
    return {"term": _("Your interview"), "value": i18n.span(slot.starts_at, slot.ends_at, times=True)}


def waiting_facts(application, ahead):
    """What somebody on the waitlist wants to know: how many stand ahead, and until when places can open."""
    facts = []
    if ahead is not None:
        facts.append({"term": _("Ahead of you"), "value": _("%(count)s people") % {"count": ahead}})
    until = promotes_until(application.cohort)
    if until is not None:
        facts.append(
            {
                "term": _("Places can open"),
                "value": pgettext("places", "until %(moment)s") % {"moment": i18n.moment(until)},
            }
        )
    return facts


def panel(application, following, now, *, ahead=None, rounds=(), slots=()):
    """The page's "now" panel: pill, sentence, what comes next and when (`following`, a Step or None), buttons."""
    title, text = headline(application, now, rounds)
    text = to_choose(application, now, rounds, slots) or text
    interview = interview_fact(application, slots)
    facts = [interview] if interview else []
    if following is not None:
        facts.append({"term": _("Next step"), "value": following.title})
        if following.when:
            facts.append({"term": _("When"), "value": following.when})
    if application.status == S.WAITLISTED:
        facts += waiting_facts(application, ahead)
    return {
        "pill": pill(application),
        "title": title,
        "text": text,
        "facts": facts,
        "actions": actions(application, now),
        "offer": application.status in (S.OFFERED, S.CHANGES_REQUESTED),
    }


def ending(application, now):
    """How the applicant can leave: the address's name, the button, and what it means; None where it is over."""
    if application.status in WITHDRAWABLE:
        return {
            "name": "withdraw",
            "label": _("Withdraw registration")
            if not application.cohort.is_reviewed
            else _("Withdraw application"),
            "text": _(
                "You can withdraw at any time, also during the review. You may apply again until the deadline."
            ),
        }
    if can_cancel(application, now):
        until = can_cancel_until(application.cohort)
        text = _("The place then goes to the next person on the waitlist.")
        if until is not None:
            text = _("You can cancel %(deadline)s.") % {"deadline": i18n.deadline(until)} + " " + text
        return {"name": "cancel", "label": _("Cancel my place"), "text": text}
    return None
