"""Two programs with mentoring that know nothing of each other, and every object of mentoring in each, marked.

Each side has who runs it, two mentors and their two mentees, and a camp with a pair of its own.
"""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

from allauth.account.models import EmailAddress
from django.db import transaction
from django.test import override_settings
from django.utils.translation import override

from accounts.models import Role
from mentoring.models.availability import WeekException
from mentoring.models.care import AbsenceStep
from mentoring.models.form_evaluations import Stage
from mentoring.models.mentors import MentorProfile
from mentoring.models.notes import NoteDraft, SharedWording, StaffWording
from mentoring.models.rounds import DeclaredConflict, Exclusion, MentorWish, RoundMentor
from mentoring.models.runs import PairLock
from mentoring.models.timetables import Camp, CampAbsence, CampInterpreter, CampSlot
from mentoring.operations import feedback, form_evaluations, honorarium, runs, safeguarding, timetables
from portal import clock, uploads
from portal.models import OutgoingMail, UploadKind
from programs.operations import feeds
from tests import make
from tests.files import make_pdf, uploaded
from tests.mentoring.meetings import DAY, HOUR, NOW
from tests.mentoring.prying import Marks


class World:
    """Both sides, an officer for reports, an administrator, and a person who has nothing."""

    def __init__(self):
        self.marks = Marks()
        self.admin = self.person("admin", make.make_admin)
        self.officer = self.person("officer", make.make_admin)
        self.stranger = self.person("stranger", make.make_user)
        safeguarding.name_officer(self.officer, by=self.admin)
        self.sides = [Side(self, name) for name in ("ga", "na")]
        for side in self.sides:  # mentors are known to all who run a program
            for mentor in MentorProfile.objects.select_related("user"):
                self.marks.also(mentor.user.full_name, side.boss)

    def person(self, kind, maker, *args, **more):
        """A person whose name and address are marked, at first for nobody."""
        name = self.marks.new(kind)
        person = maker(*args, email=f"{name}@example.com", full_name=name, romanized_name=name, **more)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        person.mark = name
        self.marks.also(name, person)
        return person

    @property
    def above(self):
        """Who reads what staff read, on either side."""
        return self.admin, self.officer


