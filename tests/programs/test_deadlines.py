"""Deadlines: the second before, at and after; who began in time; personal extensions; reminders of what is near."""

import random
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.urls import reverse

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.models import applications as models
from programs.models.applications import GRACE, Application, ApplicationStatus
from programs.models.cohorts import Cohort
from programs.operations import applications, review
from programs.views.writing import opened_stamp
from tests.make import make_admin, make_application, make_cohort, make_consents, make_user
from tests.races import at_once

S = ApplicationStatus
pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CLOSES = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)  # Friday, 17:00 in Seoul


@pytest.fixture
def at(settings):
    """Sets the clock."""

    def set_clock(moment):
        settings.DEMO_NOW = moment
        return moment

    set_clock(CLOSES - timedelta(days=10))
    return set_clock


def make_draft(closes_at=CLOSES, **fields):
    cohort = make_cohort(
        opens_at=closes_at - timedelta(days=20) if closes_at else None,
        closes_at=closes_at,
        announce_at=CLOSES + timedelta(days=10),
        starts_at=CLOSES + timedelta(days=30),
        ends_at=CLOSES + timedelta(days=31),
    )
    fields = {"created_at": CLOSES - timedelta(days=15)} | fields
    return make_application(cohort, **({"status": S.DRAFT} | fields))


def submit(application, began_at=None):
    """Whether a submission now is taken."""
    try:
        return applications.submit_application(application.pk, by=application.applicant, began_at=began_at).status
    except Refused as refusal:
        return str(refusal)


CLOSED = "접수가 마감되었어요."


# --- the cut-off --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        (CLOSES - SECOND, True),
        (CLOSES - timedelta(microseconds=1), True),
        (CLOSES, False),
        (CLOSES + SECOND, False),
    ],
)
def test_the_second_before_at_and_after(at, moment, taken):
    draft = make_draft()
    at(moment)
    assert draft.is_in_time(moment) == taken
    assert submit(draft) == (S.SUBMITTED if taken else CLOSED)
    draft.refresh_from_db()
    assert draft.submitted_at == (moment if taken else None)


@pytest.mark.parametrize(
    ("began", "arrives", "taken"),
    [
        (CLOSES - SECOND, CLOSES, True),
        (CLOSES - SECOND, CLOSES + GRACE - SECOND, True),
        (CLOSES - SECOND, CLOSES + GRACE - timedelta(microseconds=1), True),
        (CLOSES - SECOND, CLOSES + GRACE, False),
        (CLOSES - timedelta(hours=5), CLOSES + SECOND, True),
        (CLOSES, CLOSES + SECOND, False),
        (CLOSES + SECOND, CLOSES + 2 * SECOND, False),
        (None, CLOSES + SECOND, False),
    ],
)
def test_what_began_before_the_cut_off_may_arrive_a_little_later(at, began, arrives, taken):
    draft = make_draft()
    at(arrives)
    assert draft.counts_at(arrives, began) == taken
    assert submit(draft, began) == (S.SUBMITTED if taken else CLOSED)


@pytest.mark.parametrize(("seconds", "taken"), [(29, True), (31, False)])
def test_half_a_minute_is_the_little_that_counts(at, seconds, taken):
    """The rules for applicants say thirty seconds: the number itself, whatever the code calls it."""
    draft = make_draft()
    arrives = at(CLOSES + timedelta(seconds=seconds))
    assert draft.counts_at(arrives, CLOSES - SECOND) == taken
    assert submit(draft, CLOSES - SECOND) == (S.SUBMITTED if taken else CLOSED)


def test_what_comes_too_late_is_kept_as_a_draft(at):
    draft = make_draft()
    before = dict(draft.draft)
    at(CLOSES + timedelta(minutes=5))
    assert submit(draft, CLOSES - SECOND) == CLOSED
    draft.refresh_from_db()
    assert (draft.status, draft.draft, draft.receipt_number) == (S.DRAFT, before, None)
    assert not OutgoingMail.objects.exists()


def test_a_cancelled_cohort_takes_nothing_whenever_it_was_begun(at):
    draft = make_draft()
    draft.cohort.cancelled_at, draft.cohort.cancel_reason = CLOSES - DAY, "강사 사정"
    draft.cohort.save()
    at(CLOSES + SECOND)
    assert submit(draft, CLOSES - SECOND) == CLOSED


def test_results_end_the_grace(at):
    """The window is over once results are out, even where it was to close later."""
    draft = make_draft()
    draft.cohort.released_at = CLOSES - timedelta(hours=1)
    draft.cohort.save()
    assert not draft.counts_at(CLOSES + SECOND, CLOSES - SECOND)


