"""Whatever staff and an applicant do in whatever order: each answer can be read under the question it was given to,
and nothing is submitted without an answer that is required."""

from contextlib import suppress
from itertools import count

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import clock
from portal.errors import Refused
from programs.checking import steps_by_key
from programs.form_problems import form_problems
from programs.models.applications import Application, ApplicationStatus
from programs.models.forms import WITH_CHOICES, FormVersion, QuestionType, WordingFix
from programs.operations import applications, drafts
from programs.operations import forms as operations
from programs.operations.adoption import adopt_version, keep_late
from programs.questions.conditions import asked, is_blank
from programs.questions.loading import questions_of
from tests.make import make_admin
from tests.programs.forms import add, begin, cohort_with, new_version

T = QuestionType
KINDS = (T.LONG, T.SHORT, T.SINGLE, T.MULTIPLE, T.YES_NO)
CHOICES = [{"key": key, "ko": f"선택 {key}", "en": f"Choice {key}"} for key in "abc"]
NUMBER = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NUMBER, st.sampled_from(KINDS), st.booleans(), st.booleans()),
        st.tuples(st.sampled_from(["remove", "relabel", "require", "renew", "fewer", "move", "mend"]), NUMBER),
        st.tuples(st.just("retype"), NUMBER, st.sampled_from(KINDS)),
        st.tuples(st.sampled_from(["adopt", "back", "submit"]), NUMBER),
        st.tuples(st.sampled_from(["write", "late"]), NUMBER, NUMBER, NUMBER),
        st.tuples(st.sampled_from(["write", "fill"]), NUMBER, NUMBER, NUMBER),
    ),
    max_size=14,
)
serial = count(1)


