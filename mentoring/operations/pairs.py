"""Making and ending pairs. Each function is one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.operations import grant_role
from mentoring import emails, permissions
from mentoring.goal_lines import goals_in
from mentoring.models.evaluations import Evaluation, EvaluationStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Goal, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import ENDED, Enrolment, EnrolmentStatus

REGULAR_ENDS = (EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED)


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
    blocks = Exclusion.objects.live().filter(kind=ExclusionKind.SAFEGUARDING)
    if blocks.filter(mentor=mentor, person=enrolment.person_id).exists():
        raise Refused(_("These two cannot be paired."))
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
    pairing = lock(pairing_id)
    if not permissions.runs(by, pairing.enrolment.cohort_id):
        raise Refused(_("You do not run this cohort."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if pairing.is_live:
        end(pairing, by=by, reason=reason.strip())
    return pairing


def end_with_enrolment(sender, enrolment, by, **kwargs):
    """The mentee's part in the cohort is over, and with it the pair; in the transaction that ended it.

    One that came to its regular end leaves the pair open while its evaluation is unwritten: the mentor writes it
    after the last session, and staff end the pair.
    """
    for pairing in enrolment.pairings.live().select_for_update(no_key=True):
        submitted = Evaluation.objects.filter(pairing=pairing, status=EvaluationStatus.SUBMITTED).exists()
        if enrolment.status not in REGULAR_ENDS or submitted:
            kind = EndKind.FINISHED if enrolment.status in REGULAR_ENDS else EndKind.LEFT
            end(pairing, by=by, reason=f"enrolment {enrolment.status}", kind=kind)


def end(pairing, *, by, reason, kind=EndKind.STAFF):
    """End a locked pair; for operations that have asked who may."""
    pairing.ended_at, pairing.end_reason, pairing.end_kind = clock.now(), reason[:300], kind
    pairing.save(update_fields=["ended_at", "end_reason", "end_kind"])
    audit.record("pairing.ended", target=pairing, by=by, reason=reason)


def lock(pairing_id):
    """The pair behind its lock, with what a deed and its mails read of it."""
    return (
        Pairing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person")
        .get(pk=pairing_id)
    )


def refuse_ended(pairing):
    """Refuse what only a live pair can do."""
    if not pairing.is_live:
        raise Refused(_("This pair has ended."))
