"""Everything that changes a pair, its goals or its evaluation.

Each function is one transaction. Rows are locked in one order: enrolment, mentor, pair, evaluation.
"""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.operations import grant_role
from mentoring import emails, permissions
from mentoring.models import (
    GOAL_LIMIT,
    MOST_GOALS,
    TEXT_LIMIT,
    Evaluation,
    EvaluationStatus,
    Goal,
    GoalScore,
    MentorProfile,
    Pairing,
    Score,
)
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import ENDED, Enrolment, EnrolmentStatus

BULLETS = "-–—•·*▪■□○●◦ \t"
GONE = "–"  # stands where a text was that a row cannot be without
REGULAR_ENDS = (EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED)


# --- pairs ----------------------------------------------------------------------------------------


def goals_in(text):
    """The goals in an application's answer: one a line, without bullets, each once, the first five."""
    lines = (line.strip().lstrip(BULLETS).rstrip()[:GOAL_LIMIT] for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))[:MOST_GOALS]


@transaction.atomic
def pair(enrolment_id, mentor_id, *, by):
    """Give a mentee a mentor; `by` runs the cohort. Pairing the same two again is the same as once.

    The mentee's goals come from the application. Both sides are told by mail. Returns the Pairing.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cohort__program", "person", "application")
        .get(pk=enrolment_id)
    )
    mentor = (
        MentorProfile.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "expert")
        .get(pk=mentor_id)
    )
    cohort = enrolment.cohort
    if not permissions.runs(by, cohort.pk):
        raise Refused(_("You do not run this cohort."))
    if not cohort.program.has_mentoring:
        raise Refused(_("This program has no mentoring."))
    if enrolment.status in ENDED:
        raise Refused(_("This person no longer takes part in the cohort."))
    if mentor.user_id == enrolment.person_id:
        raise Refused(_("Nobody can be their own mentor."))
    current = enrolment.pairings.live().first()
    if current is not None:
        if current.mentor_id == mentor.pk:
            return current
        raise Refused(_("This mentee already has a mentor."))
    if mentor.is_paused or not mentor.user.is_active:
        raise Refused(_("This mentor is not taking mentees at the moment."))
    if mentor.pairings.live().filter(enrolment__cohort=cohort).count() >= mentor.capacity:
        raise Refused(_("This mentor has no free place in the cohort."))
    pairing = Pairing.objects.create(mentor=mentor, enrolment=enrolment, paired_at=clock.now(), paired_by=by)
    answer = enrolment.application.goals if enrolment.application else ""
    Goal.objects.bulk_create(
        Goal(pairing=pairing, text=text, position=position)
        for position, text in enumerate(goals_in(answer), start=1)
    )
    _grant_mentor(mentor.user, cohort, by=by)
    audit.record("pairing.made", target=pairing, by=by, after=f"enrolment {enrolment.pk}, mentor {mentor.pk}")
    emails.paired_mentor(pairing)
    emails.paired_mentee(pairing)
    return pairing


def _grant_mentor(user, cohort, *, by):
    """See that `user` holds the mentor's role in `cohort`. The lock on the mentor keeps it to one row."""
    if not user.grants.live().filter(role=Role.MENTOR, cohort=cohort).exists():
        grant_role(user.pk, Role.MENTOR, by=by, cohort=cohort)


