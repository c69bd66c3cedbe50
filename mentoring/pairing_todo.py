"""What a published round leaves to staff: mentees without a mentor and why, missing answers. Reads only."""

from collections import namedtuple

from django.utils.translation import gettext_lazy as _

from mentoring.mentor_places import Places
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rematches import RematchRequest, RematchStatus
from programs.models.enrolments import Enrolment

# `what` is a key of WORDS; `enrolment` and `mentor` are rows where they apply, `pairing` the pair it comes from,
# `rematch` the request that one of the pair has made.
Todo = namedtuple("Todo", "what enrolment mentor pairing rematch", defaults=(None, None, None, None))

WORDS = {
    "declined": _("The mentor has declined. Repair the pairing."),
    "mentor_left": _("The mentor has left. Repair the pairing."),
    "unpaired": _("Without a mentor. Repair the pairing."),
    "late": _("Joined after the pairing. Repair the pairing."),
    "rematch_late": _("One of the two asked for a re-match, and the day to decide has passed. Decide now."),
    "rematch": _("One of the two asks for a re-match. Have them talk first, or decide."),
    "unanswered": _("The mentor has not answered in time. Ask them; the pair goes on until they answer."),
    "over_capacity": _("Has more mentees than places. Decide who moves, or give the places back."),
}
ORDER = list(WORDS)
WHY = {EndKind.DECLINED: "declined", EndKind.MENTOR_LEFT: "mentor_left"}


def todo_of(round_, now, reader=None):
    """The Todos of a round, in the order of WORDS; none before its first publishing. Half a dozen queries.

    `reader` learns of no request about a pair of their own.
    """
    if not round_.runs.filter(published_at__isnull=False, undone_at=None).exists():
        return []
    found = [*_without_mentor(round_), *_unanswered(round_, now), *_over_capacity(round_)]
    found += _rematches(round_, now, reader)
    return sorted(found, key=lambda todo: ORDER.index(todo.what))


def _pairs(round_):
    rows = Pairing.objects.filter(enrolment__cohort=round_.cohort_id)
    return rows.select_related("mentor__user", "mentor__expert", "enrolment__person")


def _without_mentor(round_):
    """Mentees without a live pair, by how their last one ended."""
    mentees = Enrolment.objects.live().filter(cohort=round_.cohort_id).select_related("person")
    last, paired = {}, set()
    for pairing in _pairs(round_).order_by("pk"):
        last[pairing.enrolment_id] = pairing
        if pairing.is_live:
            paired.add(pairing.enrolment_id)
    for enrolment in mentees.exclude(pk__in=paired).order_by("pk"):
        pairing = last.get(enrolment.pk)
        what = "late" if pairing is None else WHY.get(pairing.end_kind, "unpaired")
        yield Todo(what, enrolment, pairing.mentor if pairing else None, pairing)


def _unanswered(round_, now):
    rows = _pairs(round_).filter(ended_at=None, accepted_at=None, answer_until__lte=now)
    for pairing in rows.order_by("answer_until", "pk"):
        yield Todo("unanswered", pairing.enrolment, pairing.mentor, pairing)


def _rematches(round_, now, reader):
    """Requests for another pair that wait; those that the asker talks about first once their day is over."""
    rows = RematchRequest.objects.waiting().filter(pairing__enrolment__cohort=round_.cohort_id).for_staff()
    if reader is not None:
        rows = rows.managed_by(reader)
    for asked in rows.order_by("due_at", "pk"):
        if asked.due_at <= now or asked.status == RematchStatus.OPEN:
            what = "rematch_late" if asked.due_at <= now else "rematch"
            yield Todo(what, asked.pairing.enrolment, asked.pairing.mentor, asked.pairing, asked)


def _over_capacity(round_):
    """Mentors who hold more than the round, or their profile over all cohorts, has places for."""
    paired = Pairing.objects.live().filter(enrolment__cohort=round_.cohort_id).values("mentor")
    mentors = list(MentorProfile.objects.filter(pk__in=paired).select_related("user", "expert").order_by("pk"))
    places = Places(mentors)
    for mentor in mentors:
        if places.free(mentor, round_.cohort_id) < 0:
            yield Todo("over_capacity", None, mentor)
