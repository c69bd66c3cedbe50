"""Interviews as staff run them in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Profile
from portal import clock, i18n
from portal.errors import Refused
from programs import interviews as reads
from programs.models.interviews import InterviewSlot, Panel
from programs.models.selection import Conflict
from programs.operations import interviews as operations
from tests.make import make_admin, make_manager, make_round
from tests.programs.interviews import at, make_interviews

pytestmark = pytest.mark.django_db


def url(name, pk):
    return reverse(f"admin:programs_panel_{name}", args=[pk])


@pytest.fixture
def staff(client):
    person = make_admin()
    client.force_login(person)
    return person


def test_a_panel_is_added_changed_and_removed(client, staff):
    round_, _slots, _rows = make_interviews(slots=0)
    member = round_.panels.get().members.get()
    overview = reverse("admin:programs_cohort_overview", args=[round_.cohort_id])
    assert url("round", round_.pk) in client.get(overview).text

    assert client.get(url("add_to", round_.pk)).status_code == 200
    data = {"title_ko": "연출 위원회", "title_en": "Directing", "place_ko": "홍릉", "place_en": "", "link": ""}
    answer = client.post(url("add_to", round_.pk), data | {"members": [member.pk]})
    assert answer.url == url("round", round_.pk)
    panel = Panel.objects.get(title_ko="연출 위원회")
    assert list(panel.members.all()) == [member]

    assert "연출 위원회" in client.get(url("edit", panel.pk)).text
    client.post(url("edit", panel.pk), data | {"members": [member.pk], "link": "meet.example.com/b"})
    panel.refresh_from_db()
    assert panel.link == "https://meet.example.com/b"
    assert client.post(url("edit", panel.pk), data | {"members": [staff.pk]}).status_code == 200
    assert client.post(url("remove", panel.pk)).url == url("round", round_.pk)
    assert round_.panels.count() == 1


def test_slots_in_a_series_are_shown_first_and_made_without_what_clashes(client, staff):
    round_, _slots, _rows = make_interviews(slots=0)
    panel = round_.panels.get()
    day = (clock.now() + timedelta(days=5)).astimezone(clock.SEOUL).date()
    data = {"day": day.isoformat(), "start": "10:00", "end": "12:00", "minutes": 30, "pause": 10}

    assert client.get(url("slots", panel.pk)).status_code == 200
    shown = client.post(url("slots", panel.pk), data | {"look": "yes"})
    assert "10:40" in shown.text
    assert InterviewSlot.objects.count() == 0
    assert client.post(url("slots", panel.pk), data | {"make": "yes", "end": "10:45"}).status_code == 302
    assert InterviewSlot.objects.count() == 1
    assert "이미 면접 시간이" in client.post(url("slots", panel.pk), data).text
    client.post(url("slots", panel.pk), data | {"make": "yes"})
    assert [f"{slot.starts_at.astimezone(clock.SEOUL):%H:%M}" for slot in InterviewSlot.objects.all()] == [
        "10:00", "10:40", "11:20",
    ]  # fmt: skip
    none_left = client.post(url("slots", panel.pk), data | {"make": "yes"})
    assert "만들 수 없" in none_left.text
    past = client.post(url("slots", panel.pk), data | {"day": "2020-01-01", "make": "yes"})
    assert "지난" in past.text
    panel.members.clear()
    assert (
        "위원이 없"
        in client.post(url("slots", panel.pk), data | {"start": "15:00", "end": "16:00", "make": "yes"}).text
    )
    assert InterviewSlot.objects.count() == 3
    assert client.post(url("slots", panel.pk), data | {"minutes": 1}).status_code == 200


def test_slots_are_assigned_moved_cancelled_and_removed(client, staff):
    round_, (first, second, third), (one, two) = make_interviews()
    form = client.get(url("assign", first.pk)).text
    assert one.receipt_number in form
    client.post(url("assign", first.pk), {"application": one.pk})
    assert InterviewSlot.objects.get(pk=first.pk).application == one
    assert client.post(url("assign", second.pk), {"application": 999}).status_code == 200
    assert "현재" in client.get(url("assign", second.pk)).text
    client.post(url("assign", second.pk), {"application": one.pk})
    assert InterviewSlot.objects.get(pk=second.pk).application == one

    assert "1" in client.get(url("rest", round_.pk)).text
    client.post(url("rest", round_.pk))
    assert InterviewSlot.objects.get(pk=first.pk).application == two
    page = client.get(url("round", round_.pk)).text
    assert two.full_name in page
    roster = client.get(url("roster", round_.pk)).text
    assert two.receipt_number in roster

    assert client.post(url("cancel", first.pk), {"reason": ""}).status_code == 200
    client.post(url("cancel", first.pk), {"reason": "심사위원 사정"})
    assert InterviewSlot.objects.get(pk=first.pk).application is None
    client.post(url("clear", round_.pk), {"slot": [first.pk, "x"]})
    client.post(url("clear", round_.pk), {"slot": [second.pk]})  # somebody has it
    assert set(InterviewSlot.objects.values_list("pk", flat=True)) == {second.pk, third.pk}
    assert client.get(url("clear", round_.pk)).url == url("round", round_.pk)


def test_pages_that_ask_about_a_slot_call_it_by_its_time(client, staff):
    round_, (slot, *_rest), (one, _two) = make_interviews()
    operations.assign(one.pk, slot.pk, by=staff)
    for name in ("assign", "cancel"):
        page = client.get(url(name, slot.pk)).text
        assert f"{i18n.span(slot.starts_at, slot.ends_at, times=True)} · {slot.panel.title}" in page
        assert f"{slot.starts_at:%Y-%m-%d}" not in page
        assert "<dt>지원자</dt>" in page
    assert f"{i18n.clock_time(slot.starts_at)}~" in client.get(url("round", round_.pk)).text
    assert "빈 시간을 골라 주세요" in client.post(url("clear", round_.pk), follow=True).text
    assert InterviewSlot.objects.count() == 3


def test_an_empty_list_to_print_says_so(client, staff):
    round_, _slots, _rows = make_interviews()
    assert "아직 예약된 면접이 없어요" in client.get(url("roster", round_.pk)).text


def test_nobody_is_offered_for_a_panel_that_may_not_meet_them(client, staff):
    _round, (slot, *_rest), (one, two) = make_interviews()
    Conflict.objects.create(application=one, reviewer=slot.panel.members.get(), kind="work")
    form = client.get(url("assign", slot.pk)).text
    assert one.receipt_number not in form
    assert two.receipt_number in form


def test_turnout_is_written_down_in_the_list(client, staff, monkeypatch):
    round_, (slot, later, *_rest), (one, _two) = make_interviews()
    operations.assign(one.pk, slot.pk, by=staff)
    client.post(url("turnout", slot.pk), {"turnout": "attended"})  # too early
    assert InterviewSlot.objects.get(pk=slot.pk).turnout == ""
    at(monkeypatch, slot.ends_at)
    assert url("turnout", slot.pk) in client.get(url("round", round_.pk)).text
    client.post(url("turnout", slot.pk), {"turnout": "attended"})
    assert InterviewSlot.objects.get(pk=slot.pk).turnout == "attended"
    client.get(url("turnout", slot.pk))
    assert one.receipt_number not in client.get(url("assign", later.pk)).text
    assert "참석" in client.get(url("roster", round_.pk)).text


def test_only_who_runs_the_cohort_gets_there(client):
    round_, (slot, *_rest), (one, _two) = make_interviews()
    pages = [
        *[url(name, round_.pk) for name in ("round", "add_to", "rest", "roster", "clear")],
        *[url(name, slot.panel_id) for name in ("edit", "slots", "remove")],
        *[url(name, slot.pk) for name in ("assign", "move", "cancel", "turnout")],
    ]
    other, _slots, _rows = make_interviews()
    for person in (make_manager(other.cohort), slot.panel.members.get(), one.applicant):
        client.force_login(person)
        for page in pages:
            assert client.get(page).status_code == 404
            assert client.post(page).status_code == 404
    client.force_login(make_manager(round_.cohort))
    for page in pages:
        assert client.get(page).status_code in (200, 302)
    listed = client.get(reverse("admin:programs_panel_changelist")).text
    assert url("round", round_.pk) in listed
    assert url("round", other.pk) not in listed
    assert client.get(url("round", make_round(round_.cohort, number=5).pk)).status_code == 404


# --- a conflict that becomes known afterwards -----------------------------------------------------------


def conflicted(**fields):
    """A booked slot whose panel's member turns out to be in conflict; the same times before two other panels."""
    round_, slots, (one, two) = make_interviews(panels=2, slots=2, **fields)
    operations.assign(one.pk, slots[0].pk, by=make_admin())
    operations.assign(two.pk, slots[1].pk, by=make_admin())
    member = slots[0].panel.members.get()
    Conflict.objects.create(application=one, reviewer=member, kind="work")
    return round_, slots, one, member


