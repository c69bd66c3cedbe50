"""The on-site internship of 2024: 47 applied, 18 were placed with ten host companies, 16 completed."""

from datetime import date

from portal.demo.days import DAY, at
from portal.demo.ledger import dice, table
from portal.demo.plan import Plan
from portal.demo.selection import COMPLETED, DROPPED, GAVE_UP, INELIGIBLE, REJECTED, WITHDRAWN, Entry, select

COUNTS = {COMPLETED: 16, GAVE_UP: 2, REJECTED: 22, WITHDRAWN: 3, INELIGIBLE: 2}
LEFT_EARLY = ("참여기업의 제작 일정 변경으로 조기 종료", "본인 사정으로 조기 종료")


def tell(world, former):
    """Add the cohort; its people are `former` participants of the summer's courses."""
    plan = Plan(
        program="internship",
        slug="2024-1",
        label=("2024년 1기", "2024, cohort 1"),
        prefix="IN24",
        mode="review",
        capacity=sum(int(row["slots"]) for row in table("hosts")),
        place=("참여기업 10곳", "Ten host companies"),
        agreement="2024",
        interview=True,
        starts_at=at(date(2024, 9, 2), "10:00"),
        ends_at=at(date(2024, 12, 31), "18:00"),
    )
    plan.select_before(date(2024, 9, 2), open_days=42, close_days=24, announce_days=10)
    plan.cancel_until = at(date(2024, 9, 2) - 2 * DAY, "12:00")
    plan.published_at = plan.opens_at - 7 * DAY
    book = world.open(plan)
    people = dice("internship of 2024").sample(former, sum(COUNTS.values()) + 1)
    entries = [
        Entry(world.crowd["P15"], DROPPED, reason=LEFT_EARLY[0]),
        Entry(people.pop(), DROPPED, reason=LEFT_EARLY[1]),
    ]
    for outcome, count in COUNTS.items():
        entries.extend(Entry(people.pop(), outcome) for _ in range(count))
    select(book, entries)
    book.close()
