"""What both sides are told before a pairing: asked, reminded, opened again. What is needless by then is dropped."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring import rounds, zones
from mentoring.emails.pairs import FOLDER
from mentoring.models.rounds import MenteeProfile, MentoringRound, RoundMentor, RoundMentorState
from portal import clock, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed
from programs.emails import address
from programs.mail_places import CONTACT, LABEL, NAME, PROGRAM, SITE, deadline
from programs.models.enrolments import ENDED, Enrolment

MENTOR_REMINDER, MENTEE_REMINDER = "mentor_round_reminder", "mentee_round_reminder"
OF_ROUND = (
    NAME,
    PROGRAM,
    LABEL,
    needed("url", Kind.LINK, _("The page of the round.")),
    deadline(_("Until when it is to be done.")),
    CONTACT,
    SITE,
)


@event(FOLDER, "mentor_invited", _("Invitation to a mentor"), *OF_ROUND)
def mentor_invited(invited, *, again=False):
    """A mentor is asked to take part in a round."""
    round_ = invited.round
    return _queue("mentor_invited", round_, invited.mentor.user, round_.mentors_until, invited, again=again)


@event(FOLDER, "mentee_asked", _("Wishes are asked for"), *OF_ROUND)
def mentee_asked(round_, enrolment):
    """A mentee is asked for profile, time and wishes."""
    return _queue("mentee_asked", round_, enrolment.person, round_.wishes_until, enrolment)


@event(FOLDER, MENTOR_REMINDER, _("Reminder to a mentor before the pairing"), *OF_ROUND)
def mentor_reminder(invited, days):
    """A mentor has not answered or not confirmed the profile, `days` before the deadline."""
    return _remind(MENTOR_REMINDER, days, invited.round, invited.mentor.user, invited.round.mentors_until, invited)


@event(FOLDER, MENTEE_REMINDER, _("Reminder to a mentee before the pairing"), *OF_ROUND)
def mentee_reminder(round_, enrolment, until, days):
    """A mentee has not handed in, `days` before the deadline."""
    return _remind(MENTEE_REMINDER, days, round_, enrolment.person, until, enrolment)


@event(FOLDER, "wishes_reopened", _("Wishes opened again"), *OF_ROUND)
def wishes_reopened(round_, profile):
    """Staff have opened profile, time and wishes again for one mentee."""
    until, person = profile.reopened_until, profile.enrolment.person
    return _queue("wishes_reopened", round_, person, until, profile, deadline=until)


def _remind(message, days, round_, person, until, target):
    return _queue(message, round_, person, until, target, reason=f"{message}_{days}", deadline=until)


def _queue(message, round_, person, until, target, **more):
    cohort = round_.cohort
    with speaking(person.language):
        words = {
            "name": person.display_name,
            "program": cohort.program.title,
            "label": cohort.label,
            "url": address("mentoring-round", person.language, round_.code),
            "deadline": zones.own_deadline(until, zones.zone_in(rounds.week_of(person)), year=True),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=words, **more)


# --- what is dropped --------------------------------------------------------------------------------------------


@mail.still_wanted("mentor_invited")
def _still_invited(invited_id):
    return RoundMentor.objects.filter(pk=invited_id, state=RoundMentorState.INVITED).exists()


@mail.still_wanted("mentee_asked")
def _still_asked(enrolment_id):
    return _waits(Enrolment.objects.filter(pk=enrolment_id).first()) is not None


@mail.still_wanted(MENTOR_REMINDER, of_mail=True)
def _mentor_still_late(row):
    invited = RoundMentor.objects.select_related("round", "mentor__user").filter(pk=row.target_id).first()
    if invited is None or row.deadline_at != invited.round.mentors_until or clock.now() >= row.deadline_at:
        return False
    return is_late_mentor(invited)


@mail.still_wanted(MENTEE_REMINDER, of_mail=True)
def _mentee_still_late(row):
    return row.deadline_at == _waits(Enrolment.objects.filter(pk=row.target_id).first())


@mail.still_wanted("wishes_reopened", of_mail=True)
def _still_open(row):
    profile = MenteeProfile.objects.select_related("enrolment").filter(pk=row.target_id).first()
    if profile is None or profile.enrolment.status in ENDED:
        return False
    return profile.reopened_until == row.deadline_at and clock.now() < row.deadline_at


def is_late_mentor(invited):
    """Whether something is still wanted of a mentor: an answer, or of who takes part the confirmed profile."""
    if invited.state == RoundMentorState.DECLINED:
        return False
    return invited.state == RoundMentorState.INVITED or not rounds.is_ready(invited.mentor)


def _waits(enrolment):
    """Until when something is still wanted of a mentee; None where nothing is."""
    if enrolment is None or enrolment.status in ENDED:
        return None
    round_ = MentoringRound.objects.filter(cohort=enrolment.cohort_id).first()
    profile = rounds.profile_of(enrolment)
    if round_ is None or (profile is not None and profile.submitted_at is not None):
        return None
    until = rounds.deadline_of(round_, profile)
    return until if clock.now() < until else None
