"""The rows of the desk: each mentee of a mentor, each mentor of a mentee, with all that tells what is to be done.

What is read for them costs the same number of queries for one pair and for many. Another part of mentoring adds a
fact to every row with a function in `FACTS`: it takes who reads and the pairs, and gives facts by the pair's key.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mentoring import due, form_progress, progress, summaries, zones
from mentoring.care import contact
from mentoring.models.actions import Action, Owner
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.pairs import GoalState
from mentoring.models.rounds import RoundMentor
from mentoring.workspace import samples as sample_part
from portal import i18n

FACTS = (sample_part.facts,)  # (reader, pairs) -> {pk: {"term": …, "value": …, "url": …}}


@dataclass
class Facts:
    """What was read about the pairs of a desk, by their keys."""

    now: object
    meetings: dict = field(default_factory=dict)  # the next one
    actions: dict = field(default_factory=dict)  # the open ones
    contacts: dict = field(default_factory=dict)  # the last one
    more: list = field(default_factory=list)

    def next_meeting(self, pairing):
        """The next meeting, on the clocks of the two; empty where none is booked."""
        meeting = self.meetings.get(pairing.pk)
        return meeting and (meeting.starts_at, meeting.ends_at)

    def open_of(self, pairing, owner=None):
        """The open actions, of one side or of both."""
        found = self.actions.get(pairing.pk, [])
        return [action for action in found if owner is None or action.owner == owner]

    def overdue_of(self, pairing, owner=None):
        """Those of them whose day has passed."""
        return [action for action in self.open_of(pairing, owner) if action.is_overdue(due.today_of(action.person))]


def read(reader, pairs, now):
    """What the rows of these pairs show their reader."""
    form_progress.attach(pairs)
    by_pk = {pairing.pk: pairing for pairing in pairs}
    facts = Facts(now, contacts=contact.last_contacts(by_pk))
    ahead = Meeting.objects.filter(pairing__in=by_pk, status=MeetingStatus.SCHEDULED, ends_at__gt=now)
    for meeting in ahead.order_by("starts_at", "pk"):
        facts.meetings.setdefault(meeting.pairing_id, meeting)
    for action in Action.objects.open().filter(pairing__in=by_pk):
        action.pairing = by_pk[action.pairing_id]
        facts.actions.setdefault(action.pairing_id, []).append(action)
    facts.more = [extra(reader, pairs) for extra in FACTS]
    return facts


# --- a mentor's -----------------------------------------------------------------------------------


def evaluation_waits(pairing):
    """Whether the mentor still has to write the evaluation, or to hand it in."""
    state = progress.evaluation_state(pairing, progress.MENTOR)
    return pairing.is_live and state in (progress.NONE, progress.DRAFT)


def is_pressing(pairing):
    """Whether an evaluation, by a form or the letter, still waits, and is due within a week or late."""
    if progress.form_due(pairing, progress.MENTOR):
        return True
    has_end = form_progress.letter_day(pairing) is not None
    return evaluation_waits(pairing) and has_end and progress.is_evaluation_due(pairing)


def urgency(pairing, facts):
    """By what a mentor's mentees are sorted: the most urgent first, ended pairs last, then the longest silence."""
    meeting = facts.meetings.get(pairing.pk)
    return (
        not pairing.is_live,
        not pairing.awaits_answer,
        not is_pressing(pairing),
        -len(facts.overdue_of(pairing, Owner.MENTOR)),
        meeting is None or meeting.starts_at - facts.now > timedelta(days=1),
        -len(facts.overdue_of(pairing)),
        progress.URGENCY.index(progress.evaluation_state(pairing, progress.MENTOR)),
        facts.contacts.get(pairing.pk, pairing.paired_at),
    )


def mentee_rows(pairs, facts):
    """A mentor's mentees, the most urgent first."""
    return [mentee_row(pairing, facts) for pairing in sorted(pairs, key=lambda pairing: urgency(pairing, facts))]


def mentee_row(pairing, facts):
    """One mentee, with what is to be read and done."""
    address, zone = pairing.get_absolute_url(), zones.zone_of(pairing.mentor.user)
    cells = [
        {"term": _("Application"), "value": pgettext("application", "Read"), "url": f"{address}#application"},
        *(extra[pairing.pk] for extra in facts.more if pairing.pk in extra),
        {"term": _("Goals"), "value": goals_text(pairing), "url": f"{address}#goals"},
        {"term": _("Next meeting"), "value": meeting_text(pairing, facts, pairing.mentor.user)},
        {
            "term": _("Open actions"),
            "value": actions_text(facts.open_of(pairing), facts.overdue_of(pairing)),
            "url": f"{address}#actions",
        },
        {"term": _("Last contact"), "value": contact_text(pairing, facts)},
        {
            "term": _("Evaluation"),
            "value": evaluation_text(pairing, facts.now),
            "url": f"{address}#evaluation",
        },
    ]
    cells[-1:-1] = form_cells(pairing, Owner.MENTOR)
    if pairing.awaits_answer:
        until = zones.own_moment(pairing.answer_until, zone)
        cells.insert(0, {"term": _("Answer by"), "value": until, "url": f"{address}#answer"})
    row = summaries.mentee_row(pairing)
    return row | {
        "facts": cells,
        "next_url": f"{address}#{progress.anchor_of(pairing)}",
        "ends": "" if pairing.is_live else zones.own_moment(pairing.read_until, zone),
    }


