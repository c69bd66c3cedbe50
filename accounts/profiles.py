"""What people have told about themselves, for applications to take over."""

from accounts.models import Profile
from portal import channels

PROFILE_FIELDS = (
    "phone",
    "birth_on",
    "region",
    "affiliation_kind",
    "affiliation",
    "position_title",
    "career_years",
    "languages",
    "credits",
    "career",
)
KEPT = (*PROFILE_FIELDS, "told_by")  # the latter is for nobody to take over
MOST_CREDITS = 20
MOST_CAREER = 20
LONGEST_CAREER = 60  # years


def told_by(user):
    """By what `user` is told beside by mail; empty where by nothing."""
    return Profile.objects.filter(user_id=user.pk).values_list("told_by", flat=True).first() or ""


@channels.number_of
def number_of(person):
    """How a person has agreed to be told beside by mail: (channel, number); None where they have not."""
    profile = Profile.objects.filter(user_id=person.pk).first()
    if profile is None or not profile.told_by or not profile.phone or not person.is_active:
        return None
    return profile.told_by, profile.phone


def of(user):
    """What `user` has told, as a form takes it: strings, and lists of rows. Asks the database once."""
    profile = Profile.objects.filter(user_id=user.pk).first() or Profile()
    told = {name: getattr(profile, name) for name in PROFILE_FIELDS}
    told["birth_on"] = told["birth_on"].isoformat() if told["birth_on"] else ""
    told["career_years"] = "" if told["career_years"] is None else str(told["career_years"])
    return {"full_name": user.full_name, "romanized_name": user.romanized_name} | told
