"""The mid-term and final evaluation by the program's form: written, handed in, read, shared, reminded of."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from mentoring import form_progress, progress
from mentoring.care import health
from mentoring.forms import evaluations as evaluation_forms
from mentoring.models.form_evaluations import FormEvaluation, Stage
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import MentoringRound
from mentoring.operations import form_evaluations as operations
from mentoring.operations.pairs import end_with_enrolment
from portal import mail
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.models.enrolments import Enrolment
from programs.operations.drafts import Stale
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)  # a Monday, 12:00 in Seoul
DUE = date(2026, 11, 20)
OVER = datetime(2026, 11, 20, 15, tzinfo=UTC)  # that day is over in Seoul
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MID, FINAL = Stage.MID, Stage.FINAL
SECRET = "아직 내지 않은 말입니다."
SHARED = {"goal.1": "4", "helped": "장면을 함께 읽은 것", "focus": SECRET}
WHOLE = {
    "mentor": SHARED | {"mentor_closer": "4", "mentor_applies": "5"},
    "mentee": SHARED | {"mentee_closer": "4", "mentee_applies": "3"},
}


@pytest.fixture(autouse=True)
def today(settings):
    settings.DEMO_NOW = NOW


def make_cohort():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    cohort.starts_at, cohort.ends_at = NOW - 30 * DAY, NOW + 60 * DAY
    cohort.save()
    return cohort


def make_pair(cohort, **fields):
    person = make.make_user(full_name="박소울", romanized_name="Park Soul")
    enrolment = make.make_enrolment(application=make.make_application(cohort, person, status="confirmed"))
    mentor = make.make_mentor(make.make_user(full_name="어진솔", romanized_name="Eo Jinsol"))
    pairing = make.make_pairing(mentor, enrolment, paired_at=NOW - 20 * DAY, **fields)
    make.make_goal(pairing, "1회 도입부")
    return pairing


@pytest.fixture
def round_():
    version = operations.standard_form()
    return make.make_mentoring_round(make_cohort(), mid_form=version, mid_due=DUE)


@pytest.fixture
def pairing(round_):
    return make_pair(round_.cohort)


@pytest.fixture
def mentor(pairing):
    return pairing.mentor.user


@pytest.fixture
def mentee(pairing):
    return pairing.enrolment.person


def side_of(pairing, by):
    return "mentor" if by == pairing.mentor.user else "mentee"


def hand_in(pairing, by, stage=MID):
    operations.save(pairing.pk, stage, by=by, typed=WHOLE[side_of(pairing, by)])
    return operations.submit(pairing.pk, stage, by=by)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def address(pairing, name="form-evaluation", stage=MID, language="ko"):
    with override(language):
        return reverse(name, args=[pairing.code, stage])


def fresh(pairing):
    return Pairing.objects.for_desk().get(pk=pairing.pk)


# --- writing ------------------------------------------------------------------------------------------------------


def test_each_side_is_asked_its_own_questions_and_scores_the_goals(pairing, mentor, mentee):
    for by, others in ((mentor, "mentee_"), (mentee, "mentor_")):
        found = hand_in(pairing, by)
        assert (found.author, found.side) == (by, side_of(pairing, by))
        assert found.goal_scores == [{"goal": "1회 도입부", "score": 4}]
        assert {"helped", "focus"} <= found.answers.keys()
        assert not [key for key in found.answers if key.startswith(others)]
        assert found.draft == {}
    assert AuditEvent.objects.filter(verb="formevaluation.submitted").count() == 2


def test_a_draft_is_kept_as_it_was_typed_and_nothing_need_be_right(pairing, mentee):
    kept = operations.save(pairing.pk, MID, by=mentee, typed={"goal.1": "9", "helped": "가" * 5000})
    assert kept.draft == {"goal.1": "9", "helped": "가" * 5000}
    again = operations.save(pairing.pk, MID, by=mentee, typed={"focus": "둘"})
    assert again.pk == kept.pk
    assert again.draft["focus"] == "둘"
    with pytest.raises(Refused):
        operations.submit(pairing.pk, MID, by=mentee)
    assert not FormEvaluation.objects.get().is_submitted
    assert FormEvaluation.objects.get().draft == again.draft


def test_what_is_handed_in_stays(pairing, mentor):
    found = hand_in(pairing, mentor)
    assert operations.submit(pairing.pk, MID, by=mentor).submitted_at == found.submitted_at
    with pytest.raises(Refused):
        operations.save(pairing.pk, MID, by=mentor, typed={"helped": "다른 말"})
    assert FormEvaluation.objects.get().answers == found.answers


def test_two_windows_do_not_overwrite_each_other_unseen(pairing, mentee):
    first = operations.save(pairing.pk, MID, by=mentee, typed={"helped": "하나"})
    base = first.revision
    operations.save(pairing.pk, MID, by=mentee, typed={"helped": "둘"}, base=base)
    with pytest.raises(Stale) as stale:
        operations.save(pairing.pk, MID, by=mentee, typed={"helped": "셋"}, base=base)
    assert stale.value.keys == ["helped"]
    operations.save(pairing.pk, MID, by=mentee, typed={"focus": "넷"}, base=base)
    assert FormEvaluation.objects.get().draft == {"helped": "둘", "focus": "넷"}


def test_others_cannot_write_and_nobody_without_a_form_or_after_the_end(pairing, mentor, mentee, round_):
    for user in (
        make.make_user(),
        make.make_admin(),
        make.make_manager(round_.cohort),
        make_pair(round_.cohort).mentor.user,
    ):
        with pytest.raises(Refused):
            operations.save(pairing.pk, MID, by=user, typed={"helped": "x"})
    with pytest.raises(Refused):
        operations.save(pairing.pk, FINAL, by=mentor, typed={"helped": "x"})
    Pairing.objects.filter(pk=pairing.pk).update(answer_until=NOW + DAY)
    with pytest.raises(Refused):  # the mentor has not accepted
        operations.save(pairing.pk, MID, by=mentee, typed={"helped": "x"})
    Pairing.objects.filter(pk=pairing.pk).update(answer_until=None, ended_at=NOW, end_reason="끝")
    for user in (mentor, mentee):
        with pytest.raises(Refused):
            operations.save(pairing.pk, MID, by=user, typed={"helped": "x"})
    assert not FormEvaluation.objects.exists()


def test_a_dropped_goal_gets_no_score(pairing, mentor):
    make.make_goal(pairing, "그만둔 목표", state="dropped", state_word="바꿈")
    assert [row["goal"] for row in hand_in(pairing, mentor).goal_scores] == ["1회 도입부"]


def test_it_can_be_handed_in_after_its_day(pairing, mentor, settings):
    settings.DEMO_NOW = OVER + 3 * DAY
    assert hand_in(pairing, mentor).is_submitted


# --- reading ------------------------------------------------------------------------------------------------------


def readers(pairing, round_):
    return {
        "mentor": pairing.mentor.user,
        "mentee": pairing.enrolment.person,
        "manager": make.make_manager(round_.cohort),
        "admin": make.make_admin(),
        "other manager": make.make_manager(make_cohort()),
        "other mentee": make_pair(round_.cohort).enrolment.person,
        "other mentor": make_pair(round_.cohort).mentor.user,
        "stranger": make.make_user(),
    }


def who_reads(pairing, people):
    """By the queryset, the page and the page of the pair alike."""
    found = set()
    for name, user in people.items():
        by_rows = FormEvaluation.objects.visible_to(user).filter(pairing=pairing).exists()
        client = client_of(user)
        by_page = SECRET in client.get(address(pairing)).text
        assert by_rows is by_page, name
        assert SECRET not in client.get(pairing.get_absolute_url()).text
        if by_page:
            found.add(name)
    return found


@pytest.mark.parametrize("writer", ["mentor", "mentee"])
def test_a_draft_is_read_by_its_author_alone(pairing, round_, writer):
    people = readers(pairing, round_)
    operations.save(pairing.pk, MID, by=people[writer], typed=WHOLE[writer])
    assert who_reads(pairing, people) == {writer}
    others = [name for name in people if name != writer]
    for name in others:
        assert SECRET not in str(privacy.export(people[name]))
    text = client_of(people["mentee" if writer == "mentor" else "mentor"]).get(pairing.get_absolute_url()).text
    assert "작성 중" not in text.partition('id="form-evaluations"')[2].partition("</section>")[0]


def test_the_mentees_is_read_by_mentor_and_staff_once_handed_in(pairing, round_, mentee):
    people = readers(pairing, round_)
    hand_in(pairing, mentee)
    assert who_reads(pairing, people) == {"mentor", "mentee", "manager", "admin"}


def test_the_mentors_is_read_by_staff_at_once_and_by_the_mentee_when_shared(pairing, round_, mentor, mentee):
    people = readers(pairing, round_)
    found = hand_in(pairing, mentor)
    assert who_reads(pairing, people) == {"mentor", "manager", "admin"}
    with pytest.raises(Refused):
        operations.share(found.pk, by=mentee)
    operations.share(found.pk, by=mentor)
    operations.share(found.pk, by=people["manager"])
    assert who_reads(pairing, people) == {"mentor", "mentee", "manager", "admin"}
    [told] = OutgoingMail.objects.filter(reason="form_shared")
    assert told.person == mentee
    assert address(pairing) in told.body
    assert SECRET in str(privacy.export(mentee))


def test_a_draft_and_the_mentees_own_cannot_be_shared(pairing, mentor, mentee, round_):
    draft = operations.save(pairing.pk, MID, by=mentor, typed={"helped": "x"})
    with pytest.raises(Refused):
        operations.share(draft.pk, by=mentor)
    with pytest.raises(Refused):
        operations.share(hand_in(pairing, mentee).pk, by=make.make_manager(round_.cohort))


def test_staff_who_are_the_mentee_read_the_mentors_once_it_is_shared(pairing, mentor, mentee):
    make.make_grant(mentee, "admin")
    found = hand_in(pairing, mentor)
    assert SECRET not in client_of(mentee).get(address(pairing)).text
    client_of(mentee).get(reverse("admin:mentoring_formevaluation_change", args=[found.pk]))
    assert not FormEvaluation.objects.visible_to(mentee).exists()


def test_what_was_written_about_a_mentee_goes_with_them(pairing, mentor, mentee):
    hand_in(pairing, mentor)
    operations.save(pairing.pk, MID, by=mentee, typed=WHOLE["mentee"])
    privacy.erase(mentee)
    for row in FormEvaluation.objects.all():
        assert (row.draft, row.answers, row.goal_scores) == ({}, {}, [])


# --- what is next -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "is_next"), [(7 * DAY + SECOND, False), (7 * DAY, True), (-9 * DAY, True)])
def test_within_a_week_it_comes_first(pairing, mentor, settings, left, is_next):
    settings.DEMO_NOW = OVER - left
    found = fresh(pairing)
    assert (progress.anchor_of(found) == "form-evaluations") is is_next
    for viewer in (progress.MENTOR, progress.MENTEE):
        actions = progress.panel(found, viewer)["actions"]
        assert ([action["url"] for action in actions] == ["#form-evaluations"]) is is_next
    if is_next:
        hand_in(pairing, mentor)
        assert progress.anchor_of(fresh(pairing)) != "form-evaluations"
        assert progress.panel(fresh(pairing), progress.MENTEE)["actions"]


def test_goals_and_the_mentors_answer_come_before_it(pairing, settings):
    settings.DEMO_NOW = OVER
    pairing.goals.all().delete()
    assert progress.anchor_of(fresh(pairing)) == "goals"
    Pairing.objects.update(answer_until=NOW)
    assert progress.anchor_of(fresh(pairing)) == "answer"


def test_the_mid_term_comes_before_the_letter_and_the_final_form_after_it(pairing, mentor, round_, settings):
    MentoringRound.objects.update(final_form=round_.mid_form, final_due=DUE + 30 * DAY)
    settings.DEMO_NOW = OVER + 30 * DAY
    assert form_progress.next_due(fresh(pairing), "mentor").stage == MID
    hand_in(pairing, mentor)
    assert form_progress.next_due(fresh(pairing), "mentor").stage == FINAL
    hand_in(pairing, mentor, FINAL)
    assert form_progress.next_due(fresh(pairing), "mentor") is None
    assert progress.anchor_of(fresh(pairing)) == "meetings"


def test_the_letter_has_the_day_that_the_round_names(pairing, settings):
    MentoringRound.objects.update(mid_form=None, mid_due=None, final_due=DUE)
    found = fresh(pairing)
    assert form_progress.letter_day(found) == DUE
    settings.DEMO_NOW = OVER - 8 * DAY
    assert not progress.is_evaluation_due(found)
    settings.DEMO_NOW = OVER - 7 * DAY
    assert progress.is_evaluation_due(found)


def test_a_regular_end_waits_for_both_sides_of_the_final_form(pairing, mentor, mentee, round_):
    MentoringRound.objects.update(mid_form=None, mid_due=None, final_form=round_.mid_form, final_due=DUE)
    enrolment = Enrolment.objects.get(pk=pairing.enrolment_id)
    enrolment.status = "completed"
    make.make_evaluation(pairing, status="submitted")  # the letter is not the final evaluation here
    for by, is_live in ((None, True), (mentor, True), (mentee, False)):
        if by is not None:
            hand_in(pairing, by, FINAL)
        end_with_enrolment(None, enrolment=enrolment, by=make.make_admin())
        assert Pairing.objects.get(pk=pairing.pk).is_live is is_live


# --- reminders ----------------------------------------------------------------------------------------------------


def reminders():
    return [(row.reason, row.person) for row in OutgoingMail.objects.filter(reason__startswith="evaluation_")]


def morning(days):
    return datetime(2026, 11, 20, 0, tzinfo=UTC) + days * DAY  # 09:00 in Seoul


def test_whoever_has_not_handed_in_is_reminded_before_and_after_once_each(pairing, mentor, mentee, settings):
    assert operations.remind(morning(-3) - SECOND) == 0
    settings.DEMO_NOW = morning(-3)
    assert operations.remind(morning(-3)) == 2
    assert operations.remind(OVER - SECOND) == 0
    assert set(reminders()) == {("evaluation_due_mid_mentor", mentor), ("evaluation_due_mid_mentee", mentee)}
    hand_in(pairing, mentor)
    assert operations.remind(OVER) == 0
    assert operations.remind(morning(1) - SECOND) == 0
    settings.DEMO_NOW = morning(1)
    assert operations.remind(morning(1)) == 1
    assert operations.remind(morning(5)) == 0
    assert reminders()[0] == ("evaluation_overdue_mid_mentee", mentee)


def test_a_day_that_moves_is_told_anew_and_the_old_mail_is_dropped(pairing, settings):
    settings.DEMO_NOW = morning(-3)
    operations.remind(morning(-3))
    row = OutgoingMail.objects.filter(reason="evaluation_due_mid_mentor").get()
    assert mail.is_wanted(row)
    MentoringRound.objects.update(mid_due=DUE + DAY)
    assert not mail.is_wanted(row)
    settings.DEMO_NOW = morning(-2)
    assert operations.remind(morning(-2)) == 2


@pytest.mark.parametrize("gone", ["handed in", "ended", "over"])
def test_a_reminder_without_reason_is_not_sent(pairing, mentor, settings, gone):
    settings.DEMO_NOW = morning(-3)
    operations.remind(morning(-3))
    row = OutgoingMail.objects.filter(reason="evaluation_due_mid_mentor").get()
    if gone == "handed in":
        hand_in(pairing, mentor)
    elif gone == "ended":
        Pairing.objects.update(ended_at=NOW, end_reason="끝")
    else:
        settings.DEMO_NOW = OVER
    assert not mail.is_wanted(row)


def test_where_the_letter_is_the_final_evaluation_its_mentor_is_reminded(pairing, mentor, settings):
    MentoringRound.objects.update(mid_form=None, mid_due=None, final_due=DUE)
    settings.DEMO_NOW = morning(-3)
    call_command("run_due", once=True)
    assert reminders() == [("evaluation_due_final_mentor", mentor)]
    row = OutgoingMail.objects.get(reason="evaluation_due_final_mentor")
    assert mail.is_wanted(row)
    assert f"{pairing.get_absolute_url()}#evaluation".partition("/mentoring/")[2] in row.body
    make.make_evaluation(pairing, status="submitted")
    assert not mail.is_wanted(row)
    assert operations.remind(morning(1)) == 0


def test_nobody_is_reminded_of_a_pair_that_waits_for_its_mentor_or_of_what_was_long_ago(pairing, round_):
    assert operations.remind(morning(9)) == 0
    Pairing.objects.update(answer_until=OVER)
    assert operations.remind(morning(-3)) == 0


@pytest.mark.parametrize("count", [1, 8])
def test_reminding_costs_the_same_to_find_out(round_, count, django_assert_num_queries):
    for _ in range(count):
        make_pair(round_.cohort)
    operations.remind(morning(-3))
    with django_assert_num_queries(5):  # rounds, pairs, their evaluations, and what was told to either side
        assert operations.remind(morning(-3)) == 0


# --- the health board ---------------------------------------------------------------------------------------------


def late(round_, now):
    board = health.Board([MentoringRound.objects.select_related("cohort__program").get(pk=round_.pk)], now)
    return {(pair.pk, stage, side) for pair, rows in board.late.items() for stage, side, _day in rows}


def test_late_are_those_missing_when_their_day_is_over(pairing, mentor, mentee, round_):
    assert late(round_, OVER - SECOND) == set()
    assert late(round_, OVER) == {(pairing.pk, MID, "mentor"), (pairing.pk, MID, "mentee")}
    hand_in(pairing, mentor)
    operations.save(pairing.pk, MID, by=mentee, typed=WHOLE["mentee"])
    assert late(round_, OVER) == {(pairing.pk, MID, "mentee")}  # a draft is none
    operations.submit(pairing.pk, MID, by=mentee)
    assert late(round_, OVER) == set()


def test_the_final_form_takes_the_place_of_the_letter(pairing, mentor, round_):
    MentoringRound.objects.update(mid_form=None, mid_due=None, final_form=round_.mid_form, final_due=DUE)
    make.make_evaluation(pairing, status="submitted")
    assert late(round_, OVER) == {(pairing.pk, FINAL, "mentor"), (pairing.pk, FINAL, "mentee")}
    board = health.Board([MentoringRound.objects.get()], OVER)
    assert board.funnel["final"] == []
    hand_in(pairing, mentor, FINAL)
    board = health.Board([MentoringRound.objects.get()], OVER)
    assert board.funnel["final"] == [pairing.enrolment]


def test_the_letter_is_late_by_the_day_of_the_round(pairing, round_):
    MentoringRound.objects.update(mid_form=None, mid_due=None, final_due=DUE)
    assert late(round_, OVER - SECOND) == set()
    assert late(round_, OVER) == {(pairing.pk, FINAL, "mentor")}


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "중간 평가 · 멘토"), ("en", "Mid-term evaluation · Mentor")]
)
def test_the_board_says_what_is_missing(pairing, round_, settings, language, words):
    settings.DEMO_NOW = OVER
    client = client_of(make.make_manager(round_.cohort, language=language))
    text = client.get(reverse("admin:mentoring_health_rows", args=[round_.pk, "evaluations_late"])).text
    assert words in text


# --- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("writer", ["mentor", "mentee"])
def test_the_page_keeps_what_is_wrong_says_so_and_hands_in(pairing, round_, language, writer):
    client = client_of(readers(pairing, round_)[writer])
    url = address(pairing, language=language)
    page = client.get(url)
    assert page["Cache-Control"] == "private, no-store"
    assert not FormEvaluation.objects.exists()
    answer = client.post(url, {"helped": SECRET, "revision": "0", "submit": "1"})
    assert answer.status_code == 200
    assert {"goal.1", "focus"} <= answer.context["form"].errors.keys()
    assert SECRET in answer.text
    assert SECRET in client.get(url).text  # kept
    assert client.post(url, WHOLE[writer] | {"save": "1"}).status_code == 302
    assert not FormEvaluation.objects.get().is_submitted
    assert client.post(url, {"submit": "1"}).status_code == 302
    assert FormEvaluation.objects.get().is_submitted
    page = client.get(url)
    assert page.context.get("form") is None
    assert SECRET in page.text
    answer = client.post(url, WHOLE[writer] | {"helped": "나중 말"})
    assert "나중 말" in answer.text  # not taken, and not lost
    assert answer.context["refusal"]


def test_autosave_answers_as_the_script_expects(pairing, mentee):
    client, url = client_of(mentee), address(pairing)
    answer = client.post(url, {"helped": "하나", "revision": "0"}, headers={"X-Autosave": "1"})
    assert json.loads(answer.content)["revision"] == 1
    client.post(url, {"helped": "둘", "goal.1": "2", "revision": "1"}, headers={"X-Autosave": "1"})
    typed = {"helped": "셋", "goal.1": "5", "revision": "1"}
    answer = client.post(url, typed, headers={"X-Autosave": "1"})
    assert answer.status_code == 409
    found = json.loads(answer.content)
    assert found["values"] == {"helped": "둘", "goal.1": "2"}
    assert found["labels"][1] == "1회 도입부"
    page = client.post(url, typed | {"save": "1"})
    assert (page.status_code, page.context["is_unsaved"]) == (200, True)
    assert "둘" in page.text
    assert "셋" in page.text
    answer = client.post(url, {"helped": "가" * 30_000, "revision": "2"}, headers={"X-Autosave": "1"})
    assert json.loads(answer.content)["lost"] == ["helped"]


def test_the_page_is_nobody_elses_and_nothing_without_a_form(pairing, round_, mentor):
    people = readers(pairing, round_)
    for name, user in people.items():
        allowed = name in ("mentor", "mentee", "manager", "admin")
        assert client_of(user).get(address(pairing)).status_code == (200 if allowed else 404), name
        writes = name in ("mentor", "mentee")
        answer = client_of(user).post(address(pairing), {"helped": "x", "save": "1"})
        assert answer.status_code == (302 if writes else 404), name
        assert client_of(user).post(address(pairing, "form-evaluation-share")).status_code == (
            302 if name in ("mentor",) else 404
        ), name
    for stage in ("final", "middle"):
        assert client_of(mentor).get(address(pairing, stage=stage)).status_code == 404


def test_the_pairs_page_and_the_desk_lead_there(pairing, mentor, mentee, settings):
    settings.DEMO_NOW = OVER - DAY
    for user in (mentor, mentee):
        page = client_of(user).get(pairing.get_absolute_url())
        assert address(pairing) in page.text
        assert "#form-evaluations" in page.text
        assert "중간 평가" in client_of(user).get("/ko/mentoring/").text
    assert "자기 평가 작성하기" in client_of(mentee).get("/ko/my/").text


@pytest.mark.parametrize("count", [1, 12])
def test_the_desk_costs_one_query_more_for_any_number(round_, count, django_assert_num_queries):
    mentor = make.make_mentor(capacity=40)
    for _ in range(count):
        enrolment = make.make_enrolment(application=make.make_application(round_.cohort, status="confirmed"))
        make.make_goal(make.make_pairing(mentor, enrolment))
    client = client_of(mentor.user)
    client.get("/ko/mentoring/")
    with django_assert_num_queries(15):
        assert client.get("/ko/mentoring/").status_code == 200


# --- staff --------------------------------------------------------------------------------------------------------


def round_data(page, **changes):
    form = page.context["adminform"].form
    data = {}
    for name in form.fields:
        value = form[name].value()
        if value is not None and value is not False:
            data[name] = value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value
    return data | changes


@pytest.mark.parametrize("language", ["ko", "en"])
def test_staff_choose_form_and_day_in_the_round(client, language):
    round_ = make.make_mentoring_round(make_cohort())
    client.force_login(make.make_manager(round_.cohort, language=language))
    url = reverse("admin:mentoring_mentoringround_change", args=[round_.pk])
    page = client.get(url)
    assert evaluation_forms.TITLES[language] in page.text
    answer = client.post(url, round_data(page, mid_form="standard"))
    assert answer.context["adminform"].form.errors.keys() == {"mid_due"}
    answer = client.post(url, round_data(page, mid_due="2026-11-20"))
    assert answer.context["adminform"].form.errors.keys() == {"mid_form"}
    days = {"mid_form": "standard", "mid_due": "2026-11-20", "final_due": "2026-11-20"}
    answer = client.post(url, round_data(page, **days))
    assert answer.context["adminform"].form.errors.keys() == {"final_due"}
    answer = client.post(url, round_data(page, **(days | {"final_due": "2026-12-20"})))
    assert answer.status_code == 302
    round_.refresh_from_db()
    assert (round_.mid_form.form.slug, round_.mid_due) == (evaluation_forms.STANDARD, DUE)
    assert round_.mid_form.is_locked
    before = AuditEvent.objects.count()
    assert client.post(url, round_data(client.get(url))).status_code == 302
    assert AuditEvent.objects.count() == before  # nothing was changed


def test_the_form_stays_once_somebody_has_begun(pairing, round_, mentor, client):
    client.force_login(make.make_manager(round_.cohort))
    url = reverse("admin:mentoring_mentoringround_change", args=[round_.pk])
    operations.save(pairing.pk, MID, by=mentor, typed={"helped": "x"})
    answer = client.post(url, round_data(client.get(url), mid_form="", mid_due=""))
    assert "mid_form" in answer.context["adminform"].form.errors
    answer = client.post(url, round_data(client.get(url), mid_due="2026-11-25"))
    assert answer.status_code == 302


def test_forms_that_ask_for_files_or_personal_data_are_not_offered(round_, client):
    for question in ({"key": "reel", "type": "file"}, {"key": "phone", "type": "phone", "is_personal": True}):
        make.make_form_version(questions=[question])
    fit = make.make_form_version(questions=[{"key": "rating", "type": "likert"}])
    client.force_login(make.make_manager(round_.cohort))
    page = client.get(reverse("admin:mentoring_mentoringround_change", args=[round_.pk]))
    choices = [key for key, _label in page.context["adminform"].form.fields["mid_form"].choices]
    assert set(choices) == {"", "standard", str(fit.pk)}


def test_staff_share_from_their_list_what_is_the_mentors(pairing, round_, mentor, mentee, client):
    found, own = hand_in(pairing, mentor), hand_in(pairing, mentee)
    client.force_login(make.make_manager(round_.cohort))
    url = reverse("admin:mentoring_formevaluation_changelist")
    assert client.get(url).context["cl"].result_count == 2
    data = {"action": "share_forms", "_selected_action": [found.pk], "confirm": "yes"}
    assert client.post(url, data, follow=True).status_code == 200
    client.post(url, data | {"_selected_action": [own.pk]}, follow=True)
    found.refresh_from_db()
    own.refresh_from_db()
    assert found.shared_at is not None
    assert own.shared_at is None
