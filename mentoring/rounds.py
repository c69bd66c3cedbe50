"""Where the two sides stand before a pairing: until when, what is handed in, what is missing. Reads only."""

from hashlib import sha256

from django.db.models import Exists, OuterRef, Q

from accounts import terms
from accounts.models import ConsentRecord, Term
from mentoring import availability
from mentoring.models.availability import Week
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import Exclusion, MenteeProfile, MentoringRound, RoundMentor, RoundMentorState
from mentoring.models.runs import PairingRun
from programs.models.applications import GRACE
from programs.models.enrolments import Enrolment

PLEDGE, CONDUCT = "mentor-pledge", "mentor-conduct"
MENTOR_TERMS = (PLEDGE, CONDUCT)
MOST_WISHES = 10


# --- whose round it is ------------------------------------------------------------------------------------------


def enrolment_in(user, round_):
    """The place of a person in the round's cohort, while they take part; else None."""
    return Enrolment.objects.live().filter(person=user, cohort=round_.cohort_id).first()


def invited_in(user, round_):
    """The person as a mentor of the round; else None."""
    found = RoundMentor.objects.filter(round=round_, mentor__user=user)
    return found.select_related("mentor__user", "mentor__expert").first()


def visible_to(user):
    """The rounds in which a person is a mentee who takes part, or an invited mentor."""
    mine = Enrolment.objects.live().filter(person=user, cohort__program__has_mentoring=True).values("cohort")
    return MentoringRound.objects.filter(
        Q(cohort__in=mine) | Q(pk__in=RoundMentor.objects.filter(mentor__user=user).values("round")),
        cohort__cancelled_at=None,
    ).select_related("cohort__program")


def mentees_of(round_):
    """The places of all who take part in the round's cohort, by name."""
    found = Enrolment.objects.live().filter(cohort=round_.cohort_id)
    return found.select_related("person", "mentee_profile").order_by("person__full_name", "pk")


def offered_mentors(round_):
    """The mentors among whom mentees choose: invited ones who have not declined, with a confirmed profile."""
    found = RoundMentor.objects.filter(
        round=round_, mentor__confirmed_at__isnull=False, mentor__user__is_active=True
    )
    found = found.exclude(state=RoundMentorState.DECLINED).select_related("mentor__user", "mentor__expert")
    return sorted(found, key=lambda row: (row.mentor.name, row.pk))


# --- until when -------------------------------------------------------------------------------------------------


def deadline_of(round_, profile):
    """Until when a mentee may hand in or change: the round's deadline, or the later one that staff gave."""
    until = profile.reopened_until if profile is not None else None
    return max(round_.wishes_until, until) if until else round_.wishes_until


def may_write(round_, profile, now, began_at=None):
    """Whether what a mentee sends at `now` is taken: in time, or begun in time and at most GRACE late."""
    if now < round_.opens_at:
        return False
    end = deadline_of(round_, profile)
    return now < end or (began_at is not None and began_at < end and now < end + GRACE)


def is_published(round_):
    """Whether the pairs of a round are out."""
    return PairingRun.objects.filter(round=round_, published_at__isnull=False, undone_at=None).exists()


def freezing(user, now):
    """The round for which a mentee's usual week is fixed at `now`; None where there is none.

    From the deadline until the pairs are out, or the mentee has a mentor; not while staff have opened it again.
    """
    places = Enrolment.objects.live().filter(person=user)
    places = places.filter(~Exists(Pairing.objects.live().filter(enrolment=OuterRef("pk"))))
    opened = MenteeProfile.objects.filter(enrolment__in=places, reopened_until__gt=now).values("enrolment__cohort")
    out = PairingRun.objects.filter(round=OuterRef("pk"), published_at__isnull=False, undone_at=None)
    fixed = MentoringRound.objects.filter(
        ~Exists(out), cohort__in=places.values("cohort"), cohort__cancelled_at=None, wishes_until__lte=now
    )
    return fixed.exclude(cohort__in=opened).select_related("cohort__program").order_by("wishes_until").first()


