"""Writing, following and answering an application in the browser's stead."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ConsentRecord
from portal import clock
from portal.errors import Refused
from programs.models.applications import Application, ApplicationStatus, Decision
from programs.models.enrolments import Enrolment
from programs.operations import applications as operations
from programs.operations import review, seats
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_grant,
    make_manager,
    make_milestone,
    make_program,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
S = ApplicationStatus
TYPED = {
    "full_name": "김다별",
    "romanized_name": "Kim Dabyeol",
    "motivation": "현장에서 배우고 싶습니다.",
    "career": "동시녹음 3년",
    "portfolio_url": "https://example.com/reel",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def korean():
    with override("ko"):
        yield


def page_of(application, act=""):
    return reverse(f"application-{act}" if act else "application", args=[application.code])


def apply_page(cohort):
    return reverse("apply", args=[cohort.program.slug, cohort.slug])


@pytest.fixture
def person():
    return make_user(full_name="김다별", romanized_name="Kim Dabyeol")


@pytest.fixture
def client(client, person):
    client.force_login(person)
    return client


def test_the_form_begins_with_the_profile_and_writes_nothing(client):
    response = client.get(apply_page(make_cohort()))
    assert response.status_code == 200
    assert 'value="김다별"' in response.text
    assert Application.objects.count() == 0


def test_submitting_from_the_first_page(client, person):
    cohort = make_cohort(receipt_prefix="RB27")

    response = client.post(apply_page(cohort), TYPED | {"submit": "1"}, follow=True)

    application = Application.objects.get()
    assert response.redirect_chain == [(page_of(application), 302)]
    assert (application.status, application.applicant, application.receipt_number) == (
        S.SUBMITTED,
        person,
        "RB27-0001",
    )
    assert application.portfolio_url == "https://example.com/reel"
    assert "RB27-0001" in response.text
    assert ConsentRecord.objects.filter(user=person, given=True, version__term__kind="application").count() == 1


def test_a_draft_is_saved_and_resumed(client):
    cohort = make_cohort()
    response = client.post(apply_page(cohort), {"motivation": "쓰는 중", "save": "1"}, follow=True)
    application = Application.objects.get()
    assert application.status == S.DRAFT
    assert "쓰는 중" in response.text

    response = client.get(apply_page(cohort), follow=True)
    assert response.redirect_chain == [(page_of(application, "edit"), 302)]


def test_a_draft_keeps_a_text_over_its_limit_and_the_submission_says_so(client):
    cohort, long_text = make_cohort(), "가" * 501
    client.post(apply_page(cohort), TYPED | {"motivation": long_text, "save": "1"})
    application = Application.objects.get()
    assert application.motivation == long_text

    response = client.post(page_of(application, "submit"), TYPED | {"motivation": long_text})

    application.refresh_from_db()
    assert application.status == S.DRAFT
    assert "500" in response.text
    assert long_text in response.text


def test_the_limit_counts_composed_hangul(client):
    cohort = make_cohort()
    decomposed = "\u1112\u1161\u11ab" * 500  # 한, as some keyboards send it
    client.post(apply_page(cohort), TYPED | {"motivation": decomposed, "submit": "1"})
    assert Application.objects.get().motivation == "한" * 500


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("motivation", " "),
        ("portfolio_url", "javascript:alert(1)"),
        ("portfolio_url", "주소 아님"),
        ("motivation", "제 번호는 900101-1234567 입니다"),
        ("consent", ""),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(client, field, value):
    cohort = make_cohort()
    typed = TYPED | {field: value, "submit": "1"}
    if not value:
        typed.pop("consent" if field == "consent" else "", None)

    response = client.post(apply_page(cohort), typed)

    assert response.status_code == 200
    form = response.context["form"]
    assert field in form.errors
    assert form["career"].value() == TYPED["career"]
    application = Application.objects.get()
    assert application.status == S.DRAFT
    assert application.career == TYPED["career"]
    assert ConsentRecord.objects.count() == 0


def test_a_form_sent_again_from_the_first_page_loses_nothing(client):
    """The page that came back with an error still stands at the address of the first one."""
    cohort = make_cohort()
    client.post(apply_page(cohort), TYPED | {"motivation": "", "submit": "1"})
    client.post(apply_page(cohort), TYPED | {"motivation": "두 번째로 보낸 글", "submit": "1"})
    application = Application.objects.get()
    assert (application.status, application.motivation) == (S.SUBMITTED, "두 번째로 보낸 글")


def test_autosave_answers_in_json(client, person):
    application = make_application(applicant=person, status=S.DRAFT)
    response = client.post(page_of(application, "edit"), {"motivation": "이어 쓰기"}, headers={"x-autosave": "1"})
    assert "저장" in json.loads(response.text)["saved"]
    application.refresh_from_db()
    assert application.motivation == "이어 쓰기"


def test_fields_that_are_not_on_the_form_cannot_be_set(client, person):
    client.post(
        apply_page(make_cohort()),
        TYPED
        | {"submit": "1", "status": "confirmed", "waitlist_number": "1", "applicant": "1", "receipt_number": "X"},
    )
    application = Application.objects.get()
    assert (application.status, application.applicant, application.waitlist_number) == (S.SUBMITTED, person, None)


def test_the_person_who_applied_is_taken_to_their_application(client, person):
    application = make_application(applicant=person)
    response = client.get(apply_page(application.cohort))
    assert response.url == page_of(application)


@pytest.mark.parametrize(("phase", "words"), [("scheduled", "아직 접수 기간이 아니"), ("closed", "마감되었")])
def test_a_cohort_that_is_not_open_says_so(client, phase, words):
    cohort = make_cohort(phase=phase)
    assert words in client.get(apply_page(cohort)).text
    client.post(apply_page(cohort), TYPED | {"submit": "1"})
    assert Application.objects.count() == 0


def test_what_was_typed_stays_on_the_page_when_the_cohort_has_closed_meanwhile(client):
    cohort = make_cohort(phase="closed")
    response = client.post(apply_page(cohort), TYPED | {"submit": "1"})
    assert response.status_code == 200
    assert "접수가 마감되었어요." in response.text
    assert TYPED["motivation"] in response.text
    assert Application.objects.count() == 0


def test_a_cohort_without_a_window_takes_nothing(client):
    cohort = make_cohort(phase="open", opens_at=None, closes_at=None, announce_at=None)
    response = client.post(apply_page(cohort), TYPED | {"submit": "1"}, follow=True)
    assert response.redirect_chain == [(cohort.get_absolute_url(), 302)]
    assert "접수가 마감되었어요." in response.text


def test_an_extended_draft_is_submitted_from_the_first_page_too(client, person):
    cohort = make_cohort(phase="closed")
    make_application(cohort, person, status=S.DRAFT, extended_until=clock.now() + timedelta(days=1))
    client.post(apply_page(cohort), TYPED | {"submit": "1"})
    assert Application.objects.get().status == S.SUBMITTED


def test_the_address_for_submitting_shows_the_form_and_forgives_a_second_click(client, person):
    draft = make_application(applicant=person, status=S.DRAFT)
    assert client.get(page_of(draft, "submit")).url == page_of(draft, "edit")
    seated = make_application(applicant=person, status=S.CONFIRMED)
    assert client.post(page_of(seated, "submit"), TYPED).url == page_of(seated)


def test_a_draft_that_cannot_be_kept_whole_comes_back_with_the_reason(client, person):
    draft = make_application(applicant=person, status=S.DRAFT)
    response = client.post(page_of(draft, "edit"), {"full_name": "가" * 61, "career": "새 경력", "save": "1"})
    assert "full_name" in response.context["form"].errors
    draft.refresh_from_db()
    assert draft.career == "새 경력"


def test_a_place_without_dates_can_be_cancelled(client, person):
    cohort = make_cohort(phase="announced", starts_at=None, ends_at=None)
    application = make_application(cohort, person, status=S.CONFIRMED)
    make_enrolment(application=application)
    assert page_of(application, "cancel") in client.get(page_of(application)).text


def test_a_draft_cohort_is_not_there(client):
    assert client.get(apply_page(make_cohort(phase="draft"))).status_code == 404


def test_a_deadline_that_passes_while_writing_keeps_the_draft(client, person, settings):
    application = make_application(applicant=person, status=S.DRAFT)
    settings.DEMO_NOW = application.cohort.closes_at
    response = client.post(page_of(application, "submit"), TYPED)
    application.refresh_from_db()
    assert (application.status, application.career) == (S.DRAFT, TYPED["career"])
    assert "접수가 마감" in response.text
    assert TYPED["career"] in response.text


def test_a_refusal_by_the_operation_is_shown_with_the_form(client, person):
    cohort = make_cohort(registration_mode="first_come")
    make_session(cohort)
    other = make_cohort()
    make_session(other, starts_at=cohort.starts_at)
    make_enrolment(other, person)
    response = client.post(apply_page(cohort), TYPED | {"submit": "1"})
    assert "겹쳐요" in response.text
    assert Application.objects.get(cohort=cohort).status == S.DRAFT


def test_editing_after_submission(client, person):
    application = make_application(applicant=person)
    assert "consent" not in client.get(page_of(application, "edit")).context["form"].fields
    response = client.post(
        page_of(application, "edit"), TYPED | {"motivation": "고친 동기", "submit": "1"}, follow=True
    )
    application.refresh_from_db()
    assert (application.motivation, application.status) == ("고친 동기", S.SUBMITTED)
    assert "제출된 상태" in response.text


@pytest.mark.parametrize("status", [S.IN_REVIEW, S.CONFIRMED, S.REJECTED])
def test_what_cannot_be_edited_leads_back(client, person, status):
    application = make_application(make_cohort(phase="in_review"), person, status=status)
    assert client.get(page_of(application, "edit")).url == page_of(application)
    client.post(page_of(application, "edit"), TYPED | {"motivation": "몰래", "submit": "1"})
    application.refresh_from_db()
    assert application.motivation != "몰래"


def test_completing_what_was_missing(client, person):
    application = make_application(make_cohort(phase="in_review"), person, status=S.CHANGES_REQUESTED)
    response = client.get(page_of(application, "edit"))
    assert application.changes_note in response.text
    client.post(page_of(application, "submit"), TYPED)
    application.refresh_from_db()
    assert application.status == S.SUBMITTED


def test_a_mentoring_program_asks_for_goals(client):
    cohort = make_cohort(make_program(has_mentoring=True))
    client.post(apply_page(cohort), TYPED | {"goals": "인물\n세계관", "submit": "1"})
    assert Application.objects.get().goals == "인물\n세계관"


# --- following it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("mode", ["review", "first_come"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_status_has_its_page(client, person, status, mode, language):
    cohort = make_cohort(registration_mode=mode, phase="announced" if mode == "review" else "open")
    application = make_application(cohort, person, status=status)
    if status == S.CONFIRMED:
        make_enrolment(application=application)
    with override(language):
        response = client.get(page_of(application))
        assert response.status_code == 200
        assert str(application.label) in response.text
        assert response.context["steps"]
        my = client.get(reverse("my"))
        assert str(application.label) in my.text


def test_nothing_staged_shows_before_the_release(client, person):
    cohort = make_cohort(phase="in_review")
    make_milestone(cohort)
    application = make_application(cohort, person, status=S.IN_REVIEW, moved_at=clock.now() - timedelta(1))
    before = {address: client.get(address).text for address in (page_of(application), reverse("my"))}
    review.stage_decisions([application.pk], "reject", by=make_admin(), reason_code="score")
    assert Decision.objects.count() == 1

    for address, text in before.items():
        assert without_tokens(client.get(address).text) == without_tokens(text)


def without_tokens(text):
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_the_waitlisted_see_their_number_and_how_many_are_ahead(client, person):
    cohort = make_cohort(phase="announced")
    for number in (1, 2):
        make_application(cohort, status=S.WAITLISTED, waitlist_number=number)
    application = make_application(cohort, person, status=S.WAITLISTED, waitlist_number=5)
    text = client.get(page_of(application)).text
    assert "예비 5번" in text
    assert "2명" in text


def test_staff_read_and_cannot_act(client, person):
    application = make_application(make_cohort(phase="announced"), status=S.OFFERED)
    client.force_login(make_manager(application.cohort))
    response = client.get(page_of(application))
    assert response.status_code == 200
    assert response.context["panel"]["actions"] == []
    for act in ("edit", "submit", "withdraw", "confirm", "decline", "cancel"):
        assert client.post(page_of(application, act)).status_code == 404
    application.refresh_from_db()
    assert application.status == S.OFFERED


def test_strangers_find_nothing(client):
    application = make_application(status=S.OFFERED)
    for act in ("", "edit", "submit", "withdraw", "confirm", "decline", "cancel"):
        assert client.get(page_of(application, act)).status_code == 404
        if act:
            assert client.post(page_of(application, act)).status_code == 404


# --- answering ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "status", "becomes"),
    [
        ("confirm", S.OFFERED, S.CONFIRMED),
        ("decline", S.OFFERED, S.DECLINED),
        ("withdraw", S.IN_REVIEW, S.WITHDRAWN),
        ("cancel", S.CONFIRMED, S.CANCELLED),
    ],
)
def test_each_answer_asks_on_get_and_acts_on_post(client, person, act, status, becomes):
    application = make_application(make_cohort(phase="announced"), person, status=status)
    if status == S.CONFIRMED:
        make_enrolment(application=application)

    asked = client.get(page_of(application, act))
    application.refresh_from_db()
    assert (asked.status_code, application.status) == (200, status)

    client.post(page_of(application, act))
    again = client.post(page_of(application, act), follow=True)
    application.refresh_from_db()
    assert application.status == becomes
    assert again.status_code == 200
    assert client.get(page_of(application, act)).url == page_of(application)


def test_a_refused_answer_is_explained(client, person, settings):
    application = make_application(make_cohort(phase="announced"), person, status=S.OFFERED)
    settings.DEMO_NOW = application.answer_by
    response = client.post(page_of(application, "confirm"), follow=True)
    assert "확정 기한이 지나" in response.text
    assert Enrolment.objects.count() == 0


# --- the person's own page -------------------------------------------------------------------------------------


def test_an_empty_page_says_what_to_do(client):
    text = client.get(reverse("my")).text
    assert "아직 지원한 과정이 없어요." in text
    assert reverse("catalog") in text


def test_what_wants_an_answer_stands_on_top(client, person):
    cohort = make_cohort(phase="announced")
    offered = make_application(cohort, person, status=S.OFFERED)
    response = client.get(reverse("my"))
    assert [item["id"] for item in response.context["waiting"]] == [f"now-{offered.code}"]
    assert page_of(offered, "confirm") in response.text


def test_what_has_ended_stands_below(client, person):
    done = make_application(make_cohort(phase="finished"), person, status=S.CONFIRMED)
    make_enrolment(application=done, status="completed")
    make_application(make_cohort(phase="closed"), person, status=S.DRAFT)
    running = make_application(make_cohort(phase="running"), person, status=S.CONFIRMED)
    make_enrolment(application=running, status="active")
    context = client.get(reverse("my")).context
    assert len(context["ended"]) == 2
    assert len(context["current"]) == 1
    assert len(context["learning"]) == 1


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_costs_the_same_for_one_and_for_many(client, person, count, django_assert_max_num_queries):
    for number in range(count):
        application = make_application(
            make_cohort(phase="announced"), person, status=S.WAITLISTED, waitlist_number=number + 1
        )
        make_milestone(application.cohort)
        seats.run_promotions(application.cohort_id)
    with django_assert_max_num_queries(10):
        assert client.get(reverse("my")).status_code == 200


def test_what_was_sent_back_stays_as_it_is_once_its_time_has_passed(client, person, settings):
    application = make_application(make_cohort(phase="in_review"), person, status=S.CHANGES_REQUESTED)
    before = application.motivation
    settings.DEMO_NOW = application.changes_by
    for act in ("edit", "submit"):
        response = client.post(page_of(application, act), TYPED | {"motivation": "늦은 글", "submit": "1"})
        application.refresh_from_db()
        assert (application.status, application.motivation) == (S.CHANGES_REQUESTED, before)
    assert "늦은 글" in response.text  # nothing typed is lost
    with pytest.raises(Refused):
        operations.save_draft(application.pk, by=person, motivation="늦은 글")


def test_a_window_left_open_changes_nothing_that_was_submitted(client, person):
    application = make_application(make_cohort(), person)
    response = client.post(page_of(application, "edit"), TYPED | {"career": "옛 글"}, headers={"X-Autosave": "1"})
    assert response.status_code == 400
    assert "error" in response.json()
    application.refresh_from_db()
    assert application.career != "옛 글"


@pytest.mark.parametrize("autosave", [True, False])
def test_submitted_in_another_window_while_this_one_saves(client, person, monkeypatch, autosave):
    application = make_application(make_cohort(), person, status=S.DRAFT)

    def refuse(*args, **kwargs):
        raise Refused("제출한 뒤입니다.")

    monkeypatch.setattr(operations, "save_draft", refuse)
    headers = {"X-Autosave": "1"} if autosave else {}
    response = client.post(page_of(application, "edit"), TYPED, headers=headers)
    assert response.status_code == (400 if autosave else 200)
    assert "제출한 뒤입니다." in (response.json()["error"] if autosave else response.text)


def test_saving_by_itself_never_submits(client, person):
    application = make_application(make_cohort(), person, status=S.DRAFT)
    client.post(page_of(application, "edit"), TYPED | {"submit": "1"}, headers={"X-Autosave": "1"})
    application.refresh_from_db()
    assert application.status == S.DRAFT


def test_a_reason_that_staff_wrote_for_themselves_is_not_shown(client, person):
    application = make_application(make_cohort(phase="announced"), person, status=S.DECLINED)
    review.reopen_application(application.pk, by=make_admin(), reason="심사위원 착오로 점수를 다시 매김")
    assert "착오" not in client.get(page_of(application)).text
    offered = make_application(make_cohort(phase="announced"), person, status=S.EXPIRED)
    seats.offer_seat(offered.pk, by=make_admin(), reason="전화로 사정을 들음")
    assert "사정을 들음" not in client.get(page_of(offered)).text
    seats.rescind_offer(offered.pk, by=make_admin(), reason="제출한 경력이 사실과 다름")
    assert "사실과 다름" in client.get(page_of(offered)).text


def test_staff_who_apply_do_not_see_their_own_result_in_the_admin(client, person):
    cohort = make_cohort(phase="in_review")
    make_grant(person, "manager", cohort)
    own, other = make_application(cohort, person, status=S.IN_REVIEW), make_application(cohort, status=S.IN_REVIEW)
    review.stage_decisions([own.pk, other.pk], "offer", by=make_admin())
    assert client.get(reverse("admin:programs_application_change", args=[other.pk])).status_code == 200
    assert client.get(reverse("admin:programs_application_change", args=[own.pk])).status_code == 404
    text = client.get(reverse("admin:programs_application_changelist")).text
    assert (other.receipt_number in text, own.receipt_number in text) == (True, False)
    fields = {"action": "stage_reject", "_selected_action": own.pk, "confirm": "yes", "reason_code": "score"}
    client.post(reverse("admin:programs_application_changelist"), fields)
    assert own.decisions.count() == 1
