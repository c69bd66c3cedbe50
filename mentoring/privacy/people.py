"""What mentoring holds about a person, for `accounts.privacy`: handed out, counted against closing, let go of."""

from django.utils.translation import gettext as _

from mentoring.care import absences, concerns, honorarium
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.pairing import why
from mentoring.privacy import camps as camp_privacy
from mentoring.privacy import meetings as meeting_texts
from mentoring.privacy import pairings as pairing_privacy
from mentoring.privacy import papers
from mentoring.privacy import rematches as rematch_privacy
from mentoring.privacy import rounds as privacy_before
from mentoring.privacy import samples as sample_privacy


def export(user):
    """The person's pairs: as a mentee with goals and shared evaluations, as a mentor with what they wrote.

    What a mentee wrote is their mentor's to take along only while the mentor may read it.
    """
    as_mentee = pairs().filter(enrolment__person=user)
    as_mentor = pairs().filter(mentor__user=user)
    read = set(Pairing.objects.of_mentor(user).values_list("pk", flat=True))
    return {
        "as_mentee": [pair_of(pairing, shared_only=True) | papers.of_mentee(pairing) for pairing in as_mentee],
        "as_mentor": [
            pair_of(pairing, shared_only=False, own_only=pairing.pk not in read)
            | papers.of_mentor(pairing, own_only=pairing.pk not in read)
            for pairing in as_mentor
        ],
        "mentor_profile": [
            {"focus_ko": profile.focus_ko, "focus_en": profile.focus_en, "capacity": profile.capacity}
            for profile in MentorProfile.objects.filter(user=user)
        ],
        "concerns": concerns.export(user),
        "honorarium": honorarium.export(user),
        "before_pairing": privacy_before.export(user),
        "rematch_requests": rematch_privacy.export(user),
        "work_samples": sample_privacy.export(user),
        "camp_absences": camp_privacy.export(user),
        "missed_meetings": absences.export(user),
    }


def pairs():
    """Every pair with what an export reads of it."""
    found = Pairing.objects.select_related("mentor", "enrolment__cohort__program", "evaluation")
    return found.prefetch_related("goals__milestones", "actions", "meetings").order_by("paired_at", "pk")


def pair_of(pairing, *, shared_only, own_only=False):
    """One pair; the other person is not named, since it is not their data that is handed out.

    With `own_only` without what the other may have written.
    """
    evaluation = getattr(pairing, "evaluation", None)
    if shared_only and evaluation is not None and evaluation.shared_at is None:
        evaluation = None
    cohort = pairing.enrolment.cohort
    return {
        "cohort": f"{cohort.program.title} {cohort.label}",
        "paired_at": pairing.paired_at,
        "ended_at": pairing.ended_at,
        "goals": [] if own_only else [goal.text for goal in pairing.goals.all()],
        "strengths": evaluation.strengths if evaluation else "",
        "next_steps": evaluation.next_steps if evaluation else "",
        "meetings": meeting_texts.of_pair(pairing, "mentee" if shared_only else "mentor", own_only=own_only),
        **pairing_privacy.reasons_of(pairing, why.MENTEE if shared_only else why.MENTOR),
    }


def blocks(user):
    """A mentor with mentees cannot simply go."""
    if Pairing.objects.live().filter(mentor__user=user).exists():
        return [_("You are still paired with mentees. Please talk to the staff of the program first.")]
    return []
