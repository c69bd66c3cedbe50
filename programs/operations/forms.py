"""Building forms: sections and questions of a version that nobody has answered yet, and copies of one that stands.

Every operation locks the version and looks behind the lock whether it is still open. An answered one never changes
its meaning: only its wording is mended (`fix_wording`), which leaves a WordingFix. A version that a cohort uses
already is changed only into one without faults.
"""

import re

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from portal import audit
from portal.errors import Refused
from portal.i18n import LANGUAGES
from portal.validators import clean_text
from programs.form_problems import (
    RESERVED,
    RESERVED_START,
    Fault,
    asks_resident_number,
    form_problems,
    question_faults,
    resident_text,
    section_faults,
)
from programs.models.forms import GOALS, Form, FormVersion, Question, Section, WordingFix
from programs.questions.building import LONGEST_STEM, numbered, settle, stem, tidy, wordings
from programs.questions.loading import questions_of

SECTION_FIELDS = ("title_ko", "title_en", "intro_ko", "intro_en")
QUESTION_FIELDS = (
    *("key", "type", "label_ko", "label_en", "help_ko", "help_en", "why_ko", "why_en", "choices"),
    *("is_required", "required_from", "most_characters", "most_items", "most_megabytes", "lowest", "highest"),
    *("shown_if", "shown_if_values", "audience", "is_personal", "is_confidential", "kept_days", "profile_field"),
)


class Faulty(Refused):
    """What is to be saved cannot be kept as it is; `faults` say what is wrong at which field."""

    def __init__(self, faults):
        super().__init__(" ".join(dict.fromkeys(fault.text for fault in faults)))
        self.faults = faults


def refuse_faulty(faults):
    """Refuse where anything blocks."""
    blocking = [fault for fault in faults if fault.blocks]
    if blocking:
        raise Faulty(blocking)


def lock_version(version_id):
    """The version, locked until the transaction ends."""
    versions = FormVersion.objects.select_for_update(of=("self",), no_key=True).select_related("form")
    return versions.get(pk=version_id)


def lock_open(version_id):
    """The version, locked, if its meaning may still change; else refused."""
    version = lock_version(version_id)
    if version.is_locked:
        raise Refused(locked_text(version))
    return version


def locked_text(version):
    """Why a version stays as it is, and the way out."""
    if version.surveys.exists():
        return _("A survey asks these questions, so they stay. Copy this version to change them.")
    return _("Applications have been begun with this version, so its questions stay. Copy it to change them.")


# --- forms and versions ---------------------------------------------------------------------------------


@transaction.atomic
def make_form(slug, titles, *, by):
    """A new form, whose first version has one section. `titles` maps `ko` and `en`. Returns the version."""
    form = new_form(slug, titles)
    version = FormVersion.objects.create(form=form, number=1)
    Section.objects.create(version=version, position=1, title_ko="지원 내용", title_en="Your answers")
    audit.record("form.made", target=form, by=by, after=slug)
    return version


def new_form(slug, titles):
    """The row of a form; refuses a short name that is taken."""
    titles = clean_titles(titles)
    if Form.objects.filter(slug=slug).exists():
        raise Refused(_("Another form has this short name."))
    try:
        with transaction.atomic():
            return Form.objects.create(slug=slug, title_ko=titles["ko"], title_en=titles["en"])
    except IntegrityError as error:  # somebody was quicker
        raise Refused(_("Another form has this short name.")) from error


def clean_titles(titles):
    """Both titles in one line; refuses where one is missing or too long."""
    found = {code: clean_text(titles.get(code, ""), multiline=False) for code in LANGUAGES}
    if not all(found.values()):
        raise Refused(_("Give the title in both languages."))
    if any(len(title) > Form._meta.get_field("title_ko").max_length for title in found.values()):
        raise Refused(_("Shorten the title."))
    return found


