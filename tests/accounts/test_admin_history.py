"""What the audit notes, as staff read it in a history."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.admin_tools import event_lines
from portal import audit
from portal.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db


def notes(target, language="en"):
    with override(language):
        return [line["note"] for line in event_lines(audit.history(target))]


def test_moments_are_read_in_seoul_and_in_words():
    cohort = make.make_cohort()
    late = datetime(2026, 11, 24, 21, 58, 46, 750417, tzinfo=UTC)
    audit.record(
        "cohort.announced_early", target=cohort, by=None, before=str(late.replace(month=12)), after=str(late)
    )
    audit.record("cohort.seats_kept", target=cohort, by=None, after=f"NFLX 3 {late.isoformat()}")
    kept, early = notes(cohort)
    assert kept.startswith("NFLX 3 Wed, 25 November")
    assert "06:58 KST → Wed, 25 November" in early
    assert "+00:00" not in kept + early


def test_people_are_named_with_one_query_however_many():
    round_ = make.make_round()
    people = [make.make_user(romanized_name=f"Eo Jinsol {number}") for number in range(5)]
    for person in people:
        audit.record("reviewer.invited", target=round_, by=None, after=str(person.pk))
    audit.record("conflict.noted", target=round_, by=None, after=f"{people[0].pk} family")
    audit.record("reviewer.changed", target=round_, by=None, after="most, languages")
    audit.record("reviewer.ended", target=round_, by=None, before="999999999", reason="일정이 맞지 않음")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = notes(round_)
    assert len(queries) <= 2
    assert found[0] == "999999999 · 일정이 맞지 않음"  # whose account is no more
    assert found[1] == "most, languages"
    assert found[2] == "Eo Jinsol 0 · Family or close friend"
    assert found[-1] == "Eo Jinsol 0"


@pytest.mark.parametrize(
    ("verb", "before", "after", "words"),
    [
        ("decisions.released", "", "(10, 4, 0, 9, 19)", "Offer a place 10 · Waitlist 4 · Do not select 9"),
        ("decisions.staged.offer", "", "1", "1 application"),
        ("decisions.staged.waitlist", "", "12", "12 applications"),
        ("mail_template.written", "", "offered ko", "Offer with the results · Korean"),
        ("mail_template.written", "", "no longer there", "no longer there"),
        ("decisions.staged.undo", "", "all", "all"),
        ("enrolment.no_show", "enrolled", "no_show", "Enrolled → No-show"),
        ("slots.made", "3", "6", "6"),
        ("panel.changed", "3", "place_ko", ""),
        ("interview.turnout", "attended", "absent", "Attended → Did not come"),
        ("interview.turnout", "", "attended", "Attended"),
        ("cohort.capacity", "4", "6", "4 → 6"),
    ],
)
def test_numbers_and_codes_are_said_in_words(verb, before, after, words):
    cohort = make.make_cohort()
    audit.record(verb, target=cohort, by=None, before=before, after=after)
    assert notes(cohort) == [words]


def test_a_history_page_shows_them(client):
    client.force_login(make.make_admin(language="en"))
    cohort = make.make_cohort(phase="in_review")
    audit.record("decisions.released", target=cohort, by=None, after="(1, 0, 0, 0, 0)")
    for name in ("history", "overview"):
        page = client.get(reverse(f"admin:programs_cohort_{name}", args=[cohort.pk])).text
        assert "Offer a place 1" in page
        assert "(1, 0, 0" not in page
    assert AuditEvent.objects.count() == 1
