"""Fields in which mentors and mentees choose disciplines, skills and languages from the same lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.vocabulary import Discipline, Language, Skill


def discipline_field(*, required=True, **kwargs):
    """One discipline."""
    return forms.ChoiceField(
        choices=[("", _("Choose")), *Discipline.choices],
        required=required,
        error_messages={"required": _("Choose a discipline.")},
        **kwargs,
    )


def several_field(choices, missing, *, required=True, **kwargs):
    """Several of a list, in its order."""
    return forms.MultipleChoiceField(
        choices=choices,
        required=required,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": missing},
        **kwargs,
    )


def skills_field(**kwargs):
    """Some of the skills."""
    return several_field(Skill.choices, _("Choose at least one skill."), **kwargs)


def languages_field(**kwargs):
    """Some of the languages."""
    return several_field(Language.choices, _("Choose at least one language."), **kwargs)


def in_order(chosen, choices):
    """What was chosen, each once, in the order of the list; what is not in it is left out."""
    return [value for value in choices.values if value in chosen]


def labels(chosen, choices):
    """What was chosen, in words."""
    return [str(choices(value).label) for value in in_order(chosen, choices)]
