"""What a round leaves to staff: its pairing, then mentees without a mentor and why, missing answers. Reads only."""

from collections import namedtuple

from django.utils.translation import gettext_lazy as _

from mentoring.mentor_places import Places
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Pairing, in_mentoring
from mentoring.models.rematches import RematchRequest, RematchStatus
from mentoring.rounds import is_published
from programs.models.enrolments import Enrolment

# `what` is a key of WORDS; `enrolment` and `mentor` are rows where they apply, `pairing` the pair it comes from,
# `rematch` the request that one of the pair has made.
Todo = namedtuple("Todo", "what enrolment mentor pairing rematch", defaults=(None, None, None, None))

WORDS = {
    "due": _("Everything is handed in, and the pairs are still to be made."),
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
    """The Todos of a round, in the order of WORDS. Half a dozen queries.

    Before its first publishing there is one thing to do, the pairing, once it is due. `reader` learns of no request
    about a pair of their own.
    """
    if not is_published(round_):
        return [Todo("due")] if is_due(round_, now) else []
    found = [*_without_mentor(round_), *_unanswered(round_, now), *_over_capacity(round_)]
    found += _rematches(round_, now, reader)
    return sorted(found, key=lambda todo: ORDER.index(todo.what))


def is_due(round_, now):
    """Whether the pairing of a round is due.

    That is when all deadlines are over, nothing is published, the cohort goes on, and somebody has no mentor yet.
    """
    last = max(filter(None, [round_.mentors_until, round_.wishes_until, round_.ranks_until]))
    cohort = round_.cohort
    if now < last or cohort.cancelled_at is not None or (cohort.ends_at is not None and cohort.ends_at <= now):
        return False
    return not is_published(round_) and _unpaired(round_).exists()


def _unpaired(round_):
    """Mentees who take part, have no mentor, and have not finished with one."""
    mentees = in_mentoring(Enrolment.objects.live().filter(cohort=round_.cohort_id))
    return mentees.exclude(pairings__in=Pairing.objects.live())


def _pairs(round_):
    rows = Pairing.objects.filter(enrolment__cohort=round_.cohort_id)
    return rows.select_related("mentor__user", "mentor__expert", "enrolment__person")


def _without_mentor(round_):
    """Mentees without a live pair, by how their last one ended."""
    last = {pairing.enrolment_id: pairing for pairing in _pairs(round_).order_by("pk")}
    for enrolment in _unpaired(round_).select_related("person").order_by("pk"):
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
