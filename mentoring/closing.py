"""What pairs have reached, which rounds are closed, and for how long mentors were met. Reads only.

A meeting counts once it is held and settled, and nobody's absence does.
"""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mentoring.care import honorarium
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Goal, GoalMilestone, GoalState, Pairing
from portal import clock
from programs import certificates


@dataclass(frozen=True)
class Reached:
    """The figures of one pair; dropped goals and their milestones are not among them."""

    held: int = 0
    minutes: int = 0
    unsettled: int = 0  # meetings of the past that nobody has settled
    ahead: int = 0
    goals: int = 0
    reached: int = 0
    steps: int = 0
    done: int = 0


def reached_by(pairings):
    """The Reached of each of these pairs by its key; three queries, however many."""
    now, pks = clock.now(), [pairing.pk for pairing in pairings]
    found = {pk: {} for pk in pks}
    is_open = Q(status=MeetingStatus.SCHEDULED)
    meetings = Meeting.objects.filter(pairing__in=pks).order_by().values("pairing")
    for row in meetings.annotate(
        held=Count("pk", filter=Q(status=MeetingStatus.HELD)),
        sum=Sum("minutes"),
        unsettled=Count("pk", filter=is_open & Q(starts_at__lte=now)),
        ahead=Count("pk", filter=is_open & Q(starts_at__gt=now)),
    ):
        found[row.pop("pairing")] |= {"minutes": row.pop("sum") or 0, **row}
    goals = Goal.objects.filter(pairing__in=pks).exclude(state=GoalState.DROPPED).order_by().values("pairing")
    for row in goals.annotate(goals=Count("pk"), reached=Count("pk", filter=Q(state=GoalState.REACHED))):
        found[row.pop("pairing")] |= row
    steps = GoalMilestone.objects.filter(goal__pairing__in=pks).exclude(goal__state=GoalState.DROPPED).order_by()
    for row in steps.values("goal__pairing").annotate(steps=Count("pk"), done=Count("done_at")):
        found[row.pop("goal__pairing")] |= row
    return {pk: Reached(**figures) for pk, figures in found.items()}


def facts(reached, round_):
    """The figures in words."""
    planned = round_.meetings_planned if round_ is not None else None
    part_of = pgettext("reached", "%(part)s of %(whole)s")
    held = part_of % {"part": reached.held, "whole": planned} if planned else str(reached.held)
    rows = [
        (_("Meetings held"), held),
        (_("Time together"), time_words(reached.minutes)),
        (_("Goals reached"), part_of % {"part": reached.reached, "whole": reached.goals} if reached.goals else ""),
        (_("Milestones done"), part_of % {"part": reached.done, "whole": reached.steps} if reached.steps else ""),
    ]
    return [{"term": term, "value": value} for term, value in rows if value]


def time_words(minutes):
    """So many minutes as a certificate says them; empty for none."""
    return certificates.hours(certificates.served(minutes))


def unsettled_words(count):
    """That meetings wait to be settled; empty where none does."""
    if not count:
        return ""
    text = ngettext(
        "%(count)s past meeting is not settled yet, and does not count.",
        "%(count)s past meetings are not settled yet, and do not count.",
        count,
    )
    return text % {"count": count}


def pairs_of(round_):
    """The pairs of a round that work together or have finished, by the mentees' names."""
    rows = Pairing.objects.filter(Q(ended_at=None) | Q(end_kind=EndKind.FINISHED))
    return rows.filter(enrolment__cohort=round_.cohort_id).for_desk()


def is_closed(round_):
    """Whether a round has come to its end: pairs have finished, and none goes on."""
    rows = Pairing.objects.filter(enrolment__cohort=round_.cohort_id)
    return rows.filter(end_kind=EndKind.FINISHED).exists() and not rows.live().exists()


def minutes_by_mentor(round_):
    """For how many minutes each mentor of a round was met, `{MentorProfile: minutes}`; two queries."""
    rows = honorarium.payable(round_).order_by().values_list("pairing__mentor").annotate(sum=Sum("minutes"))
    minutes = dict(rows)
    mentors = MentorProfile.objects.filter(pk__in=minutes).select_related("user", "expert").order_by("pk")
    return {mentor: minutes[mentor.pk] for mentor in mentors if minutes[mentor.pk]}
