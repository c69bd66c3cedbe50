"""The boxes by which people agree: rows for `components/consents.html`, and the form behind them.

    rows = consent_form.rows_for(cohort_terms, standing=…, versions=…, items={TermKind.APPLICATION: ["성명", …]})
    form = ConsentForm(rows, request.POST or None)
    if form.is_valid():
        operations.record_consents(user, form.answers(), cohort=cohort, items=form.items())

The page shows `form.rows`. Nothing is ticked that the person has not ticked before; refusing what is optional never
makes the form invalid.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.terms import is_agreed

MISSING = _("You cannot apply without this consent.")


def rows_for(cohort_terms, *, versions, standing=None, items=None):
    """One row for each of `cohort_terms` (with `term` and `is_required`) that has a version.

    `versions` and `standing` are what `terms.versions_in_force` and `terms.standing` return. `items` maps a kind to
    the items that the form asks for; they are shown where the text names none itself.
    """
    return [
        {
            "term": row.term,
            "version": versions[row.term_id],
            "field": f"consent_{row.term.slug}",
            "required": row.is_required and row.term.may_be_required,
            "items": items_of(versions[row.term_id], (items or {}).get(row.term.kind, ())),
            "given": is_agreed(row.term_id, standing or {}, versions),
            "error": "",
        }
        for row in cohort_terms
        if row.term_id in versions
    ]


def items_of(version, asked=()):
    """The items of a text, one by one: its own; else those that are `asked` for, where it says its purpose."""
    if version.items:
        lines = (line.removeprefix("- ").strip() for line in version.items.splitlines())
        return [line for line in lines if line]
    return [str(label) for label in asked] if version.purpose else []


class ConsentForm(forms.Form):
    """A box for each row; a missing required one is said at its box."""

    use_required_attribute = False

    def __init__(self, rows, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.rows_given = rows
        for row in rows:
            self.fields[row["field"]] = forms.BooleanField(
                label=row["version"].title,
                required=row["required"],
                initial=row["given"],
                error_messages={"required": MISSING},
            )

    @property
    def rows(self):
        """The rows as the page shows them now: with what was ticked, and what is wrong."""
        return [
            {**row, "given": bool(self[row["field"]].value()), "error": " ".join(self[row["field"]].errors)}
            for row in self.rows_given
        ]

    def answers(self):
        """`{TermVersion: bool}` of a valid form."""
        return {row["version"]: self.cleaned_data[row["field"]] for row in self.rows_given}

    def items(self):
        """`{TermVersion: str}`: the items as they were shown, one a line."""
        return {row["version"]: "\n".join(row["items"]) for row in self.rows_given}
