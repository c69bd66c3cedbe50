"""What mentees hand in for a pairing, and what mentors answer. Each function is one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import rounds
from mentoring.forms.choices import in_order
from mentoring.forms.wishes import BRIEF_LIMIT
from mentoring.models.rounds import (
    MenteeProfile,
    MentoringRound,
    MentorWish,
    RoundMentor,
    RoundMentorState,
    Wish,
)
from mentoring.vocabulary import Discipline, Language, Skill
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import ENDED, Enrolment
from programs.operations.drafts import Stale

TEXTS = ("discipline", "skills", "languages", "brief")


class Missing(Refused):
    """What is handed in is not whole; `keys` are the fields."""

    def __init__(self, keys, text=""):
        super().__init__(text or _("Something is missing or wrong."))
        self.keys = keys


# --- mentees ----------------------------------------------------------------------------------------------------


@transaction.atomic
def save_wishes(round_id, *, by, typed, base=None, began_at=None):
    """Keep what a mentee typed, whole or not; `typed` holds fields by name, `wishes` as ids of mentors in order.

    `base` is the revision on which it was written, None to keep it in any case. Raises Stale where another window
    has saved something else since. What is handed in stays whole, or Missing says what would not be. Returns the
    MenteeProfile.
    """
    round_, enrolment = _lock(round_id, by)
    profile = _open_profile(round_, enrolment, began_at)
    return _write(round_, profile, typed, base, by=by)


def hand_in(round_id, *, by, typed, base=None, began_at=None):
    """Hand in what a mentee looks for, whole; until the deadline it can still be changed.

    Also the usual week has to offer as many parts as the round asks for; where it does not, what was typed is kept.
    Handing in the same again is the same as once. Raises Missing and Stale. Returns the MenteeProfile.
    """
    with transaction.atomic():
        round_, enrolment = _lock(round_id, by)
        profile = _open_profile(round_, enrolment, began_at)
        _write(round_, profile, typed, base, by=by, whole=True)
        lacks = rounds.lacks_parts(round_, rounds.week_of(by))
        if not lacks:
            _mark_handed_in(profile, by=by)
    if lacks:
        raise Missing(
            ["week"],
            _("Your usual week offers fewer than %(least)s of the 21 parts. Add times under “Availability” first.")
            % {"least": round_.least_parts},
        )
    return profile


def _mark_handed_in(profile, *, by):
    """Set the time of a locked profile that is whole; once."""
    if profile.submitted_at is None:
        profile.submitted_at = clock.now()
        profile.save(update_fields=["submitted_at"])
        audit.record("menteeprofile.handed_in", target=profile, by=by, after=f"enrolment {profile.enrolment_id}")


def _lock(round_id, by):
    """The round, and the person's place in its cohort behind its lock; refused where there is none."""
    round_ = MentoringRound.objects.select_related("cohort__program").get(pk=round_id)
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .filter(cohort=round_.cohort_id, person=by)
        .exclude(status__in=ENDED)
        .first()
    )
    if enrolment is None:
        raise Refused(_("You do not take part in this cohort."))
    return round_, enrolment


def _open_profile(round_, enrolment, began_at):
    """What the person has written so far, while it may still be changed."""
    profile = MenteeProfile.objects.filter(enrolment=enrolment).first()
    now = clock.now()
    if not rounds.may_write(round_, profile, now, began_at):
        if now < round_.opens_at:
            raise Refused(_("This round has not opened yet."))
        raise Refused(_("The deadline has passed. What you handed in stays as it is; staff can open it again."))
    return profile or MenteeProfile.objects.create(enrolment=enrolment)


def stands(profile):
    """What is kept now, by the names of the form; wishes as keys in order."""
    if profile is None:
        return {"discipline": "", "skills": [], "languages": [], "brief": "", "wishes": []}
    wishes = [str(mentor) for mentor in profile.wishes.order_by("rank").values_list("mentor", flat=True)]
    return {name: getattr(profile, name) for name in TEXTS} | {"wishes": wishes}


def _write(round_, profile, typed, base, *, by, whole=False):
    """Put what was typed on a locked profile; nothing where it says so already."""
    mentors = {str(row.mentor_id) for row in wishable(round_, by)}
    now = stands(profile)
    typed = _known(typed, mentors, now)
    changed = {name: value for name, value in typed.items() if now[name] != value}
    if changed and base is not None and base != profile.revision:
        raise Stale(list(changed))
    after = now | changed
    missing = missing_in(round_, after, mentors)
    if missing and (whole or profile.submitted_at is not None):
        raise Missing(missing)
    if not changed:
        return profile
    for name in TEXTS:
        setattr(profile, name, after[name])
    profile.revision += 1
    profile.saved_at = clock.now()
    profile.save(update_fields=[*TEXTS, "revision", "saved_at"])
    if "wishes" in changed:
        set_wishes(profile, after["wishes"])
    if profile.submitted_at is not None:
        audit.record("menteeprofile.changed", target=profile, by=by, after=", ".join(sorted(changed)))
    return profile


