"""What people are told when pairs are published, moved or undone, and when a mentor's answer is awaited.

Who is moved before having read of the first pair is told of the new one alone; a mail goes only while what it tells
is so. Neither side reads why the other was moved, nor with whom they are paired now.
"""

from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentoring import zones
from mentoring.emails import pairs as emails
from mentoring.emails.pairs import FOLDER, PLACES
from mentoring.models.pairs import Pairing
from mentoring.pairing import why
from portal import i18n, mail
from portal.mail_events import Kind, event, needed, sometimes
from portal.models import GONE_OUT, OutgoingMail

NEW_MENTOR = sometimes("new_mentor", Kind.NAME, _("The name of the new mentor, where there is one."))
UNTIL = needed("deadline", Kind.MOMENT, _("Until when the mentor answers."))
WHY = sometimes("why", Kind.LIST, _("Why the two were paired, one a line."))


def announce(pairing, former, *, hold):
    """Tell both sides of a new pair; a mentee whose `former` mentor was told of is told of the change."""
    emails.paired_mentor(pairing, hold=hold)
    if former is not None and was_told("paired_mentee", former):
        moved_mentee(former, pairing, hold=hold)
    else:
        emails.paired_mentee(pairing, hold=hold)


def moved_away(pairing, *, is_replaced, hold):
    """Tell who read of a pair that has ended: its mentor, and its mentee where there is no new one."""
    if was_told("paired_mentor", pairing):
        moved_mentor(pairing, hold=hold)
    if not is_replaced and was_told("paired_mentee", pairing):
        moved_mentee(pairing, None, hold=hold)


def undone(pairing, restored):
    """Tell who read of a pair whose publishing was undone; `restored` is the mentee's former pair, if any."""
    if was_told("paired_mentor", pairing):
        undone_mentor(pairing)
    if was_told("paired_mentee", pairing) or was_told("moved_mentee", pairing):
        undone_mentee(pairing, restored)


def back_again(former, pairing):
    """Tell the mentor who read that a pair had ended that it goes on."""
    if was_told("moved_mentor", former):
        emails.paired_mentor(pairing)


def was_told(reason, pairing):
    """Whether the mail about this pair has left, or could not be kept from it."""
    rows = OutgoingMail.objects.filter(reason=reason, target_type="mentoring.pairing", target_id=pairing.pk)
    return rows.filter(status__in=GONE_OUT).exists()


@event(FOLDER, "moved_mentee", _("Another mentor, to the mentee"), *PLACES, NEW_MENTOR, WHY)
def moved_mentee(former, pairing, *, hold):
    """Tells the mentee that the mentor has changed, or that there is none for now."""
    target = pairing or former
    more = {"mentor": emails.mentor_name(former), "new_mentor": emails.mentor_name(pairing) if pairing else ""}
    if pairing is not None:
        more["why"] = emails.reasons(pairing, pairing.enrolment.person)
    return emails.queue("moved_mentee", target=target, pairing=target, hold=hold, **more)


@event(FOLDER, "moved_mentor", _("Pair ended by a new pairing, to the mentor"), *PLACES)
def moved_mentor(pairing, *, hold):
    """Tells the mentor that the mentee works with somebody else from now on."""
    person = pairing.mentor.user
    return emails.queue("moved_mentor", target=pairing, pairing=pairing, person=person, to_desk=True, hold=hold)


@event(FOLDER, "undone_mentor", _("Pairing undone, to the mentor"), *PLACES)
def undone_mentor(pairing):
    """Tells the mentor that the pair was announced by mistake."""
    person = pairing.mentor.user
    return emails.queue("undone_mentor", target=pairing, pairing=pairing, person=person, to_desk=True)


@event(FOLDER, "undone_mentee", _("Pairing undone, to the mentee"), *PLACES, NEW_MENTOR)
def undone_mentee(pairing, restored):
    """Tells the mentee that the pair was announced by mistake, and who is the mentor after all."""
    name = emails.mentor_name(restored) if restored is not None else ""
    page = pairing if restored is None else restored
    mentor = emails.mentor_name(pairing)
    return emails.queue("undone_mentee", target=pairing, pairing=page, mentor=mentor, new_mentor=name)


@event(FOLDER, "answer_reminder", _("Reminder to accept a mentee"), *PLACES, UNTIL)
def answer_reminder(pairing):
    """Reminds the mentor before the time to answer is over."""
    return _to_answer("answer_reminder", pairing)


@event(FOLDER, "answer_overdue", _("Time to accept a mentee is over"), *PLACES, UNTIL)
def answer_overdue(pairing):
    """Asks the mentor once more when the time to answer is over."""
    return _to_answer("answer_overdue", pairing)


def _to_answer(name, pairing):
    person = pairing.mentor.user
    with i18n.speaking(person.language):
        words = {"deadline": zones.own_deadline(pairing.answer_until, ZoneInfo(why.zones_of(pairing)[0]))}
    until = pairing.answer_until
    return emails.queue(name, target=pairing, pairing=pairing, person=person, deadline_at=until, **words)


@mail.still_wanted("moved_mentee")
def _still_moved(pairing_id):
    rows = Pairing.objects.filter(pk=pairing_id)
    return rows.filter(Q(ended_at=None) | Q(ended_run__isnull=False, ended_run__undone_at=None)).exists()


@mail.still_wanted("moved_mentor")
def _still_ended(pairing_id):
    return Pairing.objects.filter(pk=pairing_id, ended_run__isnull=False, ended_run__undone_at=None).exists()


@mail.still_wanted("answer_reminder", of_mail=True)
@mail.still_wanted("answer_overdue", of_mail=True)
def _still_awaited(row):
    rows = Pairing.objects.live().filter(pk=row.target_id, accepted_at=None)
    return rows.filter(answer_until=row.deadline_at).exists()
