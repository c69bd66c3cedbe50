"""The results of surveys as their pages show them: figures, charts with their tables, words that may be quoted."""

from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n
from portal.charts import bars, frame, parts
from programs import survey_results, survey_totals, surveys
from programs.core_survey import OVERALL, RECOMMEND, is_headline
from programs.models.forms import Question, QuestionType
from programs.models.surveys import (
    NPS_STEPS,
    QUOTE,
    WORDS,
    Comment,
    Response,
    SignedResponse,
    SurveyState,
)
from programs.questions.fields import answers_of
from programs.questions.loading import questions_of

T = QuestionType
NPS_PARTS = (5, 3, 1)  # the steps in which promoters, passives and detractors are drawn


def responses_of(survey_ids):
    """What was answered to each of these surveys, as dicts by key; two queries whatever their number."""
    found = {pk: [] for pk in survey_ids}
    for model in (Response, SignedResponse):
        for pk, answers in model.objects.filter(survey__in=survey_ids).values_list("survey", "answers"):
            found[pk].append(answers)
    return found


def formulas():
    """Both conversions to 100 points with their formulas, the one that leads first."""
    found = {
        "linear": (_("100 points, linear"), _("(mean − 1) ÷ 4 × 100")),
        "times20": (_("100 points, mean × 20"), _("mean × 20")),
    }
    order = sorted(found, key=lambda how: how != settings.SURVEY_POINTS)
    return [{"how": how, "label": found[how][0], "formula": found[how][1]} for how in order]


def rate_text(answered, asked):
    """How many of those asked have answered: `83.0% (842 of 1,015)`."""
    words = {
        "rate": survey_results.percent(answered, asked),
        "answered": i18n.number(answered),
        "asked": i18n.number(asked),
    }
    return _("%(rate)s%% (%(answered)s of %(asked)s)") % words


# --- one survey -------------------------------------------------------------------------------------------------


def results(survey, now):
    """The results of one survey as `programs/surveys/_results.html` takes them.

    While it is open nothing of them is told: what came in between two looks would be the answer of whoever answered
    in between.
    """
    if survey.state_at(now) != SurveyState.CLOSED:
        return {"why": _("The results can be seen once the survey is closed."), "when": closes(survey)}
    questions = questions_of(survey.form_version_id)
    responses = responses_of([survey.pk])[survey.pk]
    if len(responses) < survey.min_shown:
        return {"why": too_few(survey.min_shown), "when": ""}
    counted = [(place, q, survey_results.tally(q, responses)) for place, q in enumerate(questions, start=1)]
    return tables(counted, survey.min_shown) | {
        "n": len(responses),
        "words": words(survey, questions, responses),
    }


def results_of_totals(totals):
    """The same of totals that a table told (programs.survey_totals); nobody's words are among them."""
    counted = [
        (place, question, totals.result(key))
        for place, (key, question) in enumerate(survey_totals.core_questions().items(), start=1)
        if key in totals.totals
    ]
    if not any(survey_results.is_shown(row, totals.min_shown) for _place, _question, row in counted):
        return {"why": too_few(totals.min_shown), "when": ""}
    return tables(counted, totals.min_shown) | {"n": totals.answered, "words": []}


def too_few(least):
    """Why nothing is shown of few answers."""
    text = _("Of fewer than %(least)s answers no result is shown, so that nobody is recognized.")
    return text % {"least": least}


def tables(counted, least):
    """Figures and charts of `counted`, triples of a question's place, the question, and its counts."""
    agreed = [(place, q, row) for place, q, row in counted if q.type == T.LIKERT]
    shown = [item for item in agreed if survey_results.is_shown(item[2], least)]
    return {
        "why": "",
        "figures": figures(counted, least),
        "agreement": agreement_chart(shown) if shown else None,
        "mean_of_means": survey_results.mean_of_means([row for _place, _q, row in shown]) if shown else "",
        "left_out": len(agreed) - len(shown),
        "formulas": formulas(),
        "others": [
            chart
            for _place, question, row in counted
            if question.key != QUOTE and survey_results.is_shown(row, least)
            for chart in other_chart(question, row)
        ],
    }


