"""Giving a cohort a form, or a newer one: drafts move over, and nothing anybody wrote is lost."""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import emails
from programs.checking import DETAILS, concerned, names_concerned, steps_by_key
from programs.form_problems import form_problems
from programs.forms import NAMES, AnswerForm
from programs.models.applications import Application, ApplicationStatus
from programs.models.applying import EarlierAnswer
from programs.models.forms import WITH_CHOICES
from programs.operations.drafts import Stale, refuse_writing, save_draft
from programs.operations.forms import lock_version
from programs.operations.moves import lock_application, lock_cohort
from programs.questions import drafts
from programs.questions.building import is_same
from programs.questions.conditions import is_blank
from programs.questions.loading import questions_of

MOVED = "application.form_moved"  # the verb of the audit by which a version is known that a draft was on


class Adopted(NamedTuple):
    """What came of it: how many drafts moved over, and how many answers were set aside in them."""

    moved: int
    kept: int


@transaction.atomic
def adopt_version(cohort_id, version_id, *, by, reason=""):
    """Have a cohort ask what a form version asks. Its drafts move over, and their writers are told.

    What was sent stays on the version it was sent with. An answer is taken over by the question with the same key
    and type; where that says something else, or there is none, it is also set aside under the old question. The
    same version again changes nothing. Returns Adopted.
    """
    cohort = lock_cohort(cohort_id)
    if cohort.form_version_id == version_id:
        return Adopted(0, 0)
    version = lock_version(version_id)
    faults = form_problems(version)
    if faults:
        raise Refused(
            _("This form is not finished: %(faults)s") % {"faults": " ".join(dict.fromkeys(f.text for f in faults))}
        )
    before = cohort.form_version_id
    cohort.form_version = version
    cohort.save(update_fields=["form_version"])
    audit.record("cohort.form", target=cohort, by=by, before=before or "", after=version.pk, reason=reason)
    moving = drafts_of(cohort).select_for_update(of=("self",), no_key=True).select_related("applicant")
    questions = {version.pk: questions_of(version.pk)}
    moved = kept = 0
    for application in moving:
        application.cohort = cohort
        old = application.form_version_id
        if old not in questions:
            questions[old] = questions_of(old)
        kept += move_draft(application, version, questions[old], questions[version.pk])
        audit.record(MOVED, target=application, by=by, before=old or "", after=version.pk)
        emails.form_changed(application, version)
        moved += 1
    if moved and not version.is_locked:
        version.locked_at = clock.now()
        version.save(update_fields=["locked_at"])
    return Adopted(moved, kept)


def drafts_of(cohort):
    """The applications that move over when the cohort's form changes."""
    return Application.objects.filter(cohort=cohort, status=ApplicationStatus.DRAFT).order_by("pk")


def move_draft(application, version, old, new):
    """Put a draft on another version; the caller holds the lock. Returns how many answers were set aside.

    What the move changes counts as changed just now, so that a page opened before cannot write over it unseen.
    """
    draft, aside = moved_draft(application.draft, old, new)
    now = clock.now()
    back = taken_back(application, draft, new)
    for question, value in aside:
        put_aside(application, question, value)
    application.revision += 1
    before, application.draft = application.draft, {**draft, **back}
    changed = changed_keys(before, application.draft)
    application.stamps = {**application.stamps, **dict.fromkeys(changed, application.revision)}
    application.form_version = version
    application.form_moved_at = now
    application.save(update_fields=["draft", "stamps", "revision", "form_version", "form_moved_at"])
    return len(aside)


def changed_keys(before, after):
    """The keys under which two drafts say different things; a blank is a blank, whatever its shape."""
    return [
        key
        for key in before | after
        if before.get(key) != after.get(key) and not (is_blank(before.get(key)) and is_blank(after.get(key)))
    ]


def put_aside(application, question, value):
    """Keep what was answered to an old question, in the place of what had been kept under it before."""
    EarlierAnswer.objects.update_or_create(
        application=application, question=question, defaults={"value": value, "at": clock.now()}
    )


def set_aside(old, new):
    """The `old` questions that no `new` one asks in the same way, so that answers to them are set aside."""
    twins = {(question.key, question.type): question for question in new}
    found = []
    for question in old:
        twin = twins.get((question.key, question.type))
        if twin is None or not is_same(question, twin):
            found.append(question)
    return found


def moved_draft(draft, old, new):
    """A draft as the `new` questions take it over from the `old` ones, and what is set aside: pairs of an old
    question and what was answered to it."""
    twins = {(question.key, question.type): question for question in new}
    found = {key: value for key, value in draft.items() if key not in {question.key for question in old}}
    for question in old:
        twin = twins.get((question.key, question.type))
        if twin is not None and not is_blank(draft.get(question.key)):
            found[question.key] = carried(twin, draft[question.key])
    values = [(question, draft.get(question.key)) for question in set_aside(old, new)]
    return found, [(question, value) for question, value in values if not is_blank(value)]


def carried(question, value):
    """A raw answer as far as `question` still knows what it chooses."""
    if question.type not in WITH_CHOICES:
        return value
    known = {choice["key"] for choice in question.choices}
    if isinstance(value, list):
        return [key for key in value if key in known]
    return value if value in known else ""


def taken_back(application, draft, new):
    """What had been set aside before and is asked again, word for word, where the draft says nothing there."""
    asked = {question.key: question for question in new if is_blank(draft.get(question.key))}
    found = {}
    for row in application.earlier_answers.select_related("question").order_by("-at", "-pk"):
        question = asked.pop(row.question.key, None)
        if question is not None and question.type == row.question.type and is_same(question, row.question):
            found[question.key] = row.value
            row.delete()
    return found


def keep_late(application, version_id, step, data, *, base=None):
    """Keep what a page says that was opened before the form moved on: `data` is its request, `step` its step.

    Answers to questions that are still asked go into the draft, as `save_draft` takes them; the others are set
    aside under the questions they were given to. So are those that raise Stale, since the page that would show
    them is no more. Does nothing for a version that the application was never on.
    """
    if not was_on(application, version_id):
        return
    old, new = questions_of(version_id), questions_of(application.form_version_id)
    steps = steps_by_key(old)
    on_page = [question for question in old if steps[question.key] == step]
    form = AnswerForm(on_page, {}, now=clock.now(), with_names=step == DETAILS, every=old)
    typed, _too_long = drafts.read(form, data, {})
    twins = {(question.key, question.type): question for question in concerned(application, new)}
    names = NAMES if names_concerned(application) else ()
    kept = {name: typed[name] for name in names if name in typed}
    for question in on_page:
        twin = twins.get((question.key, question.type))
        if twin is not None and question.key in typed:
            kept[question.key] = carried(twin, typed[question.key])
    aside = [question for question in set_aside(on_page, new) if not is_blank(typed.get(question.key))]
    try:
        save_draft(application, typed=kept, base=base)
    except Stale as stale:
        aside += [question for question in on_page if question.key in stale.keys and question not in aside]
        raise
    finally:
        put_all_aside(application, aside, typed)


@transaction.atomic
def put_all_aside(application, questions, typed):
    """Set aside what was typed under `questions`, behind the lock."""
    if questions:
        _cohort, locked = lock_application(application.pk)
        refuse_writing(locked)
        for question in questions:
            if not is_blank(typed.get(question.key)):
                put_aside(locked, question, typed[question.key])


def was_on(application, version_id):
    """Whether the draft was on that version once, before the form moved on."""
    moved = audit.history(application).filter(verb=MOVED, before=str(version_id))
    return version_id != application.form_version_id and moved.exists()