@transaction.atomic
def rename_form(form_id, titles, *, by):
    """Give a form other titles, which staff alone read."""
    form = Form.objects.select_for_update(no_key=True).get(pk=form_id)
    titles = clean_titles(titles)
    before = f"{form.title_ko} / {form.title_en}"
    form.title_ko, form.title_en = titles["ko"], titles["en"]
    form.save(update_fields=["title_ko", "title_en"])
    audit.record("form.renamed", target=form, by=by, before=before, after=f"{form.title_ko} / {form.title_en}")


@transaction.atomic
def copy_version(version_id, *, by, form=None):
    """A copy of a version, to be changed: the next one of its form, or of `form`. Keys stay. Returns the copy."""
    source = lock_version(version_id)
    form = Form.objects.select_for_update(no_key=True).get(pk=source.form_id if form is None else form.pk)
    last = form.versions.aggregate(last=Max("number"))["last"] or 0
    version = FormVersion.objects.create(form=form, number=last + 1, copied_from=source)
    sections = {}
    for section in source.sections.all():
        old, section.pk, section.version = section.pk, None, version
        sections[old] = section
    Section.objects.bulk_create(sections.values())
    questions = {}
    for question in questions_of(source.pk):
        old, question.pk, question.version = question.pk, None, version
        question.section = sections[question.section_id]
        questions[old] = question
    links = [(question, question.shown_if_id) for question in questions.values() if question.shown_if_id]
    for question, _old in links:
        question.shown_if = None
    Question.objects.bulk_create(questions.values())
    for question, old in links:
        question.shown_if = questions[old]
    Question.objects.bulk_update([question for question, _old in links], ["shown_if"])
    audit.record("form_version.copied", target=version, by=by, before=source.pk)
    return version


@transaction.atomic
def copy_to_new_form(version_id, slug, titles, *, by):
    """A copy of a version as the first one of a new form. Returns the copy."""
    form = new_form(slug, titles)
    audit.record("form.made", target=form, by=by, after=slug)
    return copy_version(version_id, by=by, form=form)


# --- sections -------------------------------------------------------------------------------------------


@transaction.atomic
def add_section(version_id, *, by, **fields):
    """A section at the end of a version. Returns it."""
    version = lock_open(version_id)
    last = version.sections.aggregate(last=Max("position"))["last"] or 0
    section = Section(version=version, position=last + 1)
    save_section(section, fields)
    finish(version, "section_added", by=by, after=section.position)
    return section


@transaction.atomic
def change_section(section_id, *, by, **fields):
    """Other titles and introductions for a section. Returns it."""
    section = Section.objects.get(pk=section_id)
    version = lock_open(section.version_id)
    save_section(section, fields)
    finish(version, "section_changed", by=by, after=section.position)
    return section


def save_section(section, fields):
    """Write the texts of a section; refuses what cannot be kept."""
    for name in SECTION_FIELDS:
        if name in fields:
            setattr(section, name, clean_text(fields[name], multiline=name.startswith("intro")))
    if not section.title_ko and not section.title_en:
        raise Refused(_("Give the section a title."))
    refuse_faulty(section_faults(section))
    section.save()


@transaction.atomic
def move_section(section_id, *, up, by):
    """One place up or down; nothing happens at the end. Refused where a question would lose what decides it."""
    section = Section.objects.get(pk=section_id)
    version = lock_open(section.version_id)
    rows = list(version.sections.all())
    place = [row.pk for row in rows].index(section.pk)
    if not swap(rows, place, up):
        return
    number(rows)
    finish(version, "section_moved", by=by, before=section.position, after=place + (0 if up else 2))


@transaction.atomic
def remove_section(section_id, *, by):
    """Take an empty section away."""
    section = Section.objects.get(pk=section_id)
    version = lock_open(section.version_id)
    if section.questions.exists():
        raise Refused(_("Move or remove the questions of this section first."))
    title = section.title
    section.delete()
    finish(version, "section_removed", by=by, before=title)


