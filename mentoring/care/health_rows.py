"""The health board in words: what each number counts, and its rows as a table, on a page and as a file."""

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from mentoring.care import absences, health
from portal import i18n

TITLES = {
    "enrolled": (gettext_lazy("Take part"), gettext_lazy("Everyone with a place, but those who never came.")),
    "matched": (
        gettext_lazy("Paired"),
        gettext_lazy("Who has or had a mentor; a pair that was declined or undone does not count."),
    ),
    "accepted": (
        gettext_lazy("Accepted by the mentor"),
        gettext_lazy("Where mentors are not asked to accept, the pair counts as accepted."),
    ),
    "first": (gettext_lazy("First meeting held"), gettext_lazy("At least one meeting was held.")),
    "mid": (
        gettext_lazy("Half way"),
        gettext_lazy("At least half of the planned meetings were held, rounded up."),
    ),
    "final": (gettext_lazy("Final evaluation in"), gettext_lazy("The mentor has handed in the evaluation.")),
    "no_contact": (
        gettext_lazy("No meeting booked in 7 days"),
        gettext_lazy("Pairs of seven days or more that have never booked a meeting."),
    ),
    "no_meeting": (
        gettext_lazy("No meeting in 21 days"),
        gettext_lazy("Pairs that have not met for 21 days and have not held all planned meetings."),
    ),
    "unlogged": (
        gettext_lazy("Nobody said how it went"),
        gettext_lazy("Meetings that ended 48 hours ago or more, and neither side has said how they went."),
    ),
    "evaluations_late": (
        gettext_lazy("Evaluations late"),
        gettext_lazy(
            "The day of the mid-term or the final evaluation has passed, and it has not been handed in. Without a "
            "day of its own the final evaluation is due when the cohort is over."
        ),
    ),
    "unanswered": (gettext_lazy("Pairs unanswered"), gettext_lazy("The mentor has not accepted or declined yet.")),
    "waiting": (gettext_lazy("Mentees waiting"), gettext_lazy("People who take part and have no mentor now.")),
    "idle": (
        gettext_lazy("Mentors without a mentee"),
        gettext_lazy("Mentors who take part, are not paused, and have no mentee in the round."),
    ),
    "over_capacity": (
        gettext_lazy("Mentors over capacity"),
        gettext_lazy("More mentees than places, in the round or over all cohorts."),
    ),
    "absences": (
        gettext_lazy("Meetings missed"),
        gettext_lazy("People with two or more meetings in 60 days that they did not come to or cancelled late."),
    ),
    "minutes": (
        gettext_lazy("Minutes against plan"),
        gettext_lazy("Minutes held, of the planned number of meetings times their planned length."),
    ),
    "load": (gettext_lazy("Load of the mentors"), gettext_lazy("Mentees now, of the places in the round.")),
}


@dataclass(frozen=True)
class Row:
    """A line of a table: its cells, where it leads, and how many of its first cells are names."""

    cells: tuple
    url: str = ""
    names: int = 1
    headings: tuple = ()

    @property
    def labelled(self):
        """Each cell with its heading, for a table that folds on a phone."""
        for place, (text, label) in enumerate(zip(self.cells, self.headings, strict=True)):
            yield {"text": text, "label": label, "is_name": place < self.names}


@dataclass(frozen=True)
class Table:
    """What stands behind a number."""

    title: str
    note: str
    headings: tuple
    rows: list


def table(board, measure):
    """The rows of a measure, for one round or for all."""
    title, note = TITLES[measure]
    headings, rows = MAKERS[measure](board, measure)
    return Table(str(title), str(note), headings, [replace(row, headings=headings) for row in rows])


def cohort_words(cohort):
    """The program and which run of it."""
    return f"{cohort.program.title} {cohort.label}"


def day_or_dash(moment):
    """A day as people read it, or a dash."""
    return i18n.day(moment) if moment else "–"


def enrolment_rows(board, measure):
    """People who take part."""
    found = board.funnel[measure] if measure in board.funnel else getattr(board, measure)
    rows = [
        Row(
            (row.person.display_name, cohort_words(row.cohort), str(row.get_status_display())),
            reverse("admin:programs_enrolment_change", args=[row.pk]),
        )
        for row in found
    ]
    return (_("Mentee"), _("Cohort"), _("Status")), rows


