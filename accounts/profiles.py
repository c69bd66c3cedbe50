"""What people have told about themselves, for applications to take over."""

from accounts.models import Profile

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
MOST_CREDITS = 20
MOST_CAREER = 20
LONGEST_CAREER = 60  # years


def of(user):
    """What `user` has told, as a form takes it: strings, and lists of rows. Asks the database once."""
    profile = Profile.objects.filter(user_id=user.pk).first() or Profile()
    told = {name: getattr(profile, name) for name in PROFILE_FIELDS}
    told["birth_on"] = told["birth_on"].isoformat() if told["birth_on"] else ""
    told["career_years"] = "" if told["career_years"] is None else str(told["career_years"])
    return {"full_name": user.full_name, "romanized_name": user.romanized_name} | told