def test_staff_see_a_conflict_after_the_booking_and_move_the_slot(client):
    round_, slots, one, member = conflicted()
    client.force_login(make_manager(round_.cohort, language="en"))
    overview = reverse("admin:programs_cohort_overview", args=[round_.cohort_id])

    page = client.get(url("round", round_.pk))
    assert [line["title"] for line in page.context["to_move"]] == [f"{one.receipt_number} {one.full_name}"]
    assert page.text.count("A conflict: move this slot") == 1
    assert "In conflict:" in page.text
    assert member.display_name in page.text
    assert url("move", slots[0].pk) in page.text
    assert "1 interview is before a panel with a conflict of interest" in client.get(overview).text

    form = client.get(url("move", slots[0].pk)).context["form"]
    assert {pk for pk, _label in form.fields["slot"].choices} == {"", slots[2].pk, slots[3].pk}
    client.post(url("move", slots[0].pk), {"slot": slots[0].pk})  # its own is no choice
    assert InterviewSlot.objects.get(pk=slots[0].pk).application == one
    client.post(url("move", slots[0].pk), {"slot": slots[2].pk})
    assert InterviewSlot.objects.get(pk=slots[2].pk).application == one
    assert InterviewSlot.objects.get(pk=slots[0].pk).application is None
    page = client.get(url("round", round_.pk))
    assert page.context["to_move"] == []
    assert "A conflict" not in page.text
    assert "conflict of interest" not in client.get(overview).text


