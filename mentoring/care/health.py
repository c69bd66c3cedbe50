"""How the pairs of rounds are doing, for whoever runs them: numbers, each with its rows. Reads only.

A `Board` reads all its rows at once, in the same few queries for one round and for all; the rest is counting.
"""

from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import Count, Max, Min, Q, Sum
from django.utils.functional import cached_property

from mentoring import form_progress
from mentoring.care import absences
from mentoring.models.actions import Owner
from mentoring.models.care import AbsenceKind, AbsenceStep
from mentoring.models.evaluations import Evaluation, EvaluationStatus
from mentoring.models.form_evaluations import Stage
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import RoundMentor, RoundMentorState
from programs.models.enrolments import Enrolment, EnrolmentStatus

FIRST_CONTACT = timedelta(days=7)  # after the pairing, within which a meeting should be booked
BETWEEN_MEETINGS = timedelta(days=21)
TOLD_WITHIN = timedelta(hours=48)  # after a meeting, within which somebody should say how it went
LOOKED_AT_FOR = timedelta(days=60)  # after the end of its cohort a round leaves the board of all rounds
NEVER_CAME = (EnrolmentStatus.CANCELLED, EnrolmentStatus.NO_SHOW)
LEFT = (*NEVER_CAME, EnrolmentStatus.DROPPED)
NOT_PAIRED = (EndKind.DECLINED, EndKind.UNDONE)  # such a pair never worked together
STEPS = ("enrolled", "matched", "accepted", "first", "mid", "final")
CHECKS = (
    "no_contact",
    "no_meeting",
    "unlogged",
    "evaluations_late",
    "unanswered",
    "waiting",
    "idle",
    "over_capacity",
    "absences",
)
PEOPLE = ("enrolment__person", "enrolment__cohort__program", "mentor__user", "mentor__expert")


def on_board(rounds, now):
    """Of the rounds that a person runs those that stand on the board of all: not cancelled, not long over."""
    recent = Q(cohort__ends_at=None) | Q(cohort__ends_at__gt=now - LOOKED_AT_FOR)
    return (
        rounds.filter(recent, cohort__cancelled_at=None)
        .select_related("cohort__program")
        .order_by("-opens_at", "-pk")
    )


