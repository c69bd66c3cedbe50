"""Totals of surveys of earlier years, read: as results of their own, and as rows beside the portal's surveys."""

from dataclasses import dataclass
from itertools import groupby

from programs import survey_results
from programs.core_survey import SECTIONS
from programs.models.forms import Question
from programs.models.survey_totals import Scale, SurveyTotal
from programs.models.surveys import LEAST_SHOWN

KINDS = {
    Scale.AGREEMENT: survey_results.Agreement,
    Scale.RECOMMENDATION: survey_results.Recommendation,
    Scale.GROUPS: survey_results.Groups,
}


@dataclass(frozen=True)
class Totals:
    """What a table told about the survey of a cohort: a SurveyTotal by key. It stands in the place of a survey."""

    cohort: object
    totals: dict
    min_shown = LEAST_SHOWN
    session_id = expert_id = None

    @property
    def opens_at(self):
        """The end of the cohort, when such a survey is held."""
        return self.cohort.ends_at

    @property
    def answered(self):
        """How many answered: as many as the question has answers that has most."""
        return max(total.answered for total in self.totals.values())

    @property
    def asked(self):
        """How many were asked."""
        return max(total.asked for total in self.totals.values())

    def result(self, key):
        """The counts of a question, or None."""
        total = self.totals.get(key)
        return KINDS[total.scale](tuple(total.counts)) if total else None


def totals_of(cohorts):
    """The Totals of those of `cohorts` (a query) that have any; one query."""
    rows = SurveyTotal.objects.filter(cohort__in=cohorts).select_related("cohort__program", "batch")
    found = groupby(rows.order_by("cohort", "pk"), key=lambda row: row.cohort)
    return [Totals(cohort, {row.key: row for row in group}) for cohort, group in found]


def core_questions():
    """The core questions as they stand in `programs.core_survey`, by key; they need no form that is made."""
    return {fields["key"]: Question(**fields) for _titles, questions in SECTIONS for fields in questions}
