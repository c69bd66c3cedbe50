"""The results of a survey as PDF: what the page says, no more and no less."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from programs import survey_documents, survey_tables, surveys
from programs.models.surveys import Survey
from tests import documents, make
from tests.reading import Page

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LANGUAGES = ["ko", "en"]
STEPS = [5] * 6 + [4] * 5 + [3, 2, 2, 1]
SAID = [("best", "바로 쓸 수 있어요.", True), ("best", "More of this", True), ("improve", "혼자만의 말", False)]


def closed(steps=STEPS, **fields):
    now = clock.now()
    survey = make.make_survey(**({"opens_at": now - 9 * DAY, "closes_at": now - DAY} | fields))
    nps = ([10] * 8 + [8] * 4 + [3] * 3)[: len(steps)]
    make.make_answered(survey, steps, nps=nps, comments=SAID)
    return survey


@pytest.fixture
def survey():
    return closed()


def pdf_of(survey, language):
    return reverse("admin:programs_survey_pdf", args=[survey.pk, language])


def results_page(survey):
    return reverse("admin:programs_survey_results", args=[survey.pk])


def words(text):
    return " ".join(text.split())


def read(survey):
    """The survey as its pages read it."""
    return surveys.with_counts(surveys.with_names()).get(pk=survey.pk)


def numbers_of_page(html):
    """Each row of each table of a page, and each large number, as lines of words."""
    rows = [words(re.sub(r"<[^>]+>", " ", row)) for row in re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", html)]
    figures = [words(figure) for figure in re.findall(r'<p class="figure">([^<]+)', html)]
    return rows, figures


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_are_those_of_the_page(client, survey, language):
    client.force_login(make.make_admin(language=language))
    rows, figures = numbers_of_page(client.get(results_page(survey)).text)
    assert (len(rows), figures) == (10 + 11, ["3.87", "71.7", "77.3", "+33.3"])
    text = documents.text_of(client.get(pdf_of(survey, language)).content)
    told = [words(line) for line in text.splitlines()]
    for row in rows:
        assert row in told
    for figure in figures:
        assert figure in words(text)
    digits = [
        line for line in told if re.fullmatch(r"\d+\. .* \d+ \d+ \d+ \d+ \d+ \d+ [\d.]+ [\d.]+% [\d.]+", line)
    ]
    assert digits == rows[:10]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charts_are_the_same_string_as_on_the_page(client, survey, language):
    client.force_login(make.make_admin(language=language))
    html = client.get(results_page(survey)).text
    with override(language):
        content = survey_documents.content_of(read(survey), survey_tables.results(survey, clock.now()))
    pictures = [chart["svg"] for chart in (content["agreement"], *content["others"])]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.startswith("<svg ")
        assert picture.count("</svg>") == 1
        assert html.count(picture) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged_titled_and_in_its_language_whatever_the_readers(client, survey, language):
    client.force_login(make.make_admin(language="ko"))
    answer = client.get(pdf_of(survey, language))
    facts = documents.facts_of(answer.content)
    assert (facts["Tagged"], facts["UA"], facts["Size"], facts["Lang"]) == (True, "1", (595, 842), language)
    with override(language):
        assert facts["Title"] == f"{surveys.title_of(read(survey))} · {surveys.about(read(survey))}"
    assert documents.is_whole(answer.content)
    fonts = documents.fonts_of(answer.content)
    assert fonts
    assert all(fonts.values())
    assert answer.content == client.get(pdf_of(survey, language)).content


def test_words_stand_in_it_with_consent_alone(client, survey):
    client.force_login(make.make_admin())
    text = words(documents.text_of(client.get(pdf_of(survey, "en")).content))
    for said in ("바로 쓸 수 있어요.", "More of this", "1 more text is shown to nobody"):
        assert said in text
    assert "혼자만의 말" not in text


def test_it_is_saved_under_a_name_of_ours(client, survey):
    client.force_login(make.make_admin())
    answer = client.get(pdf_of(survey, "ko"))
    cohort = survey.cohort
    name = f"survey-{cohort.program.slug}-{cohort.slug}-{survey.code[:6].lower()}-ko.pdf"
    assert name.isascii()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"].startswith("private, no-store")


@pytest.mark.parametrize(("count", "status"), [(4, 404), (5, 200)])
def test_there_is_none_of_fewer_than_five(client, count, status):
    survey = closed([5] * count)
    client.force_login(make.make_admin())
    assert (pdf_of(survey, "ko") in client.get(results_page(survey)).text) is (status == 200)
    assert client.get(pdf_of(survey, "ko")).status_code == status


def test_there_is_none_before_the_close(client, survey):
    Survey.objects.update(closes_at=clock.now() + DAY)
    client.force_login(make.make_admin())
    assert client.get(pdf_of(survey, "ko")).status_code == 404
    assert pdf_of(survey, "ko") not in client.get(results_page(survey)).text


def test_a_question_that_too_few_answered_is_not_in_it(client, survey):
    few = list(survey.responses.all())[:11]
    for row in few:
        row.answers.pop("level")
        row.save()
    client.force_login(make.make_admin())
    text = words(documents.text_of(client.get(pdf_of(survey, "en")).content))
    assert "The level was right" not in text
    assert "1 question was answered by too few to be shown." in text


def test_other_languages_and_strangers_get_none(client, survey):
    client.force_login(make.make_admin())
    assert client.get(pdf_of(survey, "de")).status_code == 404
    client.force_login(make.make_manager(make.make_cohort()))
    assert client.get(pdf_of(survey, "ko")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_teaches_gets_that_of_the_own_sessions(client, language):
    user = make.make_user()
    expert, cohort = make.make_expert(user=user), make.make_cohort(phase="running")
    own = closed(cohort=cohort, session=make.make_session(cohort, experts=[expert]))
    other, small = closed(cohort=cohort), closed([5] * 4, cohort=cohort, expert=expert)
    client.force_login(user)
    address = f"/{language}/teaching/surveys/{own.code}/results.pdf"
    assert address in Page(client.get(f"/{language}/teaching/surveys/{own.code}/").text).links
    answer = client.get(address)
    assert documents.facts_of(answer.content)["Lang"] == language
    for survey in (other, small):
        assert client.get(f"/{language}/teaching/surveys/{survey.code}/results.pdf").status_code == 404
    assert "results.pdf" not in client.get(f"/{language}/teaching/surveys/{small.code}/").text


def test_what_people_wrote_is_no_markup(client):
    survey = closed()
    survey.comments.update(text='#panic("x") $ \\ <b> [ *', may_quote=True)
    client.force_login(make.make_admin())
    text = words(documents.text_of(client.get(pdf_of(survey, "en")).content))
    assert '#panic("x") $ \\ <b> [ *' in text


def test_a_sign_that_no_font_has_still_gives_a_document(client):
    survey = closed()
    survey.comments.update(text="좋아요 \U0001f600", may_quote=True)
    client.force_login(make.make_admin())
    content = client.get(pdf_of(survey, "ko")).content
    assert not documents.facts_of(content)["UA"]
    assert "좋아요" in documents.text_of(content)