def test_without_a_window_nothing_is_in_time(at):
    draft = make_draft(None)
    assert draft.deadline is None
    assert not draft.counts_at(clock.now(), clock.now() - SECOND)


@pytest.mark.parametrize(
    ("offset", "began", "taken"),
    [
        (-SECOND, None, True),
        (timedelta(), None, False),
        (timedelta(), -SECOND, True),
        (GRACE - SECOND, -SECOND, True),
        (GRACE, -SECOND, False),
        (SECOND, timedelta(), False),
    ],
)
def test_an_application_sent_back_has_a_deadline_of_its_own(at, offset, began, taken):
    until = CLOSES + timedelta(days=5)
    application = make_draft(status=S.CHANGES_REQUESTED, changes_by=until, changes_note="x")
    assert application.deadline == until
    at(until + offset)
    outcome = submit(application, None if began is None else until + began)
    assert (outcome == S.SUBMITTED) == taken
    if not taken:
        assert "기한이 지났" in outcome


# --- the page says when it was opened -----------------------------------------------------------------


def post_submit(client, application, **data):
    client.force_login(application.applicant)
    return client.post(reverse("application-submit", args=[application.code]), data)


def test_the_pages_own_stamp_counts(client, at):
    draft = make_draft()
    at(CLOSES - SECOND)
    stamp = opened_stamp()
    at(CLOSES + 20 * SECOND)
    post_submit(client, draft, opened=stamp)
    draft.refresh_from_db()
    assert draft.status == S.SUBMITTED


@pytest.mark.parametrize("stamp", ["", "1764835199", "1764835199:abc:def", "x" * 5000, "한글"])
def test_a_stamp_cannot_be_made_up(client, at, stamp):
    draft = make_draft()
    at(CLOSES + SECOND)
    response = post_submit(client, draft, opened=stamp)
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.status == S.DRAFT


def test_a_page_opened_too_late_does_not_count(client, at):
    draft = make_draft()
    at(CLOSES + SECOND)
    post_submit(client, draft, opened=opened_stamp())
    draft.refresh_from_db()
    assert draft.status == S.DRAFT


# --- personal extensions ------------------------------------------------------------------------------


def test_an_extension_moves_the_deadline_of_one_person(at):
    draft, other = make_draft(), make_draft()
    until = CLOSES + timedelta(days=2)
    applications.extend_deadline(draft.pk, until, by=make_admin(), reason="정전")
    draft.refresh_from_db()
    assert (draft.deadline, other.deadline) == (until, CLOSES)
    at(until - SECOND)
    assert submit(other) == CLOSED
    assert submit(draft) == S.SUBMITTED


def test_an_extension_has_its_grace_too(at):
    draft = make_draft(extended_until=CLOSES + DAY)
    at(CLOSES + DAY + GRACE - SECOND)
    assert draft.counts_at(clock.now(), CLOSES + DAY - SECOND)
    assert not draft.counts_at(clock.now(), CLOSES + DAY)
    assert not draft.counts_at(clock.now())
    assert not draft.counts_at(CLOSES + DAY + GRACE, CLOSES + DAY - SECOND)


def test_an_extension_never_shortens(at):
    draft = make_draft(extended_until=CLOSES - DAY)
    assert draft.deadline == CLOSES
    at(CLOSES - SECOND)
    assert submit(draft) == S.SUBMITTED


def test_an_extension_twice_is_once_and_another_is_told_anew(at):
    draft, staff = make_draft(), make_admin()
    for _ in range(2):
        applications.extend_deadline(draft.pk, CLOSES + DAY, by=staff, reason="정전")
    assert AuditEvent.objects.filter(verb="application.extended").count() == 1
    assert OutgoingMail.objects.count() == 1
    applications.extend_deadline(draft.pk, CLOSES + 2 * DAY, by=staff, reason="정전")
    assert OutgoingMail.objects.count() == 2


# --- reminders ----------------------------------------------------------------------------------------


def reminded(application):
    rows = OutgoingMail.objects.filter(person=application.applicant)
    return list(rows.order_by("pk").values_list("reason", flat=True))