def closes(survey):
    """When that is."""
    return i18n.moment(survey.closes_at)


def figures(counted, least):
    """The headline: overall satisfaction, both conversions, and the recommendation, each with how it is counted."""
    found = []
    for place, question, row in counted:
        if not survey_results.is_shown(row, least):
            continue
        n = ngettext("%(n)s answer", "%(n)s answers", row.n) % {"n": i18n.number(row.n)}
        named = _("Question %(number)s: “%(label)s”.") % {"number": place, "label": question.label}
        if is_headline(question.key, OVERALL) and question.type == T.LIKERT:
            how = _("The mean of all answers from 1 to 5. It is this one question, not the average of several.")
            found.append(
                {
                    "number": row.mean,
                    "unit": _("of 5"),
                    "title": _("Overall satisfaction"),
                    "note": n,
                    "definition": f"{named} {how}",
                }
            )
            for formula in formulas():
                found.append(
                    {
                        "number": row.points(formula["how"]),
                        "unit": _("of 100"),
                        "title": formula["label"],
                        "note": formula["formula"],
                        "definition": f"{named} {formula['formula']}",
                    }
                )
        elif is_headline(question.key, RECOMMEND) and question.type == T.NPS:
            how = _("Promoters (9 and 10) minus detractors (0 to 6), in percent of all who answered.")
            found.append(
                {
                    "number": row.score,
                    "unit": "",
                    "title": _("Would recommend (NPS)"),
                    "note": n,
                    "definition": f"{named} {how}",
                }
            )
    return found


def agreement_chart(items):
    """The questions on agreement: distribution, mean, the share of 5 and 4, and the conversion that leads."""
    [leading, *_rest] = formulas()
    rows = [parts.Stack(question.label, tuple(row.counts), row.mean) for _place, question, row in items]
    best = max(items, key=lambda item: item[2].exact)
    worst = min(items, key=lambda item: item[2].exact)
    told = _("Highest: “%(best)s” %(high)s. Lowest: “%(worst)s” %(low)s.") % {
        "best": best[1].label,
        "high": best[2].mean,
        "worst": worst[1].label,
        "low": worst[2].mean,
    }
    title = _("Answers by question")
    table = frame.table(
        title,
        [_("Question"), "n", "5", "4", "3", "2", "1", _("Mean"), "4+5", leading["label"]],
        [
            (f"{place}. {question.label}", [*cells(row), row.points(leading["how"])])
            for place, question, row in items
        ],
    )
    return parts.stacked("agreement", title, legend(), rows, _("Question"), table=table, told=told)


def cells(row):
    """n, the five counts, the mean and the share of 5 and 4."""
    return [*map(i18n.number, [row.n, *row.counts]), row.mean, f"{row.top2}%"]


def legend():
    """What the steps of agreement are called."""
    labels = ((5, _("Strongly agree")), (4, _("Agree")), (3, _("Neither")), (2, _("Disagree")))
    return [(step, f"{step} {label}") for step, label in (*labels, (1, _("Strongly disagree")))]


def nps_legend():
    """What the three groups of a recommendation are called."""
    return list(zip(NPS_PARTS, (_("Promoters (9–10)"), _("Passives (7–8)"), _("Detractors (0–6)")), strict=True))


def nps_row(label, row):
    """A recommendation as a bar of its three groups."""
    return parts.Stack(label, tuple(row.groups), row.score)


def nps_shares(row):
    """The steps of a recommendation from 10 down with their counts, or its groups where no more is known."""
    if isinstance(row, survey_results.Recommendation):
        return [(str(step), row.counts[step]) for step in reversed(NPS_STEPS)]
    return zip((words for _step, words in nps_legend()), row.groups, strict=True)