def pair_url(pair):
    """The staff's page of a pair."""
    return reverse("admin:mentoring_pairing_change", args=[pair.pk])


def pair_rows(board, measure):
    """Pairs, with when they met and will meet."""
    headings = (_("Mentee"), _("Mentor"), _("Cohort"), _("Paired"), _("Last meeting"), _("Next meeting"), _("Held"))
    rows = [
        Row(
            (
                pair.enrolment.person.display_name,
                pair.mentor.name,
                cohort_words(pair.enrolment.cohort),
                i18n.day(pair.paired_at),
                day_or_dash(board.of(pair, "last", None)),
                day_or_dash(board.of(pair, "next", None)),
                _("%(held)s of %(planned)s")
                % {"held": board.of(pair, "held"), "planned": board.round_for(pair).meetings_planned},
            ),
            pair_url(pair),
            names=2,
        )
        for pair in getattr(board, measure)
    ]
    return headings, rows


def late_rows(board, measure):
    """Pairs of which an evaluation is late, with whose it is and since when."""
    headings = (_("Mentee"), _("Mentor"), _("Cohort"), _("Missing"))
    rows = [
        Row(
            (
                pair.enrolment.person.display_name,
                pair.mentor.name,
                cohort_words(pair.enrolment.cohort),
                ", ".join(f"{stage.label} · {side.label} ({i18n.day(day)})" for stage, side, day in missing),
            ),
            pair_url(pair),
            names=2,
        )
        for pair, missing in board.late.items()
    ]
    return headings, rows


def answer_rows(board, measure):
    """Pairs whose mentor has not answered, the oldest deadline first."""
    headings = (_("Mentee"), _("Mentor"), _("Cohort"), _("Answer until"), _("Overdue"))
    rows = [
        Row(
            (
                pair.enrolment.person.display_name,
                pair.mentor.name,
                cohort_words(pair.enrolment.cohort),
                i18n.moment(pair.answer_until),
                _("Yes") if pair.answer_until <= board.now else _("No"),
            ),
            pair_url(pair),
            names=2,
        )
        for pair in sorted(board.unanswered, key=lambda pair: pair.answer_until)
    ]
    return headings, rows


def meeting_rows(board, measure):
    """Meetings that are over."""
    headings = (_("Mentee"), _("Mentor"), _("Cohort"), _("Meeting"))
    rows = [
        Row(
            (
                row.pairing.enrolment.person.display_name,
                row.pairing.mentor.name,
                cohort_words(row.pairing.enrolment.cohort),
                i18n.moment(row.starts_at),
            ),
            pair_url(row.pairing),
            names=2,
        )
        for row in board.unlogged
    ]
    return headings, rows


def mentor_rows(board, measure):
    """Mentors of rounds with their load."""
    names = {round_.pk: cohort_words(round_.cohort) for round_ in board.rounds}
    found = board.mentors if measure == "load" else getattr(board, measure)
    rows = []
    for row in found:
        most = row.mentor.capacity_overall
        everywhere = board.loads_elsewhere.get(row.mentor_id, 0)
        rows.append(
            Row(
                (
                    row.mentor.name,
                    names[row.round_id],
                    _("%(load)s of %(places)s")
                    % {"load": board.loads[row.round_id, row.mentor_id], "places": row.places},
                    str(everywhere)
                    if most is None
                    else _("%(load)s of %(places)s") % {"load": everywhere, "places": most},
                    _("Paused") if row.mentor.is_paused else "",
                ),
                reverse("admin:mentoring_mentorprofile_change", args=[row.mentor_id]),
            )
        )
    return (_("Mentor"), _("Cohort"), _("Mentees now"), _("Over all cohorts"), _("Note")), rows


