"""What a cohort asks its applicants to agree to: its terms, the wording in force, what was answered. Reads only."""

from django.utils.translation import gettext as _

from accounts import terms
from accounts.consent_form import rows_for
from accounts.models import Term, TermKind
from programs.models.terms import CohortTerm
from programs.questions.loading import questions_of

OPTIONAL_NAME = "romanized_name"  # of the two names the one that nobody need give


def terms_of(cohort):
    """The terms of a cohort, saved or not; the collection of data itself is among them in any case, required."""
    rows = list(cohort.terms.select_related("term__recipient"))
    if any(row.term.kind == TermKind.APPLICATION for row in rows):
        return rows
    always = Term.objects.filter(kind=TermKind.APPLICATION)
    return [*(CohortTerm(cohort=cohort, term=term, is_required=True) for term in always), *rows]


def items_of(questions):
    """The personal items that a form asks for, by the kind of the term they stand under."""
    required = [question.label for question in questions if question.is_personal and question.is_required]
    optional = [question.label for question in questions if is_optional_item(question)]
    return {
        TermKind.APPLICATION: [_("Full name"), _("E-mail"), *required],
        TermKind.OPTIONAL_ITEMS: [_("Name in English"), *optional],
    }


def is_optional_item(question):
    """Whether a question asks for something personal that nobody need tell; it has a consent of its own."""
    return question.is_personal and not question.is_required


def refused_items(rows, questions):
    """The keys under which nothing may be told, since the consent to optional items is asked and not given.

    `rows` are those of `rows`. Where a cohort does not ask for that consent, nothing is kept from being told.
    """
    asked = [row for row in rows if row["term"].kind == TermKind.OPTIONAL_ITEMS]
    if all(row["given"] for row in asked):
        return frozenset()
    return frozenset([OPTIONAL_NAME, *(question.key for question in questions if is_optional_item(question))])


def rows(cohort, person, questions=None):
    """One row for each term of the cohort that has a wording (`accounts.consent_form.rows_for`).

    A row says whether `person` has agreed to this wording for this cohort. Three queries, one more without
    `questions`, of which the items are made.
    """
    asked = terms_of(cohort)
    return rows_for(
        asked,
        versions=terms.versions_in_force([row.term for row in asked]),
        standing=terms.standing(person, cohort),
        items=items_of(questions_of(cohort.form_version_id) if questions is None else questions),
    )