def set_wishes(profile, mentors):
    """Let these mentors be the wishes of a locked profile, in this order."""
    profile.wishes.all().delete()
    Wish.objects.bulk_create(
        Wish(mentee=profile, mentor_id=int(mentor), rank=rank) for rank, mentor in enumerate(mentors, start=1)
    )


def wishable(round_, person):
    """The mentors whom a mentee can choose: those offered, but nobody's own self and nobody with a conflict."""
    declared = set(
        round_.declared.filter(by=person, mentor__isnull=False)
        .exclude(outcome="dismissed")
        .values_list("mentor", flat=True)
    )
    return [
        row
        for row in rounds.offered_mentors(round_)
        if row.mentor.user_id != person.pk and row.mentor_id not in declared
    ]


def _known(typed, mentors, now):
    """What was typed in the shape in which it is kept; refused where a form of ours cannot have sent it."""
    if set(typed) - {*TEXTS, "wishes"}:
        raise Refused(_("This round does not ask that."))
    found = dict(typed)
    for name, choices in (("skills", Skill), ("languages", Language)):
        if name in found:
            found[name] = in_order(found[name], choices)
    if found.get("discipline", "") not in ("", *Discipline.values):
        raise Refused(_("Choose a discipline."))
    if "wishes" in found:
        wishes = [str(mentor) for mentor in found["wishes"]]
        gone = [mentor for mentor in wishes if mentor not in mentors and mentor not in now["wishes"]]
        if gone or len(set(wishes)) < len(wishes) or len(wishes) > rounds.MOST_WISHES:
            raise Refused(_("Choose each only once."))
        found["wishes"] = wishes
    return found


def missing_in(round_, values, mentors):
    """The fields that are not whole, of what a mentee looks for."""
    missing = [name for name in TEXTS if not values[name]]
    if len(values["brief"]) > BRIEF_LIMIT:
        missing.append("brief")
    standing = [mentor for mentor in values["wishes"] if mentor in mentors]
    if len(standing) < rounds.least_wishes(round_, mentors):
        missing.append("wishes")
    return missing


# --- mentors ----------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_round(round_id, *, by, takes_part, capacity=None, reason=""):
    """A mentor takes part in a round, for so many mentees, or does not and says why; until the mentors' deadline.

    The same again is the same as once. Who is paired already talks to the staff. Returns the RoundMentor.
    """
    round_, invited = lock_mentor(round_id, by)
    if not rounds.mentor_may_answer(round_, clock.now()):
        raise Refused(_("The deadline has passed. Please write to the staff of the program."))
    if takes_part and not rounds.is_ready(invited.mentor):
        raise Refused(_("Confirm your profile first."))
    if takes_part and not round_.is_camp and not rounds.parts_of(rounds.week_of(by)):
        raise Refused(_("Say under “Availability” when you have time first."))
    if not takes_part and not reason.strip():
        raise Refused(_("Give a reason."))
    state = RoundMentorState.TAKES_PART if takes_part else RoundMentorState.DECLINED
    values = {
        "state": state,
        "capacity": capacity if takes_part else invited.capacity,
        "decline_reason": "" if takes_part else reason.strip()[:300],
    }
    if all(getattr(invited, name) == value for name, value in values.items()):
        return invited
    before = invited.state
    for name, value in values.items():
        setattr(invited, name, value)
    invited.answered_at = clock.now()
    invited.save(update_fields=[*values, "answered_at"])
    if not takes_part:
        invited.wishes.all().delete()
    audit.record("roundmentor.answered", target=round_, by=by, before=before, after=state)
    return invited


def lock_mentor(round_id, by):
    """The round, and the person as its mentor behind the lock; refused where they were not invited."""
    round_ = MentoringRound.objects.select_related("cohort__program").get(pk=round_id)
    invited = (
        RoundMentor.objects.select_for_update(of=("self",), no_key=True)
        .select_related("mentor__user", "mentor__expert")
        .filter(round=round_, mentor__user=by)
        .first()
    )
    if invited is None:
        raise Refused(_("You are not a mentor of this round."))
    return round_, invited


@transaction.atomic
def rank_briefs(round_id, codes, *, by):
    """The briefs that a mentor would like, by the codes of the profiles, first one first; no list takes it back.

    Only where mentors rank in the round, and of what is handed in. Returns the RoundMentor.
    """
    round_, invited = lock_mentor(round_id, by)
    if not rounds.mentor_may_rank(round_, invited, clock.now()):
        raise Refused(_("Briefs can no longer be ranked."))
    offered = {profile.code: profile for profile in rounds.briefs_for(round_, invited)}
    if len(set(codes)) < len(codes) or any(code not in offered for code in codes):
        raise Refused(_("Choose from the list."))
    wanted = [offered[code].pk for code in codes]
    if wanted == list(invited.wishes.order_by("rank").values_list("mentee", flat=True)):
        return invited
    invited.wishes.all().delete()
    MentorWish.objects.bulk_create(
        MentorWish(mentor=invited, mentee_id=mentee, rank=rank) for rank, mentee in enumerate(wanted, start=1)
    )
    audit.record("roundmentor.ranked", target=round_, by=by, after=f"{len(wanted)}")
    return invited
