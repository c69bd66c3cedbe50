"""Why a mentor and a mentee may not be paired, as far as the portal finds it by itself. Reads only.

What `programs.conflicts` knows about reviewers holds for mentors too, but for two things: whoever runs a cohort may
be a mentor in it, and two who were mentor and mentee before may be so again.
"""

from collections import namedtuple

from accounts.models import Profile
from programs import conflicts
from programs.models.selection import Conflict, ConflictKind, Review

JUDGE = "judge"  # besides the kinds of ConflictKind: reviewed the mentee's application
KINDS = (*ConflictKind.values, JUDGE)
Mentor = namedtuple("Mentor", "user_id user affiliation organization organization_id")


def automatic(mentors, enrolments):
    """`{(person's id of a mentor, enrolment id): kind}` of what is found; of several the first as KINDS has them.

    `mentors` are MentorProfiles with their `user`, `enrolments` have their `application` (or None). A few queries,
    whatever the numbers.
    """
    mentors, enrolments = list(mentors), list(enrolments)
    if not mentors or not enrolments:
        return {}
    found = {}
    for kind, pairs in _pairs(_with_affiliation(mentors), enrolments):
        for pair in pairs:
            found.setdefault(pair, set()).add(str(kind))
    return {pair: min(kinds, key=KINDS.index) for pair, kinds in found.items()}


def _with_affiliation(mentors):
    """Mentors as `programs.conflicts` looks at reviewers."""
    users = [mentor.user_id for mentor in mentors]
    said = dict(Profile.objects.filter(user__in=users).values_list("user", "affiliation"))
    return [Mentor(mentor.user_id, mentor.user, said.get(mentor.user_id, ""), None, None) for mentor in mentors]


def _pairs(mentors, enrolments):
    """Each kind with the pairs of it, as (person's id of a mentor, enrolment id)."""
    users = [mentor.user_id for mentor in mentors]
    asked = [enrolment.application for enrolment in enrolments if enrolment.application_id is not None]
    place = {enrolment.application_id: enrolment.pk for enrolment in enrolments}
    people = {}
    for enrolment in enrolments:
        people.setdefault(enrolment.person_id, []).append(enrolment.pk)
    yield ConflictKind.SAME_PERSON, ((user, pk) for user in users for pk in people.get(user, ()))
    by_application = [
        (ConflictKind.ORGANIZATION, conflicts.same_organization(mentors, asked)),
        (ConflictKind.REFEREE, conflicts.referees(mentors, asked)),
        (JUDGE, _judged(users, asked)),
        *_written_down(users, asked),
    ]
    for kind, pairs in by_application:
        yield kind, ((user, place[application]) for application, user in pairs)
    yield ConflictKind.ORGANIZATION, _same_affiliation(mentors, people)


def _same_affiliation(mentors, people):
    """The same company or school in both profiles, whether or not there is an application."""
    of_mentors = {}
    for mentor in mentors:
        if name := conflicts.as_organization(mentor.affiliation):
            of_mentors.setdefault(name, []).append(mentor.user_id)
    if not of_mentors:
        return
    for person, affiliation in Profile.objects.filter(user__in=people).values_list("user", "affiliation"):
        for user in of_mentors.get(conflicts.as_organization(affiliation), ()):
            for pk in people[person]:
                yield user, pk


def _judged(users, asked):
    """The mentor was given the application to review, and has not given it back."""
    rows = Review.objects.live().filter(application__in=asked, reviewer__in=users)
    return rows.values_list("application", "reviewer")


def _written_down(users, asked):
    """What somebody declared, or staff wrote down, while applications were reviewed."""
    rows = Conflict.objects.filter(application__in=asked, reviewer__in=users)
    for application, reviewer, kind in rows.values_list("application", "reviewer", "kind"):
        if kind not in (ConflictKind.STAFF, ConflictKind.MENTORING):
            yield ConflictKind(kind), [(application, reviewer)]
