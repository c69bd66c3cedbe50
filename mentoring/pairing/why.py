"""Why two were paired, told to each side by their own data and the other's public profile, nothing of others.

`facts_of` is kept with the pair when it is published; the texts are made from it as it is read, in the reader's
language and zone. A mentor does not read which wish they were, a mentee not whether the mentor chose them.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring.availability import WEEK, common, free_time
from mentoring.models.availability import SEOUL, Week
from mentoring.models.mentors import MentorProfile
from mentoring.pairing.input import mentor_id, mentor_pk, weeks_of
from mentoring.pairing.rules import Reason
from mentoring.pairing.snapshot import Snapshot
from mentoring.vocabulary import Discipline, Language, Skill, Weekday
from mentoring.zones import zone_name
from portal import i18n

MENTOR, MENTEE = "mentor", "mentee"
MOST_TIMES = 4  # stretches of the week that are told
# What a mentee may read of a reason; the others are told as one, since they may be about somebody else.
TAKES_NOBODY = {Reason.NOT_TAKING_PART, Reason.PAUSED, Reason.INACTIVE}


def facts_of(reading, snapshot, enrolment, mentor):
    """What is kept with a pair of a plan, as plain data."""
    code, name = enrolment.code, mentor_id(mentor.pk)
    mentee = next(row for row in reading.mentees if row.pk == enrolment.pk)
    profile, pair = reading.profile(mentee), snapshot.pair(code, name)
    wanted = profile.discipline if profile else ""
    same = wanted and wanted in (mentor.discipline, *mentor.second_disciplines)
    return {
        "wishes": len(snapshot.mentees[code]["wishes"]),
        "choice": snapshot.choice(code, name),
        "discipline": wanted if same else "",
        "is_main": bool(wanted) and wanted == mentor.discipline,
        "skills": [
            skill for skill in Skill.values if profile and skill in profile.skills and skill in mentor.skills
        ],
        "languages": [
            one for one in Language.values if profile and one in profile.languages and one in mentor.languages
        ],
        "minutes": pair.minutes,
        "times": _times(reading, mentee, mentor),
        "chosen": code in snapshot.mentors[name]["wishes"],
    }


def _times(reading, mentee, mentor):
    """The stretches of the first week that both have, as texts of UTC."""
    one, other = reading.weeks.get(mentee.person_id), reading.weeks.get(mentor.user_id)
    if one is None or other is None:
        return []
    since = weeks_of(reading.round)[0]
    spans = [free_time(week, since, since + WEEK, usual=True) for week in (one, other)]
    return [[start.isoformat(), end.isoformat()] for start, end in common(*spans)]


# --- texts ----------------------------------------------------------------------------------------------


def zones_of(pairing):
    """The zones of the mentor and of the mentee, Seoul where they have not said; one query."""
    people = (pairing.mentor.user_id, pairing.enrolment.person_id)
    zones = dict(Week.objects.filter(person__in=people).values_list("person", "zone"))
    return tuple(zones.get(person, SEOUL) for person in people)


def lines(pairing, side):
    """Why the two were paired, in sentences for one side; empty where nothing was kept. One query."""
    facts = pairing.why
    if not facts:
        return []
    own = _for_mentee(facts) if side == MENTEE else _for_mentor(facts)
    if facts["languages"]:
        own.append(_("You can talk in %(languages)s.") % {"languages": _joined(Language, facts["languages"])})
    mentor_zone, mentee_zone = zones_of(pairing)
    here, there = (mentor_zone, mentee_zone) if side == MENTOR else (mentee_zone, mentor_zone)
    times = times_in(facts["times"], here, there)
    if times:
        own.append(_("Common time each week: %(times)s.") % {"times": "; ".join(times)})
    return own


def _for_mentee(facts):
    found = []
    if facts["choice"] == 1:
        found.append(_("This mentor was your first wish."))
    elif facts["choice"]:
        found.append(_("This mentor was your wish number %(number)s.") % {"number": facts["choice"]})
    elif facts["wishes"]:
        found.append(_("You did not name this mentor; you were paired by what you are looking for."))
    if facts["discipline"]:
        about = {"discipline": Discipline(facts["discipline"]).label}
        if facts["is_main"]:
            found.append(_("%(discipline)s, which you are looking for, is this mentor's discipline.") % about)
        else:
            found.append(
                _("%(discipline)s, which you are looking for, is among this mentor's disciplines.") % about
            )
    if facts["skills"]:
        found.append(
            _("This mentor helps with what you want to work on: %(skills)s.")
            % {"skills": _joined(Skill, facts["skills"])}
        )
    return found


def _for_mentor(facts):
    found = []
    if facts["chosen"]:
        found.append(_("You chose this mentee by the brief."))
    if facts["discipline"]:
        found.append(
            _("The mentee is looking for your discipline: %(discipline)s.")
            % {"discipline": Discipline(facts["discipline"]).label}
        )
    if facts["skills"]:
        found.append(
            _("The mentee wants to work on what you offer: %(skills)s.")
            % {"skills": _joined(Skill, facts["skills"])}
        )
    return found


def _joined(choices, values):
    return ", ".join(str(choices(value).label) for value in values)


def times_in(times, here, there):
    """Stretches of the week in one zone, and in the other too where the clocks differ; the first few."""
    shown = []
    for start, end in ([datetime.fromisoformat(moment) for moment in span] for span in times[:MOST_TIMES]):
        text = _span(start, end, here)
        if start.astimezone(ZoneInfo(here)).utcoffset() != start.astimezone(ZoneInfo(there)).utcoffset():
            text = f"{text} = {_span(start, end, there)}"
        shown.append(text)
    return shown


def _span(start, end, zone):
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    dash = "~" if i18n.language() == i18n.KO else "–"
    until = "24:00" if last.date() > first.date() and f"{last:%H:%M}" == "00:00" else f"{last:%H:%M}"
    return _("%(day)s %(hours)s (%(zone)s)") % {
        "day": Weekday(first.weekday()).label,
        "hours": f"{first:%H:%M}{dash}{until}",
        "zone": zone_name(zone),
    }


# --- why not somebody else ------------------------------------------------------------------------------


def not_obtained(pairing):
    """For the mentee: each wish before the one obtained, with a sentence that tells nothing of anybody else.

    `[{"mentor": MentorProfile, "number": 1, "text": …}]`; empty where the pair does not come of a published run, or
    is the first wish.
    """
    run = pairing.run
    if run is None or run.published_at is None:
        return []
    snapshot, code = Snapshot.of_run(run), pairing.enrolment.code
    if code not in snapshot.mentees:
        return []
    wishes = snapshot.mentees[code]["wishes"]
    own = mentor_id(pairing.mentor_id)
    before = wishes[: wishes.index(own)] if own in wishes else wishes
    rows = MentorProfile.objects.filter(pk__in=map(mentor_pk, before)).select_related("user", "expert")
    mentors = {mentor_id(row.pk): row for row in rows}
    loads = _loads(run)
    return [
        {
            "mentor": mentors[name],
            "number": wishes.index(name) + 1,
            "text": _why_not(snapshot, loads, code, name, mentors[name].name),
        }
        for name in before
        if name in mentors
    ]


def _loads(run):
    loads = {}
    for _mentee, mentor in run.plan["pairs"]:
        loads[mentor] = loads.get(mentor, 0) + 1
    return loads


def _why_not(snapshot, loads, mentee, mentor, name):
    reasons, words = set(snapshot.reasons(mentee, mentor)), {"mentor": name}
    if TAKES_NOBODY & reasons:
        return _("%(mentor)s takes no mentees in this round.") % words
    if Reason.LANGUAGE in reasons:
        return _("You and %(mentor)s have named no common language.") % words
    if Reason.TIME in reasons:
        least = snapshot.facts["rules"]["least_minutes"]
        return ngettext(
            "You and %(mentor)s have less common time than the %(minutes)s minute a week that is needed here.",
            "You and %(mentor)s have less common time than the %(minutes)s minutes a week that are needed here.",
            least,
        ) % (words | {"minutes": least})
    if reasons - {Reason.FULL}:
        return _("The rules of the cohort did not allow this pair.")
    places = snapshot.mentors[mentor]["capacity"]
    if loads.get(mentor, 0) >= places:
        return ngettext(
            "The %(places)s place with %(mentor)s went to a pair that the cohort's rules put first.",
            "All %(places)s places with %(mentor)s went to pairs that the cohort's rules put first.",
            places,
        ) % (words | {"places": places})
    return _(
        "By the cohort's rules your present pair came first: as many as possible are paired, as few as possible do "
        "not suit each other, and then the points of all together count."
    )