class Side:
    """One program, its rounds and its pairs."""

    def __init__(self, world, name):
        self.world, self.marks, self.name = world, world.marks, name
        self.organization = make.make_organization()
        self.program = make.make_program(
            partners=[self.organization], kind="masterclass", has_mentoring=True, title_ko="과정", title_en="Course"
        )
        self.boss = world.person("boss", make.make_user, role=Role.MANAGER, scope=self.organization)
        self.staff = (self.boss, *world.above)
        self.marks.also(self.boss.mark, *world.above)
        self.cohort = self.make_cohort()
        make.make_session(self.cohort, starts_at=NOW + 20 * DAY, ends_at=NOW + 20 * DAY + HOUR)
        asked = {"mid_form": form_evaluations.standard_form(), "mid_due": (NOW + 30 * DAY).date()}
        self.round = self.make_round(self.cohort, **asked)
        self.mentors = [self.make_mentor(number) for number in (1, 2)]
        self.pairs = [self.make_pair(number) for number in (1, 2)]
        self.left_out()
        self.between()
        self.run = runs.run(self.round.pk, by=self.boss)
        self.camp = self.make_camp()

    def make_cohort(self):
        cohort = make.make_cohort(self.program, phase="running", capacity=9)
        cohort.starts_at, cohort.ends_at = NOW - 30 * DAY, NOW + 100 * DAY
        cohort.save()
        make.make_question(cohort.form_version, "private", "short", audience="staff")
        make.make_question(cohort.form_version, "plan", "file", audience="blind")
        return cohort

    def make_round(self, cohort, **fields):
        """Open still; on the first side mentors rank."""
        return make.make_mentoring_round(
            cohort, mentors_rank=self.name == "ga", hourly_rate=123_457, **{"least_wishes": 1, **fields}
        )

    @property
    def people(self):
        """Who is asked for what they see: who runs it, the mentors and the mentees."""
        return [self.boss, *(one.user for one in self.mentors), *(pair.mentee for pair in self.pairs)]

    def make_mentor(self, number):
        user = self.world.person(f"mentor{number}", make.make_user)
        self.marks.also(user.mark, *self.staff)
        profile = {"discipline": "writing", "skills": ["pilot"], "languages": ["ko"], "confirmed_at": clock.now()}
        mentor = make.make_mentor(user, **profile)
        make.make_week(user, *((day, 0, 24 * 60) for day in range(7)), zone="America/Los_Angeles")
        make.make_round_mentor(self.round, mentor, capacity=3)
        return mentor

    def place(self, cohort, kind, mentor):
        """Somebody who takes part, whose application is marked."""
        mentee = self.world.person(kind, make.make_user)
        readers = (mentee, mentor.user, *self.staff)
        self.marks.also(mentee.mark, mentor.user, *self.staff)
        upload = uploads.store(
            uploaded(make_pdf(), f"{self.marks.new('file', *readers)}.pdf"),
            owner=mentee,
            kinds=UploadKind.values,
            most_bytes=10**7,
        )
        application = make.make_application(
            cohort,
            mentee,
            status="confirmed",
            motivation=self.marks.new("motivation", *readers),
            goals=self.marks.new("asked", *readers),
            answers={"private": self.marks.new("private", mentee, *self.staff), "plan": [upload.code]},
        )
        application.files.create(question_key="plan", upload=upload)
        make.make_week(mentee, *((day, 0, 24 * 60) for day in range(7)))
        return make.make_enrolment(application=application, status="active"), upload

    def make_pair(self, number):
        """A mentor and a mentee with everything that two can have."""
        mentor, marks = self.mentors[number - 1], self.marks
        enrolment, upload = self.place(self.cohort, f"mentee{number}", mentor)
        pair = SimpleNamespace(
            number=number,
            mentor=mentor,
            enrolment=enrolment,
            mentee=enrolment.person,
            upload=upload,
            pairing=make.make_pairing(mentor, enrolment, paired_at=NOW - 20 * DAY, paired_by=self.boss),
        )
        pair.two = (mentor.user, pair.mentee)
        pair.all = (*pair.two, *self.staff)
        for one in (*self.mentors,):
            marks.also(one.user.mark, pair.mentee)
        marks.known(pair.pairing.code, *pair.all)
        marks.known(enrolment.code, pair.mentee, *self.staff)
        marks.known(enrolment.application.code, pair.mentee, *self.staff)
        self.before(pair)
        self.papers(pair)
        self.meetings(pair)
        self.samples(pair)
        self.forms(pair)
        self.letters(pair)
        self.reports(pair)
        return pair

    def before(self, pair):
        """What both sides handed in, and what they declared."""
        marks, readers = self.marks, [pair.mentee, *self.staff]
        if self.name == "ga":  # where they rank, mentors read the briefs without names
            readers += [one.user for one in self.mentors]
        brief = marks.new("brief", *readers)
        pair.profile = make.make_mentee_profile(self.round, *self.mentors, enrolment=pair.enrolment, brief=brief)
        marks.known(pair.profile.code, *readers)
        MentorWish.objects.create(
            mentor=RoundMentor.objects.get(round=self.round, mentor=pair.mentor), mentee=pair.profile, rank=1
        )
        for by in pair.two:
            words = marks.new("declared", by, *self.staff)
            named = pair.mentor if by == pair.mentee and pair.number == 2 else None
            DeclaredConflict.objects.create(round=self.round, by=by, mentor=named, words=words)
        WeekException.objects.create(
            week=pair.mentee.week, first_day=(NOW + 9 * DAY).date(), last_day=(NOW + 9 * DAY).date()
        )

    def papers(self, pair):
        """Goals, actions and notes."""
        marks, mentor = self.marks, pair.mentor.user
        pair.goal = make.make_goal(pair.pairing, marks.new("goal", *pair.all))
        pair.dropped = make.make_goal(
            pair.pairing,
            marks.new("dropped", *pair.all),
            state="dropped",
            state_word=marks.new("word", *pair.all),
        )
        pair.milestone = make.make_goal_milestone(pair.goal, marks.new("milestone", *pair.all))
        for owner, person in (("mentor", mentor), ("mentee", pair.mentee)):
            pair.action = make.make_action(
                pair.pairing, marks.new("action", *pair.all), owner=owner, added_by=person
            )
            marks.known(pair.action.code, *pair.all)
        pair.notes = []
        for by in pair.two:
            note = make.make_note("private", pair.pairing, by=by, text=marks.new("own", by))
            marks.known(note.code, by)
            pair.notes.append(note)
            NoteDraft.objects.create(pairing=pair.pairing, author=by, text=marks.new("draft", by))
        staffs = (mentor, *self.staff)
        for audience, wording, readers in (("staff", StaffWording, staffs), ("shared", SharedWording, pair.all)):
            note = make.make_note(audience, pair.pairing, text=marks.new(audience, *readers))
            wording.objects.create(note=note, text=marks.new("earlier", *readers))
            marks.known(note.code, mentor, *self.staff)
            pair.notes.append(note)

    def meetings(self, pair):
        """One ahead, one that was held and is paid, one that was called off."""
        marks, pairing = self.marks, pair.pairing
        pair.ahead = make.make_meeting(
            pairing,
            starts_at=NOW + 4 * DAY,
            subject=marks.new("subject", *pair.all),
            link=f"https://meet.example.com/{marks.new('link', *pair.all)}",
        )
        pair.held = make.make_meeting(
            pairing,
            starts_at=NOW - (3 + pair.number) * DAY,
            way="in_person",
            place=marks.new("place", *pair.all),
        )
        pair.held.status, pair.held.settled_at = "held", NOW - DAY
        pair.held.minutes = 41 + 2 * pair.number + 7 * (self.name == "ga")
        pair.held.save()
        pair.off = make.make_meeting(
            pairing, starts_at=NOW + 6 * DAY, status="cancelled", called_off_reason=marks.new("off", *pair.all)
        )
        for meeting in (pair.ahead, pair.held, pair.off):
            marks.known(meeting.code, *pair.all)
        if pair.number == 2:
            statements = honorarium.draw_up(self.round.pk, pair.held.starts_at.date().replace(day=1), by=self.boss)
            for statement in statements:
                honorarium.approve(statement.pk, statement.amount, by=self.boss)
                readers = (statement.mentor.user, *self.staff)
                marks.known(statement.code, *readers)
                marks.known(f"{statement.amount:,}", *readers)

    def samples(self, pair):
        """A link of the mentee's for the two and staff, and a file of the mentor's for the two alone."""
        marks, mentor = self.marks, pair.mentor.user
        title, link = marks.new("script", *pair.all), marks.new("target", *pair.all)
        pair.sample = make.make_sample(
            pair.pairing, title=title, link=f"https://files.example.com/{link}", with_staff=True
        )
        marks.known(pair.sample.code, *pair.all)
        marks.also(self.boss.mark, pair.mentee)  # who opens a sample is told to its owner
        paper = make.make_sample(pair.pairing, by=mentor, title=marks.new("paper", *pair.two), file=make_pdf())
        marks.known(paper.code, *pair.two)

    def forms(self, pair):
        """The mid-term evaluation, the mentee's handed in and the mentor's begun; and a word on a meeting."""
        marks, mentor = self.marks, pair.mentor.user
        focus, helped = marks.new("focus", *pair.all), marks.new("helped", *pair.all)
        scores = {f"goal.{goal.position}": "4" for goal in pair.pairing.goals.all() if goal.state != "dropped"}
        whole = scores | {"helped": helped, "focus": focus, "mentee_closer": "4", "mentee_applies": "3"}
        form_evaluations.save(pair.pairing.pk, Stage.MID, by=pair.mentee, typed=whole)
        form_evaluations.submit(pair.pairing.pk, Stage.MID, by=pair.mentee)
        form_evaluations.save(pair.pairing.pk, Stage.MID, by=mentor, typed={"helped": marks.new("begun", mentor)})
        said = marks.new("said", pair.mentee, *self.staff)
        feedback.give(pair.held.pk, by=pair.mentee, useful=4, text=said)

    def letters(self, pair):
        """The evaluation, and what the two ask of staff: on each pair another state."""
        marks, mentor = self.marks, pair.mentor.user
        if pair.number == 1:
            texts = {name: marks.new(name, mentor) for name in ("strengths", "steps")}
            status = "draft"
        else:
            readers = (mentor, *self.staff, *([pair.mentee] if self.name == "na" else []))
            texts = {name: marks.new(name, *readers) for name in ("strengths", "steps")}
            status = "submitted"
        shared = {"shared_at": NOW} if status == "submitted" and self.name == "na" else {}
        pair.evaluation = make.make_evaluation(
            pair.pairing, status=status, strengths=texts["strengths"], next_steps=texts["steps"], **shared
        )
        asker = pair.two[pair.number % 2]
        pair.rematch = make.make_rematch(pair.pairing, by=asker, text=marks.new("rematch", asker, *self.staff))
        marks.known(pair.rematch.code, asker, *self.staff)
        other = pair.two[1 - pair.number % 2]
        refused = make.make_rematch(
            pair.pairing,
            by=other,
            text=marks.new("asked", other, *self.staff),
            status="refused",
            reason=marks.new("why", *self.staff),
            answer=marks.new("answer", other, *self.staff),
            closed_at=NOW - DAY,
            closed_by=self.boss,
        )
        marks.known(refused.code, other, *self.staff)

    def reports(self, pair):
        """A report with the account of one of the two, answered and noted; a mail; a step for absences; a feed."""
        marks, reporter = self.marks, pair.two[pair.number % 2]
        officer = self.world.officer
        pair.concern = safeguarding.report(marks.new("concern", reporter, officer), reporter=reporter)
        marks.known(pair.concern.code, reporter, officer)
        safeguarding.answer(pair.concern.pk, marks.new("reply", reporter, officer), by=officer)
        safeguarding.add_note(pair.concern.pk, marks.new("case", officer), by=officer)
        safeguarding.look(pair.concern.pk, by=officer)
        AbsenceStep.objects.create(person=pair.mentee, kind="to_do", count=3)
        for person in pair.two:
            feeds.renew_feed(person, "learning")
            row = OutgoingMail.objects.create(
                reason="news",
                person=person,
                to=person.email,
                language="ko",
                subject="제목",
                body=marks.new("mail", person, *self.world.above),
                status="sent",
                sent_at=NOW,
            )
            marks.known(row.code, person, *self.world.above)

    def left_out(self):
        """A mentor who does not take part and said why."""
        user = self.world.person("declined", make.make_user)
        self.marks.also(user.mark, *self.staff)
        reason = self.marks.new("reason", user, *self.staff)
        make.make_round_mentor(self.round, make.make_mentor(user), state="out", decline_reason=reason)

    def between(self):
        """A pair ruled out, and one locked."""
        one, other = self.pairs
        Exclusion.objects.create(
            round=self.round,
            mentor=one.mentor,
            person=other.mentee,
            kind="staff",
            by=self.boss,
            reason=self.marks.new("excluded", *self.staff),
        )
        PairLock.objects.create(
            round=self.round,
            mentor=one.mentor,
            enrolment=one.enrolment,
            by=self.boss,
            reason=self.marks.new("locked", *self.staff),
        )

    def make_camp(self):
        """A camp with one pair, whose timetable is published."""
        cohort = self.make_cohort()
        user = self.world.person("mentor3", make.make_user)
        mentor = make.make_mentor(user, languages=["ko"])
        enrolment, _upload = self.place(cohort, "mentee3", mentor)
        readers = (user, enrolment.person, *self.staff)
        self.marks.also(user.mark, enrolment.person, *self.staff)
        pairing = make.make_pairing(mentor, enrolment)
        self.marks.known(pairing.code, *readers)
        round_ = self.make_round(cohort, is_camp=True)
        camp = Camp.objects.create(round=round_, place=self.marks.new("camp", *readers), weeks_count=False)
        start = NOW + 10 * DAY
        for hour in range(2):
            CampSlot.objects.create(
                camp=camp, starts_at=start + hour * HOUR, ends_at=start + hour * HOUR + timedelta(minutes=40)
            )
        expert = make.make_expert(user=self.world.person("interpreter", make.make_user))
        self.marks.also(expert.user.mark, *self.staff)
        CampInterpreter.objects.create(camp=camp, expert=expert, languages=["en"])
        CampAbsence.objects.create(
            camp=camp, mentor=mentor, starts_at=start + HOUR, ends_at=start + 2 * HOUR, is_wish=True
        )
        timetable = timetables.answer(timetables.make(camp.pk, by=self.boss).pk)
        timetables.publish(timetable.pk, by=self.boss)
        for meeting in pairing.meetings.all():
            self.marks.known(meeting.code, *readers)
        return camp


@contextmanager
def built():
    """The two sides in the database, at `NOW`; everything is taken back at the end."""
    with override_settings(DEMO_NOW=NOW, RATE_LIMITS="off"), transaction.atomic(), override("ko"):
        yield World()
        transaction.set_rollback(True)
