"""Checking in to a session and out of it, by oneself. A phone checks one person in.

No lock but that on one's own place is taken, so that people at one door do not wait for each other; what must not
happen twice is a constraint.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock, i18n
from portal.errors import Refused
from programs import check_in as reads
from programs.models.check_in import CheckIn
from programs.models.cohorts import Session
from programs.models.enrolments import Enrolment
from programs.signals import checked_in


@transaction.atomic
def come(session_id, person, device):
    """Check `person` in with the browser `device` (as `programs.check_in.device_of` gives it). Returns the CheckIn.

    Twice is the same as once, whatever phone it is. Refuses without a place, while the door is closed, and from a
    browser that has checked in somebody else: friends do not bring each other's accounts.
    """
    session, place = _door(session_id, person)
    known = CheckIn.objects.filter(session=session, enrolment=place).first()
    if known is not None:
        return known
    now = clock.now()
    if now > session.ends_at:
        raise Refused(_("This session is over."))
    try:
        with transaction.atomic():
            made = CheckIn.objects.create(session=session, enrolment=place, in_at=now, device=device)
    except IntegrityError as error:
        raise Refused(
            _("This phone has checked in somebody else to this session. Please use your own, or ask at the door.")
        ) from error
    made.session = session
    checked_in.send(sender=CheckIn, check_in=made)
    return made


@transaction.atomic
def leave(session_id, person):
    """Check `person` out; whoever comes back and leaves again has left the last time. Returns the CheckIn."""
    session, place = _door(session_id, person)
    found = CheckIn.objects.select_for_update(of=("self",)).filter(session=session, enrolment=place).first()
    if found is None:
        raise Refused(_("You have not checked in to this session."))
    found.out_at = max(clock.now(), found.in_at)
    found.save(update_fields=["out_at"])
    found.session = session
    checked_in.send(sender=CheckIn, check_in=found)
    return found


def _door(session_id, person):
    """The session and the person's place in it, the place locked; refuses where somebody cannot come in."""
    session = Session.objects.select_related("cohort").get(pk=session_id)
    places = Enrolment.objects.live().filter(cohort=session.cohort_id, person=person)
    place = places.select_for_update(of=("self",), no_key=True).select_related("person").first()
    if place is None:
        raise Refused(_("You do not take part in this cohort."))
    place.cohort = session.cohort
    now = clock.now()
    if session.cancelled_at or session.cohort.cancelled_at:
        raise Refused(_("This session does not take place."))
    if now < session.starts_at - reads.OPENS:
        opens = i18n.moment(session.starts_at - reads.OPENS)
        raise Refused(_("You can check in from %(moment)s on.") % {"moment": opens})
    if now > session.ends_at + reads.CLOSES:
        raise Refused(_("This session is over."))
    return session, place
