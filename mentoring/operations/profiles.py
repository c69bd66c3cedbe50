"""What mentors say about themselves. Each function is one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import operations as accounts
from mentoring import rounds
from mentoring.forms.choices import in_order
from mentoring.forms.profiles import NAMES
from mentoring.models.mentors import MentorProfile
from mentoring.vocabulary import Discipline, Language, Skill
from portal import audit, clock
from portal.errors import Refused

LISTS = {"second_disciplines": Discipline, "skills": Skill, "languages": Language}


@transaction.atomic
def confirm_profile(mentor_id, *, by, consents, **values):
    """Keep a mentor's own profile and confirm it; `consents` maps TermVersions to answers.

    Without the pledge and the code of conduct as they are in force it is refused. Nobody is moved who is paired
    already, whatever the numbers say. Returns the profile.
    """
    mentor = MentorProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=mentor_id)
    if mentor.user_id != by.pk:
        raise Refused(_("A mentor's profile is written by the mentor."))
    for name, choices in LISTS.items():
        values[name] = in_order(values[name], choices)
    if values["discipline"] not in Discipline.values or not values["skills"] or not values["languages"]:
        raise Refused(_("Choose a discipline, skills and languages."))
    missing = {row["version"].pk: row["version"] for row in rounds.mentor_terms(by) if not row["given"]}
    given = {version: True for version, answer in consents.items() if answer and version.pk in missing}
    if len(given) < len(missing):
        raise Refused(_("Mentors make the pledge of confidentiality and agree to the code of conduct."))
    now = clock.now()
    if given:
        accounts.record_consents(by, given)
        for version in given:
            setattr(mentor, "pledged_at" if version.term.slug == rounds.PLEDGE else "conduct_at", now)
    changed = [name for name in NAMES if getattr(mentor, name) != values[name]]
    for name in changed:
        setattr(mentor, name, values[name])
    is_first = mentor.confirmed_at is None
    if not changed and not given and not is_first:
        return mentor
    mentor.confirmed_at = now
    mentor.save(update_fields=[*NAMES, "pledged_at", "conduct_at", "confirmed_at"])
    verb = "mentorprofile.confirmed" if is_first else "mentorprofile.changed"
    audit.record(verb, target=mentor, by=by, after=", ".join(changed))
    return mentor


def take_back(sender, user, term, cohort_id, **kwargs):
    """A mentor has taken back the pledge or the code of conduct; no new mentees until both stand again."""
    fields = {rounds.PLEDGE: "pledged_at", rounds.CONDUCT: "conduct_at"}
    if term.slug in fields:
        MentorProfile.objects.filter(user=user).update(**{fields[term.slug]: None, "confirmed_at": None})
