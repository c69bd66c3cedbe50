"""Rows are gathered in memory and written in bulk; dice are seeded, so the same clock gives the same rows."""

import csv
import json
import random
from functools import cache
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model

from accounts.models import ConsentRecord, RoleGrant
from mentoring.models.actions import Action
from mentoring.models.availability import Week, WeekPart
from mentoring.models.evaluations import Evaluation, GoalScore
from mentoring.models.feedback import MeetingFeedback
from mentoring.models.meetings import Meeting
from mentoring.models.mentors import MentorProfile
from mentoring.models.notes import PrivateNote, SharedNote, StaffNote
from mentoring.models.pairs import Goal, GoalMilestone, Pairing
from mentoring.models.rematches import RematchRequest
from mentoring.models.rounds import MenteeProfile, MentoringRound, RoundMentor, Wish
from mentoring.models.samples import SampleVersion, WorkSample
from partners.models.agreements import Agreement, Campaign, Signature
from partners.models.commitments import Commitment, Headline
from partners.models.organizations import Organization
from portal.codes import ALPHABET, LENGTH
from portal.models import FileAccess
from programs.models.applications import Application, Decision, Offer, StateChange
from programs.models.attendance import Attendance, Completion, CompletionRule, Excuse
from programs.models.check_in import CheckIn
from programs.models.cohorts import Cohort, Criterion, Milestone, Session, SessionExpert
from programs.models.eligibility import Appeal, EligibilityRule, Restriction
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert
from programs.models.interviews import InterviewChange, InterviewSlot, Panel
from programs.models.materials import Material
from programs.models.programs import Program, ProgramPartner, Series
from programs.models.schedule import CalendarFeed, SessionChange
from programs.models.selection import Conflict, Review, Reviewer, ReviewRound
from programs.models.terms import CohortTerm

DATA = Path(__file__).parent / "data"
# A row is written after those it points at.
ORDER = (
    get_user_model(),
    EmailAddress,
    Organization,
    Campaign,
    Agreement,
    Signature,
    Commitment,
    Headline,
    Series,
    Program,
    ProgramPartner,
    Expert,
    Cohort,
    ReviewRound,
    Reviewer,
    ConsentRecord,
    Criterion,
    CohortTerm,
    EligibilityRule,
    Milestone,
    Session,
    SessionExpert,
    SessionChange,
    CalendarFeed,
    Material,
    Application,
    StateChange,
    Decision,
    Offer,
    Enrolment,
    CompletionRule,
    CheckIn,
    Attendance,
    Excuse,
    Completion,
    Review,
    Conflict,
    Panel,
    Panel.members.through,
    InterviewSlot,
    InterviewChange,
    Restriction,
    Appeal,
    MentorProfile,
    Week,
    WeekPart,
    MentoringRound,
    RoundMentor,
    MenteeProfile,
    Wish,
    Pairing,
    Goal,
    GoalMilestone,
    Meeting,
    MeetingFeedback,
    Action,
    SharedNote,
    StaffNote,
    PrivateNote,
    RematchRequest,
    WorkSample,
    WorkSample.mentors.through,
    SampleVersion,
    FileAccess,
    Evaluation,
    GoalScore,
    RoleGrant,
)
# Rows that others may build on are kept when the demonstration is taken away, and found again by this.
LASTING = {
    Organization: "code",
    Campaign: "slug",
    Agreement: "slug",
    Series: "slug",
    Program: "slug",
    Expert: "slug",
}


def dice(*names):
    """A source of chance of its own for each name, the same on every run."""
    return random.Random("/".join(map(str, names)))  # noqa: S311  # repeatable on purpose; it guards nothing


@cache
def table(name):
    """The rows of `data/<name>.csv`."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def texts(name):
    """What `data/<name>.json` holds."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


class Ledger:
    """The rows to write. `now` is the moment at which the demonstration stands."""

    def __init__(self, now):
        self.now = now
        self.rows = {model: [] for model in ORDER}
        self._codes = dice("codes")

    def add(self, row):
        """Take `row`, to be written later; returns it."""
        self.rows[type(row)].append(row)
        return row

    def new_code(self):
        """An address code; unlike those of real rows it can be foretold."""
        return "".join(self._codes.choice(ALPHABET) for _ in range(LENGTH))

    def write(self):
        """Write everything, in an order in which each row finds those it points at."""
        for model, rows in self.rows.items():
            if model in LASTING:
                for row in rows:
                    self._keep(row, LASTING[model])
            elif model is Meeting:  # those that take another's place come after it
                for is_moved in (False, True):
                    some = [row for row in rows if (row.replaces is not None) == is_moved]
                    model.objects.bulk_create(some, batch_size=500)
            else:
                model.objects.bulk_create(rows, batch_size=500)

    @staticmethod
    def _keep(row, key):
        known = type(row).objects.filter(**{key: getattr(row, key)}).values_list("pk", flat=True).first()
        for field in row._meta.concrete_fields:
            if field.is_relation and field.name in row._state.fields_cache:
                setattr(row, field.name, getattr(row, field.name))  # takes the key that it has by now
        if known is not None:
            row.pk, row._state.adding = known, False
        row.save()

    def sessions(self):
        """The sessions gathered so far."""
        return self.rows[Session]

    def rows_of_enrolments(self):
        """The enrolments gathered so far."""
        return self.rows[Enrolment]