class Season:
    """A cohort, one draft, the version that staff work on, and what the applicant has said under which question."""

    def __init__(self):
        self.staff = make_admin()
        self.version = new_version("plan", slug=f"form-{next(serial)}", by=self.staff)
        add(self.version, "kind", type=T.SINGLE, choices=CHOICES, by=self.staff)
        self.cohort = cohort_with(self.version, capacity=99)
        self.draft = begin(self.cohort)
        self.been = [self.version]
        self.said = {}  # question → (value, its words then)

    # what staff do

    def open_version(self):
        """The version to be changed; a copy where the present one is in use."""
        self.version.refresh_from_db()
        if self.version.is_locked:
            self.version = operations.copy_version(self.version.pk, by=self.staff)
        return self.version

    def pick(self, number):
        """One of the questions of the version to be changed, or None."""
        questions = questions_of(self.open_version().pk)
        return questions[number % len(questions)] if questions else None

    def save(self, question, **fields):
        operations.save_question(self.version.pk, question.section_id, question.pk, by=self.staff, **fields)

    def add(self, number, kind, is_required, depends):
        version = self.open_version()
        deciders = [question for question in questions_of(version.pk) if question.type == T.YES_NO]
        fields = {"is_required": is_required, "type": kind, "label_ko": f"질문 {next(serial)}"}
        if kind in WITH_CHOICES:
            fields["choices"] = CHOICES
        if depends and deciders:
            fields |= {"shown_if": deciders[number % len(deciders)], "shown_if_values": ["yes"]}
        add(version, f"q{number}", by=self.staff, **fields)

    def remove(self, number):
        question = self.pick(number)
        if question:
            operations.remove_question(question.pk, by=self.staff)

    def relabel(self, number):
        question = self.pick(number)
        if question:
            self.save(question, label_ko=f"질문 {next(serial)}")

    def require(self, number):
        question = self.pick(number)
        if question:
            self.save(question, is_required=not question.is_required)

    def renew(self, number):
        question = self.pick(number)
        if question:
            self.save(question, is_new_meaning=True)

    def retype(self, number, kind):
        question = self.pick(number)
        if question:
            self.save(question, type=kind, choices=CHOICES)

    def fewer(self, number):
        question = self.pick(number)
        if question and question.type in WITH_CHOICES:
            self.save(question, choices=question.choices[1:] if len(question.choices) > 2 else CHOICES)

    def move(self, number):
        question = self.pick(number)
        if question:
            operations.move_question(question.pk, up=bool(number % 2), by=self.staff)

    def mend(self, number):
        """Other words in a version that is in use."""
        version = self.been[number % len(self.been)]
        questions = questions_of(version.pk)
        if questions:
            name = f"question-{questions[number % len(questions)].pk}-label_ko"
            operations.fix_wording(version.pk, by=self.staff, reason="오탈자", texts={name: f"질문 {next(serial)}"})

    def adopt(self, _number):
        self.give(self.version)

    def back(self, number):
        self.give(self.been[number % len(self.been)])

    def give(self, version):
        adopt_version(self.cohort.pk, version.pk, by=self.staff)
        self.draft.refresh_from_db()
        if self.draft.form_version not in self.been:
            self.been.append(self.draft.form_version)

    # what the applicant does

    def value(self, question, number):
        """A raw answer; now and then none."""
        if question.type in (T.LONG, T.SHORT):
            return f"답 {next(serial)}" if number else ""
        keys = ["yes", "no"] if question.type == T.YES_NO else [choice["key"] for choice in question.choices]
        if question.type == T.MULTIPLE:
            return keys[: number % (len(keys) + 1)]
        return keys[number % len(keys)] if number else ""

    def write(self, number, _page, value):
        questions = questions_of(self.draft.form_version_id)
        if questions:
            question = questions[number % len(questions)]
            typed = self.value(question, value)
            drafts.save_draft(self.fresh(), typed={question.key: typed})
            self.note(question, typed)

    def fill(self, *_numbers):
        """Something under every question."""
        for number in range(len(questions_of(self.draft.form_version_id))):
            self.write(number, 0, 1)

    def late(self, number, page, value):
        """On a page of some version the draft was on before."""
        version = self.been[page % len(self.been)]
        questions = questions_of(version.pk)
        application = self.fresh()
        if not questions or version == application.form_version:
            return
        question = questions[number % len(questions)]
        typed = self.value(question, value)
        step = steps_by_key(questions)[question.key]
        rest = [other for other in questions if other.type == T.MULTIPLE and other != question]
        data = QueryDict(mutable=True)
        for other in rest:  # the page holds these boxes too, as the draft has them
            now = application.draft.get(other.key)
            data.setlist(other.key, now if isinstance(now, list) else [])
        data.setlist(question.key, typed if isinstance(typed, list) else [typed])
        keep_late(application, version.pk, step, data, base=application.revision)
        self.note(question, typed)

    def submit(self, _number):
        applications.submit_application(self.draft.pk, by=self.draft.applicant)

    # what has to hold

    def fresh(self):
        return Application.objects.get(pk=self.draft.pk)

    def note(self, question, typed):
        """Remember what was said; it takes the place of what the same person said to the same question."""
        for other in [row for row in self.said if (row.key, row.type) == (question.key, question.type)]:
            if other == question or is_known_as(other, question) or not self.is_aside(other):
                del self.said[other]
        if not is_blank(typed):
            self.said[question] = typed

    def is_aside(self, question):
        return self.draft.earlier_answers.filter(question=question, value=self.said[question]).exists()

    def check(self):
        application = self.fresh()
        now = {question.key: question for question in questions_of(application.form_version_id)}
        for question, value in self.said.items():
            here = now.get(question.key)
            is_here = (
                here is not None
                and application.draft.get(question.key) == value
                and (here == question or is_known_as(question, here))
            )
            assert is_here or self.is_aside(question), (question.key, value, application.draft)
        if application.status != ApplicationStatus.DRAFT:
            needed = [q for q in asked(list(now.values()), application.answers) if q.is_required_at(clock.now())]
            assert all(not is_blank(application.answers.get(question.key)) for question in needed)
        for version in FormVersion.objects.filter(cohorts=self.cohort):
            assert form_problems(version) == []


def words_of(question):
    """What a question was called, now and before it was mended."""
    question.refresh_from_db()
    mended = WordingFix.objects.filter(question=question, field="label_ko").values_list("before", flat=True)
    return {question.label_ko, *mended}


def is_known_as(one, other):
    """Whether both are the same question in words that were the same once."""
    return one.type == other.type and bool(words_of(one) & words_of(other))


@pytest.mark.django_db
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_events_loses_an_answer_or_submits_without_one(steps):
    season = Season()
    for name, *arguments in steps:
        with suppress(Refused):
            getattr(season, name)(*arguments)
        season.check()


@pytest.mark.django_db
def test_the_property_is_about_something():
    """One such order, in which all of it happens."""
    season = Season()
    steps = [
        ("fill", 0, 0, 1), ("add", 3, T.LONG, True, False), ("relabel", 0), ("adopt", 0), ("submit", 0),
        ("write", 0, 0, 1), ("late", 0, 0, 1), ("fill", 0, 0, 1), ("submit", 0),
    ]  # fmt: skip
    refused = []
    for name, *arguments in steps:
        try:
            getattr(season, name)(*arguments)
        except Refused:
            refused.append(name)
        season.check()
    assert refused == ["submit"]
    application = season.fresh()
    assert application.status == ApplicationStatus.SUBMITTED
    assert application.earlier_answers.count() == 1
    assert set(application.answers) == {"plan", "kind", "q3"}
