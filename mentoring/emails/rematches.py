"""The mails about requests for another pair: to the asker; the other side is told only that the pair has ended.

No mail says what was asked or answered: that stands on the portal alone.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mentoring import due
from mentoring.emails.pairs import FOLDER
from mentoring.models.pairs import Pairing
from mentoring.models.rematches import RematchRequest, RematchStatus
from portal import clock, i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from programs.mail_places import CONTACT, LABEL, NAME, PROGRAM, SITE

TALK, AGAIN, GRANTED, REFUSED, ENDED = (
    "rematch_talk",
    "rematch_again",
    "rematch_granted",
    "rematch_refused",
    "rematch_ended",
)
URL = needed("url", Kind.LINK, _("The page of the request."))
DAY = needed("day", Kind.TEXT, _("The day on which the person is asked again."))
MENTEE = sometimes("is_mentee", Kind.YES_NO, _("Whether the mail goes to the mentee."))
DESK = needed("url", Kind.LINK, _("The desk of mentors and mentees."))


def _queue(message, pairing, person, target, *, address, again=False, deadline=None, **more):
    cohort = pairing.enrolment.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "is_mentee": person.pk == pairing.enrolment.person_id,
            "url": settings.SITE_URL + reverse(address[0], args=address[1:]),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            **{name: value() for name, value in more.items()},
        }
    return mail.queue(
        f"{FOLDER}/{message}.txt", person=person, target=target, context=words, again=again, deadline=deadline
    )


def _to_asker(message, asked, **more):
    address = ("pairing-rematch", asked.pairing.code)
    return _queue(message, asked.pairing, asked.asker, asked, address=address, **more)


@event(FOLDER, TALK, _("Re-match: talk to each other first"), NAME, PROGRAM, LABEL, DAY, URL, CONTACT, SITE)
def talk(asked):
    """Asks the asker to talk to the other first, once for each time that staff do."""
    return _to_asker(TALK, asked, again=True, day=lambda: i18n.day(asked.ask_again_on))


@event(FOLDER, AGAIN, _("Re-match: has talking helped?"), NAME, PROGRAM, LABEL, URL, CONTACT, SITE)
def again(asked, *, day):
    """Asks whether talking has helped; `day` is the moment from which they are asked."""
    return _to_asker(AGAIN, asked, deadline=day)


@event(FOLDER, GRANTED, _("Re-match granted"), NAME, PROGRAM, LABEL, DESK, MENTEE, CONTACT, SITE)
def granted(asked):
    """Tells the asker that the pair has ended as they wished."""
    return _queue(GRANTED, asked.pairing, asked.asker, asked, address=("mentoring",))


@event(FOLDER, REFUSED, _("Re-match not granted"), NAME, PROGRAM, LABEL, URL, CONTACT, SITE)
def refused(asked):
    """Tells the asker that the pair goes on; why stands on the page."""
    return _to_asker(REFUSED, asked)


@event(FOLDER, ENDED, _("Pair ended for a re-match"), NAME, PROGRAM, LABEL, DESK, MENTEE, CONTACT, SITE)
def ended(pairing, person):
    """Tells the other side that the pair has ended: neither why, nor on whose word."""
    return _queue(ENDED, pairing, person, pairing, address=("mentoring",))


@mail.still_wanted(TALK)
def _still_talking(request_id):
    return RematchRequest.objects.filter(pk=request_id, status=RematchStatus.TALKING).exists()


@mail.still_wanted(AGAIN, of_mail=True)
def _still_asked(row):
    """As long as that day is the one on which the person is asked."""
    asked = RematchRequest.objects.filter(pk=row.target_id, status=RematchStatus.TALKING).first()
    return asked is not None and due.morning_of(asked.ask_again_on, asked.asker) == row.deadline_at <= clock.now()


@mail.still_wanted(GRANTED)
def _still_granted(request_id):
    return RematchRequest.objects.filter(pk=request_id, status=RematchStatus.GRANTED).exists()


@mail.still_wanted(REFUSED)
def _still_refused(request_id):
    return RematchRequest.objects.filter(pk=request_id, status=RematchStatus.REFUSED).exists()


@mail.still_wanted(ENDED)
def _still_ended(pairing_id):
    return Pairing.objects.filter(pk=pairing_id, ended_at__isnull=False).exists()
