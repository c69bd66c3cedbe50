"""Totals of surveys of earlier years: judged row by row, brought in once, shown beside the portal's own surveys."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from programs import import_rows, survey_results, survey_tables, survey_totals
from programs.core_survey import ITEMS
from programs.models.imports import Import, ImportRow
from programs.models.survey_totals import SurveyTotal
from programs.models.surveys import Survey
from programs.operations import imports
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HEAD = "문항,5,4,3,2,1,대상\n"
NPS = "key," + ",".join(f"nps{step}" for step in range(11)) + ",promoters,passives,detractors,asked\n"
OVERALL = "overall,541,249,41,8,3,1015"


def over(**fields):
    return make.make_cohort(phase="finished", **fields)


def take_in(cohort, *lines, head=HEAD):
    text = head + "".join(f"{line}\n" for line in lines)
    return imports.take_in("totals", text.encode(), "2023.csv", by=make.make_admin(), cohort=cohort)


def bring_in(cohort, *lines, head=HEAD, **options):
    return imports.apply(take_in(cohort, *lines, head=head).pk, by=make.make_admin(), **options)


def verdicts(batch):
    return [(row.line, row.verdict, row.problem) for row in batch.rows.all()]


# --- judging and bringing in ------------------------------------------------------------------------------------


def test_totals_come_in_once_and_are_written_down():
    cohort, staff = over(), make.make_admin()
    batch = take_in(cohort, OVERALL, "교육 내용이 목표와 수준에 맞았다,508,264,56,11,3,1015")
    assert verdicts(batch) == [(2, "new", ""), (3, "new", "")]
    assert not SurveyTotal.objects.exists()
    for _ in range(2):
        batch = imports.apply(batch.pk, by=staff)
    found = {row.key: (row.scale, row.counts, row.answered, row.asked) for row in SurveyTotal.objects.all()}
    assert found == {
        "overall": ("agreement", [541, 249, 41, 8, 3], 842, 1015),
        "content": ("agreement", [508, 264, 56, 11, 3], 842, 1015),
    }
    assert {row.batch_id for row in SurveyTotal.objects.all()} == {batch.pk}
    assert batch.counts["brought_in"] == 2
    assert AuditEvent.objects.filter(verb="survey_total.brought_in", by=staff).count() == 2


@pytest.mark.parametrize(
    "words",
    [
        "overall",
        "OVERALL",
        "본 과정에 전반적으로 만족한다",
        " 본과정에  전반적으로 만족한다. ",
        "Overall I am satisfied with the course",
        "overall i am satisfied with the course!",
    ],
)
def test_a_question_is_found_by_its_key_and_by_its_words(words):
    bring_in(over(), f'"{words}",5,4,3,2,1,20')
    assert SurveyTotal.objects.get().key == "overall"


def test_a_question_is_found_by_words_that_staff_gave_it_later():
    survey = make.make_survey()
    survey.form_version.questions.filter(key="level").update(label_ko="수준이 맞았다")
    bring_in(over(), "수준이 맞았다,5,4,3,2,1,20")
    assert SurveyTotal.objects.get().key == "level"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("식사가 좋았다,5,4,3,2,1,20", "unknown_item"),
        ("best,5,4,3,2,1,20", "unknown_item"),  # a core question, but one of words
        (",5,4,3,2,1,20", "empty"),
        ("overall,5,4,3,2,1,", "empty"),
        ("overall,5,4,,2,1,20", "empty"),
        ("overall,5,4,3.5,2,1,20", "no_number"),
        ("overall,5,4,-3,2,1,20", "no_number"),
        ("overall,5,4,=3,2,1,20", "no_number"),
        ("overall,5,4,셋,2,1,20", "no_number"),
        ("overall,9999999,4,3,2,1,20", "no_number"),
        ("overall,5,4,3,2,1,많음", "no_number"),
        ("overall,0,0,0,0,0,20", "no_answers"),
        ("overall,5,4,3,2,1,14", "more_than_asked"),
        ("recommend,5,4,3,2,1,20", "empty"),
    ],
)
def test_a_row_that_cannot_be_says_why(line, problem):
    batch = take_in(over(), line)
    assert verdicts(batch) == [(2, "refused", problem)]
    for language in ("ko", "en"):
        with override(language):
            reason = str(import_rows.reason_of(batch.rows.get()))
        assert reason
        assert "%" not in reason
    imports.apply(batch.pk, by=make.make_admin())
    assert not SurveyTotal.objects.exists()


@pytest.mark.parametrize(("written", "counts"), [('"1,015"', 1015), ("１２", 12), (" 7 ", 7), ("000012", 12)])
def test_whole_numbers_are_read_as_spreadsheets_write_them(written, counts):
    bring_in(over(), f"overall,{written},0,0,0,0,2000")
    assert SurveyTotal.objects.get().counts == [counts, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("line", "scale", "counts"),
    [
        ("recommend,2,1,3,6,9,24,38,93,168,215,283,,,,1015", "steps", [2, 1, 3, 6, 9, 24, 38, 93, 168, 215, 283]),
        (
            "recommend,2,1,3,6,9,24,38,93,168,215,283,498,261,83,1015",
            "steps",
            [2, 1, 3, 6, 9, 24, 38, 93, 168, 215, 283],
        ),
        ("recommend,,,,,,,,,,,,498,261,83,1015", "groups", [498, 261, 83]),
    ],
)
def test_the_recommendation_comes_in_as_steps_or_as_groups_with_one_score(line, scale, counts):
    cohort = over()
    bring_in(cohort, line, head=NPS)
    total = SurveyTotal.objects.get()
    assert (total.scale, total.counts) == (scale, counts)
    [totals] = survey_totals.totals_of([cohort.pk])
    result = totals.result("recommend")
    assert (result.n, result.groups, result.score) == (842, (498, 261, 83), "+49.3")


def test_groups_that_the_steps_do_not_give_are_refused():
    batch = take_in(over(), "recommend,2,1,3,6,9,24,38,93,168,215,283,498,262,82,1015", head=NPS)
    assert verdicts(batch) == [(2, "refused", "groups_differ")]
    assert batch.rows.get().detail == "498 · 261 · 83"


def test_the_same_question_twice_comes_in_once():
    batch = take_in(over(), OVERALL, "본 과정에 전반적으로 만족한다,1,1,1,1,1,1015")
    assert verdicts(batch) == [(2, "new", ""), (3, "refused", "same_question")]


def test_other_sums_than_most_are_in_doubt_and_left_out_until_somebody_says_otherwise():
    cohort = over()
    lines = ["content,10,8,1,0,1,30", "overall,10,8,1,0,0,30", "useful,10,8,2,0,0,30", "level,9,9,1,1,0,31"]
    batch = take_in(cohort, *lines)
    assert verdicts(batch) == [
        (2, "new", ""),
        (3, "doubtful", "sum_differs"),
        (4, "new", ""),
        (5, "doubtful", "asked_differs"),
    ]
    assert [row.detail for row in batch.rows.filter(verdict="doubtful")] == ["19 ≠ 20", "31 ≠ 30"]
    row = batch.rows.get(line=3)
    imports.apply(batch.pk, by=make.make_admin(), choices={row.pk: "new"})
    assert set(SurveyTotal.objects.values_list("key", flat=True)) == {"content", "useful", "overall"}


def test_what_is_there_with_the_same_numbers_stays_and_other_numbers_are_asked_about():
    cohort = over()
    bring_in(cohort, OVERALL)
    assert verdicts(take_in(cohort, OVERALL)) == [(2, "there", "")]
    batch = take_in(cohort, "overall,540,250,41,8,3,1015")
    row = batch.rows.get()
    assert (row.verdict, row.problem, row.choice, row.detail) == (
        "doubtful",
        "other_numbers",
        "leave",
        "541 · 249 · 41 · 8 · 3",
    )
    imports.apply(batch.pk, by=make.make_admin(), choices={row.pk: "new"})
    total = SurveyTotal.objects.get()
    assert (total.counts[:2], total.batch) == ([540, 250], batch)
    assert AuditEvent.objects.filter(verb="survey_total.replaced", target_id=total.pk).count() == 1


def test_what_changed_meanwhile_is_looked_at_again():
    cohort = over()
    bring_in(cohort, OVERALL)
    batch = take_in(cohort, "overall,1,1,1,1,1,9")
    SurveyTotal.objects.update(counts=[2, 2, 2, 2, 2])
    with pytest.raises(Refused):
        imports.apply(batch.pk, by=make.make_admin(), choices={batch.rows.get().pk: "new"})
    assert SurveyTotal.objects.get().counts == [2, 2, 2, 2, 2]


def test_what_the_portal_asked_itself_is_not_counted_a_second_time_unasked():
    cohort = over()
    make.make_survey(cohort)
    assert verdicts(take_in(cohort, OVERALL)) == [(2, "doubtful", "asked_here")]


@pytest.mark.parametrize("phase", ["running", "open"])
def test_a_cohort_that_is_not_over_takes_none(phase):
    with pytest.raises(Refused):
        take_in(make.make_cohort(phase=phase), OVERALL)


def test_rows_are_forgotten_and_totals_stay():
    cohort = over()
    batch = bring_in(cohort, OVERALL)
    assert imports.forget_rows(batch.uploaded_at + imports.KEEP_ROWS) == 1
    assert not ImportRow.objects.exists()
    assert SurveyTotal.objects.get().answered == 842


@pytest.mark.parametrize(
    "wrong", [{"answered": 0}, {"asked": 841}, {"scale": "stars"}, {"key": "content"}, {"cohort": None}]
)
def test_the_database_holds_what_must_never_break(wrong):
    cohort = over()
    batch = bring_in(cohort, "content,1,1,1,1,1,9")
    row = {"cohort": cohort, "key": "overall", "scale": "agreement", "counts": [842, 0, 0, 0, 0], "batch": batch}
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyTotal.objects.create(**(row | {"answered": 842, "asked": 1015} | wrong))


# --- shown ------------------------------------------------------------------------------------------------------


def test_totals_give_the_same_figures_as_the_same_answers():
    told, asked = over(), make.make_survey(make.make_cohort(phase="finished"), closes_at=clock.now())
    steps = [5] * 6 + [4] * 3 + [2]
    make.make_answered(asked, steps, nps=[10] * 5 + [8] * 3 + [3] * 2)
    bring_in(told, *(f"{key},6,3,0,1,0,12" for key, _ko, _en in ITEMS))
    bring_in(told, "recommend,0,0,0,2,0,0,0,0,3,0,5,,,,12", head=NPS)
    [totals] = survey_totals.totals_of([told.pk])
    ours, theirs = survey_tables.results(asked, clock.now()), survey_tables.results_of_totals(totals)
    for name in ("figures", "agreement", "mean_of_means", "others", "formulas"):
        assert ours[name] == theirs[name]
    assert theirs["words"] == []


def test_groups_have_a_chart_of_three_and_no_steps():
    cohort = over()
    bring_in(cohort, "recommend,,,,,,,,,,,,5,3,2,12", head=NPS)
    with override("en"):
        [chart] = survey_tables.results_of_totals(survey_totals.totals_of([cohort.pk])[0])["others"]
    assert [row["cells"][0] for row in chart["table"]["rows"]] == ["5", "3", "2"]


def test_a_sum_of_steps_and_groups_is_one_of_groups():
    steps = survey_results.Recommendation((0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 5))
    groups = survey_results.Groups((498, 261, 83))
    assert (steps + groups).groups == (groups + steps).groups == (503, 264, 85)
    assert (steps + steps).counts == (0, 0, 0, 4, 0, 0, 0, 0, 6, 0, 10)


def page(name, *args):
    return reverse(f"admin:programs_{name}", args=args)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_of_a_cohorts_totals_says_where_they_are_from(client, language):
    cohort = over()
    bring_in(cohort, OVERALL)
    client.force_login(make.make_admin(language=language))
    text = client.get(page("survey_totals", cohort.pk)).text
    for found in ("4.56", "83.0%", "2023.csv", {"en": "without single answers", "ko": "2023.csv"}[language]):
        assert found in text
    assert page("survey_totals", cohort.pk) in client.get(page("cohort_overview", cohort.pk)).text
    survey = make.make_survey(cohort)
    assert page("survey_totals", cohort.pk) in client.get(page("survey_results", survey.pk)).text


@pytest.mark.parametrize(("count", "is_shown"), [(4, False), (5, True)])
def test_nothing_is_shown_of_fewer_than_five(client, count, is_shown):
    cohort = over()
    bring_in(cohort, f"overall,{count},0,0,0,0,9")
    client.force_login(make.make_admin(language="en"))
    for address in (page("survey_totals", cohort.pk), page("survey_compare")):
        text = client.get(address).text
        assert ('<svg class="chart' in text) is is_shown, address
        assert ("5.00" in text) is is_shown, address
    assert ("Too few have answered." in text) is not is_shown


def test_totals_stand_beside_the_surveys_of_the_portal(client):
    old = over(starts_at=clock.now() - 500 * DAY, ends_at=clock.now() - 480 * DAY)
    new = over()
    bring_in(old, "overall,10,0,0,0,0,20")
    survey = make.make_survey(new, closes_at=clock.now())
    make.make_answered(survey, [4] * 10)
    client.force_login(make.make_admin(language="en"))
    answer = client.get(page("survey_compare"))
    table = answer.context["chart"]["table"]
    assert [row["label"].endswith("(from a table)") for row in table["rows"]] == [False, True]
    assert table["rows"][1]["cells"][:3] == ["50.0% (10 of 20)", "10", "10"]
    assert table["total"]["cells"][1:4] == ["20", "10", "10"]
    assert "without single answers" in answer.text
    assert answer.context["years"] == sorted({old.starts_at.year, new.starts_at.year}, reverse=True)
    one_year = client.get(page("survey_compare"), {"year": old.starts_at.year})
    assert len(one_year.context["chart"]["table"]["rows"]) == 1
    # a question that only one of them has asked says nothing about the other
    other = client.get(page("survey_compare"), {"question": "level"})
    assert len(other.context["chart"]["table"]["rows"]) == 1
    assert other.context["hidden"] == []
    assert not Survey.objects.filter(cohort=old).exists()


def test_managers_see_the_totals_of_their_own_cohorts_alone(client):
    cohort, other = over(), over()
    bring_in(cohort, OVERALL)
    client.force_login(make.make_manager(other))
    assert client.get(page("survey_totals", cohort.pk)).status_code == 404
    assert client.get(page("import_totals", cohort.pk)).status_code == 404
    assert "4.56" not in client.get(page("survey_compare")).text
    client.force_login(make.make_manager(cohort))
    assert client.get(page("survey_totals", cohort.pk)).status_code == 200
    assert client.get(page("survey_totals", other.pk)).status_code == 404  # it has none


# --- the pages of the import ------------------------------------------------------------------------------------


def hand_in(client, cohort, text):
    file = SimpleUploadedFile("총계 2023.csv", text.encode(), "text/csv")
    return client.post(page("import_totals", cohort.pk), {"file": file})


def test_from_the_cohorts_page_to_its_results(client):
    cohort = over()
    client.force_login(make.make_admin(language="en"))
    assert page("import_totals", cohort.pk) in client.get(page("cohort_overview", cohort.pk)).text
    assert "Would you recommend it to a colleague?" in client.get(page("import_totals", cohort.pk)).text
    address = hand_in(client, cohort, f"{HEAD}{OVERALL}\ncontent,1,1,1,1,1,1015\n강의실,1,1,1,1,1,9\n").url
    text = client.get(address).text
    assert "Not as many answers as to most questions: 5 ≠ 842." in text
    assert '<option value="new">Bring it in</option>' in text
    row = ImportRow.objects.get(line=3)
    client.post(address, {"deed": "apply", f"row-{row.pk}": "new"})
    assert SurveyTotal.objects.filter(cohort=cohort).count() == 2
    text = client.get(f"{address}?show=doubtful").text
    assert "<b>Bring it in</b>" in text
    assert page("survey_totals", cohort.pk) in text
    left = client.get(page("import_left_out", Import.objects.get().pk)).content.decode("utf-8-sig")
    assert [row[:2] for row in csv.reader(io.StringIO(left))] == [["Line", "Question"], ["4", "강의실"]]


def test_what_lacks_a_column_says_which(client):
    cohort = over()
    client.force_login(make.make_admin(language="en"))
    assert "The table has no column for: Number asked." in hand_in(client, cohort, "문항,5\noverall,5\n").text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_example_is_a_table_that_comes_in(client, language):
    cohort = over()
    client.force_login(make.make_admin(language=language))
    example = client.get(page("import_example", "totals")).content.decode("utf-8-sig")
    client.post(hand_in(client, cohort, example).url, {"deed": "apply"})
    assert set(SurveyTotal.objects.values_list("key", "answered")) == {
        ("overall", 75),
        ("content", 75),
        ("recommend", 75),
    }


def test_many_cohorts_with_totals_cost_as_many_queries_as_one(client):
    client.force_login(make.make_admin())

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page("survey_compare")).status_code == 200
        return len(queries)

    bring_in(over(), OVERALL)
    cost()
    one = cost()
    for _ in range(8):
        bring_in(over(), OVERALL)
    assert cost() == one