def swap(rows, place, up):
    """Exchange a row with the one before or after it. Returns whether there was one."""
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return False
    rows[place], rows[other] = rows[other], rows[place]
    return True


def number(rows):
    """Write the positions of rows as they stand in the list."""
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def refuse_disorder(version):
    """Refuse an order in which a question depends on one that is asked later."""
    seen = set()
    for question in questions_of(version.pk):
        if question.shown_if_id and question.shown_if_id not in seen:
            raise Refused(
                _("“%(label)s” depends on “%(other)s”, which would be asked later.")
                % {"label": question.label, "other": Question.objects.get(pk=question.shown_if_id).label}
            )
        seen.add(question.pk)


# --- questions ------------------------------------------------------------------------------------------


@transaction.atomic
def save_question(version_id, section_id, question_id=None, *, by, is_new_meaning=False, **fields):
    """Add a question to a section (at its end), or change one. Returns it.

    `fields` are columns of Question; those not named stay. A new one without a key gets one from its text. Another
    type, or `is_new_meaning`, gives the question a new key, so that no old answer is taken for one to it. Raises
    Faulty, with what is wrong at which field, where it cannot be kept.
    """
    version = lock_open(version_id)
    section = Section.objects.get(pk=section_id, version=version)
    if question_id is None:
        question = Question(version=version, section=section, position=next_position(section))
    else:
        question = Question.objects.get(pk=question_id, version=version)
    before = {"key": question.key, "type": question.type}
    is_kept = question.pk is not None and is_inherited(question)
    if question.section_id != section.pk:
        question.section, question.position = section, next_position(section)
    for name, value in fields.items():
        if name not in QUESTION_FIELDS:
            raise TypeError(f"a question has no field {name!r}")
        if name == "shown_if" and isinstance(value, int):
            value = Question.objects.filter(pk=value).first()
        setattr(question, name, tidy(name, value))
    settle(question)
    if not question.key:
        question.key = free_key(version, stem(question.label_en, question.type))
    elif question.pk and (is_new_meaning or question.type != before["type"]):
        question.key = free_key(version, before["key"])
    elif is_kept and question.key != before["key"]:
        text = _("The key stays, since earlier answers are kept under it. Say that it means something new.")
        raise Faulty([Fault(text, "key", question=question, blocks=True)])
    everything = questions_of(version.pk)
    refuse_faulty(question_faults(question, asked_before(question, everything), everything))
    question.save()
    verb = "question_added" if question_id is None else "question_changed"
    finish(version, verb, by=by, before=before["key"], after=question.key)
    return question


@transaction.atomic
def move_question(question_id, *, up, by):
    """One place up or down, at the edge of its section into the next one; nothing happens at the form's end.

    Refused where a question would be asked before the one that decides whether it is.
    """
    question = Question.objects.get(pk=question_id)
    version = lock_open(question.version_id)
    rows = [row for row in questions_of(version.pk) if row.section_id == question.section_id]
    if swap(rows, [row.pk for row in rows].index(question.pk), up):
        number(rows)
    elif not move_over(question, version, up):
        return
    finish(version, "question_moved", by=by, after=question.key)


def move_over(question, version, up):
    """Put a question at the near edge of the section before or after its own. Returns whether there is one."""
    sections = list(version.sections.all())
    place = [section.pk for section in sections].index(question.section_id) + (-1 if up else 1)
    if not 0 <= place < len(sections):
        return False
    rows = list(sections[place].questions.order_by("position", "pk"))
    rows.insert(len(rows) if up else 0, question)
    question.section = sections[place]
    question.save(update_fields=["section"])
    number(rows)
    return True


@transaction.atomic
def remove_question(question_id, *, by):
    """Take a question away; refused while another depends on its answer."""
    question = Question.objects.get(pk=question_id)
    version = lock_open(question.version_id)
    dependent = question.decides.first()
    if dependent is not None:
        label = {"label": dependent.label}
        raise Refused(_("“%(label)s” depends on this question. Change that one first.") % label)
    key = question.key
    question.delete()
    finish(version, "question_removed", by=by, before=key)


