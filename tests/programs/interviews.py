"""What tests of interviews stand on: a round with a panel, its slots, and applicants."""

from datetime import timedelta

from portal import clock
from programs.models.interviews import InterviewSlot
from tests.make import make_application, make_round, make_user


def make_interviews(*, panels=1, slots=3, people=2, members=1, cohort=None, panel=None, **fields):
    """An interview round in which applicants choose until tomorrow; slots of 30 minutes, from in three days on.

    The panels' slots are at the same times. Returns the round, its slots panel by panel, and the applications.
    """
    now = clock.now()
    reviewers = [make_user() for _ in range(panels * members)]
    fields = {"kind": "interview", "booking_until": now + timedelta(days=1), "is_blind": False} | fields
    fields.setdefault("due_at", now + timedelta(days=6))
    round_ = make_round(cohort, reviewers=reviewers, **fields)
    made = []
    for number in range(panels):
        place = {"place_ko": "홍릉 3층", "place_en": "Hongneung, 3rd floor", "link": "https://meet.example.com/a"}
        row = round_.panels.create(
            title_ko=f"{number + 1}패널", title_en=f"Panel {number + 1}", **(place | (panel or {}))
        )
        row.members.set(reviewers[number * members : (number + 1) * members])
        first = (now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
        made += [make_slot(row, first + timedelta(minutes=40 * place)) for place in range(slots)]
    rows = [make_application(round_.cohort, status="in_review", round_number=round_.number) for _ in range(people)]
    return round_, made, rows


def make_slot(panel, starts_at, minutes=30):
    """A free slot."""
    return InterviewSlot.objects.create(
        panel=panel, round=panel.round, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes)
    )


def at(monkeypatch, moment):
    """Let the portal's clock stand at `moment`."""
    monkeypatch.setattr("portal.clock.now", lambda: moment)
