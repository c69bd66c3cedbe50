"""Rows of the pairing desk: mentees with the mentors they may have, mentors and their load, one mentee's table."""

from collections import Counter

from django.utils.translation import gettext, ngettext, pgettext

from accounts.admin_tools import moment_or_dash
from mentoring.admin import pairing_words as words
from mentoring.pairing import scoring
from mentoring.pairing.rules import Reason
from mentoring.pairing.rules import label as reason_label
from mentoring.pairing.snapshot import may_be_overridden
from mentoring.pairing.words import PARTS, reasons_text
from mentoring.vocabulary import Discipline, Language, Skill
from portal import i18n

FEW = 3  # from so many possible mentors on a mentee does not stand out


def desk_facts(snapshot):
    """Who is there, and whether there is room for all."""
    handed_in = sum(row["handed_in"] for row in snapshot.mentees.values())
    open_mentors = sum(row["room"] > 0 for row in snapshot.mentors.values())
    places = sum(row["capacity"] for row in snapshot.mentors.values())
    count = len(snapshot.mentees)
    return [
        {"term": gettext("Mentees"), "value": i18n.number(count)},
        {"term": gettext("Profiles handed in"), "value": words.load(handed_in, len(snapshot.mentees))},
        {"term": gettext("Mentors who take mentees"), "value": words.load(open_mentors, len(snapshot.mentors))},
        {
            "term": gettext("Places"),
            "value": ngettext("%(places)s for %(count)s mentee", "%(places)s for %(count)s mentees", count)
            % {"places": places, "count": count},
        },
    ]


def warnings(snapshot, people):
    """What staff should look at before they work out pairs, in sentences."""
    found = []
    short = len(snapshot.mentees) - sum(row["capacity"] for row in snapshot.mentors.values())
    if short > 0:
        text = ngettext(
            "There is %(count)s place fewer than mentees: somebody stays without a mentor.",
            "There are %(count)s places fewer than mentees: somebody stays without a mentor.",
            short,
        )
        found.append(text % {"count": short})
    for name in snapshot.over_capacity:
        row = snapshot.mentors[name]
        text = gettext(
            "%(mentor)s has %(load)s mentees and room for %(room)s. Nobody is moved by itself: choose in a repair."
        )
        found.append(text % {"mentor": people.mentor(name), "load": row["load"], "room": row["room"]})
    none = people.by_name(code for code in snapshot.mentees if not snapshot.possible(code))
    if none:
        text = ngettext(
            "No mentor is possible for %(count)s mentee: %(names)s.",
            "No mentor is possible for %(count)s mentees: %(names)s.",
            len(none),
        )
        found.append(text % {"count": len(none), "names": words.listed([people.mentee(code) for code in none])})
    declared = len(snapshot.facts["declared"])
    if declared:
        text = ngettext(
            "%(count)s declared conflict of interest is not settled; it does not exclude anybody yet.",
            "%(count)s declared conflicts of interest are not settled; they do not exclude anybody yet.",
            declared,
        )
        found.append(text % {"count": declared})
    for mentee, mentor, reasons in snapshot.facts["kept"]:
        text = gettext("%(mentee)s and %(mentor)s are paired although something now stands against it: %(why)s.")
        why = reasons_text(reasons)
        found.append(text % {"mentee": people.mentee(mentee), "mentor": people.mentor(mentor), "why": why})
    return found


def mentee_rows(snapshot, people, url_of):
    """Each mentee with how many mentors are possible; those with the fewest first."""
    count, rows = len(snapshot.mentors), []
    for code, said in snapshot.mentees.items():
        eligible = len(snapshot.possible(code))
        rows.append(
            {
                "name": people.mentee(code),
                "url": url_of(code),
                "eligible": eligible,
                "mentors": count,
                "percent": round(100 * eligible / count) if count else 0,
                "wishes": len(said["wishes"]),
                "handed_in": gettext("Handed in") if said["handed_in"] else gettext("Not yet"),
                "mentor": people.mentor(snapshot.published.get(code)),
            }
        )
    return sorted(rows, key=lambda row: (row["eligible"], row["name"]))


