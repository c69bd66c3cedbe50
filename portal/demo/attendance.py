"""Who came to which session: so that exactly those who completed reach the rule, and those who did not do not.

What becomes of somebody is known (`Case.ending`); their marks are thrown with seeded dice until the portal's own
sums (`programs.completion`) say the same. Sessions that have not ended by the ledger's moment stay unmarked.
"""

from datetime import timedelta
from typing import NamedTuple

from portal.demo.days import between
from portal.demo.ledger import dice
from portal.demo.selection import COMPLETED, DROPPED, NOT_COMPLETED
from programs.completion import minutes_of, standing
from programs.models.attendance import WITH_MINUTES, Attendance, Completion, CompletionRule, Excuse, Source
from programs.models.cohorts import Session

PRESENT, LATE, LEFT, OUT, EXCUSED, ABSENT = "present", "late", "left_early", "stepped_out", "excused", "absent"
TRIES = 200
USUALLY = ((PRESENT, 880), (LATE, 60), (LEFT, 25), (OUT, 10), (EXCUSED, 10), (ABSENT, 15))
SELDOM = ((PRESENT, 380), (LATE, 110), (LEFT, 110), (OUT, 20), (ABSENT, 380))
# People written by hand, by course: late three times on five days; 22 of 28 hours; nothing missed.
CAST = {
    ("C3", "P06"): [(LATE, None), (PRESENT, None), (LATE, None), (PRESENT, None), (LATE, None)],
    ("C5", "P07"): [(PRESENT, None), (PRESENT, None), (PRESENT, None), (LEFT, 60)],
    ("C5", "applicant"): [(PRESENT, None)] * 4,
}
REASONS = (
    (
        "감기로 병원 진료를 받았습니다. 진료확인서가 있습니다.",
        "I had to see a doctor; I can hand in the certificate.",
    ),
    ("예비군 훈련 소집일과 겹칩니다.", "I am called up for reserve training on that day."),
    ("촬영 현장의 사고 처리로 참석하지 못했습니다.", "There was an accident on set that I had to see to."),
)


class Meeting(NamedTuple):
    """A session as the sums take it, before it has a row number."""

    pk: int
    starts_at: object
    ends_at: object
    is_required: bool = True


class Mark(NamedTuple):
    """A mark as the sums take it."""

    session_id: int
    status: str
    minutes: int | None


def tell(world, books):
    """Add the attendance of the courses of 2024; `books` by their codes."""
    for code, book in books.items():
        by_hand = {id(world.crowd[key]): marks for (course, key), marks in CAST.items() if course == code}
        attend(world.ledger, book, by_hand)


def attend(ledger, book, by_hand=None):
    """Add the attendance of one cohort, and the decisions on completion that have been made."""
    sessions = [row for row in ledger.rows[Session] if row.cohort is book.cohort]
    if not sessions:
        return
    rule = CompletionRule(cohort=book.cohort, number=1, in_force_at=sessions[0].starts_at)
    rule.made_at = rule.in_force_at
    ledger.add(rule)
    rng = dice("attendance", book.plan.program, book.plan.slug)
    meetings = [Meeting(place, row.starts_at, row.ends_at) for place, row in enumerate(sessions)]
    told = {COMPLETED, NOT_COMPLETED, DROPPED}
    for case in book.cases:
        enrolment = book.enrolments.get(case.person.email)
        ending = case.ending.status if case.ending is not None else COMPLETED
        if enrolment is None or ending not in told or enrolment.status in ("no_show", "cancelled"):
            continue
        marks = (by_hand or {}).get(id(case.person)) or thrown(rng, rule, meetings, book, ending)
        keep(ledger, rng, book, enrolment, sessions, marks)
        if enrolment.status in (COMPLETED, NOT_COMPLETED):
            ledger.add(decision(rule, meetings, book, enrolment, marks))
    ask_ahead(ledger, rng, book, sessions)


def sums(rule, meetings, book, marks):
    """Where somebody with these marks stands when everything is over."""
    rows = [Mark(place, *mark) for place, mark in enumerate(marks)]
    return standing(rule, meetings, rows, book.cohort.hours)


def thrown(rng, rule, meetings, book, ending):
    """Marks for every session that come to `ending`."""
    if ending == DROPPED:
        return [throw(rng, USUALLY, meeting) for meeting in meetings]
    chances = USUALLY if ending == COMPLETED else SELDOM
    for _try in range(TRIES):
        marks = [throw(rng, chances, meeting) for meeting in meetings]
        if sums(rule, meetings, book, marks).is_reached == (ending == COMPLETED):
            return marks
    return [(PRESENT if ending == COMPLETED else ABSENT, None)] * len(meetings)


def throw(rng, chances, meeting):
    """One mark; for how long, where somebody was there for part of it."""
    status = rng.choices([status for status, _weight in chances], [weight for _status, weight in chances])[0]
    if status == PRESENT or status not in WITH_MINUTES:
        return status, None
    length = minutes_of(meeting)
    if chances is SELDOM and status == LEFT:
        return status, rng.randrange(20, length // 2, 5)
    return status, length - rng.randrange(10, 65, 5)


def keep(ledger, rng, book, enrolment, sessions, marks):
    """Write the marks of the sessions that have ended, and of those that somebody was still part of the cohort."""
    until = enrolment.ended_at if enrolment.status == DROPPED else ledger.now
    for session, (status, minutes) in zip(sessions, marks, strict=True):
        if session.ends_at > min(until, ledger.now):
            continue
        marked_at = between(rng, session.ends_at - timedelta(minutes=20), session.ends_at)
        source = Source.HAND
        if status == EXCUSED:
            marked_at, source = excused(ledger, rng, book, enrolment, session), Source.EXCUSE
        ledger.add(
            Attendance(
                session=session,
                enrolment=enrolment,
                status=status,
                minutes=minutes,
                source=source,
                marked_by=book.staff,
                marked_at=marked_at,
            )
        )


def excused(ledger, rng, book, enrolment, session):
    """A request that was accepted; returns when."""
    asked_at = session.ends_at - timedelta(minutes=rng.randint(600, 2400))
    decided_at = between(rng, asked_at, session.ends_at - timedelta(minutes=5))
    fields = {"decided_at": decided_at, "decided_by": book.staff, "is_accepted": True}
    ledger.add(request(ledger, rng, enrolment, session, asked_at, **fields))
    return decided_at


def request(ledger, rng, enrolment, session, asked_at, **fields):
    """A request to be excused, in the person's own language."""
    reason = rng.choice(REASONS)[0 if enrolment.person.language == "ko" else 1]
    return Excuse(
        code=ledger.new_code(), enrolment=enrolment, session=session, reason=reason, asked_at=asked_at, **fields
    )


def ask_ahead(ledger, rng, book, sessions):
    """In a cohort that is running somebody asks for the last session, and waits for the answer."""
    live = [row for row in book.enrolments.values() if row.status == "active"]
    if live and sessions[0].starts_at <= ledger.now < sessions[-1].starts_at:
        asked_at = ledger.now - timedelta(hours=2)
        ledger.add(request(ledger, rng, live[-1], sessions[-1], asked_at))


def decision(rule, meetings, book, enrolment, marks):
    """What staff decided by the rule."""
    found = sums(rule, meetings, book, marks)
    return Completion(
        enrolment=enrolment,
        rule=rule,
        basis=found.basis,
        present=found.present,
        total=found.total,
        slips=found.sum.slips,
        is_reached=found.is_reached,
        is_completed=enrolment.status == COMPLETED,
        by=book.staff,
        at=enrolment.ended_at,
    )
