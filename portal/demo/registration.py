"""How seats go without a selection: at once while there are any, then to the waitlist in the order of arrival."""

import heapq
from datetime import timedelta

from portal.demo.casebook import Move
from portal.demo.days import between
from portal.demo.selection import ENROLLED, GAVE_UP, INELIGIBLE, UNDECIDED, WAITED, WITHDRAWN, ending_of

MINUTE = timedelta(minutes=1)


def arrivals(book, count, opens_at, until):
    """`count` moments in order, all different, many of them soon after `opens_at`."""
    seconds = int((until - opens_at).total_seconds()) - 1
    chosen = set()
    while len(chosen) < count:
        chosen.add(int(seconds * book.rng.betavariate(0.9, 1.7)))
    return [opens_at + timedelta(seconds=second + 1) for second in sorted(chosen)]


def register(book, entries, *, until=None, opens_at=None):
    """Tell the registrations of `entries`, in the order in which they arrive, up to `until` (or the close).

    Those who take part or give up hold a seat from the start, unless they are marked as promoted.
    """
    plan, rng = book.plan, book.rng
    opens_at, until = opens_at or plan.opens_at, until or plan.closes_at
    moments = dict(zip(map(id, entries), arrivals(book, len(entries), opens_at, until), strict=True))
    seated = [entry for entry in entries if entry.outcome in (*ENROLLED, GAVE_UP) and not entry.promoted]
    waiting = [entry for entry in entries if entry.promoted or entry.outcome in (WAITED, WITHDRAWN, UNDECIDED)]
    numbers = {id(entry): number for number, entry in enumerate(waiting, 1)}
    full_at = max((moments[id(entry)] for entry in seated), default=until)
    last = min(plan.last_promotion, book.ledger.now) if plan.is_season else plan.last_promotion
    cancelled = {
        id(entry): between(rng, max(full_at, until), until + (last - until) * 0.7)
        for entry in seated
        if entry.outcome == GAVE_UP
    }
    seats, offered = sorted(cancelled.values()), {}
    heapq.heapify(seats)
    for entry in waiting:
        if entry.promoted or entry.outcome == UNDECIDED:
            offered[id(entry)] = heapq.heappop(seats)
    for entry in entries:
        moment, person = moments[id(entry)], entry.person
        moves = [Move(moment, "submitted", person)]
        if entry.outcome == INELIGIBLE:
            moves.append(Move(moment, "rejected", None, {"reason_code": "not_eligible"}))
        elif id(entry) in numbers:
            moves.append(Move(moment, "waitlisted", None, {"waitlist_number": numbers[id(entry)]}))
            moves.extend(after_waiting(book, entry, moment, offered))
        else:
            moves.append(Move(moment, "confirmed"))
            if id(entry) in cancelled:
                moves.append(Move(cancelled[id(entry)], "cancelled", person))
        begun_at = max(opens_at, moment - MINUTE * rng.randint(2, 25))
        book.tell(person, begun_at, moves, ending=ending_of(plan, entry))


def after_waiting(book, entry, since, offered):
    """What becomes of someone on the waitlist."""
    plan, rng = book.plan, book.rng
    if entry.outcome == WITHDRAWN:
        return [Move(between(rng, since + MINUTE, plan.last_promotion - MINUTE), "withdrawn", entry.person)]
    if entry.outcome == WAITED:
        return [Move(plan.last_promotion, "closed_out")]
    made_at = offered[id(entry)]
    answer_by = plan.answer_by(made_at)
    moves = [Move(made_at, "offered", None, {"answer_by": answer_by})]
    if entry.promoted:
        moves.append(Move(made_at + (answer_by - made_at) * (0.05 + 0.8 * rng.random()), "confirmed", entry.person))
    return moves
