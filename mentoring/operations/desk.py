"""What the pairing desk does in one step: a pair kept and worked out anew; a publishing rehearsed."""

from django.db import transaction
from django.db.models import Q

from mentoring.models.pairs import Pairing
from mentoring.models.runs import PairingRun, RunKind
from mentoring.operations import runs
from portal import audit
from portal.models import Channel, OutgoingMail


@transaction.atomic
def keep(run_id, enrolment_id, mentor_pk, *, by, reason="", override=False):
    """Lock a pair and run the same way once more. Returns the new PairingRun; neither happens without the other.

    Once pairs are announced, a first pairing becomes one that works out everything anew.
    """
    run = PairingRun.objects.select_related("round").only("round__cohort", "kind", "mode").get(pk=run_id)
    runs.lock(run.round_id, enrolment_id, mentor_pk, by=by, reason=reason, override=override)
    kind = RunKind(run.kind)
    live = Pairing.objects.live().filter(enrolment__cohort=run.round.cohort_id)
    if kind == RunKind.NEW and live.exists():
        kind = RunKind.FULL
    return runs.run(run.round_id, by=by, kind=kind, mode=run.mode)


def rehearse(run_id, *, by, digest):
    """The mails that publishing a run would queue, in the order of their readers; nothing is stored of it."""
    with transaction.atomic():
        last = OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        runs.publish(run_id, by=by, digest=digest)
        touched = Pairing.objects.filter(Q(run=run_id) | Q(ended_run=run_id))
        found = OutgoingMail.objects.filter(pk__gt=last, channel=Channel.EMAIL, target_id__in=touched.values("pk"))
        found = found.filter(target_type=audit.kind(Pairing)).select_related("person")
        mails = list(found.order_by("person__full_name", "pk"))
        transaction.set_rollback(True)
    return mails
