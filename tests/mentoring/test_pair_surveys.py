"""Surveys of mentor pairs: who is asked and who is not, once each, as anonymous as every survey."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from mentoring import pair_surveys
from mentoring.operations import pairs
from mentoring.pair_forms import Side, form_of
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs import survey_part, survey_tables, surveys
from programs.core_survey import SECTIONS as CORE
from programs.models.surveys import Invited, Survey, Ticket
from programs.operations import surveys as operations
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MENTEES, MENTORS = Side.MENTEES, Side.MENTORS


@pytest.fixture
def cohort():
    return make.make_cohort(make.make_program(has_mentoring=True), phase="running")


def make_pair(cohort, mentor=None, status="active", **fields):
    enrolment = make.make_enrolment(cohort, status=status)
    return make.make_pairing(mentor or make.make_mentor(), enrolment, **fields)


def create(cohort, side=MENTEES, *, by=None, **fields):
    now = clock.now()
    dates = {"opens_at": now, "closes_at": now + 9 * DAY}
    return pair_surveys.create_pair_survey(cohort.pk, side, by=by or make.make_admin(), **(dates | fields))


def named(survey):
    return set(Invited.objects.filter(survey=survey).values_list("person", flat=True))


def answers_of(side, step="4"):
    *_rest, (agreed, recommended, _words) = form_of(side)
    return {fields["key"]: step for fields in agreed[1]} | {recommended[1][0]["key"]: "9"}


# --- who is asked -----------------------------------------------------------------------------------------------


def test_mentees_and_mentors_are_asked_apart(cohort):
    first, second = make_pair(cohort), make_pair(cohort)
    mentees, mentors = create(cohort, MENTEES), create(cohort, MENTORS)
    assert named(mentees) == {first.enrolment.person_id, second.enrolment.person_id}
    assert named(mentors) == {first.mentor.user_id, second.mentor.user_id}
    assert {mentees.asks, mentors.asks} == {"named"}
    assert mentees.form_version.form.slug != mentors.form_version.form.slug
    assert mentees.form_version.is_locked
    assert AuditEvent.objects.filter(verb="survey.made").count() == 2


def test_a_mentor_of_several_is_asked_once_and_told_once(cohort):
    mentor = make.make_mentor()
    for _ in range(3):
        make_pair(cohort, mentor)
    survey = create(cohort, MENTORS)
    assert list(survey.invited.values_list("person", flat=True)) == [mentor.user_id]
    for _ in range(2):
        operations.invite_due(clock.now())
    assert OutgoingMail.objects.filter(reason="survey_open", person=mentor.user).count() == 1
    operations.answer(survey.pk, answers_of(MENTORS), by=mentor.user)
    with pytest.raises(Refused):
        operations.answer(survey.pk, answers_of(MENTORS), by=mentor.user)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "is_asked"),
    [
        ("enrolled", True),
        ("active", True),
        ("completed", True),
        ("not_completed", True),
        ("dropped", False),
        ("no_show", False),
        ("cancelled", False),
    ],
)
def test_who_left_is_not_asked_and_neither_is_their_mentor(cohort, status, is_asked):
    stays, pairing = make_pair(cohort), make_pair(cohort, status=status)
    asked = {stays.enrolment.person_id} | ({pairing.enrolment.person_id} if is_asked else set())
    assert pair_surveys.people_of(cohort.pk, MENTEES) == asked
    mentors = {stays.mentor.user_id} | ({pairing.mentor.user_id} if is_asked else set())
    assert pair_surveys.people_of(cohort.pk, MENTORS) == mentors


def test_of_a_mentee_with_two_mentors_the_last_one_is_asked(cohort):
    now = clock.now()
    old = make_pair(cohort, paired_at=now - 9 * DAY, ended_at=now - 8 * DAY, end_reason="바꿈")
    new = make.make_pairing(make.make_mentor(), old.enrolment, paired_at=now - 8 * DAY)
    assert pair_surveys.people_of(cohort.pk, MENTORS) == {new.mentor.user_id}
    assert pair_surveys.people_of(cohort.pk, MENTEES) == {old.enrolment.person_id}


def test_nobody_of_another_cohort_without_a_pair_or_with_a_closed_account_is_asked(cohort):
    pairing, gone = make_pair(cohort), make_pair(cohort)
    unpaired = make.make_enrolment(cohort, status="active").person
    make_pair(make.make_cohort(cohort.program, phase="running"))
    gone.enrolment.person.is_active = False
    gone.enrolment.person.save()
    survey = create(cohort)
    assert named(survey) == {pairing.enrolment.person_id}
    for person in (unpaired, pairing.mentor.user):
        assert not Survey.objects.visible_to(person).exists()
        with pytest.raises(Refused):
            operations.answer(survey.pk, answers_of(MENTEES), by=person)


def test_names_follow_the_pairs_until_the_close(cohort):
    first, leaves, answered = (make_pair(cohort) for _ in range(3))
    survey = create(cohort)
    operations.answer(survey.pk, answers_of(MENTEES), by=answered.enrolment.person)
    for pairing in (leaves, answered):
        pairing.enrolment.status = "dropped"
        pairing.enrolment.ended_at = clock.now()
        pairing.enrolment.save()
    new = make_pair(cohort)
    assert pair_surveys.name_people_due(clock.now()) == 2
    assert named(survey) == {row.enrolment.person_id for row in (first, answered, new)}
    assert pair_surveys.name_people_due(clock.now()) == 0
    assert AuditEvent.objects.filter(verb="survey.named").count() == 1
    call_command("run_due", once=True)
    told = set(OutgoingMail.objects.filter(reason="survey_open").values_list("person", flat=True))
    assert told == {first.enrolment.person_id, new.enrolment.person_id}
    Survey.objects.update(closes_at=clock.now())
    make_pair(cohort)
    assert pair_surveys.name_people_due(clock.now()) == 0


# --- counts, gates, reminders -----------------------------------------------------------------------------------


def counts(survey):
    row = surveys.with_counts(Survey.objects.filter(pk=survey.pk)).get()
    return row.asked, row.answered, row.missing


def test_counts_are_of_those_who_are_named(cohort):
    first, _second = make_pair(cohort), make_pair(cohort)
    make.make_enrolment(cohort, status="active")
    survey = create(cohort)
    assert counts(survey) == (2, 0, 2)
    operations.answer(survey.pk, answers_of(MENTEES), by=first.enrolment.person)
    assert counts(survey) == (2, 1, 1)
    privacy.erase(first.enrolment.person)
    assert first.enrolment.person_id not in named(survey)
    assert counts(survey) == (2, 1, 1)  # who has answered counts among those asked


def test_those_who_have_not_answered_are_reminded(cohort):
    first, second = make_pair(cohort), make_pair(cohort)
    survey = create(cohort)
    operations.answer(survey.pk, answers_of(MENTEES), by=first.enrolment.person)
    assert operations.remind_now(survey.pk, by=make.make_admin()) == 1
    mail = OutgoingMail.objects.get(reason="survey_reminder")
    assert mail.person == second.enrolment.person
    assert "멘토링 만족도 조사" in mail.subject


def test_it_waits_on_ones_own_page_and_on_that_of_the_place(cohort, client):
    pairing = make_pair(cohort)
    survey = create(cohort)
    other = create(cohort, MENTORS)
    mentee, mentor = pairing.enrolment.person, pairing.mentor.user
    for person, own, others in ((mentee, survey, other), (mentor, other, survey)):
        client.force_login(person)
        text = client.get("/en/my/").text
        assert own.code in text
        assert others.code not in text
        assert client.get(f"/en/surveys/{own.code}/").status_code == 200
        assert client.get(f"/en/surveys/{others.code}/").status_code == 404
    part = survey_part.part(pairing.enrolment, clock.now())
    assert [line["url"].split("/")[-2] for line in part["lines"]] == [survey.code]
    assert survey_part.part(make.make_enrolment(cohort, status="enrolled"), clock.now()) is None


def test_a_certificate_waits_for_those_alone_who_are_asked(cohort):
    pairing = make_pair(cohort, status="completed")
    unpaired = make.make_enrolment(cohort, status="completed")
    survey = create(cohort, gates_certificate=True)
    both = [pairing.enrolment, unpaired]
    assert list(surveys.certificate_gate(cohort, both)) == [pairing.enrolment.pk]
    operations.answer(survey.pk, answers_of(MENTEES), by=pairing.enrolment.person)
    assert surveys.certificate_gate(cohort, both) == {}


# --- results ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "is_shown"), [(4, False), (5, True)])
def test_results_of_fewer_than_five_are_shown_to_nobody(cohort, client, count, is_shown):
    pairings = [make_pair(cohort) for _ in range(6)]
    survey = create(cohort)
    for pairing in pairings[:count]:
        said = {"mentee_overall": "5", "best": "공개하는 말", "quote": True}
        operations.answer(survey.pk, answers_of(MENTEES) | said, by=pairing.enrolment.person)
    Survey.objects.update(opens_at=clock.now() - 9 * DAY, closes_at=clock.now() - DAY)
    client.force_login(make.make_admin(language="en"))
    text = client.get(reverse("admin:programs_survey_results", args=[survey.pk])).text
    for part in ("공개하는 말", "Overall satisfaction", "5.00", "+100.0"):
        assert (part in text) is is_shown
    answer = client.get(reverse("admin:programs_survey_compare"))
    assert (answer.context["chart"] is not None) is is_shown
    assert ("5.00" in answer.text) is is_shown


def test_it_does_not_stand_beside_surveys_of_courses(cohort):
    pairings = [make_pair(cohort) for _ in range(5)]
    survey = create(cohort)
    for pairing in pairings:
        operations.answer(survey.pk, answers_of(MENTEES), by=pairing.enrolment.person)
    course = make.make_survey(cohort)
    make.make_answered(course, [5] * 5, nps=[10] * 5)
    Survey.objects.update(opens_at=clock.now() - 9 * DAY, closes_at=clock.now() - DAY)
    rows = survey_tables.comparable(Survey.objects.all(), clock.now())
    with override("en"):
        found = {}
        for question in survey_tables.keys_of(rows):
            result = survey_tables.comparison(survey_tables.by_cohort(rows), question)
            found[question.key] = len(result["chart"]["table"]["rows"])
            assert result["hidden"] == []
    assert set(found.values()) == {1}
    assert {"overall", "mentee_overall"} <= found.keys()


# --- making one -------------------------------------------------------------------------------------------------


def test_what_cannot_be_is_refused(cohort):
    with pytest.raises(Refused):  # nobody is paired
        create(cohort)
    make_pair(cohort)
    with pytest.raises(Refused):
        create(cohort, MENTORS, gates_certificate=True)
    with pytest.raises(Refused):
        create(cohort, by=make.make_manager(make.make_cohort()))
    with pytest.raises(Refused):
        create(make.make_cohort(phase="running"))
    create(cohort)
    with pytest.raises(Refused):  # there is one already
        create(cohort)
    assert Survey.objects.count() == 1


def page(cohort):
    return reverse("admin:mentoring_pairing_survey", args=[cohort.pk])


def typed(**fields):
    now = clock.now()
    dates = {"opens_at": f"{now:%Y-%m-%dT%H:%M}", "closes_at": f"{now + 9 * DAY:%Y-%m-%dT%H:%M}"}
    return {"side": "mentors", "is_anonymous": "on", "min_shown": "5"} | dates | fields


@pytest.mark.parametrize("language", ["ko", "en"])
def test_staff_make_it_from_the_page_of_the_cohort(cohort, client, language):
    pairing = make_pair(cohort)
    client.force_login(make.make_manager(cohort, language=language))
    overview = client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk])).text
    assert page(cohort) in overview
    assert client.get(page(cohort)).context["counts"][0][1] == "1"
    assert not Survey.objects.exists()
    answer = client.post(page(cohort), typed())
    survey = Survey.objects.get()
    assert (answer.status_code, named(survey)) == (302, {pairing.mentor.user_id})
    assert client.get(answer.url).status_code == 200
    answer = client.post(page(cohort), typed())
    assert answer.context["refused"]
    for bad in ({"side": "both"}, {"min_shown": "4"}, {"closes_at": ""}):
        assert client.post(page(cohort), typed(**bad)).context["form"].errors
    assert Survey.objects.count() == 1


def test_there_is_no_such_page_without_mentoring_or_for_others(cohort, client):
    make_pair(cohort)
    plain = make.make_cohort(phase="running")
    client.force_login(make.make_admin())
    assert client.get(page(plain)).status_code == 404
    overview = client.get(reverse("admin:programs_cohort_overview", args=[plain.pk])).text
    assert page(plain) not in overview
    client.force_login(make.make_manager(plain))
    assert client.get(page(cohort)).status_code == 404
    assert client.post(page(cohort), typed()).status_code == 404
    assert not Survey.objects.exists()


def test_the_page_of_every_survey_offers_no_names_to_be_chosen(cohort, client):
    client.force_login(make.make_admin())
    form = client.get(reverse("admin:programs_survey_new", args=[cohort.pk])).context["form"]
    assert [key for key, _label in form.fields["asks"].choices] == ["present", "completed"]


def test_whoever_is_named_is_told_so_in_their_data(cohort):
    pairing = make_pair(cohort)
    create(cohort)
    with override("en"):
        data = privacy.export(pairing.enrolment.person)
    assert "Mentoring survey" in str(data)


def test_the_end_of_a_pair_takes_its_mentor_off_the_list(cohort):
    pairing, staff = make_pair(cohort), make.make_admin()
    survey = create(cohort, MENTORS)
    pairs.end_pairing(pairing.pk, by=staff, reason="바꿈")
    other = make.make_mentor()
    pairs.pair(pairing.enrolment_id, other.pk, by=staff)
    pair_surveys.name_people_due(clock.now())
    assert named(survey) == {other.user_id}


@pytest.mark.parametrize("side", list(Side))
def test_each_form_is_one_that_a_survey_can_ask_with_keys_of_its_own(side):
    slug, titles, sections = form_of(side)
    operations.refuse_unfit(operations.standard_version(slug, titles, sections))
    keys = {fields["key"] for _heads, questions in sections for fields in questions}
    other = Side.MENTORS if side == Side.MENTEES else Side.MENTEES
    others = {fields["key"] for _heads, questions in (*form_of(other)[2], *CORE) for fields in questions}
    assert keys & others == {"best", "improve", "quote"}  # of words, which are never put side by side
    [quote] = [fields for _heads, questions in sections for fields in questions if fields["key"] == "quote"]
    assert "강사" not in quote["help_ko"]