def other_chart(question, row):
    """A recommendation, or a question with choices, as a chart; nothing where it is neither."""
    name = f"chart-{question.key}"
    if isinstance(row, survey_results.Recommended):
        told = _("NPS %(score)s from %(n)s answers.") % {"score": row.score, "n": i18n.number(row.n)}
        table = shares(question, nps_shares(row), row.n)
        rows = [nps_row(_("All"), row)]
        yield parts.stacked(name, question.label, nps_legend(), rows, _("Answer"), table=table, told=told)
    elif isinstance(row, survey_results.Choices):
        labels = [str(label) for _key, label in answers_of(question)] or [_("Accepted")]
        told = _("Of %(n)s answers.") % {"n": i18n.number(row.n)}
        chosen = list(zip(labels, row.counts, strict=True))
        headings = (_("Answer"), _("Number"))
        rows = [bars.Bar(label, count) for label, count in chosen]
        table = shares(question, chosen, row.n)
        yield bars.plain(name, question.label, rows, headings, whole=row.n, table=table, told=told)


def shares(question, answers, n):
    """The table of a question's answers: how many gave each, and in percent."""
    headings = [_("Answer"), _("Number"), _("In percent")]
    rows = [(label, [i18n.number(count), f"{survey_results.percent(count, n)}%"]) for label, count in answers]
    return frame.table(question.label, headings, rows)


def words(survey, questions, responses):
    """What was written under each open question and may be shown, and how much more there is."""
    if survey.is_anonymous:
        said = list(Comment.objects.filter(survey=survey).values_list("key", "text", "may_quote"))
    else:
        keys = {question.key for question in questions if question.type in WORDS}
        said = [
            (key, answers[key], answers.get(QUOTE) is True)
            for answers in responses
            for key in sorted(keys & answers.keys())
        ]
    found = []
    for question in questions:
        if question.type not in WORDS:
            continue
        texts = sorted(text for key, text, may_quote in said if key == question.key and may_quote)
        found.append(
            {
                "label": question.label,
                "lang": i18n.language_of(question, "label"),
                "texts": [{"text": text, "lang": i18n.language_of_text(text)} for text in texts],
                "kept": sum(key == question.key and not may_quote for key, _text, may_quote in said),
            }
        )
    return found


# --- several side by side ---------------------------------------------------------------------------------------


def comparable(surveys_, now, cohorts=()):
    """What can be put side by side, newest first: closed ones of some surveys, and the totals of some cohorts.

    Totals (programs.survey_totals) stand in the place of a survey. Two queries.
    """
    rows = surveys.with_counts(surveys_.filter(closes_at__lte=now)).select_related(
        "cohort__program", "session", "expert", "form_version__form"
    )
    found = [*rows.order_by("-opens_at", "-pk"), *survey_totals.totals_of(cohorts)]
    return sorted(found, key=lambda row: row.cohort.starts_at or row.opens_at, reverse=True)


def is_told(row):
    """Whether a row is one of totals from a table, without single answers."""
    return isinstance(row, survey_totals.Totals)


def year_of(survey):
    """The year in which its cohort began, or else in which it opened."""
    return i18n.local_date(survey.cohort.starts_at or survey.opens_at).year


def keys_of(rows):
    """The questions that can be put side by side, by key, as last worded: on agreement and recommendation."""
    versions = {row.form_version_id for row in rows if not is_told(row)}
    asked = Question.objects.filter(version__in=versions, type__in=(T.LIKERT, T.NPS))
    found = {}
    for question in asked.order_by("-version__made_at", "-version", "section__position", "position", "pk"):
        found.setdefault((question.key, question.type), question)
    told = {key for row in rows if is_told(row) for key in row.totals}
    for key, question in survey_totals.core_questions().items():
        if key in told:
            found.setdefault((key, question.type), question)
    return list(found.values())


def by_cohort(rows):
    """The surveys about whole cohorts, each with the label of its row."""
    return [(label_of(row), [row]) for row in rows if row.session_id is None and row.expert_id is None]


def label_of(row):
    """What a row is about, and whether it is from a table."""
    label = surveys.about(row)
    return _("%(about)s (from a table)") % {"about": label} if is_told(row) else label