def next_position(section):
    """The place after the last question of a section."""
    return (section.questions.aggregate(last=Max("position"))["last"] or 0) + 1


def asked_before(question, everything):
    """Those of `everything` that stand before `question`, where it is going to stand."""
    own = (question.section.position, question.section_id, question.position, question.pk or float("inf"))
    return [
        other
        for other in everything
        if other.pk != question.pk and (other.section.position, other.section_id, other.position, other.pk) < own
    ]


def free_key(version, start):
    """A key that no question of the form has had, nor of the version this one was copied from."""
    base = re.sub(r"_v\d+$", "", start)[: LONGEST_STEM + 4]
    had = Question.objects.filter(Q(version__form=version.form_id) | Q(version=version.copied_from_id))
    taken = {*RESERVED, GOALS, *had.values_list("key", flat=True)}
    return next(key for key in numbered(base, "_v") if key not in taken and not key.startswith(RESERVED_START))


def is_inherited(question):
    """Whether an older version, or another one of the form, asks under the same key."""
    version = question.version
    elsewhere = Q(version__form=version.form_id) | Q(version=version.copied_from_id)
    return Question.objects.filter(elsewhere, key=question.key).exclude(version=version).exists()


def finish(version, verb, *, by, before="", after=""):
    """What every change of an open version ends with: the order holds, a version in use stays whole, the audit."""
    refuse_disorder(version)
    if version.cohorts.exists():
        faults = form_problems(version)
        if faults:
            raise Faulty(faults)
    audit.record(f"form_version.{verb}", target=version, by=by, before=before, after=after)


# --- wording --------------------------------------------------------------------------------------------


@transaction.atomic
def fix_wording(version_id, *, by, reason, texts):
    """Mend texts of a locked version; what it means stays. `texts` maps names of `wordings` to the new texts.

    Each text that changes leaves a WordingFix with what it was, what it is and `reason`. Returns these rows.
    """
    version = lock_version(version_id)
    if not version.is_locked:
        raise Refused(_("Nobody has begun an application with this version yet. Change it as a whole."))
    reason = clean_text(reason, multiline=False)
    if not reason:
        raise Refused(_("Give a reason."))
    known = {row.name: row for row in wordings(version.sections.all(), questions_of(version.pk))}
    fixes = []
    for name, text in texts.items():
        if name not in known:
            raise Refused(_("This text is not part of the version."))
        fixed = known[name]
        text, before = clean_text(text, multiline=fixed.column == "intro"), fixed.text
        if text == before:
            continue
        refuse_wording(fixed, text)
        fixed.write(text)
        is_question = isinstance(fixed.row, Question)
        fixes.append(
            WordingFix(
                version=version,
                question=fixed.row if is_question else None,
                section=None if is_question else fixed.row,
                field=fixed.field,
                before=before,
                after=text,
                reason=reason[:300],
                by=by,
            )
        )
        fixed.row.save(update_fields=["choices" if fixed.choice else fixed.field])
    if not fixes:
        raise Refused(_("Nothing has been changed."))
    fixes = WordingFix.objects.bulk_create(fixes)
    audit.record("form_version.wording_mended", target=version, by=by, after=len(fixes), reason=reason)
    return fixes


def refuse_wording(wording, text):
    """Refuse a text that is needed and blank, too long, or asks for what no form may ask for."""
    if wording.is_needed and not text:
        raise Refused(_("“%(text)s” cannot be left without a text.") % {"text": wording.text})
    if wording.limit is not None and len(text) > wording.limit:
        limits = {"start": text[:20], "limit": wording.limit}
        raise Refused(_("Shorten “%(start)s…” to %(limit)s characters.") % limits)
    if asks_resident_number(text):
        raise Refused(resident_text())
