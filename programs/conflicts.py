"""Conflicts of interest in a round: those written down, and those that the portal finds by itself. Reads only.

What an app above knows, it adds with `register` when it starts: a finder takes the ids of reviewers and of
applicants, and returns the pairs (reviewer, applicant) that it holds for conflicting.
"""

import re
import unicodedata

from django.db.models import Q

from accounts.models import Profile, Role, RoleGrant, User
from programs.models.applications import Application
from programs.models.applying import ReferenceRequest
from programs.models.forms import Question
from programs.models.programs import ProgramPartner
from programs.models.selection import Conflict, ConflictKind, Reviewer
from programs.permissions import RUNS

AFFILIATION = "affiliation"  # the profile's field, and what its question is called where it is not taken from there
KOREAN_FORMS = re.compile(r"\((?:주|유|사|재)\)|주식회사|유한회사|사단법인|재단법인")
LATIN_FORMS = {"inc", "ltd", "llc", "co", "corp", "corporation", "incorporated", "limited"}
NOBODYS = {"", "프리랜서", "freelance", "freelancer", "없음", "무소속", "개인", "해당없음", "none", "na"}
_finders = {}


def register(kind, finder):
    """Add a finder of conflicts of `kind`; the same kind again takes the place of the one before."""
    _finders[ConflictKind(kind)] = finder


def as_organization(name):
    """A name by which organizations are compared: without case, spaces, signs and legal form; "" for nobody's."""
    text = KOREAN_FORMS.sub(" ", unicodedata.normalize("NFKC", name or "").casefold())
    words = re.findall(r"\w+", text.replace(".", " "))
    while words and words[-1] in LATIN_FORMS:
        words.pop()
    joined = "".join(words).replace("_", "")
    return "" if joined in NOBODYS else joined


def conflicts_of(round_, *, reviewers=None, applications=None):
    """`{(application id, user id): kind}` for the applications that stand in a round and those invited to it.

    `reviewers` (ids of people) and `applications` (ids) look at a part of them. What was written down goes before
    what is found; of several the first in the order of ConflictKind. A dozen queries, whatever the numbers.
    """
    invited = Reviewer.objects.filter(round=round_, ended_at=None).select_related("organization", "user")
    if reviewers is not None:
        invited = invited.filter(user__in=reviewers)
    invited = list(invited)
    asked = Application.objects.standing_in(round_)
    if applications is not None:
        asked = asked.filter(pk__in=applications)
    asked = list(asked.only("pk", "applicant", "nominated_by", "answers", "form_version"))
    if not invited or not asked:
        return {}
    found = dict(written_down(invited, asked))
    for kind, pairs in found_pairs(round_, invited, asked):
        for pair in pairs:
            found.setdefault(pair, kind)
    return found


def written_down(invited, asked):
    """The conflicts that somebody declared or staff wrote down."""
    rows = Conflict.objects.filter(
        application__in=[application.pk for application in asked],
        reviewer__in=[reviewer.user_id for reviewer in invited],
    )
    for application, reviewer, kind in rows.values_list("application", "reviewer", "kind"):
        yield (application, reviewer), ConflictKind(kind)


def found_pairs(round_, invited, asked):
    """Each kind with the pairs of it, as (application id, user id)."""
    users = [reviewer.user_id for reviewer in invited]
    by_person = {}
    for application in asked:
        by_person.setdefault(application.applicant_id, []).append(application.pk)
    yield ConflictKind.SAME_PERSON, ((pk, user) for user in users for pk in by_person.get(user, ()))
    yield ConflictKind.ORGANIZATION, same_organization(invited, asked)
    yield ConflictKind.NOMINATED, nominated(invited, asked)
    for kind, finder in _finders.items():
        pairs = finder(users, list(by_person))
        yield kind, ((pk, user) for user, person in pairs for pk in by_person.get(person, ()))
    yield ConflictKind.REFEREE, referees(invited, asked)
    runners = runs_cohort(round_.cohort, users)
    yield ConflictKind.STAFF, ((application.pk, user) for user in runners for application in asked)


def same_organization(invited, asked):
    """The reviewer's organization or affiliation is one that the applicant names, in the profile or the answers."""
    of_reviewers = {}
    for reviewer in invited:
        names = [reviewer.affiliation]
        if reviewer.organization is not None:
            names += [reviewer.organization.name_ko, reviewer.organization.name_en, reviewer.organization.code]
        for name in map(as_organization, names):
            if name:
                of_reviewers.setdefault(name, set()).add(reviewer.user_id)
    if not of_reviewers:
        return
    profiles = dict(
        Profile.objects.filter(user__in={application.applicant_id for application in asked})
        .exclude(affiliation="")
        .values_list("user", "affiliation")
    )
    keys = {}
    versions = {application.form_version_id for application in asked}
    questions = Question.objects.filter(Q(profile_field=AFFILIATION) | Q(key=AFFILIATION), version__in=versions)
    for version, key in questions.values_list("version", "key"):
        keys.setdefault(version, []).append(key)
    for application in asked:
        said = [application.answers.get(key) for key in keys.get(application.form_version_id, ())]
        names = [name for name in (*said, profiles.get(application.applicant_id)) if isinstance(name, str)]
        for name in map(as_organization, names):
            for user in of_reviewers.get(name, ()):
                yield application.pk, user


def nominated(invited, asked):
    """The reviewer's organization put the applicant forward."""
    by_organization = {}
    for reviewer in invited:
        if reviewer.organization_id is not None:
            by_organization.setdefault(reviewer.organization_id, []).append(reviewer.user_id)
    for application in asked:
        for user in by_organization.get(application.nominated_by_id, ()):
            yield application.pk, user


def referees(invited, asked):
    """The reviewer wrote the applicant's reference letter, or was asked to, whatever came of it."""
    by_address = {reviewer.user.email.lower(): reviewer.user_id for reviewer in invited}
    rows = ReferenceRequest.objects.filter(application__in=[application.pk for application in asked])
    for application, email in rows.values_list("application", "email"):
        user = by_address.get(email.lower())
        if user is not None:
            yield application, user


def runs_cohort(cohort, users):
    """Which of `users` run the cohort, as `Cohort.objects.managed_by` has it for one; two queries."""
    carriers = ProgramPartner.objects.filter(program=cohort.program_id, role__in=RUNS).values("organization")
    scope = Q(cohort=cohort.pk) | Q(program=cohort.program_id) | Q(organization__in=carriers)
    grants = RoleGrant.objects.live().filter(Q(role=Role.ADMIN) | Q(role=Role.MANAGER) & scope, user__in=users)
    found = set(grants.values_list("user", flat=True))
    return found | set(User.objects.filter(pk__in=users, is_superuser=True).values_list("pk", flat=True))
