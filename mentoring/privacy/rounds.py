"""What is held about a person from before a pairing: handed out in an export, and let go of."""

from mentoring.forms.choices import labels
from mentoring.forms.weeks import as_time
from mentoring.models.availability import Week
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import DeclaredConflict, MenteeProfile, RoundMentor, Wish
from mentoring.vocabulary import Discipline, Language, Skill


def export(user):
    """The person's own week, mentor's profile and answers, and what they handed in and declared as either side.

    Wishes name the mentors, whose names are public; which briefs a mentor liked tells nothing of the mentees. What
    staff made of a declared conflict is theirs.
    """
    weeks = Week.objects.filter(person=user).prefetch_related("parts", "exceptions")
    return {
        "weeks": [_week(week) for week in weeks],
        "mentor": [_mentor(mentor) for mentor in MentorProfile.objects.filter(user=user)],
        "rounds": [_answer(row) for row in _answers(user)],
        "handed_in": [_mentee(profile) for profile in _profiles(user)],
        "declared": [
            {
                "mentor": row.mentor.name if row.mentor else "",
                "words": row.words,
                "at": row.at,
            }
            for row in DeclaredConflict.objects.filter(by=user).select_related("mentor__user", "mentor__expert")
        ],
    }


def _week(week):
    return {
        "zone": week.zone,
        "parts": [
            f"{part.get_weekday_display()} {as_time(part.starts)}–{as_time(part.ends)}" for part in week.parts.all()
        ],
        "exceptions": [
            f"{one.first_day}–{one.last_day}"
            + ("" if one.is_away else f" {as_time(one.starts)}–{as_time(one.ends)}")
            for one in week.exceptions.all()
        ],
        "buffer_minutes": week.buffer_minutes,
        "notice_hours": week.notice_hours,
    }


def _mentor(mentor):
    return {
        "disciplines": labels([mentor.discipline, *mentor.second_disciplines], Discipline),
        "skills": labels(mentor.skills, Skill),
        "languages": labels(mentor.languages, Language),
        "capacity_overall": mentor.capacity_overall,
        "monthly_limit": mentor.monthly_limit,
        "is_paused": mentor.is_paused,
        "confirmed_at": mentor.confirmed_at,
    }


def _answers(user):
    rows = RoundMentor.objects.filter(mentor__user=user).select_related("round__cohort__program", "mentor")
    return rows.order_by("invited_at", "pk")


def _answer(row):
    cohort = row.round.cohort
    return {
        "cohort": f"{cohort.program.title} {cohort.label}",
        "answer": row.get_state_display(),
        "places": row.places,
        "reason": row.decline_reason,
        "answered_at": row.answered_at,
    }


def _profiles(user):
    rows = MenteeProfile.objects.filter(enrolment__person=user).select_related("enrolment__cohort__program")
    return rows.prefetch_related("wishes__mentor__user", "wishes__mentor__expert").order_by("pk")


def _mentee(profile):
    cohort = profile.enrolment.cohort
    return {
        "cohort": f"{cohort.program.title} {cohort.label}",
        "discipline": labels([profile.discipline], Discipline),
        "skills": labels(profile.skills, Skill),
        "languages": labels(profile.languages, Language),
        "brief": profile.brief,
        "wishes": [wish.mentor.name for wish in profile.wishes.all()],
        "handed_in_at": profile.submitted_at,
    }


def erase(user):
    """Let go of week, briefs, wishes and what was declared; that two may not be paired stays, without its words."""
    Week.objects.filter(person=user).delete()
    Wish.objects.filter(mentee__enrolment__person=user).delete()
    MenteeProfile.objects.filter(enrolment__person=user).update(brief="", skills=[], languages=[], discipline="")
    DeclaredConflict.objects.filter(by=user).update(words="–", settle_reason="")
    RoundMentor.objects.filter(mentor__user=user).update(decline_reason="")
    MentorProfile.objects.filter(user=user).update(
        skills=[], languages=[], discipline="", second_disciplines=[], confirmed_at=None
    )