def test_nowhere_to_move_is_said(client, staff):
    round_, slots, _one, _member = conflicted()
    InterviewSlot.objects.filter(application=None).delete()
    form = client.get(url("move", slots[0].pk)).context["form"]
    assert len(form.fields["slot"].choices) == 1
    assert client.post(url("move", slots[0].pk), {"slot": ""}).status_code == 200


def test_a_slot_given_back_in_the_meantime_leads_back(client, staff):
    round_, (slot, *_rest), (one, _two) = make_interviews()
    assert client.post(url("move", slot.pk), {"slot": slot.pk}).url == url("round", round_.pk)
    assert "이 시간에는 예약한 사람이 없어요." in client.get(url("round", round_.pk)).text
    assert not InterviewSlot.objects.filter(application=one).exists()


@pytest.mark.parametrize("case", ["held", "over", "left"])
def test_an_interview_that_is_over_is_not_to_be_moved(client, staff, monkeypatch, case):
    round_, slots, one, _member = conflicted()
    if case == "left":
        type(one).objects.filter(pk=one.pk).update(status="withdrawn")
    else:
        at(monkeypatch, slots[0].starts_at if case == "held" else slots[0].ends_at)
    if case == "held":
        operations.set_turnout(slots[0].pk, "attended", by=staff)
    page = client.get(url("round", round_.pk))
    assert page.context["to_move"] == []
    overview = reverse("admin:programs_cohort_overview", args=[round_.cohort_id])
    assert "이해충돌이 있는 면접" not in client.get(overview).text


@pytest.mark.parametrize("what", ["declared", "organization"])
def test_every_way_asks_the_same_rule(what):
    """However a conflict became known: not offered, not given, not shown to the member, pointed out to staff."""
    round_, slots, (one, two) = make_interviews(panels=2, slots=2)
    operations.assign(one.pk, slots[0].pk, by=make_admin())
    member = slots[0].panel.members.get()
    if what == "declared":
        for row in (one, two):
            Conflict.objects.create(application=row, reviewer=member, kind="family")
    else:
        round_.reviewers.filter(user=member).update(affiliation="달무리 스튜디오")
        for row in (one, two):
            Profile.objects.create(user=row.applicant, affiliation="(주)달무리스튜디오")
    now = clock.now()
    assert [slot.conflicted for slot in reads.to_move(round_, now)] == [[member]]
    assert reads.slots_for(member) == []
    assert {slot.panel_id for slot in reads.choices(two, round_, now)} == {slots[2].panel_id}
    assert reads.as_good(slots[2], two, now) == slots[2]
    for take in (
        lambda: operations.book(two.pk, slots[1].code, by=two.applicant),
        lambda: operations.assign(two.pk, slots[1].pk, by=make_admin()),
    ):
        with pytest.raises(Refused):
            take()
    assert {slot.panel_id for _row, slot in operations.plan_rest(round_, now)} == {slots[2].panel_id}


def test_a_round_without_bookings_asks_for_no_conflicts(client, staff, django_assert_num_queries):
    round_, _slots, _rows = make_interviews()
    with django_assert_num_queries(1):
        assert reads.to_move(round_, clock.now()) == []
