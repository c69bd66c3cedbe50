"""What the pairing keeps about a person: handed out with their pairs, and taken away with them."""

from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion
from mentoring.models.runs import PairLock
from mentoring.pairing import why

GONE = "–"  # stands where a text was that a row cannot be without


def reasons_of(pairing, side):
    """Why the two were paired, as that side may read it; the mentee's wish, and the mentor's answer."""
    found = {"why": why.lines(pairing, side)}
    if side == why.MENTEE:
        return found | {"choice": pairing.choice}
    declined = pairing.end_reason if pairing.end_kind == EndKind.DECLINED else ""
    return found | {"accepted_at": pairing.accepted_at, "declined_reason": declined}


def erase(user):
    """Take away what was written about a person as a mentee; who may not be paired with whom stays."""
    pairs = Pairing.objects.filter(enrolment__person=user)
    pairs.update(why={})
    pairs.filter(end_kind=EndKind.DECLINED).update(end_reason=GONE)
    Exclusion.objects.filter(person=user).update(reason="")
    PairLock.objects.filter(enrolment__person=user, is_override=True).update(reason=GONE)
    PairLock.objects.filter(enrolment__person=user, is_override=False).update(reason="")