def absence_rows(board, measure):
    """People who have missed meetings; the days of those in these rounds alone."""
    people = User.objects.in_bulk(list(board.missed))
    rows = []
    for number, found in sorted(board.missed.items(), key=lambda item: (-len(item[1]), item[0])):
        days = [i18n.day(row["starts_at"]) for row in found if row["cohort"] in board.round_of]
        step = board.absence_to_dos.get(number)
        rows.append(
            Row(
                (
                    people[number].display_name,
                    _("Mentor") if any(row["as_mentor"] for row in found) else _("Mentee"),
                    str(len(found)),
                    ", ".join(days) or "–",
                    _("To be looked at") if step else "",
                ),
                reverse("admin:mentoring_health_settle", args=[step.pk]) if step else "",
            )
        )
    return (_("Name"), _("As"), _("Missed in 60 days"), _("Days"), _("What to do")), rows


def minute_rows(board, measure):
    """Pairs with the minutes held, furthest behind first."""
    pairs = [pair for pair in board.pairs if pair.is_live]
    pairs.sort(key=lambda pair: (board.of(pair, "held_minutes") - board.planned(pair), pair.pk))
    rows = [
        Row(
            (
                pair.enrolment.person.display_name,
                pair.mentor.name,
                cohort_words(pair.enrolment.cohort),
                i18n.number(board.of(pair, "held_minutes")),
                i18n.number(board.planned(pair)),
            ),
            pair_url(pair),
            names=2,
        )
        for pair in pairs
    ]
    return (_("Mentee"), _("Mentor"), _("Cohort"), _("Minutes held"), _("Minutes planned")), rows


MAKERS = {
    **dict.fromkeys((*health.STEPS, "waiting"), enrolment_rows),
    **dict.fromkeys(("no_contact", "no_meeting"), pair_rows),
    "evaluations_late": late_rows,
    "unanswered": answer_rows,
    "unlogged": meeting_rows,
    **dict.fromkeys(("idle", "over_capacity", "load"), mentor_rows),
    "absences": absence_rows,
    "minutes": minute_rows,
}


# --- the board --------------------------------------------------------------------------------------------------


def funnel_rows(board, address):
    """The steps with their numbers and bars; `address` gives where a measure's rows are."""
    whole = len(board.funnel["enrolled"])
    return [
        {
            "label": TITLES[step][0],
            "definition": TITLES[step][1],
            "count": len(board.funnel[step]),
            "percent": round(100 * len(board.funnel[step]) / whole, 2) if whole else 0,
            "url": address(step),
        }
        for step in health.STEPS
    ]


def check_rows(board, address):
    """The checks with their numbers; what is not zero comes first within their order."""
    rows = [
        {
            "label": TITLES[check][0],
            "definition": TITLES[check][1],
            "count": len(getattr(board, check)),
            "url": address(check),
        }
        for check in health.CHECKS
    ]
    return sorted(rows, key=lambda row: row["count"] == 0)


def minutes_row(board, address):
    """Minutes against plan."""
    held, planned = board.minutes
    return {
        "text": _("%(held)s of %(planned)s minutes") % {"held": i18n.number(held), "planned": i18n.number(planned)},
        "percent": min(100, round(100 * held / planned, 2)) if planned else 0,
        "url": address("minutes"),
    }


def round_rows(board, address_of):
    """One line a round, for the board of all: its few numbers that most need a look."""
    rows = []
    for round_ in board.rounds:
        one = board.narrowed(round_)
        troubles = sum(len(getattr(one, check)) for check in health.CHECKS)
        rows.append(
            {
                "title": cohort_words(round_.cohort),
                "url": address_of(round_),
                "enrolled": len(one.funnel["enrolled"]),
                "matched": len(one.funnel["matched"]),
                "first": len(one.funnel["first"]),
                "final": len(one.funnel["final"]),
                "waiting": len(one.waiting),
                "no_meeting": len(one.no_meeting),
                "troubles": troubles,
            }
        )
    return rows


def steps_words(rows):
    """What staff are advised to do about somebody who has missed meetings."""
    return absences.suggested(as_mentor=any(row["as_mentor"] for row in rows))


def count_words(count):
    """How many meetings were missed."""
    return ngettext("%(count)s meeting missed", "%(count)s meetings missed", count) % {"count": count}