@transaction.atomic
def end_pairing(pairing_id, *, by, reason):
    """End a pair for a reason that is written down; `by` runs the cohort. Ending it twice is the same as once."""
    pairing = _lock(pairing_id)
    if not permissions.runs(by, pairing.enrolment.cohort_id):
        raise Refused(_("You do not run this cohort."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if pairing.is_live:
        _end(pairing, by=by, reason=reason.strip())
    return pairing


def end_with_enrolment(sender, enrolment, by, **kwargs):
    """The mentee's part in the cohort is over, and with it the pair; in the transaction that ended it.

    One that came to its regular end leaves the pair open while its evaluation is unwritten: the mentor writes it
    after the last session, and staff end the pair.
    """
    for pairing in enrolment.pairings.live().select_for_update(no_key=True):
        submitted = Evaluation.objects.filter(pairing=pairing, status=EvaluationStatus.SUBMITTED).exists()
        if enrolment.status not in REGULAR_ENDS or submitted:
            _end(pairing, by=by, reason=f"enrolment {enrolment.status}")


def _end(pairing, *, by, reason):
    pairing.ended_at, pairing.end_reason = clock.now(), reason[:300]
    pairing.save(update_fields=["ended_at", "end_reason"])
    audit.record("pairing.ended", target=pairing, by=by, reason=reason)


def _lock(pairing_id):
    return (
        Pairing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person")
        .get(pk=pairing_id)
    )


def _refuse_ended(pairing):
    if not pairing.is_live:
        raise Refused(_("This pair has ended."))


# --- goals ----------------------------------------------------------------------------------------


@transaction.atomic
def add_goal(pairing_id, text, *, by):
    """Add a goal to a pair; by the mentor or the mentee, until the evaluation is in. The same text counts once."""
    pairing = _lock(pairing_id)
    _refuse_ended(pairing)
    if not permissions.may_add_goal(by, pairing):
        raise Refused(_("Only the mentor and the mentee add goals."))
    text = text.strip()
    if not text or len(text) > GOAL_LIMIT:
        raise Refused(_("A goal has between 1 and %(limit)s characters.") % {"limit": GOAL_LIMIT})
    known = pairing.goals.filter(text=text).first()
    if known is not None:
        return known
    evaluation = pairing.begun_evaluation
    if evaluation is not None and evaluation.status == EvaluationStatus.SUBMITTED:
        raise Refused(_("The evaluation is submitted, so the goals can no longer change."))
    if pairing.goals.count() >= MOST_GOALS:
        raise Refused(_("There can be at most %(most)s goals.") % {"most": MOST_GOALS})
    last = pairing.goals.aggregate(last=Max("position"))["last"] or 0
    goal = Goal.objects.create(pairing=pairing, text=text, position=last + 1)
    audit.record("goal.added", target=goal, by=by, after=f"pairing {pairing.pk}")
    return goal


# --- evaluations ----------------------------------------------------------------------------------


def _write(pairing_id, *, by, strengths, next_steps, scores):
    """Put the mentor's words and scores on the pair's draft; makes it if there is none. Returns the Evaluation.

    `scores` maps the keys of goals to numbers from 1 to 5, or to None for one not given yet.
    """
    pairing = _lock(pairing_id)
    _refuse_ended(pairing)
    if not permissions.is_mentor(by, pairing):
        raise Refused(_("Only the mentor writes the evaluation."))
    if set(scores) - set(pairing.goals.values_list("pk", flat=True)):
        raise Refused(_("A score is given to a goal that is not one of this pair."))
    given = {goal_id: score for goal_id, score in scores.items() if score is not None}
    if set(given.values()) - set(Score.values):
        raise Refused(_("A score is a number from 1 to 5."))
    texts = {"strengths": strengths.strip(), "next_steps": next_steps.strip()}
    evaluation, is_new = Evaluation.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        pairing=pairing, defaults={"author": by, "saved_at": clock.now(), **texts}
    )
    evaluation.pairing = pairing
    if is_new:
        audit.record("evaluation.begun", target=evaluation, by=by)
    elif evaluation.status == EvaluationStatus.SUBMITTED:
        before = dict(evaluation.scores.values_list("goal", "score"))
        if before != given or any(getattr(evaluation, name) != text for name, text in texts.items()):
            raise Refused(_("The evaluation is submitted and can no longer be changed."))
        return evaluation
    for name, text in texts.items():
        setattr(evaluation, name, text)
    evaluation.saved_at = clock.now()
    evaluation.save(update_fields=[*texts, "saved_at"])
    evaluation.scores.exclude(goal__in=given).delete()
    GoalScore.objects.bulk_create(
        [GoalScore(evaluation=evaluation, goal_id=goal_id, score=score) for goal_id, score in given.items()],
        update_conflicts=True,
        unique_fields=["evaluation", "goal"],
        update_fields=["score"],
    )
    return evaluation


@transaction.atomic
def save_evaluation(pairing_id, *, by, strengths, next_steps, scores):
    """Keep what the mentor has typed so far; nothing need be complete. Returns the Evaluation."""
    return _write(pairing_id, by=by, strengths=strengths, next_steps=next_steps, scores=scores)


@transaction.atomic
def submit_evaluation(pairing_id, *, by, strengths, next_steps, scores):
    """Hand the evaluation in: both texts within their limit, and a score for each goal. Then it stays as it is.

    Submitting the same words and scores again is the same as once. Returns the Evaluation.
    """
    evaluation = _write(pairing_id, by=by, strengths=strengths, next_steps=next_steps, scores=scores)
    if evaluation.status == EvaluationStatus.SUBMITTED:
        return evaluation
    if not evaluation.strengths or not evaluation.next_steps:
        raise Refused(_("Write about the strengths and about the next steps."))
    if max(len(evaluation.strengths), len(evaluation.next_steps)) > TEXT_LIMIT:
        raise Refused(_("A text has at most %(limit)s characters.") % {"limit": TEXT_LIMIT})
    if evaluation.scores.count() < evaluation.pairing.goals.count():
        raise Refused(_("Give each goal a score."))
    evaluation.status, evaluation.submitted_at = EvaluationStatus.SUBMITTED, clock.now()
    evaluation.save(update_fields=["status", "submitted_at"])
    audit.record("evaluation.submitted", target=evaluation, by=by, before=EvaluationStatus.DRAFT)
    return evaluation


@transaction.atomic
def share_evaluation(evaluation_id, *, by):
    """Show a submitted evaluation to the mentee, who is told by mail. Sharing it twice is the same as once."""
    evaluation = (
        Evaluation.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "pairing__mentor__user",
            "pairing__mentor__expert",
            "pairing__enrolment__cohort__program",
            "pairing__enrolment__person",
        )
        .get(pk=evaluation_id)
    )
    if not permissions.may_share(by, evaluation):
        raise Refused(_("Only its author, or staff who run the cohort, can share an evaluation."))
    if evaluation.status != EvaluationStatus.SUBMITTED:
        raise Refused(_("An evaluation can be shared once it is submitted."))
    if evaluation.shared_at is None:
        evaluation.shared_at = clock.now()
        evaluation.save(update_fields=["shared_at"])
        audit.record("evaluation.shared", target=evaluation, by=by)
        emails.evaluation_shared(evaluation)
    return evaluation


@transaction.atomic
def erase_person(user):
    """Take away what was written about a person as a mentee; as a mentor they are paired with nobody any more.

    What they wrote about their mentees is those mentees' and stays. For `accounts.privacy`.
    """
    Goal.objects.filter(pairing__enrolment__person=user).update(text=GONE)
    about = Evaluation.objects.filter(pairing__enrolment__person=user)
    about.filter(status=EvaluationStatus.DRAFT).update(strengths="", next_steps="")
    about.filter(status=EvaluationStatus.SUBMITTED).update(strengths=GONE, next_steps=GONE)
    MentorProfile.objects.filter(user=user).update(is_paused=True)