@pytest.mark.parametrize(
    ("moment", "reasons"),
    [
        (CLOSES - 3 * DAY - SECOND, []),
        (CLOSES - 3 * DAY, ["draft_reminder_3"]),
        (CLOSES - DAY - SECOND, ["draft_reminder_3"]),
        (CLOSES - DAY, ["draft_reminder_1"]),
        (CLOSES - SECOND, ["draft_reminder_1"]),
        (CLOSES, []),
        (CLOSES + DAY, []),
    ],
)
def test_the_owner_of_a_draft_is_reminded_three_days_and_one_before(at, moment, reasons):
    draft = make_draft()
    for _ in range(2):
        assert applications.remind_drafts(at(moment)) in (len(reasons), 0)
    assert reminded(draft) == reasons


def test_both_reminders_come_once_each(at):
    draft = make_draft()
    sent = 0
    for hours in range(100, -10, -2):
        sent += applications.remind_drafts(at(CLOSES - timedelta(hours=hours)))
    assert sent == 2
    assert reminded(draft) == ["draft_reminder_3", "draft_reminder_1"]


def test_an_extension_moves_the_reminders(at):
    draft = make_draft(extended_until=CLOSES + timedelta(days=7))
    applications.remind_drafts(at(CLOSES - 2 * DAY))
    applications.remind_drafts(at(CLOSES - timedelta(hours=2)))
    assert reminded(draft) == []
    applications.remind_drafts(at(CLOSES + timedelta(days=4)))
    applications.remind_drafts(at(CLOSES + timedelta(days=6)))
    assert reminded(draft) == ["draft_reminder_3", "draft_reminder_1"]
    assert "12월 11일 (금) 17:00까지" in OutgoingMail.objects.first().body


def test_an_extension_counts_where_the_cohort_has_no_window(at):
    """What databases make of NULL differs; the extension alone decides here, and it never shortens there."""
    alone = make_draft(None, extended_until=CLOSES)
    earlier = make_draft(extended_until=CLOSES - 2 * DAY)
    neither = make_draft(None)
    at(CLOSES - timedelta(days=2, hours=12))
    found = Application.objects.due_between(clock.now(), clock.now() + 3 * DAY)
    assert {(row.pk, row.ends_at) for row in found} == {(alone.pk, CLOSES), (earlier.pk, CLOSES)}
    assert {row.deadline for row in found} == {CLOSES}
    assert neither not in found


@pytest.mark.postgres
def test_an_extension_counts_the_same_on_postgres(at):
    test_an_extension_counts_where_the_cohort_has_no_window(at)


def test_whoever_begins_late_is_not_reminded_of_what_is_over(at):
    draft = make_draft(created_at=CLOSES - 2 * DAY)
    applications.remind_drafts(at(CLOSES - 2 * DAY + SECOND))
    assert reminded(draft) == []
    applications.remind_drafts(at(CLOSES - timedelta(hours=20)))
    assert reminded(draft) == ["draft_reminder_1"]
    late = make_draft(created_at=CLOSES - timedelta(hours=3))
    applications.remind_drafts(at(CLOSES - timedelta(hours=2)))
    assert reminded(late) == []


@pytest.mark.parametrize("status", [s for s in S if s != S.DRAFT])
def test_only_drafts_are_reminded(at, status):
    make_draft(status=status)
    assert applications.remind_drafts(at(CLOSES - 2 * DAY)) == 0


@pytest.mark.parametrize(
    "fields", [{"published_at": None}, {"cancelled_at": CLOSES - 5 * DAY, "cancel_reason": "x"}]
)
def test_nobody_is_reminded_of_what_cannot_be_sent(at, fields):
    draft = make_draft()
    type(draft.cohort).objects.filter(pk=draft.cohort_id).update(**fields)
    assert applications.remind_drafts(at(CLOSES - 2 * DAY)) == 0


def test_a_reminder_is_dropped_when_the_draft_is_sent_meanwhile(at):
    draft = make_draft()
    at(CLOSES - 2 * DAY)
    applications.remind_drafts(clock.now())
    queued = OutgoingMail.objects.get()
    assert submit(draft) == S.SUBMITTED
    assert mail.deliver(queued.pk) == 0
    queued.refresh_from_db()
    assert queued.status == MailStatus.DROPPED


@pytest.mark.parametrize("count", [1, 30])
def test_reminders_cost_nothing_once_they_are_sent(at, count, django_assert_num_queries):
    for _ in range(count):
        make_draft()
    at(CLOSES - 2 * DAY)
    assert applications.remind_drafts(clock.now()) == count
    with django_assert_num_queries(3):
        assert applications.remind_drafts(clock.now()) == 0


