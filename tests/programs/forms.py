"""Forms for tests, built the way staff build them: through the operations."""

from programs.models.applications import Application
from programs.models.forms import QuestionType
from programs.operations import applications
from programs.operations import forms as operations
from programs.operations.adoption import adopt_version
from tests.make import make_admin, make_cohort, make_consents, make_user

TITLES = {"ko": "지원서", "en": "Application"}
CHOICES = [{"key": "noor", "ko": "누르", "en": "Noor"}, {"key": "dain", "ko": "다인", "en": "Dain"}]


def new_version(*keys, slug="camp", by=None):
    """A version of a new form with long questions under `keys`."""
    by = by or make_admin()
    version = operations.make_form(slug, TITLES, by=by)
    for key in keys:
        add(version, key, by=by)
    return version


def add(version, key="", *, section=None, by=None, **fields):
    """A question at the end of a version, a long text unless told otherwise."""
    defaults = {"type": QuestionType.LONG, "label_ko": f"질문 {key}", "label_en": f"Question {key}"}
    if fields.get("type") in ("single", "multiple", "ranked"):
        defaults["choices"] = CHOICES
    section = section or version.sections.last()
    return operations.save_question(version.pk, section.pk, by=by or make_admin(), key=key, **(defaults | fields))


def cohort_with(version, **fields):
    """An open cohort that asks what `version` asks."""
    cohort = make_cohort(form_version=None, **fields)
    adopt_version(cohort.pk, version.pk, by=make_admin())
    cohort.refresh_from_db()
    return cohort


def begin(cohort, person=None, **answers):
    """A draft begun with the consents that `cohort` requires, with raw `answers` by key."""
    person = person or make_user()
    make_consents(person, cohort)
    draft = applications.start_application(cohort.pk, by=person)
    Application.objects.filter(pk=draft.pk).update(draft={**draft.draft, **answers}, revision=1)
    draft.refresh_from_db()
    return draft
