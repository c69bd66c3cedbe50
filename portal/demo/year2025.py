"""The eight courses of 2025. Only months, and who took part, are known of them: people come in from tables."""

import csv
import io
from datetime import date

from django.contrib.auth import get_user_model

from portal.demo.crowd import NO_PASSWORD
from portal.demo.days import DAY, at, weekday
from portal.demo.ledger import dice, table
from portal.demo.plan import Plan
from portal.models import AuditEvent
from programs.models.enrolments import Enrolment
from programs.models.imports import ImportKind
from programs.operations import imports

SLUG, LABEL = "2025-1", ("2025년 1기", "2025, cohort 1")
RETURNING = 0.18  # share of places taken by people of 2024
HEADINGS = ("이메일", "성명", "영문 성명", "결과")


def tell(world, former):
    """Add the courses; some places go to `former` participants. Who takes part comes in once all is written."""
    for row in table("courses_2025"):
        cohort = open_course(world, row)
        if cohort.ends_at <= world.now:
            world.tables.append((cohort, f"{row['program']}-2025.csv", participants(world, row, former)))


def open_course(world, row):
    """The cohort of one course."""
    first, last = month_of(row["month"])
    if row["day"]:
        first = last = date.fromisoformat(row["day"])
    plan = Plan(
        program=row["program"],
        slug=SLUG,
        label=LABEL,
        prefix=row["prefix"],
        mode="rsvp",
        capacity=int(row["enrolled"]),
        place=("", ""),
        agreement="2025",
        precision="day" if row["day"] else "month",
        starts_at=at(first, "10:00"),
        ends_at=at(last, "18:00"),
        published_at=at(weekday(first - 60 * DAY, 0), "10:00"),
    )
    book = world.open(plan)
    book.close()
    return book.cohort


def participants(world, row, former):
    """The table of one course, as whoever ran it kept it."""
    enrolled, completed = int(row["enrolled"]), int(row["completed"])
    rng = dice("places of 2025", row["code"])
    returning = rng.sample(former, int(enrolled * RETURNING))
    people = returning + world.crowd.many(enrolled - len(returning))
    rng.shuffle(people)
    outcomes = ["수료"] * completed + ["미수료"] * (enrolled - completed)
    rng.shuffle(outcomes)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for person, outcome in zip(people, outcomes, strict=True):
        writer.writerow([person.email, person.full_name, person.romanized_name, outcome])
    return text.getvalue()


def bring_in(world):
    """Take the tables in and apply them, as staff do. What the import makes is made to be the demonstration's own:
    the same on every run, taken away with it, and in no audit."""
    staff = world.crowd["manager"]
    for cohort, name, text in world.tables:
        batch = imports.take_in(ImportKind.PARTICIPANTS, text.encode(), name, by=staff, cohort=cohort)
        imports.apply(batch.pk, by=staff)
        enrolments = list(Enrolment.objects.filter(cohort=cohort).order_by("person__email"))
        for enrolment in enrolments:
            enrolment.code = world.ledger.new_code()
        Enrolment.objects.bulk_update(enrolments, ["code"], batch_size=500)
        new = get_user_model().objects.filter(enrolments__cohort=cohort, is_demo=False)
        keys = list(new.values_list("pk", flat=True))
        get_user_model().objects.filter(pk__in=keys).update(
            is_demo=True, password=NO_PASSWORD, date_joined=cohort.ends_at
        )
    AuditEvent.objects.filter(by=staff).delete()


def month_of(text):
    """The first and the last day of a month such as 2025-06."""
    first = date.fromisoformat(f"{text}-01")
    return first, (first + 31 * DAY).replace(day=1) - DAY
