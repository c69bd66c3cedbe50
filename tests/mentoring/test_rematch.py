"""Asking for another pair: each side for itself, the other reads nothing, staff talk, grant or do not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from zeal import zeal_ignore

from accounts import privacy
from mentoring import due
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rematches import RematchRequest
from mentoring.models.rounds import Exclusion, ExclusionKind
from mentoring.models.runs import PairLock
from mentoring.operations import answers, pairs, rematches, runs
from mentoring.operations.people import erase_person
from mentoring.pairing.todo import todo_of
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from tests import make
from tests.mentoring.rounds import make_full_round
from tests.mentoring.test_views import client_of

pytestmark = pytest.mark.django_db
SECRET = "회의마다 한 시간씩 늦습니다"
ASKING = {"cause": "schedule", "text": SECRET, "way": "staff"}


@pytest.fixture
def staff():
    return make.make_admin()


@pytest.fixture
def pairing():
    round_ = make.make_mentoring_round()
    return make.make_pairing(enrolment=make.make_enrolment(round_.cohort, status="active"))


def people(pairing):
    """The two, by side."""
    return {"mentee": pairing.enrolment.person, "mentor": pairing.mentor.user}


def address(pairing):
    return reverse("pairing-rematch", args=[pairing.code])


def ask(pairing, by=None, **fields):
    return rematches.ask(pairing.pk, by=by or pairing.enrolment.person, **({"cause": "schedule"} | fields))


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def mails(person):
    return list(OutgoingMail.objects.filter(person=person).values_list("event", flat=True))


def at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


# --- asking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["mentee", "mentor"])
def test_each_side_asks_and_the_other_reads_nothing(pairing, side):
    asker, other = people(pairing)[side], people(pairing)["mentor" if side == "mentee" else "mentee"]
    before = client_of(other).get(pairing.get_absolute_url()).text
    answer = client_of(asker).post(address(pairing), ASKING)
    assert (answer.status_code, answer.url) == (302, address(pairing))
    asked = RematchRequest.objects.get()
    assert (asked.asker, asked.side, asked.status, asked.text) == (asker, side, "open", SECRET)
    assert asked.due_at - asked.asked_at == timedelta(days=14)
    for page in (pairing.get_absolute_url(), address(pairing), reverse("mentoring"), reverse("my")):
        text = client_of(other).get(page).text
        assert SECRET not in text
        assert asked.code not in text
    section = client_of(other).get(pairing.get_absolute_url()).text.split('id="rematch"')[1].split("</section>")[0]
    assert section == before.split('id="rematch"')[1].split("</section>")[0]
    assert mails(other) == []
    assert SECRET not in str(privacy.export(other))
    assert SECRET in str(privacy.export(asker))


def test_the_other_side_asks_as_if_nobody_had(pairing):
    ask(pairing)
    form = client_of(pairing.mentor.user).get(address(pairing)).context["form"]
    assert form is not None
    second = ask(pairing, by=pairing.mentor.user)
    assert second.side == "mentor"
    assert RematchRequest.objects.waiting().count() == 2


def test_asking_twice_is_asking_once(pairing):
    first = ask(pairing)
    assert ask(pairing, cause="language") == first
    client_of(pairing.enrolment.person).post(address(pairing), ASKING)
    assert RematchRequest.objects.count() == 1
    assert AuditEvent.objects.filter(verb="rematch.asked").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_rematch(pairing)


def test_it_stays_one_after_its_day(pairing, monkeypatch):
    first = ask(pairing)
    at(monkeypatch, first.due_at + timedelta(days=1))
    assert ask(pairing) == first


def test_after_a_refusal_one_asks_again_when_the_time_is_over(pairing, staff, monkeypatch):
    first = ask(pairing)
    rematches.refuse(first.pk, by=staff, reason="1", answer="일정을 옮겨 보십시오.")
    assert refusal(ask, pairing)
    page = client_of(pairing.enrolment.person).get(address(pairing))
    assert page.context["form"] is None
    assert "일정을 옮겨 보십시오." in page.text
    client_of(pairing.enrolment.person).post(address(pairing), ASKING)
    assert RematchRequest.objects.count() == 1
    at(monkeypatch, first.due_at + timedelta(minutes=1))
    assert ask(pairing).pk != first.pk


def test_only_a_live_accepted_pair_and_only_the_two(pairing, staff):
    assert refusal(ask, pairing, by=make.make_user())
    waiting = make.make_pairing(answer_until=clock.now() + timedelta(days=2))
    assert refusal(ask, waiting)
    assert client_of(waiting.enrolment.person).get(address(waiting)).status_code == 302
    assert 'id="rematch"' not in client_of(waiting.mentor.user).get(waiting.get_absolute_url()).text
    pairs.end_pairing(pairing.pk, by=staff, reason="1")
    assert refusal(ask, pairing)
    assert client_of(pairing.enrolment.person).get(address(pairing)).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"cause": ""},
        {"cause": "nonsense"},
        {"cause": "other", "text": ""},
        {"way": ""},
        {"way": "talk", "day": ""},
        {"way": "talk", "day": "2020-01-01"},
        {"way": "talk", "day": "2999-01-01"},
        {"way": "talk", "day": "x"},
        {"text": "가" * 1001},
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(pairing, change):
    typed = ASKING | change
    answer = client_of(pairing.enrolment.person).post(address(pairing), typed)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert typed["text"] in answer.text
    assert not RematchRequest.objects.exists()


def test_about_behavior_the_report_of_a_concern_comes_first(pairing):
    client = client_of(pairing.enrolment.person)
    assert reverse("concern-report") in client.get(address(pairing)).text
    answer = client.post(address(pairing), ASKING | {"cause": "behavior"})
    assert 'id="concerns"' in answer.text
    assert "knows_concerns" in answer.context["form"].errors
    assert not RematchRequest.objects.exists()
    client.post(address(pairing), ASKING | {"cause": "behavior", "knows_concerns": "on"})
    assert RematchRequest.objects.get().cause == "behavior"


# --- talking ---------------------------------------------------------------------------------------------


def test_talking_first_asks_again_on_its_day_once(pairing, monkeypatch):
    person = pairing.enrolment.person
    make.make_week(person, zone="America/Los_Angeles")
    at(monkeypatch, datetime(2027, 3, 1, 3, tzinfo=UTC))
    day = (due.today_of(person) + timedelta(days=3)).isoformat()
    client_of(person).post(address(pairing), ASKING | {"way": "talk", "day": day})
    asked = RematchRequest.objects.get()
    assert asked.status == "talking"
    morning = due.morning_of(asked.ask_again_on, type(person).objects.get(pk=person.pk))
    assert rematches.ask_again(morning - timedelta(minutes=1)) == 0
    at(monkeypatch, morning)
    assert (rematches.ask_again(morning), rematches.ask_again(morning)) == (1, 0)
    assert mails(person) == ["rematch_again"]
    client_of(person).post(address(pairing), {"go_on": "1"})
    client_of(person).post(address(pairing), {"go_on": "1"})
    asked.refresh_from_db()
    assert asked.status == "open"
    assert AuditEvent.objects.filter(verb="rematch.gone_on").count() == 1
    assert not mail.is_wanted(OutgoingMail.objects.get(event="rematch_again"))


def test_it_is_taken_back_and_nobody_learns_of_it(pairing):
    client = client_of(pairing.enrolment.person)
    asked = ask(pairing)
    assert client.post(address(pairing), {"withdraw": "1"}).url == pairing.get_absolute_url()
    rematches.withdraw(asked.pk, by=pairing.enrolment.person)
    asked.refresh_from_db()
    assert asked.status == "withdrawn"
    assert AuditEvent.objects.filter(verb="rematch.withdrawn").count() == 1
    assert not OutgoingMail.objects.exists()
    assert client.get(address(pairing)).context["form"] is not None
    assert refusal(rematches.withdraw, ask(pairing).pk, by=pairing.mentor.user)


def test_staff_have_them_talk_first(pairing, staff):
    asked, day = ask(pairing), clock.today() + timedelta(days=13)
    assert refusal(rematches.talk_first, asked.pk, by=staff, day=day, reason=" ")
    assert refusal(rematches.talk_first, asked.pk, by=staff, day=clock.today(), reason="1")
    for _ in range(2):
        rematches.talk_first(asked.pk, by=staff, day=day, reason="1")
    asked.refresh_from_db()
    assert (asked.status, asked.ask_again_on) == ("talking", day)
    assert asked.due_at >= due.end_of(day, asked.asker)
    assert mails(pairing.enrolment.person) == ["rematch_talk"]
    assert mails(pairing.mentor.user) == []


# --- deciding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["mentee", "mentor"])
def test_granted_ends_the_pair_and_keeps_the_two_apart_in_the_round(pairing, staff, side):
    asker, other = people(pairing)[side], people(pairing)["mentor" if side == "mentee" else "mentee"]
    round_ = pairing.enrolment.cohort.mentoring_round
    PairLock.objects.create(round=round_, mentor=pairing.mentor, enrolment=pairing.enrolment, by=staff)
    asked = ask(pairing, by=asker, text=SECRET)
    for _ in range(2):
        rematches.grant(asked.pk, by=staff, reason="시간이 맞지 않음")
    pairing.refresh_from_db()
    asked.refresh_from_db()
    assert (pairing.end_kind, pairing.is_live, asked.status) == (EndKind.MOVED, False, "granted")
    held = Exclusion.objects.get()
    assert (held.kind, held.round) == (ExclusionKind.STAFF, round_)
    assert not PairLock.objects.exists()
    assert AuditEvent.objects.filter(verb="pairing.unlocked").count() == 1
    assert (mails(asker), mails(other)) == (["rematch_granted"], ["rematch_ended"])
    assert all(mail.is_wanted(row) for row in OutgoingMail.objects.all())
    assert AuditEvent.objects.filter(verb="rematch.granted").count() == 1
    for row in OutgoingMail.objects.all():
        assert SECRET not in row.body
        assert "시간이 맞지 않음" not in row.body
    for person in (asker, other):
        assert client_of(person).get(reverse("mentoring")).status_code == 200
    text = client_of(other).get(pairing.get_absolute_url()).text
    assert 'id="rematch"' not in text
    assert "시간이 맞지 않음" not in text
    assert "granted" not in text


def test_granted_for_cause_keeps_them_apart_everywhere_and_shuts_the_page_to_the_mentor(pairing, staff):
    asked = ask(pairing)
    rematches.grant(asked.pk, by=staff, reason="1", for_cause=True)
    pairing.refresh_from_db()
    assert pairing.end_kind == EndKind.FOR_CAUSE
    held = Exclusion.objects.get()
    assert (held.kind, held.round) == (ExclusionKind.FOR_CAUSE, None)
    assert client_of(pairing.mentor.user).get(pairing.get_absolute_url()).status_code == 404
    assert mails(pairing.mentor.user) == ["pair_stopped"]
    assert client_of(pairing.enrolment.person).get(address(pairing)).status_code == 200


def test_what_both_have_asked_is_granted_to_both(pairing, staff):
    first, second = ask(pairing), ask(pairing, by=pairing.mentor.user)
    rematches.grant(first.pk, by=staff, reason="1")
    second.refresh_from_db()
    assert second.status == "granted"
    assert (mails(first.asker), mails(second.asker)) == (["rematch_granted"], ["rematch_granted"])


def test_not_granted_tells_the_asker_alone(pairing, staff):
    asked = ask(pairing)
    assert refusal(rematches.refuse, asked.pk, by=staff, reason="1", answer=" ")
    for _ in range(2):
        rematches.refuse(asked.pk, by=staff, reason="내부 사유", answer="일정을 옮겨 보십시오.")
    assert Pairing.objects.get(pk=pairing.pk).is_live
    assert (mails(asked.asker), mails(pairing.mentor.user)) == (["rematch_refused"], [])
    text = client_of(asked.asker).get(address(pairing)).text
    assert "일정을 옮겨 보십시오." in text
    assert "내부 사유" not in text
    assert "내부 사유" not in str(privacy.export(asked.asker))
    assert refusal(rematches.grant, asked.pk, by=staff, reason="1")


def test_the_end_of_the_pair_settles_what_waits(pairing, staff):
    asked = ask(pairing)
    pairs.end_pairing(pairing.pk, by=staff, reason="1")
    asked.refresh_from_db()
    assert (asked.status, asked.closed_by) == ("lapsed", None)
    assert refusal(rematches.grant, asked.pk, by=staff, reason="1")


def test_nobody_decides_about_their_own_pair_or_another_cohort(pairing):
    asked = ask(pairing)
    own = pairing.mentor.user
    make.make_grant(own, "admin")
    elsewhere = make.make_manager(make.make_organization())
    for person in (own, elsewhere, pairing.enrolment.person):
        assert refusal(rematches.grant, asked.pk, by=person, reason="1")
        assert refusal(rematches.refuse, asked.pk, by=person, reason="1", answer="1")
    assert not RematchRequest.objects.managed_by(own).exists()
    assert client_of(own).get(reverse("admin:mentoring_rematchrequest_change", args=[asked.pk])).status_code == 404


# --- staff's pages ---------------------------------------------------------------------------------------


def page(name, asked):
    return reverse(f"admin:mentoring_rematchrequest_{name}", args=[asked.pk])


def test_the_queue_its_deeds_and_the_way_to_the_repair(pairing, staff):
    asked, client = ask(pairing, text=SECRET), client_of(staff)
    repair = reverse("admin:mentoring_pairing_repair", args=[pairing.enrolment.cohort.mentoring_round.pk])
    assert reverse("admin:mentoring_rematchrequest_changelist") in client.get(reverse("admin:index")).text
    waiting = client.get(reverse("admin:mentoring_rematchrequest_changelist"), {"state": "waiting"}).text
    assert pairing.mentor.name in waiting
    text = client.get(page("change", asked)).text
    assert SECRET in text
    for name in ("talk", "grant", "refuse"):
        assert page(name, asked) in text
        assert client.get(page(name, asked)).status_code == 200
        assert client.post(page(name, asked), {}).status_code == 200  # asks for the reason
    assert repair in client.get(page("grant", asked)).text
    day = (clock.today() + timedelta(days=4)).isoformat()
    assert client.post(page("talk", asked), {"day": day, "reason": "1"}).status_code == 302
    answer = client.post(page("grant", asked), {"reason": "1"})
    assert (answer.status_code, answer.url) == (302, repair)
    assert client.get(repair).status_code == 200
    assert repair in client.get(page("change", asked)).text
    assert client.get(page("grant", asked)).status_code == 404


def test_it_stands_in_the_round_until_it_is_settled(staff, monkeypatch):
    round_, _rows, _people = make_full_round(3, 3)
    run = runs.run(round_.pk, by=staff)
    runs.publish(run.pk, by=staff, digest=run.digest)
    pairing = Pairing.objects.live().select_related("mentor__user", "enrolment__person").first()
    answers.accept(pairing.pk, by=pairing.mentor.user)
    asked = ask(pairing)

    def whats(reader=None):
        return [todo.what for todo in todo_of(round_, clock.now(), reader) if todo.rematch]

    assert whats() == ["rematch"]
    make.make_grant(pairing.mentor.user, "admin")
    assert (whats(staff), whats(pairing.mentor.user)) == (["rematch"], [])
    repair = reverse("admin:mentoring_pairing_repair", args=[round_.pk])
    assert page("change", asked) in client_of(staff).get(repair).text
    rematches.talk_first(asked.pk, by=staff, day=clock.today() + timedelta(days=2), reason="1")
    assert whats() == []
    at(monkeypatch, asked.due_at + timedelta(days=1))
    assert whats() == ["rematch_late"]
    rematches.grant(asked.pk, by=staff, reason="1")
    assert whats() == []
    again = runs.run(round_.pk, by=staff)
    moved = [mentor for mentee, mentor in again.plan["pairs"] if mentee == pairing.enrolment.code]
    assert str(pairing.mentor_id) not in [name.rpartition("-")[2] for name in moved]


def test_a_mentor_leaves_the_round_on_its_page(staff):
    round_, rows, _people = make_full_round(3, 3)
    leaving, client = rows[0], client_of(staff)
    leave = reverse("admin:mentoring_mentoringround_leave", args=[leaving.pk])
    overview = reverse("admin:mentoring_mentoringround_overview", args=[round_.pk])
    assert leave not in client.get(overview).text
    run = runs.run(round_.pk, by=staff)
    runs.publish(run.pk, by=staff, digest=run.digest)
    assert leave in client.get(overview).text
    repair = reverse("admin:mentoring_pairing_repair", args=[round_.pk])
    assert repair in client.get(leave).text
    assert client.post(leave, {"reason": ""}).status_code == 200
    with zeal_ignore():  # each pair ends behind its own lock
        answer = client.post(leave, {"reason": "촬영 일정"})
    assert (answer.status_code, answer.url) == (302, repair)
    assert not Pairing.objects.live().filter(mentor=leaving.mentor).exists()
    assert client.get(repair).status_code == 200
    other = client_of(make.make_manager(make.make_organization()))
    assert other.get(leave).status_code == 404


def test_erasing_takes_the_texts(pairing, staff):
    asked = ask(pairing, text=SECRET)
    by_mentor = ask(pairing, by=pairing.mentor.user, text="멘티가 답하지 않습니다")
    rematches.refuse(asked.pk, by=staff, reason="1", answer="2")
    erase_person(pairing.enrolment.person)
    asked.refresh_from_db()
    by_mentor.refresh_from_db()
    assert (asked.text, asked.answer, asked.reason, by_mentor.text) == ("", "–", "–", "")