def form_cells(pairing, side):
    """The evaluations by a form that a side has still to write, each with its day."""
    return [
        {
            "term": asked.stage.label,
            "value": _("Due by %(day)s") % {"day": i18n.day(asked.due_on)},
            "url": f"{pairing.get_absolute_url()}#form-evaluations",
        }
        for asked in form_progress.waiting(pairing, side)
    ]


def goals_text(pairing):
    """How many goals there are, and how many of them are reached."""
    goals = [goal for goal in pairing.goals.all() if not goal.is_dropped]
    if not goals:
        return _("No goals yet")
    reached = sum(goal.state == GoalState.REACHED for goal in goals)
    return pgettext("goals", "%(part)s of %(whole)s reached") % {"part": reached, "whole": len(goals)}


def meeting_text(pairing, facts, reader):
    """When the two meet next, the reader's clock first."""
    span = facts.next_meeting(pairing)
    if span is None:
        return _("None booked")
    people = [pairing.mentor.user, pairing.enrolment.person]
    return zones.times(*span, zones.zones_for(reader, people))


def actions_text(actions, overdue):
    """How many are open, and how many of them late."""
    if not actions:
        return pgettext("actions", "None")
    if not overdue:
        return i18n.number(len(actions))
    return ngettext("%(open)s, %(late)s overdue", "%(open)s, %(late)s overdue", len(actions)) % {
        "open": len(actions),
        "late": len(overdue),
    }


def contact_text(pairing, facts):
    """The day of the last contact."""
    at = facts.contacts.get(pairing.pk)
    return i18n.day(at) if at else _("Not yet")


def evaluation_text(pairing, now):
    """Until when it is due; afterwards how it stands."""
    if not evaluation_waits(pairing):
        return progress.pill(pairing, progress.MENTOR)["label"]
    day = form_progress.letter_day(pairing)
    if day is None:
        return _("To be written")
    text = _("Overdue since %(day)s") if form_progress.letter_at(pairing) < now else _("Due by %(day)s")
    return text % {"day": i18n.day(day)}


def loads(profile, pairs):
    """How many mentees a mentor has in each cohort, of how many they take; one query."""
    cohorts = {}
    for pairing in pairs:
        if pairing.is_live:
            cohort = pairing.enrolment.cohort
            cohorts.setdefault(cohort.pk, [cohort, 0])[1] += 1
    found = RoundMentor.objects.filter(mentor=profile, round__cohort__in=cohorts, capacity__isnull=False)
    places = dict(found.values_list("round__cohort", "capacity"))
    return [
        {"cohort": cohort, "taken": taken, "places": profile.places(places.get(cohort.pk))}
        for cohort, taken in cohorts.values()
    ]


# --- a mentee's -----------------------------------------------------------------------------------


def mentor_rows(pairs, facts):
    """A mentee's mentors, in the order of the pairs."""
    return [mentor_row(pairing, facts) for pairing in pairs]


def mentor_row(pairing, facts):
    """One mentor, with what is to be done."""
    address = pairing.get_absolute_url()
    person = pairing.enrolment.person
    mine, late = facts.open_of(pairing, Owner.MENTEE), facts.overdue_of(pairing, Owner.MENTEE)
    cells = [
        *(extra[pairing.pk] for extra in facts.more if pairing.pk in extra),
        {"term": _("Goals"), "value": goals_text(pairing), "url": f"{address}#goals"},
    ]
    if pairing.is_live:
        cells += [
            {"term": _("Next meeting"), "value": meeting_text(pairing, facts, person)},
            {"term": _("My actions"), "value": actions_text(mine, late), "url": f"{address}#actions"},
        ]
    cells += form_cells(pairing, Owner.MENTEE)
    if pairing.choice:
        cells.append({"term": _("My wish"), "value": _("No. %(number)s") % {"number": pairing.choice}})
    expert = pairing.mentor.expert
    return summaries.mentor_row(pairing) | {
        "facts": cells,
        "about": expert.bio if expert else "",
        "about_lang": i18n.language_of(expert, "bio") if expert else "",
    }