def by_expert(rows):
    """The surveys about experts, together for each."""
    own = sorted((row for row in rows if row.expert_id), key=lambda row: (row.expert.name, row.expert_id))
    groups = [list(group) for _key, group in groupby(own, key=lambda row: row.expert_id)]
    return [(group[0].expert.name, group) for group in groups]


def by_session(rows):
    """The surveys about sessions."""
    return [(surveys.about(row), [row]) for row in rows if row.session_id]


GROUPS = {"cohort": by_cohort, "expert": by_expert, "session": by_session}


def comparison(groups, question):
    """One question over several rows, each of one or more surveys: rate, n, distribution, mean; as a chart."""
    groups = asking(groups, question)
    answers = responses_of([row.pk for _label, rows in groups for row in rows if not is_told(row)])
    counted = []
    for label, rows in groups:
        parts = [(result_of(row, question, answers), row.min_shown) for row in rows]
        shown = [
            row for row, (part, least) in zip(rows, parts, strict=True) if survey_results.is_shown(part, least)
        ]
        counted.append((label, survey_results.summed(parts), shown))
    split = survey_results.side_by_side(
        [((label, place), result) for place, (label, result, _s) in enumerate(counted)]
    )
    rated = {(label, place): shown for place, (label, _result, shown) in enumerate(counted)}
    return {
        "chart": comparison_chart(question, split, rated) if split.rows else None,
        "hidden": [label for label, _place in split.hidden],
        "has_told": any(is_told(row) for key, _result in split.rows for row in rated[key]),
    }


def asking(groups, question):
    """The groups of rows without those that never asked a question, which no answers are missing from."""
    asked = Question.objects.filter(key=question.key, type=question.type)
    versions = {row.form_version_id for _label, rows in groups for row in rows if not is_told(row)}
    versions = set(asked.filter(version__in=versions).values_list("version", flat=True))
    found = [
        (
            label,
            [
                row
                for row in rows
                if (question.key in row.totals if is_told(row) else row.form_version_id in versions)
            ],
        )
        for label, rows in groups
    ]
    return [(label, rows) for label, rows in found if rows]


def result_of(row, question, answers):
    """The counts of a question in a row; `answers` are those of the surveys, by their number."""
    return row.result(question.key) if is_told(row) else survey_results.tally(question, answers[row.pk])


def comparison_chart(question, split, rated):
    """The rows that are shown, and their sum."""
    is_nps = question.type == T.NPS
    [leading, *_rest] = formulas()

    def answered(rows):
        return rate_text(sum(row.answered for row in rows), sum(row.asked for row in rows))

    def numbers(row):
        if is_nps:
            return [i18n.number(row.n), *map(i18n.number, row.groups), row.score]
        return [*cells(row), row.points(leading["how"])]

    rows = [
        nps_row(label, row) if is_nps else parts.Stack(label, tuple(row.counts), row.mean)
        for (label, _place), row in split.rows
    ]
    headings = (
        ["n", _("Promoters"), _("Passives"), _("Detractors"), "NPS"]
        if is_nps
        else ["n", "5", "4", "3", "2", "1", _("Mean"), "4+5", leading["label"]]
    )
    everything = [row for key, _result in split.rows for row in rated[key]]
    table = frame.table(
        question.label,
        [_("Survey"), _("Response rate"), *headings],
        [(key[0], [answered(rated[key]), *numbers(row)]) for key, row in split.rows],
        total=(_("All that are shown"), [answered(everything), *numbers(split.total)]),
    )
    names = nps_legend() if is_nps else legend()
    return parts.stacked("comparison", question.label, names, rows, _("Survey"), table=table)


def lines(rows, now, address):
    """Surveys as lines that lead to their results; `rows` have their counts."""
    return [
        {
            "url": address(row),
            "title": surveys.title_of(row),
            "note": f"{surveys.about(row)} · {rate_text(row.answered, row.asked)}",
            "when": i18n.day(row.closes_at),
            "pill": surveys.pill(row, now),
        }
        for row in rows
    ]
