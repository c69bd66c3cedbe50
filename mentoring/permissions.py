"""Who is what to a pair."""

from django.db.models import Q

from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.notes import Audience
from mentoring.models.pairs import Pairing
from portal import clock
from programs.models.cohorts import Cohort


def is_mentor(user, pairing):
    """Whether `user` is the mentor, and the two still work together."""
    return pairing.is_live and pairing.mentor.user_id == user.pk


def reads_as_mentor(user, pairing):
    """Whether `user`, who may see the pair, sees it as its mentor: also for a while after the end."""
    until = pairing.read_until
    return pairing.mentor.user_id == user.pk and (until is None or clock.now() < until)


def is_mentee(user, pairing):
    """Whether `user` is the mentee; also after the pair has ended."""
    return pairing.enrolment.person_id == user.pk


def reads_as(user, pairing):
    """As whom `user`, who may see the pair, reads the mentee's answers: the mentor gets what reviewers get.

    The mentee reads all of their own, as do staff.
    """
    if is_mentee(user, pairing):
        return "staff"
    return "reviewer" if reads_as_mentor(user, pairing) or not user.is_staff else "staff"


def runs(user, cohort_id):
    """Whether `user` is staff who run that cohort."""
    return user.is_staff and Cohort.objects.managed_by(user).filter(pk=cohort_id).exists()


def works_in(user, pairing):
    """Whether `user` is one of the two, while they work together: not before the mentor has accepted."""
    if not pairing.is_live or pairing.awaits_answer:
        return False
    return is_mentor(user, pairing) or is_mentee(user, pairing)


def may_evaluate(user, pairing):
    """Whether `user` writes the evaluation: the mentor, while the two work together."""
    return is_mentor(user, pairing) and works_in(user, pairing)


def may_change_goals(user, pairing):
    """Whether `user` is one of the two, while they work together and the evaluation is not in."""
    evaluation = pairing.begun_evaluation
    return works_in(user, pairing) and (evaluation is None or evaluation.status != EvaluationStatus.SUBMITTED)


def note_audiences(user, pairing):
    """For whom `user` may write notes about the pair: a mentor for all, a mentee not behind anybody's back."""
    if not works_in(user, pairing):
        return ()
    if is_mentor(user, pairing):
        return (Audience.PRIVATE, Audience.STAFF, Audience.SHARED)
    return (Audience.PRIVATE, Audience.SHARED)


def may_share(user, evaluation):
    """Whether `user` may show the evaluation to the mentee.

    That is its author while the pair lives, or staff who run the cohort of somebody else's.
    """
    if is_mentor(user, evaluation.pairing) and evaluation.author_id == user.pk:
        return True
    enrolment = evaluation.pairing.enrolment
    return enrolment.person_id != user.pk and runs(user, enrolment.cohort_id)


def paired(people, others):
    """The pairs (one of `people`, one of `others`) who are or were mentor and mentee, either way; one query."""
    rows = Pairing.objects.filter(
        Q(mentor__user__in=people, enrolment__person__in=others)
        | Q(enrolment__person__in=people, mentor__user__in=others)
    ).values_list("mentor__user", "enrolment__person")
    people, others = set(people), set(others)
    either = {pair for mentor, mentee in rows for pair in ((mentor, mentee), (mentee, mentor))}
    return {(one, other) for one, other in either if one in people and other in others}