def send_back(at, begin, until):
    application = make_application(make_cohort(phase="in_review"), status=S.IN_REVIEW)
    make_consents(application.applicant, application.cohort)
    at(begin)
    review.request_changes(application.pk, by=make_admin(), note="링크가 열리지 않습니다.", until=until)
    application.refresh_from_db()
    return application


def test_what_was_sent_back_is_reminded_a_day_before(at):
    begin = at(CLOSES - timedelta(days=9))
    until = begin + timedelta(days=4)
    application = send_back(at, begin, until)
    for moment, count in [(until - DAY - SECOND, 0), (until - DAY, 1), (until - SECOND, 0), (until, 0)]:
        assert applications.remind_changes(at(moment)) == count
    assert reminded(application) == ["changes_requested", "changes_reminder"]
    assert "링크가 열리지 않습니다." in OutgoingMail.objects.get(reason="changes_reminder").body


def test_a_short_time_to_complete_is_told_once(at):
    begin = at(CLOSES - timedelta(days=9))
    application = send_back(at, begin, begin + timedelta(hours=20))
    assert applications.remind_changes(at(begin + timedelta(hours=19))) == 0
    assert reminded(application) == ["changes_requested"]


def test_a_second_request_is_reminded_again(at):
    begin = at(CLOSES - timedelta(days=9))
    application = send_back(at, begin, begin + 2 * DAY)
    assert applications.remind_changes(at(begin + DAY)) == 1
    queued = OutgoingMail.objects.get(reason="changes_reminder")
    assert submit(application) == S.SUBMITTED
    assert mail.deliver(queued.pk) == 0
    again = at(begin + timedelta(hours=30))
    review.start_review([application.pk], by=make_admin())
    review.request_changes(application.pk, by=make_admin(), note="하나 더", until=again + 2 * DAY)
    assert applications.remind_changes(at(again + DAY + SECOND)) == 1
    assert mail.deliver(OutgoingMail.objects.latest("pk").pk) == 1


def test_the_clock_reminds(at):
    draft, back = make_draft(), None
    begin = at(CLOSES - timedelta(days=9))
    back = send_back(at, begin, CLOSES)
    at(CLOSES - timedelta(hours=23))
    call_command("run_due", once=True)
    assert reminded(draft) == ["draft_reminder_1"]
    assert reminded(back) == ["changes_requested", "changes_reminder"]
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {MailStatus.SENT}


# --- fifty people at the deadline ---------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fifty_people_around_the_deadline_second(monkeypatch):
    """Each outcome agrees with the clock: by when it arrived, and whether the page was opened in time."""
    grace = timedelta(milliseconds=400)
    monkeypatch.setattr(models, "GRACE", grace)
    cohort = make_cohort(closes_at=clock.now() + timedelta(hours=1))
    drafts = [make_application(cohort, make_user(), status=S.DRAFT) for _ in range(50)]
    closes_at = clock.now() + timedelta(seconds=3)  # only now: making them takes its time
    Cohort.objects.filter(pk=cohort.pk).update(closes_at=closes_at)
    dice = random.Random(50)
    people = [
        SimpleNamespace(
            draft=draft,
            at=closes_at + timedelta(seconds=dice.uniform(-1, 1.2)),
            began_at=closes_at - timedelta(seconds=2) if number % 2 else None,
        )
        for number, draft in enumerate(drafts)
    ]
    assert clock.now() < closes_at - timedelta(seconds=1)

    def job(person):
        def run():
            time.sleep(max((person.at - clock.now()).total_seconds(), 0))
            person.from_ = clock.now()
            try:
                person.outcome = applications.submit_application(
                    person.draft.pk, by=person.draft.applicant, began_at=person.began_at
                )
            except Refused as refusal:
                person.outcome = refusal
            person.to = clock.now()

        return run

    at_once([job(person) for person in people])

    taken = 0
    for person in people:
        ends_at = closes_at + grace if person.began_at else closes_at
        person.draft.refresh_from_db()
        if isinstance(person.outcome, Application):
            taken += 1
            assert person.draft.status == S.SUBMITTED
            assert person.draft.submitted_at < ends_at
            assert person.from_ <= person.draft.submitted_at
        else:
            assert str(person.outcome) == CLOSED
            assert (person.draft.status, person.draft.receipt_number) == (S.DRAFT, None)
            assert person.to >= ends_at
    assert 5 < taken < 45
    numbers = cohort.applications.exclude(receipt_serial=None).values_list("receipt_serial", flat=True)
    assert sorted(numbers) == list(range(1, taken + 1))
    assert OutgoingMail.objects.filter(reason="received").count() == taken
