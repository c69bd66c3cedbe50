"""Applications are told as timed moves; what lies ahead of the clock has not happened yet."""

from typing import NamedTuple

from portal.demo.days import between
from portal.demo.forms import answers_of
from portal.demo.ledger import dice, texts
from programs.models.applications import Application, ApplicationStatus, Decision, Offer, OfferKind, StateChange
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.questions.drafts import as_draft

TIED = ("answer_by", "changes_by", "reason_code")


class Move(NamedTuple):
    """A step of an application: when, to which status, by whom (None is the system), and the fields it sets."""

    at: object
    to: str
    by: object = None
    fields: dict = {}
    reason: str = ""


class Verdict(NamedTuple):
    """What staff stage for an application."""

    at: object
    outcome: str
    by: object
    rank: int | None = None
    reason_code: str = ""


class Ending(NamedTuple):
    """How someone's part in the cohort ends."""

    at: object
    status: str
    reason: str = ""


class Case(NamedTuple):
    """One application from its first word to its last."""

    person: object
    begun_at: object
    moves: list
    verdict: Verdict | None = None
    ending: Ending | None = None


class Casebook:
    """The applications of one cohort; `close` turns them into rows as they stand at the ledger's moment."""

    def __init__(self, ledger, cohort, plan, staff, questions):
        self.ledger = ledger
        self.cohort = cohort
        self.questions = questions
        self.plan = plan
        self.staff = staff
        self.rng = dice(plan.program, plan.slug)
        self.cases = []
        self.enrolments = {}

    def tell(self, person, begun_at, moves, verdict=None, ending=None):
        """Add one application."""
        self.cases.append(Case(person, begun_at, moves, verdict, ending))

    def close(self):
        """Write the rows; returns the book."""
        now = self.ledger.now
        submitted = sorted(
            (case.moves[0].at, index)
            for index, case in enumerate(self.cases)
            if case.moves and case.moves[0].at <= now
        )
        serials = {index: serial for serial, (_at, index) in enumerate(submitted, 1)}
        for index, case in enumerate(self.cases):
            if case.begun_at <= now:
                self._write(case, serials.get(index))
        return self

    def _write(self, case, serial):
        past = [move for move in case.moves if move.at <= self.ledger.now]
        person = case.person
        joined = between(
            self.rng, case.begun_at - (case.begun_at - case.begun_at.replace(hour=0)) / 2, case.begun_at
        )
        if person.date_joined is None or person.date_joined > joined:
            person.date_joined = person.age_confirmed_at = joined
        answers = answers_of(self.questions, person, self._said(person), self.rng, case.begun_at)
        application = self.ledger.add(
            Application(
                code=self.ledger.new_code(),
                cohort=self.cohort,
                applicant=person,
                full_name=person.full_name,
                romanized_name=person.romanized_name,
                created_at=case.begun_at,
                saved_at=past[0].at if past else case.begun_at,
                moved_at=past[-1].at if past else case.begun_at,
                submitted_at=past[0].at if past else None,
                receipt_serial=serial,
                receipt_number=f"{self.plan.prefix}-{serial:04d}" if serial else None,
                form_version=self.cohort.form_version,
                draft=as_draft(person.full_name, person.romanized_name, answers),
                answers=answers if past else {},
                sent_revision=0 if past else None,
            )
        )
        for move in past:
            self._change(application, move)
        if case.verdict is not None and case.verdict.at <= self.ledger.now:
            self._decide(application, case.verdict)
        confirmed = next((move for move in past if move.to == ApplicationStatus.CONFIRMED), None)
        if confirmed is not None:
            self._enrol(application, case, confirmed, past[-1])

    def _change(self, application, move):
        before = application.status
        application.answer_by, application.changes_by, application.reason_code = None, None, ""
        for name, value in {**move.fields, "status": move.to}.items():
            setattr(application, name, value)
        self.ledger.add(
            StateChange(
                application=application,
                from_status=before,
                to_status=move.to,
                at=move.at,
                by=move.by,
                reason=move.reason,
            )
        )
        if move.to == ApplicationStatus.OFFERED:
            waited = before == ApplicationStatus.WAITLISTED
            self.ledger.add(
                Offer(
                    application=application,
                    kind=OfferKind.PROMOTION if waited else OfferKind.FIRST,
                    made_at=move.at,
                    expires_at=application.answer_by,
                )
            )

    def _decide(self, application, verdict):
        self.ledger.add(
            Decision(
                application=application,
                outcome=verdict.outcome,
                rank=verdict.rank,
                reason_code=verdict.reason_code,
                at=verdict.at,
                by=verdict.by,
            )
        )

    def _enrol(self, application, case, confirmed, last):
        now, plan = self.ledger.now, self.plan
        status, ended_at, reason = EnrolmentStatus.ENROLLED, None, ""
        if last.to == ApplicationStatus.CANCELLED:
            status, ended_at, reason = EnrolmentStatus.CANCELLED, last.at, last.reason
        elif case.ending is not None and case.ending.at <= now:
            status, ended_at, reason = case.ending.status, case.ending.at, case.ending.reason
        elif plan.starts_at <= now:
            status = EnrolmentStatus.ACTIVE
        self.enrolments[case.person.email] = self.ledger.add(
            Enrolment(
                code=self.ledger.new_code(),
                cohort=self.cohort,
                person=case.person,
                application=application,
                status=status,
                enrolled_at=confirmed.at,
                ended_at=ended_at,
                end_reason=reason,
            )
        )

    def _said(self, person):
        """What the person wrote in words, in their own language, by the key of the question."""
        rng, program = self.rng, self.cohort.program
        words, number = texts("answers"), rng.randint(2, 9)
        korean = person.language == "ko"
        said = words["ko" if korean else "en"]
        field = words["fields"][program.track][0 if korean else 1]

        def say(part):
            return rng.choice(said[part]).format(field=field, years=number)

        answers = {"expectation": say("middle"), "topics": "", "credits": [], "support": "", "affiliation": ""}
        if self.plan.is_reviewed:
            answers["motivation"] = " ".join([say("opening"), say("middle"), say("closing")])
            answers["plan"] = say("closing")
            answers["portfolio"] = [f"https://portfolio.example.com/{rng.randrange(16**6):06x}"]
            answers["credits"] = self._credits(words, korean)
        if program.has_mentoring:
            answers |= self._project(words, korean)
            opening = (
                "기획안 「{}」을 시리즈로 발전시키고 있습니다." if korean else "I am developing “{}” into a series."
            )
            answers["motivation"] = opening.format(answers["project_title"]) + " " + answers["motivation"]
        return answers

    def _credits(self, words, korean):
        """One to three works, the latest first."""
        rng = self.rng
        works = rng.sample(words["credits"], rng.randint(1, 3))
        year = self.plan.opens_at.year
        rows = []
        for ko, en, platform in works:
            year -= rng.randint(0, 2)
            role = rng.choice(words["roles"])[0 if korean else 1]
            rows.append({"year": str(year), "title": ko if korean else en, "role": role, "platform": platform})
        return rows

    def _project(self, words, korean):
        """The series a mentee works on: title, logline, summary, goals."""
        rng, place = self.rng, 0 if korean else 1
        title = rng.choice(words["projects"])[place]
        logline = rng.choice(words["loglines"])[place]
        goals = rng.sample(words["project_goals"], rng.choice((2, 3)))
        synopsis = " ".join([logline, *(part[place] for part in rng.sample(words["turns"], 3))])
        return {
            "project_title": title,
            "logline": logline,
            "synopsis": synopsis,
            "goals": "\n".join(goal[place] for goal in goals),
        }
