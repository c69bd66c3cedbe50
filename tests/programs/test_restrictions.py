"""Participation restrictions and appeals: what each deed leaves behind, what people and staff see of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.models.applications import Application
from programs.models.eligibility import Appeal, Restriction
from programs.operations import applications, restrictions
from tests.make import (
    make_admin,
    make_appeal,
    make_application,
    make_cohort,
    make_restriction,
    make_user,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db
PAGE = "/ko/my/restrictions/"


def later(days=30):
    return clock.now() + timedelta(days=days)


def told(person):
    return list(OutgoingMail.objects.filter(person=person).order_by("pk").values_list("reason", flat=True))


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


# --- the deeds ----------------------------------------------------------------------------------------


def test_a_restriction_holds_is_told_and_is_audited():
    person, staff, until = make_user(), make_admin(), later()

    restriction = restrictions.restrict(person.pk, until, " 불참 2회 ", by=staff)

    assert (restriction.reason, restriction.until, restriction.made_by) == ("불참 2회", until, staff)
    assert restriction.holds_at(clock.now())
    assert not restriction.holds_at(until)
    assert told(person) == ["restricted"]
    event = AuditEvent.objects.get(verb="restriction.made")
    assert (event.by, event.target_id) == (staff, restriction.pk)
    assert "불참" not in event.before + event.after + event.reason


def test_the_same_restriction_twice_is_the_same_as_once():
    person, staff, until = make_user(), make_admin(), later()
    first = restrictions.restrict(person.pk, until, "불참 2회", by=staff)
    assert restrictions.restrict(person.pk, until, "불참 2회", by=staff) == first
    assert told(person) == ["restricted"]
    other = restrictions.restrict(person.pk, later(60), "불참 3회", by=staff)
    assert other != first


@pytest.mark.parametrize(
    ("days", "reason", "words"),
    [(30, "  ", "사유"), (30, "가" * 301, "300"), (-1, "불참", "앞으로"), (0, "불참", "앞으로")],
)
def test_a_restriction_needs_a_reason_and_an_end_to_come(days, reason, words):
    with pytest.raises(Refused) as refused:
        restrictions.restrict(make_user().pk, later(days), reason, by=make_admin())
    assert words in str(refused.value)
    assert not Restriction.objects.exists()


def test_the_database_refuses_a_restriction_that_ends_before_it_begins():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_restriction(until=clock.now() - timedelta(days=2))


def test_lifting_ends_it_once():
    restriction, staff = make_restriction(), make_admin()
    for _ in range(2):
        restrictions.lift_restriction(restriction.pk, by=staff, reason="착오")
    restriction.refresh_from_db()
    assert not restriction.holds_at(clock.now())
    assert told(restriction.person) == ["restriction_lifted"]
    assert verbs() == ["restriction.lifted"]


def test_lifting_needs_a_reason_and_somebody_else():
    restriction = make_restriction(make_admin())
    with pytest.raises(Refused):
        restrictions.lift_restriction(restriction.pk, by=make_admin(), reason=" ")
    with pytest.raises(Refused) as refused:
        restrictions.lift_restriction(restriction.pk, by=restriction.person, reason="착오")
    assert "본인" in str(refused.value)


def test_lifting_accepts_the_appeal_that_waits():
    appeal, staff = make_appeal(), make_admin()
    restrictions.lift_restriction(appeal.restriction_id, by=staff, reason="확인했습니다.")
    appeal.refresh_from_db()
    assert (appeal.is_accepted, appeal.answer, appeal.decided_by) == (True, "확인했습니다.", staff)
    assert told(appeal.restriction.person) == ["appeal_decided"]
    assert verbs() == ["appeal.accepted", "restriction.lifted"]


def test_an_appeal_is_received_once():
    restriction = make_restriction()
    first = restrictions.appeal(restriction.pk, " 병원에 있었습니다. ", by=restriction.person)
    assert restrictions.appeal(restriction.pk, "병원에 있었습니다.", by=restriction.person) == first
    assert (first.text, first.decided_at) == ("병원에 있었습니다.", None)
    assert told(restriction.person) == ["appeal_received"]
    event = AuditEvent.objects.get()
    assert (event.verb, event.target_id) == ("appeal.made", restriction.pk)
    assert "병원" not in event.before + event.after + event.reason


def test_one_appeal_at_a_time():
    appeal = make_appeal()
    with pytest.raises(Refused) as refused:
        restrictions.appeal(appeal.restriction_id, "다른 이유", by=appeal.restriction.person)
    assert "검토" in str(refused.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_appeal(appeal.restriction)


@pytest.mark.parametrize(("text", "words"), [("  ", "적어"), ("가" * 2001, "2000")])
def test_an_appeal_says_something_of_some_length(text, words):
    restriction = make_restriction()
    with pytest.raises(Refused) as refused:
        restrictions.appeal(restriction.pk, text, by=restriction.person)
    assert words in str(refused.value)


def test_only_the_person_appeals_and_only_while_it_holds():
    restriction = make_restriction()
    with pytest.raises(Refused):
        restrictions.appeal(restriction.pk, "제가 대신", by=make_user())
    for over in (make_restriction(until=clock.now()), make_restriction(lifted_at=clock.now())):
        with pytest.raises(Refused) as refused:
            restrictions.appeal(over.pk, "늦었지만", by=over.person)
        assert "더는" in str(refused.value)
    assert not Appeal.objects.exists()


def test_an_accepted_appeal_lifts_the_restriction():
    """P09: no-show twice, a restriction, and the appeal that is accepted."""
    person, staff, cohort = make_user(), make_admin(), make_cohort()
    restriction = restrictions.restrict(person.pk, later(180), "12개월 안에 불참 2회", by=staff)
    with pytest.raises(Refused) as refused:
        applications.start_application(cohort.pk, by=person)
    assert "12개월 안에 불참 2회" in str(refused.value)
    appeal = restrictions.appeal(restriction.pk, "입원 확인서가 있습니다.", by=person)

    for _ in range(2):
        restrictions.decide_appeal(appeal.pk, True, " 확인했습니다. ", by=staff)

    restriction.refresh_from_db()
    appeal.refresh_from_db()
    assert restriction.lifted_at is not None
    assert (appeal.is_accepted, appeal.answer, appeal.decided_by) == (True, "확인했습니다.", staff)
    assert told(person) == ["restricted", "appeal_received", "appeal_decided"]
    assert verbs() == ["restriction.made", "appeal.made", "appeal.accepted", "restriction.lifted"]
    assert applications.start_application(cohort.pk, by=person).status == "draft"


def test_a_refused_appeal_leaves_the_restriction_and_may_be_followed_by_another():
    appeal, staff = make_appeal(), make_admin()
    restrictions.decide_appeal(appeal.pk, False, "증빙이 없습니다.", by=staff)
    restriction = appeal.restriction
    restriction.refresh_from_db()
    assert restriction.holds_at(clock.now())
    with pytest.raises(Refused):
        restrictions.decide_appeal(appeal.pk, True, "다시 봤습니다.", by=staff)
    again = restrictions.appeal(restriction.pk, "증빙을 찾았습니다.", by=restriction.person)
    assert again != appeal
    assert told(restriction.person) == ["appeal_decided", "appeal_received"]


def test_an_appeal_may_still_be_accepted_when_the_restriction_is_over():
    restriction = make_restriction(until=clock.now(), lifted_at=clock.now())
    appeal = make_appeal(restriction)
    restrictions.decide_appeal(appeal.pk, True, "맞습니다.", by=make_admin())
    assert verbs() == ["appeal.accepted"]


def test_a_decision_needs_an_answer_and_somebody_else():
    appeal = make_appeal(make_restriction(make_admin()))
    with pytest.raises(Refused):
        restrictions.decide_appeal(appeal.pk, True, "  ", by=make_admin())
    with pytest.raises(Refused):
        restrictions.decide_appeal(appeal.pk, True, "제가 정합니다.", by=appeal.restriction.person)
    appeal.refresh_from_db()
    assert appeal.decided_at is None


def test_the_mail_of_a_restriction_lifted_meanwhile_is_dropped():
    restriction = restrictions.restrict(make_user().pk, later(), "불참", by=make_admin())
    queued = OutgoingMail.objects.get()
    restrictions.lift_restriction(restriction.pk, by=make_admin(), reason="착오")
    assert mail.deliver(queued.pk) == 0
    queued.refresh_from_db()
    assert queued.status == MailStatus.DROPPED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_deeds_at_the_same_moment_leave_one_of_each():
    person, staff, until = make_user(), make_admin(), later()
    made = at_once([lambda: restrictions.restrict(person.pk, until, "불참 2회", by=staff)] * 5)
    assert len({row.pk for row in made}) == 1
    appeals = at_once([lambda: restrictions.appeal(made[0].pk, "병원", by=person)] * 5)
    assert len({row.pk for row in appeals}) == 1
    at_once(
        [
            lambda: restrictions.decide_appeal(appeals[0].pk, True, "확인", by=staff),
            lambda: restrictions.decide_appeal(appeals[0].pk, False, "아니요", by=make_admin()),
            lambda: restrictions.lift_restriction(made[0].pk, by=staff, reason="착오"),
        ]
    )
    assert Appeal.objects.get().decided_at is not None
    assert told(person).count("appeal_decided") == 1


# --- the person's page --------------------------------------------------------------------------------


def test_the_page_shows_ones_own_alone(client):
    own, other = make_restriction(reason="불참 두 번"), make_restriction(reason="남의 사유")
    client.force_login(own.person)
    text = client.get(PAGE).text
    assert "불참 두 번" in text
    assert "남의 사유" not in text
    assert client.post(PAGE, {"restriction": other.pk, "text": "남의 것"}).status_code == 404
    assert client.post(PAGE, {"restriction": "1 OR 1", "text": "x"}).status_code == 404
    assert client.post(PAGE, {"text": "x"}).status_code == 404
    assert not Appeal.objects.exists()


def test_an_appeal_is_sent_from_the_page(client):
    restriction = make_restriction()
    client.force_login(restriction.person)

    response = client.post(PAGE, {"restriction": restriction.pk, "text": "병원에 있었습니다."}, follow=True)

    assert Appeal.objects.get().text == "병원에 있었습니다."
    assert "접수" in response.text
    assert "검토 중" in response.text
    assert 'name="text"' not in response.text


@pytest.mark.parametrize("text", ["", " \x00\t", "가" * 2001, "900101-1234567"])
def test_what_cannot_be_sent_is_said_at_the_field_and_kept(client, text):
    restriction = make_restriction()
    client.force_login(restriction.person)
    response = client.post(PAGE, {"restriction": restriction.pk, "text": text})
    assert response.status_code == 200
    assert response.text.count('aria-invalid="true"') == 1
    assert 'role="alert"' in response.text
    if len(text) > 2000:
        assert text in response.text
    assert not Appeal.objects.exists()


def test_a_refusal_keeps_what_was_typed(client):
    restriction = make_restriction(until=clock.now())
    client.force_login(restriction.person)
    response = client.post(PAGE, {"restriction": restriction.pk, "text": "늦게 쓴 소명"})
    assert "더는" in response.text
    assert "늦게 쓴 소명" in response.text


def test_two_running_restrictions_have_ids_of_their_own(client):
    person = make_user()
    first, second = make_restriction(person), make_restriction(person, reason="다른 사유")
    client.force_login(person)
    text = client.get(PAGE).text
    for row in (first, second):
        assert text.count(f'id="id_{row.pk}_text"') == 1


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_tells_the_whole_story(client, language):
    restriction = make_restriction(lifted_at=clock.now())
    make_appeal(restriction, decided_at=clock.now(), decided_by=make_admin(), is_accepted=True, answer="OK 123")
    make_appeal(
        restriction,
        text="첫 번째",
        decided_at=clock.now(),
        decided_by=make_admin(),
        is_accepted=False,
        answer="No 456",
    )
    make_restriction(restriction.person, until=clock.now())
    client.force_login(restriction.person)
    text = client.get(f"/{language}/my/restrictions/").text
    words = {
        "ko": ["해제됨", "인정됨", "인정되지 않음", "종료됨"],
        "en": ["Lifted", "Accepted", "Not accepted", "Over"],
    }
    for word in [*words[language], "OK 123", "No 456", "첫 번째"]:
        assert word in text


def test_nothing_to_show_is_said(client):
    client.force_login(make_user())
    assert "참여 제한이 없어요" in client.get(PAGE).text


def test_ones_own_page_warns_while_a_restriction_holds(client):
    restriction = make_restriction()
    client.force_login(restriction.person)
    text = client.get("/ko/my/").text
    assert f'href="{PAGE}"' in text
    restrictions.lift_restriction(restriction.pk, by=make_admin(), reason="착오")
    assert PAGE not in client.get("/ko/my/").text


def test_the_page_costs_the_same_for_any_number(client):
    person = make_user()
    client.force_login(person)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    make_appeal(make_restriction(person))
    client.get(PAGE)
    one = cost()
    for _ in range(30):
        make_appeal(make_restriction(person))
    assert cost() == one


def test_a_restriction_leaves_what_was_sent(client):
    application = make_application()
    restrictions.restrict(application.applicant_id, later(), "불참", by=make_admin())
    applications.withdraw_application(application.pk, by=application.applicant)
    assert Application.objects.get().status == "withdrawn"
