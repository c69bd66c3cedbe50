"""Honorarium: sums to the won, months in Seoul, what is frozen stays, differences, own rounds alone."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import privacy as people
from mentoring.care import honorarium
from mentoring.models.honorarium import Statement, StatementLine
from mentoring.models.meetings import Meeting
from mentoring.operations import honorarium as operations
from portal import clock, sheets
from portal.errors import Refused
from portal.models import AuditEvent
from tests import make, races

pytestmark = pytest.mark.django_db
RATE = 100_000
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
LIST = "admin:mentoring_statement_changelist"


@pytest.fixture(autouse=True)
def in_january(settings):
    settings.DEMO_NOW = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)


@pytest.fixture
def round_():
    cohort = make.make_cohort(make.make_program(has_mentoring=True, title_ko="멘토링 과정"), phase="running")
    return make.make_mentoring_round(cohort, hourly_rate=RATE)


@pytest.fixture
def pairing(round_):
    mentor = make.make_mentor(make.make_user(full_name="남궁멘토"))
    return make.make_pairing(mentor, make.make_enrolment(round_.cohort, make.make_user(full_name="황보멘티")))


@pytest.fixture
def manager(round_):
    return make.make_manager(round_.cohort)


def held(pairing, day=10, month=11, minutes=60, hour=3, **fields):
    """A meeting that was held and settled, on that day of 2026 (in UTC)."""
    starts_at = datetime(2026, month, day, hour, 0, tzinfo=UTC)
    values = {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=60),
        "status": "held",
        "minutes": minutes,
        "settled_at": starts_at + timedelta(hours=2),
    }
    return Meeting.objects.create(pairing=pairing, **values | fields)


def put_right(meeting, **fields):
    Meeting.objects.filter(pk=meeting.pk).update(**fields)


def one(round_, month, by):
    (statement,) = operations.draw_up(round_.pk, month, by=by)
    return statement


def approved(round_, month, by):
    statement = one(round_, month, by)
    operations.approve(statement.pk, statement.amount, by=by)
    statement.refresh_from_db()
    return statement


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


# --- sums -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "rate", "won"),
    [
        (60, 100_000, 100_000),
        (50, 100_000, 83_333),
        (1, 90, 2),  # 1.5 won: half a won up
        (1, 89, 1),
        (0, 100_000, 0),
        (30, 33_333, 16_667),
        (720, 10_000_000, 120_000_000),
    ],
)
def test_a_meeting_is_paid_to_the_won_half_a_won_up(minutes, rate, won):
    assert honorarium.pay(minutes, rate) == won


@given(minutes=st.integers(0, 720), rate=st.integers(0, 10**7))
def test_rounding_is_never_more_than_half_a_won_off(minutes, rate):
    assert abs(60 * honorarium.pay(minutes, rate) - minutes * rate) <= 30


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-1-1", "nonsense", "2026-00", "٢٠٢٦-١١"])
def test_what_is_no_month_is_none(text):
    assert honorarium.parsed_month(text) in (None, date(2026, 11, 1))


# --- what counts ------------------------------------------------------------------------------------------------


def test_only_what_was_held_and_settled_counts(round_, pairing, manager):
    held(pairing, 3, minutes=50)
    held(pairing, 4, minutes=60)
    make.make_meeting(pairing, starts_at=datetime(2026, 11, 5, tzinfo=UTC))
    make.make_meeting(
        pairing,
        starts_at=datetime(2026, 11, 6, tzinfo=UTC),
        status="mentee_absent",
        settled_at=clock.now(),
    )
    make.make_meeting(
        pairing, starts_at=datetime(2026, 11, 7, tzinfo=UTC), status="cancelled", called_off_reason="1"
    )
    statement = one(round_, NOVEMBER, manager)
    assert (statement.minutes, statement.amount) == (110, 83_333 + 100_000)
    assert [line.amount for line in statement.lines.all()] == [83_333, 100_000]


def test_a_month_ends_at_midnight_in_seoul(round_, pairing, manager):
    last = held(pairing, 30, 11, hour=14)  # 30 November 23:00 in Seoul
    first = held(pairing, 30, 11, hour=15)  # 1 December 00:00 in Seoul
    assert [line.meeting for line in one(round_, NOVEMBER, manager).lines.all()] == [last]
    assert [line.meeting for line in one(round_, DECEMBER, manager).lines.all()] == [first]


def test_another_mentor_another_statement_and_another_round_none(round_, pairing, manager):
    held(pairing)
    second = make.make_pairing(make.make_mentor(), make.make_enrolment(round_.cohort))
    held(second, minutes=30)
    other = make.make_mentoring_round(hourly_rate=RATE)
    held(make.make_pairing(pairing.mentor, make.make_enrolment(other.cohort)), 11)
    amounts = {s.mentor_id: s.amount for s in operations.draw_up(round_.pk, NOVEMBER, by=manager)}
    assert amounts == {pairing.mentor_id: 100_000, second.mentor_id: 50_000}


def test_a_draft_is_reckoned_anew_and_goes_when_nothing_is_left(round_, pairing, manager):
    meeting = held(pairing)
    statement = one(round_, NOVEMBER, manager)
    put_right(meeting, minutes=90)
    assert one(round_, NOVEMBER, manager).pk == statement.pk
    statement.refresh_from_db()
    assert statement.amount == 150_000
    put_right(meeting, status="mentor_absent", minutes=None)
    assert operations.draw_up(round_.pk, NOVEMBER, by=manager) == []
    assert not Statement.objects.exists()


def test_what_cannot_be_drawn_up(round_, pairing, manager):
    held(pairing)
    for month in (date(2026, 11, 2), date(2027, 2, 1)):
        with pytest.raises(Refused):
            operations.draw_up(round_.pk, month, by=manager)
    with pytest.raises(Refused):
        operations.draw_up(round_.pk, NOVEMBER, by=make.make_manager(make.make_cohort()))
    round_.hourly_rate = 0
    round_.save()
    with pytest.raises(Refused):
        operations.draw_up(round_.pk, NOVEMBER, by=manager)


# --- frozen -----------------------------------------------------------------------------------------------------


def test_what_is_approved_is_never_counted_again(round_, pairing, manager):
    held(pairing)
    statement = approved(round_, NOVEMBER, manager)
    assert statement.status == "approved"
    for month in (NOVEMBER, DECEMBER):
        assert operations.draw_up(round_.pk, month, by=manager) == []
    late = held(pairing, 20)  # settled only afterwards
    following = one(round_, DECEMBER, manager)
    assert [line.meeting for line in following.lines.all()] == [late]


def test_no_meeting_stands_in_two_drafts(round_, pairing, manager):
    held(pairing)
    one(round_, NOVEMBER, manager)
    assert operations.draw_up(round_.pk, DECEMBER, by=manager) == []
    line = StatementLine.objects.get()
    other = Statement.objects.create(round=round_, mentor=pairing.mentor, month=DECEMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementLine.objects.create(
            statement=other, meeting=line.meeting, starts_at=line.starts_at, minutes=1, rate=1, amount=1
        )


@pytest.mark.parametrize(
    ("change", "minutes", "amount"),
    [
        ({"minutes": 90}, 30, 50_000),
        ({"minutes": 50}, -10, -16_667),
        ({"status": "mentor_absent", "minutes": None}, -60, -100_000),
    ],
)
def test_a_correction_goes_to_the_next_statement_as_the_difference(
    round_, pairing, manager, change, minutes, amount
):
    meeting = held(pairing)
    statement = approved(round_, NOVEMBER, manager)
    operations.pay(statement.pk, clock.today(), by=manager)
    put_right(meeting, **change)
    following = one(round_, DECEMBER, manager)
    (line,) = following.lines.all()
    assert (line.is_correction, line.minutes, line.amount) == (True, minutes, amount)
    statement.refresh_from_db()
    assert (statement.status, statement.minutes, statement.amount) == ("paid", 60, 100_000)
    assert honorarium.is_intact(statement)
    operations.approve(following.pk, following.amount, by=manager)
    assert operations.draw_up(round_.pk, date(2027, 1, 1), by=manager) == []


def test_corrections_add_up_to_what_one_statement_would_say(round_, pairing, manager):
    meeting = held(pairing, minutes=50)
    approved(round_, NOVEMBER, manager)
    put_right(meeting, minutes=49)
    approved(round_, DECEMBER, manager)
    put_right(meeting, minutes=47)
    approved(round_, date(2027, 1, 1), manager)
    assert sum(row.amount for row in Statement.objects.all()) == honorarium.pay(47, RATE)
    assert sum(row.minutes for row in Statement.objects.all()) == 47


def test_a_correction_keeps_the_rate_that_was_paid(round_, pairing, manager):
    meeting = held(pairing)
    approved(round_, NOVEMBER, manager)
    round_.hourly_rate = 200_000
    round_.save()
    put_right(meeting, minutes=30)
    held(pairing, 5, 12)
    lines = list(one(round_, DECEMBER, manager).lines.all())
    assert [(line.rate, line.amount) for line in lines] == [(100_000, -50_000), (200_000, 200_000)]


def test_a_draft_that_changed_since_it_was_seen_is_not_approved(round_, pairing, manager):
    meeting = held(pairing)
    statement = one(round_, NOVEMBER, manager)
    put_right(meeting, minutes=30)
    again, is_approved = operations.approve(statement.pk, statement.amount, by=manager)
    assert (is_approved, again.status, again.amount) == (False, "draft", 50_000)
    assert operations.approve(statement.pk, 50_000, by=manager)[1]


def test_lines_changed_past_the_portal_are_noticed_and_not_paid(round_, pairing, manager):
    held(pairing)
    statement = approved(round_, NOVEMBER, manager)
    StatementLine.objects.update(amount=999_999)
    assert not honorarium.is_intact(statement)
    with pytest.raises(Refused):
        operations.pay(statement.pk, clock.today(), by=manager)
    page = client_of(manager).get(reverse("admin:mentoring_statement_change", args=[statement.pk]))
    assert page.context["is_broken"]


def test_approving_and_paying_twice_is_once_and_in_order(round_, pairing, manager):
    held(pairing)
    statement = one(round_, NOVEMBER, manager)
    with pytest.raises(Refused):
        operations.pay(statement.pk, clock.today(), by=manager)
    for _twice in range(2):
        operations.approve(statement.pk, statement.amount, by=manager)
    with pytest.raises(Refused):
        operations.pay(statement.pk, clock.today() + timedelta(days=1), by=manager)
    for _twice in range(2):
        operations.pay(statement.pk, clock.today(), by=manager)
    with pytest.raises(Refused):
        operations.pay(statement.pk, clock.today() - timedelta(days=1), by=manager)
    verbs = AuditEvent.objects.filter(target_type="mentoring.statement").order_by("pk")
    assert [event.verb for event in verbs] == ["statement.approved", "statement.paid"]


def test_nobody_approves_or_pays_their_own(round_, pairing):
    held(pairing)
    own = pairing.mentor.user
    make.make_grant(own, "manager", round_.cohort)
    statement = one(round_, NOVEMBER, own)
    for deed in (
        lambda: operations.approve(statement.pk, statement.amount, by=own),
        lambda: operations.pay(statement.pk, clock.today(), by=own),
    ):
        with pytest.raises(Refused):
            deed()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_draw_up_and_approve_at_once_pay_once(round_, pairing, manager):
    held(pairing)
    statement = one(round_, NOVEMBER, manager)
    admin = make.make_admin()
    races.at_once(
        [
            lambda: operations.approve(statement.pk, statement.amount, by=manager),
            lambda: operations.approve(statement.pk, statement.amount, by=admin),
            lambda: operations.draw_up(round_.pk, NOVEMBER, by=admin),
            lambda: operations.draw_up(round_.pk, DECEMBER, by=manager),
        ]
    )
    statement.refresh_from_db()
    assert statement.status == "approved"
    assert StatementLine.objects.count() == 1
    assert AuditEvent.objects.filter(verb="statement.approved").count() == 1


# --- pages and files --------------------------------------------------------------------------------------------


def test_staff_draw_up_approve_and_pay_by_their_pages(round_, pairing, manager):
    held(pairing)
    client = client_of(manager)
    address = reverse("admin:mentoring_statement_draw_up", args=[round_.pk])
    assert client.post(address, {"month": "Nov"}).context["form"].errors["month"]
    client.post(address, {"month": "2026-11"})
    statement = Statement.objects.get()
    for action, more in (("approve", {}), ("mark_paid", {"day": "2027-01-04"})):
        data = {"action": action, ACTION_CHECKBOX_NAME: [statement.pk]}
        page = client.post(reverse(LIST), data)
        assert "남궁멘토" in page.text
        client.post(reverse(LIST), data | {"confirm": "yes"} | more)
    statement.refresh_from_db()
    assert (statement.status, statement.paid_on) == ("paid", date(2027, 1, 4))
    page = client.get(reverse("admin:mentoring_statement_change", args=[statement.pk])).text
    assert "100,000" in page
    assert "황보멘티" not in page
    assert address in client.get(reverse("admin:programs_cohort_overview", args=[round_.cohort_id])).text


def test_the_list_costs_the_same_for_one_statement_and_for_many(round_, pairing, manager):
    client = client_of(manager)

    def queries():
        operations.draw_up(round_.pk, NOVEMBER, by=manager)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LIST)).status_code == 200
        return len(captured)

    held(pairing)
    queries()
    few = queries()
    for _more in range(20):
        held(make.make_pairing(make.make_mentor(), make.make_enrolment(round_.cohort)))
    assert queries() == few
    assert Statement.objects.count() == 21


def test_only_ones_own_rounds(round_, pairing, manager):
    held(pairing)
    statement = one(round_, NOVEMBER, manager)
    other = client_of(make.make_manager(make.make_cohort()))
    assert other.get(reverse("admin:mentoring_statement_draw_up", args=[round_.pk])).status_code == 404
    assert other.get(reverse("admin:mentoring_statement_change", args=[statement.pk])).status_code == 404
    assert "남궁멘토" not in other.get(reverse(LIST)).text
    data = {"action": "as_csv", ACTION_CHECKBOX_NAME: [statement.pk]}
    assert "남궁멘토" not in other.post(reverse(LIST), data).text
    assert "남궁멘토" in client_of(manager).post(reverse(LIST), data).text


def test_the_excel_file_holds_numbers_text_and_sums(round_, pairing, manager):
    held(pairing, minutes=50)
    held(pairing, 12, minutes=60)
    statement = approved(round_, NOVEMBER, manager)
    data = {"action": "as_excel", ACTION_CHECKBOX_NAME: [statement.pk]}
    answer = client_of(manager).post(reverse(LIST), data)
    assert answer["Content-Type"] == sheets.KIND
    assert answer["Content-Disposition"] == 'attachment; filename="honorarium-2027-01-05.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    sums, lines = book.worksheets
    cohort = f"멘토링 과정 {round_.cohort.label}"
    assert [cell.value for cell in sums[2]][:5] == [
        "2026-11",
        "남궁멘토",
        cohort,
        110,
        183_333,
    ]
    assert [row[7].value for row in lines.iter_rows(min_row=2)] == [83_333, 100_000, 183_333]
    assert lines["D2"].value == datetime(2026, 11, 10, 12, 0)  # noqa: DTZ001 (in Seoul)
    assert lines["H2"].number_format == "#,##0"
    assert lines["B2"].font.name == "Malgun Gothic"
    formulas = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[1]
    assert formulas["H4"].value == "=SUM(H2:H3)"
    assert "황보멘티" not in repr([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])


def test_text_in_an_excel_file_is_never_a_formula_or_a_link():
    rows = [["=1+1", "https://example.com", "@SUM(A1)", "a\x00b\x0b", 2**40, None, "x" * 40_000]]
    content = sheets.workbook([("이름/시트"[:2], list("abcdefg"), rows, ())])
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    cells = list(sheet[2])
    assert [cell.data_type for cell in cells[:3]] == ["s", "s", "s"]
    assert cells[0].value == "=1+1"
    assert all(cell.hyperlink is None for cell in cells)
    assert cells[4].value == 2**40
    assert len(cells[6].value) == sheets.LONGEST_CELL


def test_the_csv_file(round_, pairing, manager):
    held(pairing, minutes=50)
    statement = approved(round_, NOVEMBER, manager)
    data = {"action": "as_csv", ACTION_CHECKBOX_NAME: [statement.pk]}
    answer = client_of(manager).post(reverse(LIST), data)
    (_head, row) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row[1] == "남궁멘토"
    assert row[3] == "2026-11-10 12:00"
    assert row[5:8] == ["50", "100000", "83333"]


def test_a_mentor_reads_own_statements_once_they_are_approved(round_, pairing, manager):
    held(pairing)
    own = client_of(pairing.mentor.user)
    statement = one(round_, NOVEMBER, manager)
    address = f"/ko/mentoring/honorarium/{statement.code}/"
    assert own.get(address).status_code == 404  # a draft may change
    assert statement.code not in own.get("/ko/mentoring/honorarium/").text
    operations.approve(statement.pk, statement.amount, by=manager)
    assert statement.code in own.get("/ko/mentoring/honorarium/").text
    page = own.get(address).text
    assert "100,000" in page
    assert "황보멘티" not in page
    for other in (make.make_mentor().user, pairing.enrolment.person, make.make_user()):
        assert client_of(other).get(address).status_code == 404
    assert client_of(make.make_user()).get("/ko/mentoring/honorarium/").status_code == 404
    (mine,) = people.export(pairing.mentor.user)["mentoring"]["honorarium"]
    assert (mine["amount"], mine["status"]) == (100_000, "approved")
