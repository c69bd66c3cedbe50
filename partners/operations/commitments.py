"""What is done to commitments: changed with a reason, and counted every day."""

from django.db import transaction
from django.utils.translation import gettext as _

from partners import commitments
from partners.models.agreements import Agreement, AgreementState
from partners.models.commitments import Commitment, CommitmentChange, MetricSnapshot
from portal import clock, i18n
from portal.errors import Refused


@transaction.atomic
def note_changes(commitment_id, changes, *, by, reason):
    """Keep what was changed in a commitment, and why: `changes` are triples of field, before and after.

    Before an agreement is signed nothing has been promised, and nothing is kept. Raises Refused without a reason.
    """
    commitment = Commitment.objects.select_for_update().select_related("agreement").get(pk=commitment_id)
    if commitment.agreement.state == AgreementState.DRAFT or not changes:
        return []
    if not reason.strip():
        raise Refused(_("Please say why the commitment is changed."))
    return CommitmentChange.objects.bulk_create(
        CommitmentChange(
            commitment=commitment,
            field=field,
            before=str(before)[:300],
            after=str(after)[:300],
            reason=reason,
            by=by,
        )
        for field, before, after in changes
    )


def take_snapshots(now):
    """Keep what each commitment that was signed comes to, once for each day in Seoul. Returns how many.

    An agreement that has ended is counted on: what is put right afterwards shows.
    """
    day = i18n.local_date(now)
    taken = MetricSnapshot.objects.filter(day=day).values("commitment")
    signed = Agreement.objects.exclude(state=AgreementState.DRAFT)
    waiting = Commitment.objects.filter(agreement__in=signed).exclude(pk__in=taken)
    return len(keep(commitments.standings(waiting), day))


def keep(standings, day):
    """Write standings down as the figures of `day`; one that stands already is left as it is. Returns the rows."""
    return MetricSnapshot.objects.bulk_create(
        [
            MetricSnapshot(
                commitment=row.commitment,
                day=day,
                rule=row.metric.name,
                part=row.figure.part,
                whole=row.figure.whole,
                shown=row.figure.shown,
                target=row.commitment.target,
                planned=row.planned,
                taken_at=clock.now(),
            )
            for row in standings
        ],
        ignore_conflicts=True,
    )
