"""The timetable of a camp in words: demands, what stands in the way, broken rules, what a plan is worth."""

from collections import Counter
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring.models.mentors import MentorProfile
from mentoring.timetables.camp_input import day_of, pairs_of
from mentoring.timetables.problem import Problem
from mentoring.vocabulary import Language
from portal import i18n
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert


class Names:
    """The names behind the numbers of a question, in the reader's language."""

    def __init__(self, camp, problem=None):
        self.camp, self.problem = camp, problem

    @cached_property
    def mentors(self):
        """Of the mentors, by number."""
        keys = {pair.mentor_id for pair in self.pairs}
        keys |= {int(person.id) for person in self.problem.mentors} if self.problem else set()
        found = MentorProfile.objects.select_related("user", "expert").in_bulk(keys)
        return {str(key): mentor.name for key, mentor in found.items()}

    @cached_property
    def mentees(self):
        """Of the mentees, by the number of their enrolment."""
        keys = {pair.enrolment_id for pair in self.pairs}
        keys |= {int(person.id) for person in self.problem.mentees} if self.problem else set()
        found = Enrolment.objects.select_related("person").in_bulk(keys)
        return {str(key): enrolment.person.display_name for key, enrolment in found.items()}

    @cached_property
    def interpreters(self):
        """Of the interpreters, by the number of the expert."""
        keys = set(self.camp.interpreters.values_list("expert", flat=True))
        keys |= {int(person.id) for person in self.problem.interpreters} if self.problem else set()
        return {str(key): expert.name for key, expert in Expert.objects.in_bulk(keys).items()}

    @cached_property
    def pairs(self):
        """The pairs as they are now."""
        return pairs_of(self.camp)

    def person(self, role, key):
        """The name of somebody in a role."""
        return {"mentor": self.mentors, "mentee": self.mentees, "interpreter": self.interpreters}[role].get(
            key, "–"
        )


def day_words(day):
    """A day of the camp."""
    return i18n.day(date.fromisoformat(day))


def time_words(slot):
    """When a slot is, in Seoul's time, without its day."""
    return f"{i18n.clock_time(slot.start)}–{i18n.clock_time(slot.end)}"


def slot_words(slot):
    """When a slot is."""
    return i18n.span(slot.start, slot.end, times=True)


# --- conflicts --------------------------------------------------------------------------------------------


def demand(problem, row, names):
    """A demand: something that staff can do without."""
    words = {
        "mentor": names.person("mentor", row.mentor) if row.mentor else "",
        "mentee": names.person("mentee", row.mentee),
        "day": day_words(row.day) if row.day else "",
    }
    if row.kind == "meeting":
        return _("%(mentee)s meets %(mentor)s on %(day)s") % words
    if row.kind == "fixed":
        when = {"when": slot_words(problem.slot_of[row.slot])}
        return _("%(mentee)s meets %(mentor)s on %(when)s, as it stands") % (words | when)
    return _("%(mentee)s has as many minutes as the others") % words


def fact(problem, row, names):
    """What stands in the way, and could be changed instead."""
    name = names.person(row.role, row.person) if row.role else ""
    who = problem.people.get((row.role, row.person))
    if row.kind == "absence":
        start, end = who.absences[row.number]
        return _("%(name)s is away or taken: %(when)s") % {"name": name, "when": i18n.span(start, end, times=True)}
    if row.kind == "available":
        return _("%(name)s is there only in their usual week (%(zone)s)") % {
            "name": name,
            "zone": place_of(who.zone),
        }
    if row.kind == "clash":
        return _("%(name)s is in one meeting at a time") % {"name": name}
    if row.kind == "buffer":
        return ngettext(
            "%(name)s has %(count)s minute between two meetings",
            "%(name)s has %(count)s minutes between two meetings",
            who.buffer,
        ) % {"name": name, "count": who.buffer}
    if row.kind == "most":
        return ngettext(
            "%(name)s has at most %(count)s meeting a day",
            "%(name)s has at most %(count)s meetings a day",
            who.most,
        ) % {"name": name, "count": who.most}
    if row.kind == "language":
        return _("Meetings in %(language)s need an interpreter") % {"language": language_words(row.person)}
    return ngettext(
        "Slots of less than %(count)s minute are not used",
        "Slots of less than %(count)s minutes are not used",
        problem.minimum,
    ) % {"count": problem.minimum}


