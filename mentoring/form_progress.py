"""Which evaluations a round asks of its pairs until when, and how far they are. Reads only.

A round asks for a mid-term or a final evaluation by a form, or for neither. Without a form the final evaluation is
the mentor's letter (`mentoring.models.evaluations`), due on the day that the round names, else by the cohort's end.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import prefetch_related_objects

from mentoring import slots
from mentoring.models.actions import Owner
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.form_evaluations import FormEvaluation, Stage
from portal import clock
from portal.clock import SEOUL

SOON = timedelta(days=7)  # so long before it is due, an evaluation comes before anything else


@dataclass(frozen=True)
class Asked:
    """An evaluation by a form that a round asks for."""

    stage: Stage
    version_id: int
    due_on: date

    @property
    def due_at(self):
        """When its day is over, in Seoul."""
        return end_of(self.due_on)


def end_of(day):
    """When a day is over in Seoul."""
    return datetime.combine(day + timedelta(days=1), time(), SEOUL)


def asked_by(round_):
    """What a round asks for, the mid-term evaluation first; `round_` may be None."""
    rows = []
    if round_ is not None and round_.mid_form_id is not None:
        rows.append(Asked(Stage.MID, round_.mid_form_id, round_.mid_due))
    if round_ is not None and round_.final_form_id is not None:
        rows.append(Asked(Stage.FINAL, round_.final_form_id, round_.final_due))
    return rows


def asked_of(pairing):
    """What the round of a pair asks for."""
    return asked_by(slots.round_of(pairing))


def letter_day(pairing):
    """By which day the mentor's letter is written; None where neither round nor cohort has one."""
    round_ = slots.round_of(pairing)
    if round_ is not None and round_.final_due is not None and round_.final_form_id is None:
        return round_.final_due
    return pairing.enrolment.cohort.ends_at


def letter_at(pairing):
    """The moment by which the letter is written; None where there is none."""
    day = letter_day(pairing)
    return day if day is None or isinstance(day, datetime) else end_of(day)


def attach(pairs):
    """Read the evaluations of those pairs whose rounds ask for any; one query, none where none does."""
    asking = [pairing for pairing in pairs if asked_of(pairing)]
    if asking:
        prefetch_related_objects(asking, "form_evaluations")


def own(pairing, stage, side):
    """What a side has written at a stage, draft or not; None where it has not begun."""
    rows = pairing.form_evaluations.all()
    return next((row for row in rows if row.stage == stage and row.side == side), None)


def is_in(pairing, stage, side):
    """Whether a side has handed in its evaluation of a stage."""
    row = own(pairing, stage, side)
    return row is not None and row.is_submitted


def final_is_in(pairing):
    """Whether the final evaluation is handed in: by both sides where it has a form, else the letter."""
    if any(asked.stage == Stage.FINAL for asked in asked_of(pairing)):
        return all(is_in(pairing, Stage.FINAL, side) for side in Owner.values)
    letter = pairing.begun_evaluation
    return letter is not None and letter.status == EvaluationStatus.SUBMITTED


def waiting(pairing, side):
    """What a side has still to write, in order: nothing once the two have ended, or before they work together.

    Whoever has handed in the final evaluation is no longer asked for the mid-term one.
    """
    if not pairing.is_live or pairing.awaits_answer:
        return []
    rows = [asked for asked in asked_of(pairing) if not is_in(pairing, asked.stage, side)]
    done = bool(asked_of(pairing)) and is_in(pairing, Stage.FINAL, side)
    return [] if done else rows


def next_due(pairing, side):
    """The first evaluation that a side has to write within a week, or that is late; None where there is none."""
    now = clock.now()
    return next((asked for asked in waiting(pairing, side) if asked.due_at - now <= SOON), None)


def handed_in(rounds):
    """The (pair, stage, side) that are handed in, of rounds that ask for any; one query, none where none does."""
    cohorts = [round_.cohort_id for round_ in rounds if asked_by(round_)]
    if not cohorts:
        return set()
    rows = FormEvaluation.objects.submitted().filter(pairing__enrolment__cohort__in=cohorts).order_by()
    return set(rows.values_list("pairing", "stage", "side"))
