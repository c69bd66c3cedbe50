"""The rows that the pages of a camp show: what it is made of, and a timetable as a grid. Reads only."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring.models.availability import SEOUL, Week
from mentoring.models.timetables import TimetableState
from mentoring.timetables import camp_words
from mentoring.timetables.camp_input import language_of, pairs_of
from mentoring.timetables.conflicts import Reasons
from mentoring.timetables.problem import Demand
from mentoring.timetables.solving import Timetable as Plan
from portal import clock, i18n


def overview(camp, url):
    """The parts of the page of a camp."""
    pairs = pairs_of(camp)
    days = camp_words.days_of(camp)
    able = list(camp.interpreters.select_related("expert"))
    wanted = len(pairs) * len(days)
    wanted += sum(count - 1 for of_pair in camp.counts.values() for count in of_pair.values())
    return {
        "facts": [
            {"term": _("Days"), "value": len(days)},
            {"term": _("Slots"), "value": sum(len(slots) for _day, slots in days)},
            {"term": _("Pairs"), "value": len(pairs)},
            {"term": _("Meetings"), "value": max(0, wanted - _waived(camp))},
            {"term": _("Interpreters"), "value": len(able)},
        ],
        "days": [
            {
                "title": camp_words.day_words(day),
                "slots": [
                    {
                        "pk": slot.pk,
                        "time": i18n.hours(slot.starts_at, slot.ends_at),
                        "is_open": slot.starts_at > clock.now(),
                    }
                    for slot in slots
                ],
            }
            for day, slots in days
        ],
        "mentors": mentor_rows(camp, pairs),
        "interpreters": [
            {
                "name": row.expert.name,
                "lang": i18n.language_of(row.expert, "name"),
                "languages": ", ".join(map(camp_words.language_words, row.languages)),
                "remove_url": url("interpreter_remove", camp, row=row.pk),
            }
            for row in able
        ],
        "absences": [
            {"text": absence_words(row), "remove_url": url("absence_remove", camp, row=row.pk)}
            for row in absences_of(camp)
        ],
        "counts": count_rows(camp, pairs),
        "waived": waived_rows(camp),
    }


def _waived(camp):
    return sum(demand["kind"] == "meeting" for demand in camp.waived)


def absences_of(camp):
    """The absences with whose they are."""
    return camp.absences.select_related(
        "mentor__user", "mentor__expert", "enrolment__person", "interpreter__expert"
    )


def absence_words(row):
    """Who is away when."""
    if row.mentor_id is not None:
        name = row.mentor.name
    elif row.enrolment_id is not None:
        name = row.enrolment.person.display_name
    else:
        name = row.interpreter.expert.name
    when = f"{i18n.moment(row.starts_at)} – {i18n.moment(row.ends_at)}"
    return f"{name} · {when}" + (f" · {_('would rather be free')}" if row.is_wish else "")


def mentor_rows(camp, pairs):
    """The mentors: how many mentees, in which zone, who needs an interpreter."""
    mentors = {pair.mentor_id: pair.mentor for pair in pairs}
    counts = Counter(pair.mentor_id for pair in pairs)
    foreign = {pair.mentor_id: language for pair in pairs if (language := language_of(pair))}
    people = [mentor.user_id for mentor in mentors.values()]
    zones = dict(Week.objects.filter(person__in=people).values_list("person", "zone"))
    return [
        {
            "name": mentor.name,
            "lang": mentor.name_language,
            "count": counts[pk],
            "zone": camp_words.place_of(zones.get(mentor.user_id, SEOUL)),
            "language": camp_words.language_words(foreign[pk]) if pk in foreign else "",
        }
        for pk, mentor in mentors.items()
    ]


def count_rows(camp, pairs):
    """The pairs that do not meet once a day."""
    known = {str(pair.pk): pair for pair in pairs}
    return [
        {
            "title": f"{known[key].enrolment.person.display_name} – {known[key].mentor.name}",
            "user": True,
            "note": ", ".join(f"{camp_words.day_words(day)}: {count}" for day, count in sorted(of_pair.items())),
        }
        for key, of_pair in camp.counts.items()
        if key in known
    ]


def waived_rows(camp):
    """What is given up, in words; what is about a slot that is gone is left out."""
    names = camp_words.Names(camp)
    rows = [Demand(**demand) for demand in camp.waived if demand["kind"] != "fixed"]
    return [camp_words.demand(None, row, names) for row in rows]


# --- a timetable ----------------------------------------------------------------------------------------------


def page_of(timetable, url):
    """What the page of a timetable shows: the grid, or why there is none."""
    problem = camp_words.frozen(timetable)
    names = camp_words.Names(timetable.camp, problem)
    found = {"grid": [], "values": [], "facts": _facts(timetable, problem), "conflicts": [], "give_up": []}
    if timetable.plan:
        plan = Plan.from_json(timetable.plan)
        newer = timetable.camp.timetables.filter(number__gt=timetable.number).exists()
        found["grid"] = grid(timetable, problem, plan, names, None if newer else url)
        found["mentors"] = [names.person("mentor", person.id) for person in problem.mentors]
        found["values"] = camp_words.worth(problem, plan)
        found["facts"] += [
            {"term": _("Meetings"), "value": len(plan.meetings)},
            {"term": _("Each mentee"), "value": camp_words.minutes(problem, plan.meetings)},
        ]
    if timetable.reasons:
        reasons = Reasons.from_json(timetable.reasons)
        found["conflicts"] = [camp_words.conflict(problem, conflict, names) for conflict in reasons.conflicts]
        found["give_up"] = [camp_words.demand(problem, row, names) for row in reasons.give_up]
        found["is_fewest"] = reasons.is_fewest
    found["state"] = timetable.state
    return found


def _facts(timetable, problem):
    facts = [{"term": _("Made"), "value": i18n.moment(timetable.made_at)}]
    if timetable.published_at:
        facts.append({"term": _("Published"), "value": i18n.moment(timetable.published_at)})
    if timetable.state != TimetableState.MAKING and timetable.seconds is not None:
        facts.append({"term": _("Worked out in"), "value": _("%(seconds)s s") % {"seconds": timetable.seconds}})
    if timetable.changed_from_id:
        facts.append({"term": _("By hand"), "value": _("Changed from the one before")})
    return facts


def grid(timetable, problem, plan, names, url):
    """Day by day the slots as rows, the mentors as columns; a cell names the mentee and who interprets."""
    held = {(m.slot, m.mentor): m for m in plan.meetings}
    days = {}
    for slot in problem.slots:
        cells = [
            _cell(timetable, held.get((slot.id, person.id)), person, names, url, slot) for person in problem.mentors
        ]
        days.setdefault(slot.day, []).append({"time": i18n.hours(slot.start, slot.end), "cells": cells})
    return [{"title": camp_words.day_words(day), "rows": rows} for day, rows in days.items()]


def _cell(timetable, meeting, mentor, names, url, slot):
    if meeting is None:
        return {"mentor": names.person("mentor", mentor.id)}
    place = {"number": timetable.number, "mentor": meeting.mentor, "mentee": meeting.mentee, "slot": meeting.slot}
    return {
        "mentor": names.person("mentor", mentor.id),
        "mentee": names.person("mentee", meeting.mentee),
        "interpreter": names.person("interpreter", meeting.interpreter) if meeting.interpreter else "",
        "move_url": url("move", timetable.camp, **place) if url and slot.start > clock.now() else "",
    }


def publish_facts(timetable):
    """What publishing would do: pairs of a term and its value."""
    if not timetable.plan:
        return []
    plan = Plan.from_json(timetable.plan)
    facts = [
        (_("Meetings"), len(plan.meetings)),
        (_("Each mentee"), camp_words.minutes(camp_words.frozen(timetable), plan.meetings)),
    ]
    if timetable.previous is not None:
        moved = plan.values.get("moved", 0)
        facts.append((_("Moved"), ngettext("%(count)s meeting", "%(count)s meetings", moved) % {"count": moved}))
    return facts
