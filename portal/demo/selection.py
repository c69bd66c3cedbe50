"""How a selection goes: submitted, checked, reviewed, announced, answered, and then the waitlist."""

import heapq
from datetime import timedelta
from typing import NamedTuple

from portal.demo.casebook import Ending, Move, Verdict
from portal.demo.days import at, between, local_day, weekday

HOUR = timedelta(hours=1)
# Outcomes of an application. The last four take part, after a first offer or a promotion.
DRAFT, CHANGES = "draft", "changes"
WITHDRAWN, INELIGIBLE, REJECTED, WAITED = "withdrawn", "ineligible", "rejected", "waited"
GAVE_UP, UNDECIDED, LATE = "gave_up", "undecided", "late"
COMPLETED, NOT_COMPLETED, NO_SHOW, DROPPED = "completed", "not_completed", "no_show", "dropped"
ENROLLED = (COMPLETED, NOT_COMPLETED, NO_SHOW, DROPPED)
REASONS = {NO_SHOW: "연락 없이 참석하지 않음", DROPPED: "본인 사정으로 중도 포기"}


class Entry(NamedTuple):
    """A person and what becomes of their application; `promoted` came off the waitlist."""

    person: object
    outcome: str
    promoted: bool = False
    reason: str = ""


def ending_of(plan, entry):
    """How and when an enrolment ends."""
    if entry.outcome not in ENROLLED or plan.ends_at is None:
        return None
    if entry.outcome == NO_SHOW:
        ended_at = plan.ends_at + HOUR
    elif entry.outcome == DROPPED:
        ended_at = plan.starts_at + (plan.ends_at - plan.starts_at) / 2
    else:
        ended_at = at(weekday(local_day(plan.ends_at), 1), "15:00")
    return Ending(ended_at, entry.outcome, entry.reason or REASONS.get(entry.outcome, ""))


def submission(book, until):
    """When one began and submitted: most of them late."""
    rng, opens_at = book.rng, book.plan.opens_at
    window = until - opens_at
    submitted_at = opens_at + timedelta(seconds=int(window.total_seconds() * rng.betavariate(1.9, 1.1)))
    submitted_at = min(max(submitted_at, opens_at + timedelta(minutes=20)), until - timedelta(seconds=1))
    begun_at = max(opens_at, submitted_at - timedelta(minutes=rng.randint(9, 5 * 24 * 60)))
    return begun_at, submitted_at


def select(book, entries, *, until=None):
    """Tell the applications of `entries` to a cohort with a selection, submitted up to `until` (or the close)."""
    plan, rng = book.plan, book.rng
    until = until or plan.closes_at
    hours = timedelta(hours=plan.offer_hours)
    waiting = [entry for entry in entries if entry.promoted or entry.outcome in (LATE, WAITED)]
    waiting.sort(key=lambda entry: (entry.outcome != LATE, not entry.promoted))
    promoted = [entry for entry in waiting if entry.promoted or entry.outcome == LATE]
    leaving = [entry for entry in entries if entry.outcome == GAVE_UP]
    # So many decline early that each promotion has its seat; the others let the offer run out when it is too late.
    early = {
        id(entry): plan.announce_at + hours * (0.1 + 0.5 * rng.random())
        for entry in leaving[: sum(entry.promoted for entry in promoted)]
    }
    if len(leaving) > len(early):
        plan.promote_until = book.cohort.promote_until = plan.announce_at + hours - HOUR
        if book.cohort.promotion_ran_at:
            book.cohort.promotion_ran_at = plan.promote_until
    offered = promotions(plan, promoted, sorted(early.values()))
    # Staff stage the waitlist in its order.
    staged = sorted(between(rng, plan.review_at + HOUR, plan.announce_at - HOUR) for _entry in waiting)
    places = {
        id(entry): (rank, moment) for rank, (entry, moment) in enumerate(zip(waiting, staged, strict=True), 1)
    }
    for entry in entries:
        begun_at, submitted_at = submission(book, until)
        if entry.outcome == DRAFT:
            book.tell(entry.person, begun_at, [])
            continue
        moves = [Move(submitted_at, "submitted", entry.person)]
        verdict = None
        if entry.outcome == INELIGIBLE:
            moves.append(Move(plan.checked_at, "rejected", book.staff, {"reason_code": "not_eligible"}))
        elif entry.outcome == WITHDRAWN and rng.random() < 0.6:
            moves.append(Move(between(rng, submitted_at, until), "withdrawn", entry.person))
        else:
            moves.append(Move(plan.review_at, "in_review", book.staff))
            if entry.outcome == WITHDRAWN:
                moves.append(Move(between(rng, plan.review_at, plan.announce_at - HOUR), "withdrawn", entry.person))
            elif entry.outcome == CHANGES:
                moves.append(changes(book))
            else:
                verdict, rest = results(book, entry, places.get(id(entry)), offered, early)
                moves.extend(rest)
        book.tell(entry.person, begun_at, moves, verdict, ending_of(plan, entry))


def changes(book):
    """Staff ask for what is missing."""
    plan = book.plan
    fields = {
        "changes_note": "포트폴리오 링크가 열리지 않습니다. 볼 수 있는 주소로 바꾸어 주십시오.",
        "changes_by": at(weekday(local_day(book.ledger.now), 2), "17:00"),
    }
    return Move(plan.review_at + 3 * HOUR, "changes_requested", book.staff, fields)


def promotions(plan, promoted, freed):
    """When each of `promoted`, in the order of the waitlist, is offered a seat: as soon as one is `freed`."""
    offered, seats = {}, list(freed)
    heapq.heapify(seats)
    for entry in promoted:
        made_at = heapq.heappop(seats)
        offered[id(entry)] = made_at
        if entry.outcome == LATE:
            heapq.heappush(seats, plan.answer_by(made_at))
    return offered


def results(book, entry, place, offered, early):
    """The staged verdict of one application in review, and what follows its release."""
    plan, rng = book.plan, book.rng
    decided_at = between(rng, plan.review_at + HOUR, plan.announce_at - HOUR)
    if entry.outcome == REJECTED:
        reason = "score" if rng.random() < 0.93 else "incomplete"
        verdict = Verdict(decided_at, "reject", book.staff, reason_code=reason)
        return verdict, [Move(plan.announce_at, "rejected", None, {"reason_code": reason})]
    if place is not None:
        rank, decided_at = place
        verdict = Verdict(decided_at, "waitlist", book.staff, rank=rank)
        moves = [Move(plan.announce_at, "waitlisted", None, {"waitlist_number": rank})]
        made_at = offered.get(id(entry))
        if made_at is None:
            return verdict, [*moves, Move(plan.last_promotion, "closed_out")]
    else:
        verdict = Verdict(decided_at, "offer", book.staff)
        moves, made_at = [], plan.announce_at
    answer_by = plan.answer_by(made_at)
    moves.append(Move(made_at, "offered", None, {"answer_by": answer_by}))
    if entry.outcome in ENROLLED:
        moves.append(
            Move(made_at + (answer_by - made_at) * (0.02 + 0.85 * rng.random()), "confirmed", entry.person)
        )
    elif id(entry) in early:
        moves.append(Move(early[id(entry)], "declined", entry.person))
    elif entry.outcome in (GAVE_UP, LATE):
        moves.append(Move(answer_by, "expired"))
    return verdict, moves
