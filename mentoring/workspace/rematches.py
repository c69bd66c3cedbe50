"""A request for another pair as its asker reads it: at the end of the pair's page, and on a page of its own.

Reads only. Whoever has not asked reads nothing of the other's request, not even that there is one.
"""

from django.urls import reverse
from django.utils.translation import gettext as _

from mentoring import progress
from mentoring.models.rematches import RematchStatus as S
from portal import i18n, pills


def latest(user, pairing):
    """The person's own latest request about the pair that says anything still, or None."""
    own = pairing.rematch_requests.of_asker(user).exclude(status=S.WITHDRAWN)
    return own.order_by("-asked_at", "-pk").first()


def pill_of(asked):
    """Its status."""
    return pills.pill(pills.REMATCH_PILLS, asked.status, asked.get_status_display())


def part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_rematch.html` takes; for the two alone, once they work together."""
    if viewer not in (progress.MENTOR, progress.MENTEE) or pairing.awaits_answer:
        return None
    asked = latest(user, pairing)
    if asked is None and not pairing.is_live:
        return None
    return {
        "template": "mentoring/workspace/_rematch.html",
        "url": reverse("pairing-rematch", args=[pairing.code]),
        "pill": pill_of(asked) if asked else None,
        "text": words_of(asked)[0] if asked else "",
    }


def panel(asked):
    """The request as `components/now.html` takes it."""
    title, text = words_of(asked)
    facts = [
        {"term": _("Asked"), "value": i18n.moment(asked.asked_at)},
        {"term": _("What does not work"), "value": asked.get_cause_display()},
    ]
    if asked.status == S.TALKING:
        facts.append({"term": _("Asked again on"), "value": i18n.day(asked.ask_again_on)})
    if asked.is_waiting:
        facts.append({"term": _("Decided by"), "value": i18n.day(asked.due_at)})
    return {"pill": pill_of(asked), "title": title, "text": text, "facts": facts}


def words_of(asked):
    """A title, and what it means."""
    if asked.status == S.OPEN:
        return _("The staff are looking at it."), _("They may ask you. The other side is told nothing so far.")
    if asked.status == S.TALKING:
        return (
            _("You talk first. We ask you again on %(day)s.") % {"day": i18n.day(asked.ask_again_on)},
            _("The staff step in when you say so. The other side is told nothing so far."),
        )
    if asked.status == S.GRANTED:
        if asked.by_mentor:
            return _("The pair has ended."), _("If you are paired with another mentee, we will write to you.")
        return _("The pair has ended."), _("The staff are looking for another mentor and will write to you.")
    if asked.status == S.REFUSED:
        return _("The pair goes on."), _("The other side was told nothing of your request.")
    return _("The pair has ended, and your request is settled with it."), ""
