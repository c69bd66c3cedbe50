"""Making and ending pairs. Each function is one transaction."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.operations import grant_role
from mentoring import form_progress, permissions
from mentoring.emails import closings as closing_emails
from mentoring.emails import pairs as emails
from mentoring.goal_lines import goals_in
from mentoring.mentor_places import Places
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Goal, Pairing
from mentoring.models.rematches import RematchRequest, RematchStatus
from mentoring.models.rounds import Exclusion
from mentoring.models.runs import PairLock
from mentoring.operations.meeting_moves import end_with_pair
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
    if mentor.is_paused or not mentor.user.is_active:
        raise Refused(_("This mentor is not taking mentees at the moment."))
    rows = Exclusion.objects.live().filter(mentor=mentor, person=enrolment.person_id)
    if rows.filter(Q(round=None) | Q(round__cohort=cohort)).exists():
        raise Refused(_("These two may not be paired: an exclusion stands against it."))
    if Places([mentor]).free(mentor, cohort.pk) <= 0:
        raise Refused(_("This mentor has no free place in the cohort."))
    pairing = make_pair(enrolment, mentor, by=by)
    emails.paired_mentor(pairing)
    emails.paired_mentee(pairing)
    return pairing


def make_pair(enrolment, mentor, *, by, goals=None, **facts):
    """Begin a pair: its row, its goals, the mentor's role, the audit. Mails are the caller's.

    For operations that hold the locks on enrolment and mentor and have asked who may. Goals are those of the
    application, or `goals`, texts in their order.
    """
    pairing = Pairing.objects.create(
        mentor=mentor, enrolment=enrolment, paired_at=clock.now(), paired_by=by, **facts
    )
    if goals is None:
        goals = goals_in(enrolment.application.goals if enrolment.application else "")
    Goal.objects.bulk_create(
        Goal(pairing=pairing, text=text, position=position) for position, text in enumerate(goals, start=1)
    )
    _grant_mentor(mentor.user, enrolment.cohort, by=by)
    audit.record("pairing.made", target=pairing, by=by, after=f"enrolment {enrolment.pk}, mentor {mentor.pk}")
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

    One that came to its regular end leaves the pair open while its final evaluation is unwritten: that is written
    after the last session, and staff end the pair. Who has left is locked to nobody any more.
    """
    drop_locks(by=by, enrolment=enrolment)
    is_regular = enrolment.status in REGULAR_ENDS
    for pairing in enrolment.pairings.live().select_for_update(no_key=True):
        if not is_regular or form_progress.final_is_in(pairing):
            kind = EndKind.FINISHED if is_regular else EndKind.LEFT
            end(pairing, by=by, reason=f"enrolment {enrolment.status}", kind=kind)
            if is_regular:
                closing_emails.tell_both(pairing)


def end(pairing, *, by, reason, kind=EndKind.STAFF, run=None):
    """End a locked pair, by the publishing of `run` where it is given; for operations that have asked who may."""
    pairing.ended_at, pairing.end_reason = clock.now(), reason[:300]
    pairing.end_kind, pairing.ended_run = kind, run
    pairing.save(update_fields=["ended_at", "end_reason", "end_kind", "ended_run"])
    audit.record("pairing.ended", target=pairing, by=by, after=kind, reason=reason)
    end_with_pair(pairing, by=by)
    _settle_requests(pairing, by=by)


def _settle_requests(pairing, *, by):
    """Requests for another pair that still wait have become pointless with the end of this one."""
    for asked in RematchRequest.objects.select_for_update(no_key=True).waiting().filter(pairing=pairing):
        asked.status, asked.closed_at = RematchStatus.LAPSED, clock.now()
        asked.save(update_fields=["status", "closed_at"])
        audit.record("rematch.lapsed", target=asked, by=by)


def drop_locks(*, by, **which):
    """Take locked pairs back, on record; for operations that have asked who may."""
    for row in PairLock.objects.filter(**which).select_related("round").order_by("pk"):
        before = f"enrolment {row.enrolment_id}, mentor {row.mentor_id}"
        audit.record("pairing.unlocked", target=row.round, by=by, before=before)
        row.delete()


def lock(pairing_id):
    """The pair behind its lock, with what a deed and its mails read of it."""
    return (
        Pairing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person")
        .get(pk=pairing_id)
    )


def refuse_ended(pairing):
    """Refuse what only a live pair can do, and one between whose two there is no contact block."""
    if not pairing.is_live:
        raise Refused(_("This pair has ended."))
    if pairing.is_blocked:  # said to both alike, and not why
        raise Refused(_("Nothing can be written here at the moment. Please ask the staff of the cohort."))
