"""Who is what to a pair."""

from django.db.models import Q

from mentoring.models.pairs import Pairing
from programs.models.cohorts import Cohort


def is_mentor(user, pairing):
    """Whether `user` is the mentor, and the two still work together."""
    return pairing.is_live and pairing.mentor.user_id == user.pk


def is_mentee(user, pairing):
    """Whether `user` is the mentee; also after the pair has ended."""
    return pairing.enrolment.person_id == user.pk


def reads_as(user, pairing):
    """As whom `user`, who may see the pair, reads the mentee's answers: the mentor gets what reviewers get.

    The mentee reads all of their own, as do staff.
    """
    if is_mentee(user, pairing):
        return "staff"
    return "reviewer" if is_mentor(user, pairing) or not user.is_staff else "staff"


def runs(user, cohort_id):
    """Whether `user` is staff who run that cohort."""
    return user.is_staff and Cohort.objects.managed_by(user).filter(pk=cohort_id).exists()


def may_add_goal(user, pairing):
    """Whether `user` is one of the two, while they work together."""
    return pairing.is_live and (is_mentor(user, pairing) or is_mentee(user, pairing))


def may_share(user, evaluation):
    """Whether `user` may show the evaluation to the mentee: its author, or staff who run the cohort of another."""
    if evaluation.author_id == user.pk:
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
