"""Whether an application may be sent as it stands, and what is missing where. Reads only."""

from dataclasses import dataclass, field

from accounts.consent_form import MISSING
from programs import consents, eligibility
from programs.forms import NAMES, AnswerForm
from programs.models.applications import ApplicationStatus
from programs.questions.conditions import asked
from programs.questions.loading import in_details, parts_of, questions_of

CONSENT, DETAILS, CHECK = "consent", "details", "check"


@dataclass
class Problem:
    """One thing to be mended: the step it stands on, its field, what it is called, and what is wrong."""

    step: str
    key: str
    label: str
    message: str
    is_missing: bool = False


@dataclass
class Checked:
    """What a check found: `problems`, or the cleaned `names`, `answers` and `uploads`; and the rows of consent."""

    problems: list = field(default_factory=list)
    names: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    uploads: list = field(default_factory=list)
    consents: list = field(default_factory=list)

    def of_step(self, step):
        """The problems of one step."""
        return [problem for problem in self.problems if problem.step == step]


def steps_by_key(questions):
    """The step on which each question stands, by its key: the details, or its section's part."""
    found = {question.key: DETAILS for question in questions if in_details(question)}
    for step, _section, rows in parts_of(questions):
        found.update(dict.fromkeys((question.key for question in rows), step))
    return found


def concerned(application, questions):
    """The questions that may be answered now: all of them, or those that staff sent the application back for.

    With a question come those that are asked because of its answer.
    """
    if application.status != ApplicationStatus.CHANGES_REQUESTED or not application.changes_keys:
        return questions
    found = set()
    for question in questions:
        if question.key in application.changes_keys or question.shown_if_id in found:
            found.add(question.pk)
    return [question for question in questions if question.pk in found]


def names_concerned(application):
    """Whether the names may be written now."""
    only_some = application.status == ApplicationStatus.CHANGES_REQUESTED and application.changes_keys
    return not only_some or "full_name" in application.changes_keys


def files_by_key(application):
    """The uploads given to each question, in the order in which they came, in one query."""
    found = {}
    if application.pk is None:
        return found
    for row in application.files.select_related("upload"):
        found.setdefault(row.question_key, []).append(row.upload)
    return found


def check(application, now, *, questions=None, files=None, conditions=True):
    """Check the draft of `application` as if it were sent at `now`; `conditions` are those to apply at all.

    Returns a Checked.
    """
    if questions is None:
        questions = questions_of(application.form_version_id)
    open_now = concerned(application, questions)
    if files is None:
        files = files_by_key(application)
    closed = {question.key for question in questions} - {question.key for question in open_now}
    rows = consents.rows(application.cohort, application.applicant, questions)
    form = AnswerForm(
        open_now,
        with_closed(application, closed),
        now=now,
        with_names=names_concerned(application),
        files=files,
        check=True,
        every=questions,
        own_email=application.applicant.email,
        refused=consents.refused_items(rows, questions),
    )
    checked = Checked(problems=consent_problems(rows), consents=rows)
    steps = steps_by_key(questions)
    for key, errors in form.errors.as_data().items():
        step, label = steps.get(key, DETAILS), str(form.fields[key].label)
        for error in errors:
            text = " ".join(error.messages)
            checked.problems.append(Problem(step, key, label, text, is_missing=error.code == "required"))
    checked.names = {name: getattr(application, name) for name in NAMES}
    if names_concerned(application) and form.is_valid():
        checked.names = form.names()
    if form.is_valid():
        kept = {key: value for key, value in application.answers.items() if key in closed}
        answers = {**kept, **form.answers()}
        wanted = {question.key for question in asked(questions, answers)}
        checked.answers = {key: value for key, value in answers.items() if key in wanted}
        chosen = {code for value in checked.answers.values() if isinstance(value, list) for code in map(str, value)}
        checked.uploads = [upload for rows in files.values() for upload in rows if upload.code in chosen]
    if conditions:
        answers = {**application.draft, **checked.answers}
        found = eligibility.findings(
            application.cohort, application.applicant, answers, questions, now, complete=True
        )
        wrong = {problem.key for problem in checked.problems if problem.key}
        checked.problems += [
            condition_problem(finding, steps) for finding in found if finding.key not in wrong | closed
        ]
    return checked


def with_closed(application, closed):
    """The draft, in which the questions that cannot be answered now say what was sent: they decide on others."""
    if not closed:
        return application.draft
    written = {key: value for key, value in application.draft.items() if key not in closed}
    return written | {key: value for key, value in application.answers.items() if key in closed}


def condition_problem(finding, steps):
    """A condition to apply that stands in the way: at the question that decides it, or at the check."""
    step = steps.get(finding.key, CHECK)
    key = finding.key if step != CHECK else ""
    return Problem(step, key, finding.rule, finding.text, is_missing=finding.state == eligibility.UNKNOWN)


def consent_problems(rows):
    """The required consents that are not given to the wording in force."""
    return [
        Problem(CONSENT, row["field"], row["version"].title, str(MISSING), is_missing=True)
        for row in rows
        if row["required"] and not row["given"]
    ]
