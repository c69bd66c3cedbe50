"""The survey of 2024 in the demonstration gives the published tables to the digit, from single answers."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from portal import clock
from programs import survey_results, survey_tables, surveys
from programs.models.surveys import Comment, Response, Survey, Ticket
from programs.questions.loading import questions_of
from tests import make
from tests.portal.demo_season import loaded

pytestmark = pytest.mark.django_db
# n5, n4, n3, n2, n1, mean, share of 5 and 4
ITEMS = {
    "overall": (541, 249, 41, 8, 3, "4.56", "93.8"),
    "content": (508, 264, 56, 11, 3, "4.50", "91.7"),
    "useful": (519, 241, 62, 15, 5, "4.49", "90.3"),
    "expertise": (612, 196, 27, 5, 2, "4.68", "96.0"),
    "clarity": (531, 239, 56, 12, 4, "4.52", "91.4"),
    "level": (398, 301, 107, 29, 7, "4.25", "83.0"),
    "schedule": (341, 289, 142, 54, 16, "4.05", "74.8"),
    "facilities": (452, 266, 91, 26, 7, "4.34", "85.3"),
    "running": (417, 283, 101, 31, 10, "4.27", "83.1"),
    "again": (556, 214, 52, 15, 5, "4.55", "91.4"),
}
# responses, response rate, n5, n4, n3, n2, n1, mean of the overall satisfaction
COURSES = {
    "window-background": (66, "84.6", 47, 16, 3, 0, 0, "4.67"),
    "next-generation-academy": (188, "71.8", 98, 72, 14, 3, 1, "4.40"),
    "vfx-producer-virtual-production": (101, "89.4", 70, 26, 4, 1, 0, "4.63"),
    "camera-unscripted": (92, "86.8", 58, 28, 5, 1, 0, "4.55"),
    "dit-training": (76, "88.4", 53, 20, 3, 0, 0, "4.66"),
    "dubbing": (96, "84.2", 65, 26, 3, 1, 1, "4.59"),
    "vfx-editor": (58, "92.1", 42, 13, 2, 1, 0, "4.66"),
    "production-sound": (165, "85.5", 108, 48, 7, 1, 1, "4.58"),
}


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loaded():
        yield


@pytest.fixture(autouse=True)
def english_now():
    with override("en"):
        yield


def of_2024():
    rows = Survey.objects.filter(cohort__slug="2024-1", session=None, expert=None)
    return survey_tables.comparable(rows, clock.now())


def tallied(key):
    rows = of_2024()
    [question] = [q for q in questions_of(rows[0].form_version_id) if q.key == key]
    answers = survey_tables.responses_of([row.pk for row in rows])
    return survey_results.tally(question, [one for found in answers.values() for one in found])


@pytest.mark.parametrize("key", ITEMS)
def test_each_question_comes_out_to_the_digit(key):
    *counts, mean, top2 = ITEMS[key]
    row = tallied(key)
    assert (row.counts, row.n, row.mean, row.top2) == (tuple(counts), 842, mean, top2)


def test_the_headline_and_both_conversions():
    row = tallied("overall")
    assert (row.points("times20"), row.points("linear")) == ("91.3", "89.1")
    assert survey_results.mean_of_means([tallied(key) for key in ITEMS]) == "4.42"


def test_the_recommendation():
    row = tallied("recommend")
    assert (*row.groups, row.score) == (498, 261, 83, "+49.3")


def test_the_camp_of_2025():
    """All sixteen answered: fifteen very content, one content; fourteen promoters, two passives."""
    [row] = survey_tables.comparable(Survey.objects.filter(cohort__slug="2025-1"), clock.now())
    answers = survey_tables.responses_of([row.pk])[row.pk]
    found = {q.key: survey_results.tally(q, answers) for q in questions_of(row.form_version_id)}
    assert (row.cohort.program.slug, row.answered, row.asked) == ("reboot-camp", 16, 16)
    assert (found["overall"].mean, found["recommend"].score) == ("4.94", "+87.5")


def test_each_course_comes_out_to_the_digit():
    rows = {row.cohort.program.slug: row for row in of_2024()}
    assert rows.keys() == COURSES.keys()
    answers = survey_tables.responses_of([row.pk for row in rows.values()])
    question = next(q for q in questions_of(rows["dubbing"].form_version_id) if q.key == "overall")
    for slug, (n, rate, *counts, mean) in COURSES.items():
        found = survey_results.tally(question, answers[rows[slug].pk])
        assert (found.n, found.counts, found.mean) == (n, tuple(counts), mean), slug
        assert (rows[slug].answered, survey_results.percent(n, rows[slug].asked)) == (n, rate), slug


def test_the_rate_is_that_of_those_who_completed():
    rows = of_2024()
    answered, asked = sum(row.answered for row in rows), sum(row.asked for row in rows)
    assert (answered, asked) == (842, 1015)
    assert survey_tables.rate_text(answered, asked) == "83.0% (842 of 1,015)"


def test_there_are_forty_sentences_of_which_some_may_be_shown():
    rows = Comment.objects.filter(survey__cohort__slug="2024-1")
    assert rows.count() == len(set(rows.values_list("text", flat=True))) == 40
    assert 0 < rows.filter(may_quote=True).count() < 40


def test_tickets_and_answers_are_as_many_and_each_ticket_is_of_one_who_was_asked():
    for survey in surveys.with_counts(Survey.objects.all()):
        tickets = Ticket.objects.filter(survey=survey)
        assert tickets.count() == Response.objects.filter(survey=survey).count()
        asked = set(survey.people().values_list("pk", flat=True))
        assert set(tickets.values_list("person", flat=True)) <= asked


def test_the_pages_show_the_table_of_courses():
    client = Client()
    client.force_login(make.make_admin(language="en"))
    text = client.get(reverse("admin:programs_survey_compare") + "?year=2024").text
    assert "83.0% (842 of 1,015)" in text
    assert "Reboot Camp" not in text.partition("<svg")[2].partition("</main>")[0]
    for n, rate, *_counts, mean in COURSES.values():
        assert f"{rate}% ({n} of" in text
        assert f'<td class="r num">{mean}</td>' in text
    survey = next(row for row in of_2024() if row.cohort.program.slug == "dubbing")
    text = client.get(reverse("admin:programs_survey_results", args=[survey.pk])).text
    assert "4.59" in text
    assert "제 목소리를 바로 듣고" in text
    assert "녹음실 예약이 겹쳐" not in text  # its writer did not agree


def test_an_instructor_reads_one_survey_and_not_the_one_with_three_answers():
    client = Client()
    client.force_login(User.objects.get(email="instructor@example.com"))
    rows = list(Survey.objects.taught_by(User.objects.get(email="instructor@example.com")))
    told = {row.expert_id is not None: client.get(reverse("teaching-survey", args=[row.code])).text for row in rows}
    assert "Overall satisfaction" in told[True]
    assert "fewer than 5 answers" in told[False] or "once the survey is closed" in told[False]
