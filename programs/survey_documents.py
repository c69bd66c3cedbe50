"""The results of a survey as a document: the charts and tables of its page, from the same rows."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n, pdf
from portal.charts.frame import for_document
from portal.downloads import attachment
from programs import survey_tables, surveys

TEMPLATE = "programs/documents/survey_results.typ"


def document(survey, results):
    """The PDF of `results` (survey_tables.results, which must have some), in the active language.

    The same results give the same bytes: its date is that of the close.
    """
    return pdf.make(TEMPLATE, content_of(survey, results), about=survey.code)


def response(survey, results):
    """The PDF to be saved. There is none where nothing may be shown."""
    if results["why"]:
        raise Http404
    return attachment(document(survey, results).content, "application/pdf", file_name(survey))


def file_name(survey):
    """A name of ours, by the cohort, the survey and the language."""
    cohort = survey.cohort
    return f"survey-{cohort.program.slug}-{cohort.slug}-{survey.code[:6].lower()}-{i18n.language()}.pdf"


def content_of(survey, results):
    """Everything that stands in it."""
    mean = _("Mean of the means of all these questions: %(mean)s. The headline is the first question alone.")
    left_out = ngettext(
        "%(count)s question was answered by too few to be shown.",
        "%(count)s questions were answered by too few to be shown.",
        results["left_out"],
    )
    return {
        "lang": i18n.language(),
        "title": surveys.title_of(survey),
        "about": surveys.about(survey),
        "date": list(i18n.local_date(survey.closes_at).timetuple()[:3]),
        "facts": [
            [_("Response rate"), survey_tables.rate_text(survey.answered, survey.asked)],
            [_("Opens"), i18n.moment(survey.opens_at, year=True)],
            [_("Closes"), i18n.moment(survey.closes_at, year=True)],
        ],
        "figures": results["figures"],
        "agreement": for_document(results["agreement"]) if results["agreement"] else None,
        "mean": mean % {"mean": results["mean_of_means"]},
        "formulas": [
            *([row["label"], row["formula"]] for row in results["formulas"]),
            ["4+5", _("The share of those who chose 4 or 5. Every figure is rounded half up.")],
        ],
        "left_out": left_out % {"count": results["left_out"]} if results["left_out"] else "",
        "others": [for_document(chart) for chart in results["others"]],
        "words": [words_of(question) for question in results["words"]],
        "foot": _("Of fewer than %(least)s answers no result is shown, so that nobody is recognized.")
        % {"least": survey.min_shown},
    }


def words_of(question):
    """What was written under an open question and may be shown, and how much more there is."""
    kept = ngettext(
        "%(count)s more text is shown to nobody, as its writer wished.",
        "%(count)s more texts are shown to nobody, as their writers wished.",
        question["kept"],
    )
    return {
        "label": question["label"],
        "lang": question["lang"],
        "note": _("With consent to be shown, in the order of the alphabet.")
        if question["texts"]
        else _("Nobody has written anything here that may be shown."),
        "texts": [[row["text"], row["lang"]] for row in question["texts"]],
        "kept": kept % {"count": question["kept"]} if question["kept"] else "",
    }