def mentor_rows(snapshot, people):
    """Each mentor with how many mentees there are and can be, and how many asked for them."""
    wanted = Counter(mentor for said in snapshot.mentees.values() for mentor in said["wishes"])
    rows = []
    for name in people.mentors_by_name(snapshot.mentors):
        row = snapshot.mentors[name]
        notes = []
        if row["elsewhere"]:
            text = ngettext(
                "%(count)s mentee in other cohorts", "%(count)s mentees in other cohorts", row["elsewhere"]
            )
            notes.append(text % {"count": row["elsewhere"]})
        if row["room"] < row["places"] and not row["reasons"]:
            notes.append(gettext("room for %(count)s by the limit over all cohorts") % {"count": row["room"]})
        if not row["has_time"]:
            notes.append(gettext("no weekly time given"))
        rows.append(
            {
                "name": people.mentor(name),
                "pill": mentor_pill(row),
                "load": words.load(row["load"], row["room"]),
                "wanted": wanted[name],
                "note": " · ".join(notes),
            }
        )
    return rows


def mentor_pill(row):
    """Whether a mentor takes mentees, and why not."""
    if not row["reasons"]:
        return {"tone": "good", "icon": "check", "label": pgettext("mentor", "Takes part")}
    tone, icon = ("bad", "warn") if Reason.FULL in row["reasons"] else ("done", "pause")
    return {"tone": tone, "icon": icon, "label": str(reason_label(row["reasons"][0]))}


def mentee_facts(snapshot, people, code):
    """What a mentee looks for."""
    enrolment = people.mentees[code]
    profile = getattr(enrolment, "mentee_profile", None)
    said = snapshot.mentees[code]
    wishes = [f"{number}. {people.mentor(name)}" for number, name in enumerate(said["wishes"], start=1)]
    parts = said["parts"]
    facts = [
        {"term": gettext("Profile handed in"), "value": moment_or_dash(profile.submitted_at if profile else None)},
        {"term": gettext("Discipline"), "value": chosen(Discipline, [profile.discipline] if profile else [])},
        {"term": gettext("Skills to work on"), "value": chosen(Skill, profile.skills if profile else [])},
        {"term": gettext("Languages"), "value": chosen(Language, profile.languages if profile else [])},
        {
            "term": gettext("Parts of the week"),
            "value": "–" if parts is None else gettext("%(count)s of 21") % {"count": parts},
        },
        {"term": gettext("Wishes"), "value": ", ".join(wishes) or "–", "user": True},
    ]
    mentor = people.mentor(snapshot.published.get(code))
    return [*facts, {"term": gettext("Mentor now"), "value": mentor or "–", "user": bool(mentor)}]


def chosen(vocabulary, values):
    """Words of a vocabulary, as people read them."""
    return ", ".join(str(vocabulary(value).label) for value in values if value in vocabulary.values) or "–"


def possible_rows(snapshot, people, code, *, costs, deeds_of, run=None):
    """The mentors that a mentee may have, best score first, with the parts of the score."""
    rows = []
    for name in snapshot.possible(code):
        known = snapshot.pair(code, name)
        choice = snapshot.choice(code, name)
        now = []
        if snapshot.published.get(code) == name:
            now.append(gettext("mentor now"))
        if snapshot.locks.get(code) == name:
            now.append(pgettext("pair", "locked"))
        if run is not None and run.pairs.get(code) == name:
            now.append(gettext("in this run"))
        rows.append(
            {
                "name": people.mentor(name),
                "choice": words.choice(choice),
                "score": known.score,
                "band": words.band_pill(known.fit, snapshot.facts["rules"]["bands"]),
                "parts": [{"label": PARTS[part], "value": known.parts[part]} for part in scoring.PARTS],
                "cost": costs.get(name, {"text": "–"}),
                "now": ", ".join(now),
                "deeds": deeds_of(code, name, ()),
            }
        )
    return sorted(rows, key=lambda row: (-row["score"], row["name"]))


def excluded_rows(snapshot, people, code, *, staff_reasons, deeds_of):
    """The mentors that a mentee may not have, each with every reason."""
    rows = []
    for name in people.mentors_by_name(snapshot.facts["excluded"].get(code, {})):
        reasons = snapshot.reasons(code, name)
        said = staff_reasons.get(name, {})
        rows.append(
            {
                "name": people.mentor(name),
                "choice": words.choice(snapshot.choice(code, name)),
                "reasons": [reason_line(reason, said.get(reason, "")) for reason in reasons],
                "deeds": deeds_of(code, name, reasons),
            }
        )
    return rows


def reason_line(code, said):
    """A reason, with what somebody wrote."""
    return f"{reason_label(code)}: {said}" if said else str(reason_label(code))


def can_lock_anyway(reasons):
    """Whether staff may lock the pair although these reasons stand against it."""
    return may_be_overridden(reasons)
