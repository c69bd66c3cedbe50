"""The forms of the demonstration, and what its people answered. Forms stay when the rest is taken away."""

from datetime import date, timedelta

from portal.demo.days import at
from portal.demo.ledger import table, texts
from portal.regions import Region
from programs.models.forms import Form, FormVersion, Question, Section
from programs.questions.conditions import asked, is_blank

FOUNDED_ON = date(2024, 4, 15)
CAMP = "reboot-camp"


def name_of(plan):
    """Which form a cohort uses."""
    if plan.program == CAMP:
        return "reboot-camp"
    return {"review": "course", "first_come": "registration", "rsvp": "event"}[plan.mode]


class Forms:
    """The form versions by name, each with its questions, before any of them is written.

    The questions are for answering alone: their keys are counted, not the database's.
    """

    def __init__(self):
        self.versions, self.questions = {}, {}
        for row in texts("forms"):
            made_at = at(FOUNDED_ON, "09:00")
            form = Form(slug=row["slug"], title_ko=row["title_ko"], title_en=row["title_en"])
            self.versions[row["slug"]] = FormVersion(form=form, number=1, made_at=made_at, locked_at=made_at)
            self.questions[row["slug"]] = list(questions_in(row))

    def of(self, plan):
        """The form version of a cohort and its questions; none where it takes no applications."""
        if plan.opens_at is None:
            return None, []
        name = name_of(plan)
        return self.versions[name], self.questions[name]

    def write(self):
        """See that every version is in the database, and that cohorts will point at it."""
        for row in texts("forms"):
            version = self.versions[row["slug"]]
            known = FormVersion.objects.filter(form__slug=row["slug"]).order_by("number").first()
            if known is None:
                version.form.save()
                version.form = version.form
                version.save()
                write_questions(version, row)
            else:
                version.pk, version.form, version._state.adding = known.pk, known.form, False


def questions_in(row):
    """The questions of one form in their order, with sections, in memory alone."""
    known = {}
    for place, part in enumerate(row["sections"], start=1):
        section = Section(pk=place, position=place, **section_fields(part))
        for question in part["questions"]:
            values = values_of(question)
            values["shown_if"] = known.get(values.get("shown_if"))
            known[question["key"]] = Question(pk=len(known) + 1, section=section, **values)
            yield known[question["key"]]


def write_questions(version, row):
    """Write the sections and questions of one form."""
    known = {}
    for place, part in enumerate(row["sections"], start=1):
        section = Section.objects.create(version=version, position=place, **section_fields(part))
        for position, question in enumerate(part["questions"], start=1):
            values = values_of(question)
            values["shown_if"] = known.get(values.get("shown_if"))
            known[question["key"]] = Question.objects.create(
                version=version, section=section, position=position, **values
            )


def section_fields(part):
    """Title and introduction of a section."""
    return {name: part[name] for name in ("title_ko", "title_en", "intro_ko", "intro_en")}


def values_of(question):
    """The fields of a question; the choice of mentors is those there are."""
    values = dict(question)
    if values.get("choices") == "mentors":
        values["choices"] = [
            {"key": mentor["slug"], "ko": mentor["name_ko"], "en": mentor["name_en"]} for mentor in table("mentors")
        ]
    return values


def answers_of(questions, person, said, rng, begun_at):
    """What `person` answered to `questions`: what they `said` in words, and the rest by dice; files are never made.

    The same dice give the same answers, whatever language anybody reads them in.
    """
    found = {}
    for question in questions:
        value = said[question.key] if question.key in said else roll(question, person, rng, begun_at)
        if not is_blank(value):
            found[question.key] = value
    wanted = {question.key for question in asked(questions, found)}
    return {key: value for key, value in found.items() if key in wanted}


def roll(question, person, rng, begun_at):
    """An answer to a question that asks for no words of one's own."""
    kind, key = question.type, question.key
    korean = person.language == "ko"
    if kind == "phone":
        return f"+8210{rng.randrange(10**8):08d}" if korean else f"+4420{rng.randrange(10**8):08d}"
    if kind == "date":
        return (begun_at.date() - timedelta(days=365 * rng.randint(23, 46) + rng.randrange(365))).isoformat()
    if kind == "region":
        return rng.choices([Region.SEOUL, Region.GYEONGGI, Region.BUSAN, Region.GWANGJU], (55, 25, 12, 8))[0].value
    if kind == "number":
        return rng.randint(1, 12)
    if kind == "statement":
        return True
    if kind == "yes_no":
        return rng.choice(("yes",)) if key == "full_attendance" else ("no" if korean else "yes")
    if kind == "single":
        return rng.choice(question.choices)["key"]
    if kind == "multiple":
        picked = rng.choice(question.choices)["key"]
        return [choice["key"] for choice in question.choices if choice["key"] == picked]
    if kind == "ranked":
        keys = [choice["key"] for choice in question.choices]
        return rng.sample(keys, min(3, len(keys)))
    return ""
