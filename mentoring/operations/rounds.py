"""What staff do with a round before its pairing, and what the clock does. Each function is one transaction."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mentoring import permissions, rounds
from mentoring.emails import rounds as round_emails
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MenteeProfile, MentoringRound, RoundMentor, RoundMentorState
from portal import audit, clock, mail
from portal.errors import Refused
from programs.models.enrolments import ENDED, Enrolment

REMINDERS = ((3, 1), (1, 0))  # days before a deadline, and until how many before it


def _lock_round(round_id, by):
    round_ = (
        MentoringRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cohort__program")
        .get(pk=round_id)
    )
    if not permissions.runs(by, round_.cohort_id):
        raise Refused(_("You do not run this cohort."))
    return round_


@transaction.atomic
def invite_mentors(round_id, mentor_ids, *, by):
    """Invite mentors to a round; each is told by mail. Returns how many were invited.

    Who is in it already stays as they are; who declined is asked anew.
    """
    round_ = _lock_round(round_id, by)
    known = {row.mentor_id: row for row in round_.mentors.select_related("mentor__user", "mentor__expert")}
    mentors = MentorProfile.objects.filter(pk__in=mentor_ids, is_paused=False, user__is_active=True)
    count = 0
    for mentor in mentors.select_related("user", "expert"):
        invited = known.get(mentor.pk)
        if invited is not None and invited.state != RoundMentorState.DECLINED:
            continue
        is_again = invited is not None
        invited = invited or RoundMentor(round=round_, mentor=mentor)
        invited.state, invited.invited_at = RoundMentorState.INVITED, clock.now()
        invited.answered_at, invited.decline_reason = None, ""
        invited.save()
        invited.round = round_
        audit.record("roundmentor.invited", target=round_, by=by, after=str(mentor.user_id))
        round_emails.mentor_invited(invited, again=is_again)
        count += 1
    return count


@transaction.atomic
def answer_for(round_mentor_id, *, by, takes_part, capacity=None, reason):
    """Staff write down what a mentor told them: whether they take part, and for how many; with a reason."""
    round_id = RoundMentor.objects.values_list("round", flat=True).get(pk=round_mentor_id)
    round_ = _lock_round(round_id, by)
    invited = (
        RoundMentor.objects.select_for_update(of=("self",), no_key=True)
        .select_related("mentor__user")
        .get(pk=round_mentor_id)
    )
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if takes_part and not rounds.is_ready(invited.mentor):
        raise Refused(_("This mentor has not confirmed the profile, with the pledge and the code of conduct, yet."))
    before = invited.state
    invited.state = RoundMentorState.TAKES_PART if takes_part else RoundMentorState.DECLINED
    invited.capacity = capacity if takes_part else invited.capacity
    invited.decline_reason = "" if takes_part else reason.strip()[:300]
    invited.answered_at = clock.now()
    invited.save(update_fields=["state", "capacity", "decline_reason", "answered_at"])
    audit.record("roundmentor.answered", target=round_, by=by, before=before, after=invited.state, reason=reason)
    return invited


@transaction.atomic
def reopen(round_id, enrolment_id, *, by, until, reason):
    """Open profile, week and wishes again for one mentee until some time, for a reason; a mail tells the mentee.

    The same again is the same as once. Returns the MenteeProfile.
    """
    round_ = _lock_round(round_id, by)
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person")
        .filter(pk=enrolment_id, cohort=round_.cohort_id)
        .exclude(status__in=ENDED)
        .first()
    )
    if enrolment is None:
        raise Refused(_("This person no longer takes part in the cohort."))
    if until <= clock.now():
        raise Refused(_("This lies in the past."))
    if until <= round_.wishes_until:
        raise Refused(_("Until the deadline it is open for everyone."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    profile, _made = MenteeProfile.objects.get_or_create(enrolment=enrolment)
    if profile.reopened_until == until:
        return profile
    before, profile.reopened_until = profile.reopened_until, until
    profile.save(update_fields=["reopened_until"])
    audit.record(
        "menteeprofile.reopened",
        target=profile,
        by=by,
        before=before.isoformat() if before else "",
        after=until.isoformat(),
        reason=reason.strip(),
    )
    round_emails.wishes_reopened(round_, profile)
    return profile


# --- the clock --------------------------------------------------------------------------------------------------


def _running(now):
    """The rounds that are open to one of the two sides, or were opened again for somebody."""
    reopened = MenteeProfile.objects.filter(reopened_until__gt=now).values("enrolment__cohort")
    found = MentoringRound.objects.filter(opens_at__lte=now, cohort__cancelled_at=None)
    found = found.filter(Q(wishes_until__gt=now) | Q(mentors_until__gt=now) | Q(cohort__in=reopened))
    return list(found.select_related("cohort__program"))


def ask_mentees(now):
    """Tell all who take part in the cohort of an open round what is asked of them, once. Returns how many mails."""
    sent = 0
    for round_ in _running(now):
        if now >= round_.wishes_until:
            continue
        waiting = [one for one in rounds.mentees_of(round_) if not _has_handed_in(one)]
        told = mail.told("mentee_asked", waiting)
        for enrolment in waiting:
            if (enrolment.pk, "") not in told.rows:
                round_emails.mentee_asked(round_, enrolment)
                sent += 1
    return sent


def _has_handed_in(enrolment):
    profile = rounds.profile_of(enrolment)
    return profile is not None and profile.submitted_at is not None


def remind(now):
    """Remind those of whom something is still wanted, three days and one day before their deadline, once each.

    A deadline that moves is told anew in its own time. Nobody is told who came less than so many days before it.
    Returns how many mails.
    """
    sent = 0
    for round_ in _running(now):
        sent += _remind_mentors(round_, now) + _remind_mentees(round_, now)
    return sent


def _due(until, since, now, days, least):
    """Whether a deadline is between `least` and `days` days off, and was known so long before."""
    is_near = now + timedelta(days=least) < until <= now + timedelta(days=days)
    return is_near and since <= until - timedelta(days=days)


def _remind_mentors(round_, now):
    invited = list(
        round_.mentors.exclude(state=RoundMentorState.DECLINED).select_related("mentor__user", "mentor__expert")
    )
    pledged = rounds.who_pledged([row.mentor.user_id for row in invited])
    sent = 0
    for days, least in REMINDERS:
        late = [
            row
            for row in invited
            if row.state == RoundMentorState.INVITED
            or row.mentor.confirmed_at is None
            or row.mentor.user_id not in pledged
        ]
        due = [row for row in late if _due(round_.mentors_until, row.invited_at, now, days, least)]
        told = mail.told(f"{round_emails.MENTOR_REMINDER}_{days}", due)
        for row in due:
            row.round = round_
            if not told.of(row, round_.mentors_until):
                round_emails.mentor_reminder(row, days)
                sent += 1
    return sent


def _remind_mentees(round_, now):
    waiting = [one for one in rounds.mentees_of(round_) if not _has_handed_in(one)]
    sent = 0
    for days, least in REMINDERS:
        due = []
        for enrolment in waiting:
            until = rounds.deadline_of(round_, rounds.profile_of(enrolment))
            if _due(until, max(round_.opens_at, enrolment.enrolled_at), now, days, least):
                due.append((enrolment, until))
        told = mail.told(f"{round_emails.MENTEE_REMINDER}_{days}", [enrolment for enrolment, _until in due])
        for enrolment, until in due:
            if not told.of(enrolment, until):
                round_emails.mentee_reminder(round_, enrolment, until, days)
                sent += 1
    return sent