# --- what is handed in ------------------------------------------------------------------------------------------


def profile_of(enrolment):
    """What a mentee has written for the pairing, or None."""
    return getattr(enrolment, "mentee_profile", None)


def week_of(user):
    """The usual week of a person with its parts and exceptions, or None."""
    return Week.objects.filter(person=user).prefetch_related("parts", "exceptions").first()


def parts_of(week):
    """How many of the 21 parts of a week a person offers; 0 without a week."""
    return availability.parts_of_week(week) if week is not None else 0


def lacks_parts(round_, week):
    """Whether a mentee's week offers fewer parts than the round asks for."""
    return parts_of(week) < round_.least_parts


def least_wishes(round_, mentors):
    """How many wishes a mentee needs: as many as the round says, or all mentors where there are fewer."""
    return min(round_.least_wishes, len(mentors))


def wants_parts(user, now):
    """The most parts of a week that a running round asks of a mentee; 0 where none does."""
    mine = Enrolment.objects.live().filter(person=user).values("cohort")
    running = MentoringRound.objects.filter(cohort__in=mine, cohort__cancelled_at=None)
    return max(running.filter(Q(wishes_until__gt=now)).values_list("least_parts", flat=True), default=0)


def mentor_terms(user):
    """The pledge and the code of conduct in force, each with whether the person has agreed to it; two queries."""
    rows = {term.slug: term for term in Term.objects.filter(slug__in=MENTOR_TERMS)}
    versions = terms.versions_in_force(rows.values())
    answers = terms.standing(user)
    found = [rows[slug] for slug in MENTOR_TERMS if slug in rows and rows[slug].pk in versions]
    return [
        {
            "term": term,
            "version": versions[term.pk],
            "given": terms.is_agreed(term.pk, answers, versions),
        }
        for term in found
    ]


def has_pledged(user):
    """Whether a mentor has agreed to both texts as they are in force."""
    return all(row["given"] for row in mentor_terms(user))


def who_pledged(users):
    """Which of these people (ids) have agreed to both texts as they are in force; three queries, however many."""
    versions = terms.versions_in_force(Term.objects.filter(slug__in=MENTOR_TERMS))
    latest = {}
    records = ConsentRecord.objects.filter(user__in=users, cohort=None, version__term__in=versions)
    for user, term, version, given in records.order_by("at", "pk").values_list(
        "user", "version__term", "version", "given"
    ):
        latest[user, term] = given and version == versions[term].pk
    return {user for user in users if all(latest.get((user, term)) for term in versions)}


def is_ready(mentor):
    """Whether a mentor's profile is confirmed and both texts in force are agreed to."""
    return mentor.confirmed_at is not None and has_pledged(mentor.user)


# --- what mentors read before the pairing -----------------------------------------------------------------------


def mentor_may_answer(round_, now):
    """Whether mentors may still say if they take part."""
    return now < round_.mentors_until


def mentor_may_rank(round_, invited, now):
    """Whether a mentor may rank briefs: where the round has it, while it lasts, and only who takes part."""
    until = round_.ranks_until or round_.mentors_until
    takes_part = invited.state == RoundMentorState.TAKES_PART
    return round_.mentors_rank and takes_part and round_.opens_at <= now < until


def briefs_for(round_, invited):
    """The profiles whose briefs a mentor may read, in an order that is each mentor's own.

    Nobody's own, and none of people with whom contact is blocked.
    """
    barred = Exclusion.objects.in_round(round_).filter(mentor=invited.mentor_id).values("person")
    found = MenteeProfile.objects.filter(
        enrolment__cohort=round_.cohort_id, enrolment__ended_at=None, submitted_at__isnull=False
    )
    found = found.exclude(enrolment__person=invited.mentor.user_id).exclude(enrolment__person__in=barred)
    return sorted(found, key=lambda profile: sha256(f"{invited.pk} {profile.code}".encode()).digest())
