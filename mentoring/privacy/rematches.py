"""What requests for another pair hold about a person: handed out to whoever asked, erased of both."""

from django.db.models import Q

from mentoring.models.rematches import DECIDED, RematchRequest, RematchStatus

GONE = "–"  # stands where a text was that a row cannot be without


def export(user):
    """What the person has asked, and was answered; the staff's own reasons are not theirs."""
    return [
        {
            "asked_at": row.asked_at,
            "cause": row.cause,
            "text": row.text,
            "status": row.status,
            "answer": row.answer,
            "settled_at": row.closed_at,
        }
        for row in RematchRequest.objects.of_asker(user).order_by("asked_at", "pk")
    ]


def erase(user):
    """Take away what the person wrote, and what was written about them as a mentee."""
    rows = RematchRequest.objects.filter(Q(asker=user) | Q(pairing__enrolment__person=user))
    rows.update(text="")
    rows.filter(status__in=DECIDED).update(reason=GONE)
    rows.filter(status=RematchStatus.REFUSED).update(answer=GONE)
