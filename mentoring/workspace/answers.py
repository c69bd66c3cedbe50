"""The answer that a mentor owes to a pair, and why the two were paired, as the pair's page shows them."""

from mentoring import progress, zones
from mentoring.forms.answers import DeclineForm
from mentoring.pairing import why


def part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_answer.html` takes; for the mentor alone, while the answer is awaited."""
    if viewer != progress.MENTOR or not pairing.awaits_answer:
        return None
    return {
        "template": "mentoring/workspace/_answer.html",
        "until": zones.own_moment(pairing.answer_until, zones.zone_of(user)),
        "is_late": pairing.answer_until <= now,
        "form": held.get("decline") or DeclineForm(),
        "is_declining": "decline" in held,
    }


def why_part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_why.html` takes; for the two, each by their own data."""
    if viewer not in (progress.MENTOR, progress.MENTEE):
        return None
    lines = why.lines(pairing, viewer)
    others = why.not_obtained(pairing) if viewer == progress.MENTEE else []
    if not lines and not others:
        return None
    return {"template": "mentoring/workspace/_why.html", "lines": lines, "others": others}
