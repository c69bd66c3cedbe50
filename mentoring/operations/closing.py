"""Bringing pairs to their good end, and certificates for the mentors of a closed round. Each is one transaction.

Afterwards a pair is read like any that has ended (`mentoring/models/pairs.py`).
"""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import closing, permissions, zones
from mentoring.emails import closings as closing_emails
from mentoring.models.pairs import EndKind, Pairing
from mentoring.operations.pairs import end, lock
from mentoring.operations.runs import lock_round
from portal import audit, clock
from portal.errors import Refused
from programs.operations.certificates import issue_services

CLOSED = "closed"


class MeetingsAhead(Refused):
    """Meetings that would be cancelled, and whoever closes the pair has not said so."""

    def __init__(self, meetings):
        times = [zones.times(row.starts_at, row.ends_at, zones.zones_for(None, row.people)) for row in meetings]
        text = _("Meetings are still ahead: %(times)s. Say that they are to be cancelled, or wait for them.")
        super().__init__(text % {"times": "; ".join(times)})


@transaction.atomic
def close_pair(pairing_id, *, by, cancels=False):
    """Close a pair whose work is done; `by` runs the cohort. Closing it twice is the same as once.

    Meetings ahead are cancelled with `cancels`, and stand in the way without. Both sides are told by mail.
    """
    pairing = lock(pairing_id)
    if not permissions.runs(by, pairing.enrolment.cohort_id):
        raise Refused(_("You do not run this cohort."))
    if pairing.end_kind != EndKind.FINISHED:
        _close(pairing, by=by, cancels=cancels)
    return pairing


def _close(pairing, *, by, cancels):
    """Close a locked pair."""
    refuse_unfit(pairing)
    ahead = list(pairing.meetings.unsettled().filter(starts_at__gt=clock.now()).for_page())
    if ahead and not cancels:
        raise MeetingsAhead(ahead)
    end(pairing, by=by, reason=CLOSED, kind=EndKind.FINISHED)
    closing_emails.tell_both(pairing)


def refuse_unfit(pairing):
    """Refuse a pair that has ended otherwise, or that never began."""
    if not pairing.is_live:
        raise Refused(_("This pair has ended."))
    if pairing.awaits_answer:
        raise Refused(_("The mentor has not accepted this mentee. End the pair instead."))


@transaction.atomic
def close_round(round_id, *, by, cancels=False):
    """Close every pair of a round that works together, or none of them. Returns the pairs.

    `cancels` as for one pair.
    """
    round_ = lock_round(round_id, by=by)
    rows = Pairing.objects.live().filter(enrolment__cohort=round_.cohort_id).order_by("pk")
    pairs = [lock(pk) for pk in rows.values_list("pk", flat=True)]
    if not pairs:
        raise Refused(_("No pair of this round works together."))
    for pairing in pairs:
        _close(pairing, by=by, cancels=cancels)
    audit.record("round.closed", target=round_, by=by, after=len(pairs))
    return pairs


@transaction.atomic
def certify_mentors(round_id, *, by):
    """Issue certificates of mentoring to the mentors of a closed round who were met. Returns the CertificateRun."""
    round_ = lock_round(round_id, by=by)
    if not closing.is_closed(round_):
        raise Refused(_("Close the pairs of this round first."))
    minutes = closing.minutes_by_mentor(round_)
    return issue_services(round_.cohort_id, {mentor.user: met for mentor, met in minutes.items()}, by=by)