def place_of(zone):
    """A zone as people call it."""
    return zone.rpartition("/")[2].replace("_", " ")


def language_words(code):
    """A language by its code."""
    return str(Language(code).label) if code in Language.values else code


def conflict(problem, found, names):
    """A conflict as the page shows it: who cannot all be met, what stands in the way, how sure that is."""
    days = Counter(row.day for row in found.demands if row.day)
    mentors = Counter(row.mentor for row in found.demands if row.mentor)
    title = ngettext("%(count)s demand", "%(count)s demands", len(found.demands)) % {"count": len(found.demands)}
    if len(days) == 1:
        title = f"{day_words(next(iter(days)))} · {title}"
    if len(mentors) == 1:
        title = f"{title} · {names.person('mentor', next(iter(mentors)))}"
    if found.is_smallest:
        sure = _("No smaller set of demands conflicts here.")
    elif found.is_irreducible:
        sure = _("Without any one of them the others could be met.")
    else:
        sure = _("There was no time to find a smaller set.")
    return {
        "title": title,
        "demands": [demand(problem, row, names) for row in found.demands],
        "facts": [fact(problem, row, names) for row in found.facts],
        "sure": sure,
    }


# --- broken rules -----------------------------------------------------------------------------------------


def fault(problem, found, names):
    """A broken rule, as a sentence."""
    slot = problem.slot_of.get(found.slot)
    words = {
        "name": names.person(found.role, found.person) if found.role else "",
        "mentor": names.person("mentor", found.mentor) if found.mentor else "",
        "mentee": names.person("mentee", found.mentee) if found.mentee else "",
        "when": slot_words(slot) if slot else "",
        "day": day_words(found.day) if found.day else "",
    }
    return {
        "unknown": _("A meeting is of a pair, a slot or an interpreter that is not of the camp."),
        "short": _("%(when)s is shorter than a meeting may be."),
        "language": _("%(mentor)s and %(mentee)s have no fitting interpreter on %(when)s."),
        "absent": _("%(name)s is away or taken on %(when)s."),
        "unavailable": _("%(name)s is not there on %(when)s."),
        "clash": _("%(name)s would be in two meetings at once on %(when)s."),
        "buffer": _("%(name)s would have too little time between two meetings after %(when)s."),
        "most": _("%(name)s would have too many meetings on %(day)s."),
        "few": _("%(mentor)s and %(mentee)s would have too few meetings on %(day)s."),
        "many": _("%(mentor)s and %(mentee)s would have too many meetings on %(day)s."),
        "fixed": _("The meeting of %(mentor)s and %(mentee)s on %(when)s has begun and cannot move."),
        "equal": _("%(name)s would not have as many minutes as the others."),
    }[found.kind] % words


# --- what a plan is worth ------------------------------------------------------------------------------------


def worth(problem, plan):
    """The stages of a plan as facts: a term, a value, and whether nothing better exists."""
    terms = {
        "moved": _("Meetings moved"),
        "handed": _("Interpreters changed"),
        "unfair": _("Last slots beyond a fair share"),
        "interpreters": _("Interpreters that pairs meet"),
        "avoided": _("Meetings where somebody would rather be free"),
        "repeated": _("Same time of day again"),
    }
    return [
        {
            "term": term,
            "value": plan.values[name],
            "note": _("proved: less is not possible") if name in plan.proved else "",
        }
        for name, term in terms.items()
        if name in plan.values and (name != "interpreters" or problem.interpreters)
    ]


def minutes(problem, meetings):
    """The minutes of each mentee, if all have the same; else from the least to the most."""
    each = Counter()
    for meeting in meetings:
        each[meeting.mentee] += problem.slot_of[meeting.slot].minutes
    found = sorted(set(each.values()))
    if not found:
        return "–"
    if len(found) == 1:
        return ngettext("%(count)s minute", "%(count)s minutes", found[0]) % {"count": found[0]}
    return _("%(least)s to %(most)s minutes") % {"least": found[0], "most": found[-1]}


def days_of(camp):
    """The slots of a camp by day, in order: (day, slots)."""
    found = {}
    for slot in camp.slots.all():
        found.setdefault(day_of(slot), []).append(slot)
    return list(found.items())


def frozen(timetable):
    """The question of a timetable."""
    return Problem.from_json(timetable.problem)