class Board:
    """The state of `rounds` at `now`."""

    def __init__(self, rounds, now):
        self.rounds, self.now = list(rounds), now
        self.round_of = {round_.cohort_id: round_ for round_ in self.rounds}

    # rows, one query each

    @cached_property
    def enrolments(self):
        """Everyone who took or takes a place, with the person."""
        rows = Enrolment.objects.filter(cohort__in=self.round_of).exclude(status__in=NEVER_CAME)
        return list(rows.select_related("person", "cohort__program").order_by("person__full_name", "pk"))

    @cached_property
    def pairs(self):
        """Every pair, live or not, with its people."""
        rows = Pairing.objects.filter(enrolment__cohort__in=self.round_of).select_related(*PEOPLE)
        return list(rows.order_by("paired_at", "pk"))

    @cached_property
    def meetings(self):
        """Of each pair: `booked`, `held`, `minutes`, `last` and `next` of its meetings."""
        rows = Meeting.objects.filter(pairing__enrolment__cohort__in=self.round_of).order_by()
        held = Q(status=MeetingStatus.HELD)
        ahead = Q(status=MeetingStatus.SCHEDULED, starts_at__gt=self.now)
        counted = rows.values("pairing").annotate(
            booked=Count("pk"),
            held=Count("pk", filter=held),
            held_minutes=Sum("minutes", filter=held, default=0),
            last=Max("starts_at", filter=held),
            next=Min("starts_at", filter=ahead),
        )
        return {row["pairing"]: row for row in counted}

    @cached_property
    def untold(self):
        """Meetings that are over for 48 hours, and of which nobody has said how they went."""
        rows = Meeting.objects.filter(
            pairing__enrolment__cohort__in=self.round_of,
            status=MeetingStatus.SCHEDULED,
            ends_at__lte=self.now - TOLD_WITHIN,
            mentor_says="",
            mentee_says="",
        )
        return list(rows.select_related(*(f"pairing__{path}" for path in PEOPLE)).order_by("starts_at", "pk"))

    @cached_property
    def forms_in(self):
        """The (pair, stage, side) of evaluations by a form that are handed in; no query where no round asks."""
        return form_progress.handed_in(self.rounds)

    @cached_property
    def letters(self):
        """The pairs whose letter is handed in."""
        rows = Evaluation.objects.filter(
            pairing__enrolment__cohort__in=self.round_of, status=EvaluationStatus.SUBMITTED
        )
        return set(rows.values_list("pairing", flat=True))

    @cached_property
    def mentors(self):
        """Who takes part in the rounds."""
        rows = RoundMentor.objects.filter(round__in=self.rounds, state=RoundMentorState.TAKES_PART)
        return list(rows.select_related("mentor__user", "mentor__expert").order_by("mentor__user__full_name", "pk"))

    @cached_property
    def loads_elsewhere(self):
        """How many mentees each of these mentors has now, over all cohorts of the portal."""
        live = Pairing.objects.live().filter(mentor__in={row.mentor_id for row in self.mentors}).order_by()
        return {row["mentor"]: row["n"] for row in live.values("mentor").annotate(n=Count("pk"))}

    @cached_property
    def missed(self):
        """For each person of these rounds who has missed two meetings or more, those meetings."""
        people = {row.person_id for row in self.enrolments} | {pair.mentor.user_id for pair in self.pairs}
        found = absences.missed(self.now, people=people)
        return {person: rows for person, rows in found.items() if len(rows) >= absences.WARNED_AT}

    @cached_property
    def absence_to_dos(self):
        """The unsettled to-dos of those people, by person."""
        rows = AbsenceStep.objects.filter(kind=AbsenceKind.TO_DO, settled_at=None, person__in=self.missed)
        return {step.person_id: step for step in rows}

    # what is counted of them

    @cached_property
    def live(self):
        """The pairs that work together."""
        return [pair for pair in self.pairs if pair.is_live]

    @cached_property
    def loads(self):
        """How many mentees each mentor has now in each round."""
        return Counter((self.round_of[pair.enrolment.cohort_id].pk, pair.mentor_id) for pair in self.live)

    def round_for(self, pair):
        """The round of a pair."""
        return self.round_of[pair.enrolment.cohort_id]

    def of(self, pair, key, default=0):
        """A count of a pair's meetings."""
        row = self.meetings.get(pair.pk)
        return row[key] if row and row[key] is not None else default

    def middle(self, round_):
        """With how many meetings held a pair is half way."""
        return max(1, -(-round_.meetings_planned // 2))

    @cached_property
    def funnel(self):
        """The enrolments that have come so far, by step; whoever has gone further counts in every step before."""
        working = defaultdict(list)
        for pair in self.pairs:
            if pair.end_kind not in NOT_PAIRED:
                working[pair.enrolment_id].append(pair)
        steps = {step: [] for step in STEPS}
        for enrolment in self.enrolments:
            reached = 0
            for pair in working[enrolment.pk]:
                reached = max(reached, self.step_of(pair))
            for step in STEPS[: reached + 1]:
                steps[step].append(enrolment)
        return steps

    def is_evaluated(self, pair):
        """Whether the mentor has handed in the final evaluation: by the round's form, else the letter."""
        if self.round_for(pair).final_form_id is None:
            return pair.pk in self.letters
        return (pair.pk, Stage.FINAL, Owner.MENTOR) in self.forms_in

    def step_of(self, pair):
        """The furthest step of a pair, by its place in STEPS."""
        if self.is_evaluated(pair):
            return 5
        held = self.of(pair, "held")
        if held >= self.middle(self.round_for(pair)):
            return 4
        if held:
            return 3
        return 2 if pair.accepted_at is not None or pair.answer_until is None else 1

    # the checks

    @cached_property
    def no_contact(self):
        """Live pairs that have booked no meeting in the seven days since they were paired."""
        return [pair for pair in self.live if self.is_due(pair, FIRST_CONTACT) and not self.of(pair, "booked")]

    def is_due(self, pair, after):
        """Whether that long has passed since the two were paired, or since the mentor accepted."""
        return (pair.accepted_at or pair.paired_at) + after <= self.now

    @cached_property
    def no_meeting(self):
        """Live pairs that have not met for 21 days: since the last meeting held, or since they were paired."""
        return [
            pair
            for pair in self.live
            if (self.of(pair, "last", None) or pair.accepted_at or pair.paired_at) + BETWEEN_MEETINGS <= self.now
            and self.of(pair, "held") < self.round_for(pair).meetings_planned
        ]

    @property
    def unlogged(self):
        """Meetings that nobody has said anything about."""
        return self.untold

    @property
    def evaluations_late(self):
        """Pairs, live or come to their end, of which an evaluation is not in though its day has passed."""
        return list(self.late)

    @cached_property
    def late(self):
        """The same, each with what is missing: (stage, side, by which day or moment)."""
        found = {}
        for pair in self.pairs:
            missing = self.missing_of(pair) if pair.is_live or pair.end_kind == EndKind.FINISHED else []
            if missing:
                found[pair] = missing
        return found

    def missing_of(self, pair):
        """What of a pair is late. Whoever has handed in the final evaluation owes no mid-term one any more."""
        round_, missing = self.round_for(pair), []
        for asked in form_progress.asked_by(round_):
            for side in Owner:
                is_done = {(pair.pk, asked.stage, side), (pair.pk, Stage.FINAL, side)} & self.forms_in
                if asked.due_at <= self.now and not is_done:
                    missing.append((asked.stage, side, asked.due_on))
        if round_.final_form_id is None and pair.pk not in self.letters:
            day = round_.final_due or pair.enrolment.cohort.ends_at
            due_at = form_progress.end_of(round_.final_due) if round_.final_due else day
            if due_at is not None and due_at <= self.now:
                missing.append((Stage.FINAL, Owner.MENTOR, day))
        return missing

    @cached_property
    def unanswered(self):
        """Live pairs whose mentor has not said yet whether they accept."""
        return [pair for pair in self.live if pair.answer_until is not None and pair.accepted_at is None]

    @cached_property
    def waiting(self):
        """People who take part and have no mentor."""
        paired = {pair.enrolment_id for pair in self.live}
        over = (*LEFT, EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED)
        return [row for row in self.enrolments if row.pk not in paired and row.status not in over]

    @cached_property
    def idle(self):
        """Mentors who take part and have no mentee in the round."""
        return [
            row for row in self.mentors if not row.mentor.is_paused and not self.loads[row.round_id, row.mentor_id]
        ]

    @cached_property
    def over_capacity(self):
        """Mentors with more mentees than places, in the round or over all cohorts."""
        return [row for row in self.mentors if self.is_over(row)]

    def is_over(self, row):
        """Whether a mentor of a round has more mentees than places."""
        most = row.mentor.capacity_overall
        overall = most is not None and self.loads_elsewhere.get(row.mentor_id, 0) > most
        return overall or self.loads[row.round_id, row.mentor_id] > row.places

    @property
    def absences(self):
        """People with two missed meetings or more."""
        return list(self.missed)

    # minutes

    @cached_property
    def minutes(self):
        """Minutes held and planned of the pairs that work together or came to their end, all rounds together."""
        pairs = [pair for pair in self.pairs if pair.is_live or pair.end_kind in ("", EndKind.FINISHED)]
        held = sum(self.of(pair, "held_minutes") for pair in pairs)
        return held, sum(self.planned(pair) for pair in pairs)

    def planned(self, pair):
        """The minutes that a pair should meet."""
        round_ = self.round_for(pair)
        return round_.meetings_planned * round_.meeting_minutes

    def narrowed(self, round_):
        """The same board for one of its rounds; what was read is not read again."""
        one = Board([round_], self.now)
        cohort = round_.cohort_id
        one.enrolments = [row for row in self.enrolments if row.cohort_id == cohort]
        one.pairs = [pair for pair in self.pairs if pair.enrolment.cohort_id == cohort]
        one.meetings, one.loads_elsewhere = self.meetings, self.loads_elsewhere
        one.letters, one.forms_in = self.letters, self.forms_in
        one.untold = [row for row in self.untold if row.pairing.enrolment.cohort_id == cohort]
        one.mentors = [row for row in self.mentors if row.round_id == round_.pk]
        people = {row.person_id for row in one.enrolments} | {pair.mentor.user_id for pair in one.pairs}
        one.missed = {person: rows for person, rows in self.missed.items() if person in people}
        one.absence_to_dos = self.absence_to_dos
        return one
