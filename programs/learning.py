"""What the page of a place shows: today's session, the next one, the whole schedule, and the parts below it.

Each of `PARTS` takes an enrolment and the time, and gives what its template shows, or None where there is nothing:
`{"template": "programs/learning/_x.html", …}`. Reads only.
"""

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n, pills
from programs import (
    attendance_part,
    certificate_part,
    check_in,
    cohort_page,
    materials,
    own_steps,
    schedule,
    steps,
    survey_part,
)
from programs.models.cohorts import LINK_SHOWN, SessionExpert
from programs.models.enrolments import EnrolmentStatus
from programs.models.materials import RECEIVES
from programs.models.schedule import SessionChange, SessionChangeKind
from programs.models.selection import ReviewRound

MOST_NEWS = 30


def sessions_of(enrolment):
    """The sessions of its cohort in their order, with those who teach. Two queries, asked once an enrolment."""
    if not hasattr(enrolment, "known_sessions"):
        parts = Prefetch("session_experts", SessionExpert.objects.select_related("expert"))
        enrolment.known_sessions = list(enrolment.cohort.sessions.prefetch_related(parts))
    return enrolment.known_sessions


def is_inside(enrolment):
    """Whether its person sees what only those enrolled see: whoever gave the place up does not."""
    return enrolment.status in RECEIVES


def is_held(session, cohort):
    """Whether it takes place."""
    return session.cancelled_at is None and cohort.cancelled_at is None


def ahead(enrolment, now):
    """The sessions that are not over, in their order."""
    return [row for row in sessions_of(enrolment) if row.ends_at > now and is_held(row, enrolment.cohort)]


# --- the top ------------------------------------------------------------------------------------------------------


def panel(enrolment, now, *, is_own=True):
    """Today's session, or the next one; what became of the place where it has ended."""
    shown = {"pill": pill_of(enrolment), "actions": [], "facts": [], "text": ""}
    status = EnrolmentStatus(enrolment.status)
    if enrolment.ended_at is not None:
        return shown | {"title": status.label, "text": enrolment.end_reason}
    rows = ahead(enrolment, now)
    if not rows:
        text = _("All sessions are over.") if sessions_of(enrolment) else _("The sessions are not fixed yet.")
        return shown | {"title": text}
    first = rows[0]
    is_today = i18n.local_date(first.starts_at) == i18n.local_date(now)
    if first.starts_at <= now:
        title = _("Now: %(title)s") % {"title": first.title}
    elif is_today:
        title = _("Today: %(title)s") % {"title": first.title}
    else:
        title = _("Next: %(title)s") % {"title": first.title}
    following = rows[1] if len(rows) > 1 else None
    text = ""
    if following is not None and is_today:
        text = _("After that: %(title)s, %(when)s") % {
            "title": following.title,
            "when": schedule.times_of(following),
        }
    door, came = at_the_door(enrolment, first, now)
    door = door if is_own else []
    return shown | {
        "title": title,
        "text": text,
        "facts": facts(first, now) + came,
        "actions": door + actions(first, now, look="" if any(one["look"] for one in door) else "primary"),
    }


def at_the_door(enrolment, session, now):
    """The way to check in while the door is open, and the fact that one has. One query then, none otherwise."""
    if not check_in.is_open(session, now):
        return [], []
    known = session.check_ins.filter(enrolment=enrolment).first()
    label = _("Check in") if known is None else _("Check out")
    url = reverse("check-in", args=[session.code])
    came = [] if known is None else [{"term": _("Checked in"), "value": i18n.clock_time(known.in_at)}]
    return [{"label": label, "url": url, "look": "primary" if known is None else ""}], came


def pill_of(enrolment):
    """How the place stands."""
    return pills.pill(pills.ENROLMENT_PILLS, enrolment.status, EnrolmentStatus(enrolment.status).label)


def facts(session, now, *, with_link=True):
    """When and where a session is held, and `with_link` from when on the online link shows on this page."""
    place = session.place or session.cohort.place
    rows = [(_("When"), schedule.times_of(session)), (_("Place"), place), (_("Room"), session.address)]
    if with_link and session.link and not session.shows_link(now):
        rows.append((_("Online link"), link_note(session)))
    return [{"term": term, "value": value} for term, value in rows if value]


def where(session, cohort, *, inside=True):
    """Where a session is held: its own place, or its cohort's; the room is for those enrolled."""
    return ", ".join(part for part in (session.place or cohort.place, session.address if inside else "") if part)


def link_note(session):
    """From when on the online link shows."""
    return _("It appears here %(moment)s.") % {
        "moment": pgettext("when", "from %(moment)s") % {"moment": i18n.moment(session.starts_at - LINK_SHOWN)}
    }


def actions(session, now, *, look="primary"):
    """Where a session leads to at `now`: its online room and its map."""
    found = []
    if session.shows_link(now):
        found.append({"label": _("Join online"), "url": session.link, "look": look})
    if session.map_link:
        found.append({"label": _("Map"), "url": session.map_link})
    return found


def steps_of(enrolment, now):
    """All steps of the place: those of its application where it came from one, else the cohort's."""
    cohort, application = enrolment.cohort, enrolment.application
    rounds = list(ReviewRound.objects.filter(cohort=cohort).order_by("number"))
    milestones = list(cohort.milestones.all())
    if application is None:
        return steps.cohort_steps(cohort, milestones, now, rounds)
    changes = list(application.changes.order_by("at", "pk"))
    slots = list(application.slots.select_related("panel", "round")) if rounds else []
    return own_steps.application_steps(
        application, cohort, milestones, changes, enrolment, now, rounds=rounds, slots=slots
    )


# --- the parts ----------------------------------------------------------------------------------------------------


def schedule_part(enrolment, now):
    """Every session, in order; what only those enrolled see is there for them alone."""
    rows = sessions_of(enrolment)
    inside = is_inside(enrolment)
    lines = [session_line(row, enrolment.cohort, now, inside=inside) for row in rows]
    return {"template": "programs/learning/_schedule.html", "lines": lines}


def session_line(session, cohort, now, *, inside):
    """One session of the schedule."""
    held = is_held(session, cohort)
    return {
        "when": cohort_page.meeting(session),
        "title": session.title,
        "title_lang": i18n.language_of(session, "title"),
        "who": ", ".join(row.expert.name for row in session.session_experts.all()),
        "where": where(session, cohort, inside=inside),
        "access": session.access if inside and held else "",
        "map": session.map_link if inside and held else "",
        "link": session.link if inside and held and session.shows_link(now) else "",
        "link_note": link_note(session)
        if inside and held and session.link and now < session.starts_at - LINK_SHOWN
        else "",
        "is_extra": not session.is_required,
        "reason": session.cancel_reason if inside else "",
        "pill": _state(session, held, now),
    }


def _state(session, held, now):
    if not held:
        return cohort_page.cancelled_pill()
    if session.ends_at <= now:
        return pills.pill(pills.PHASE_PILLS, "finished", pgettext("session", "Over"))
    if session.starts_at <= now:
        return pills.pill(pills.PHASE_PILLS, "running", pgettext("session", "Now"))
    if i18n.local_date(session.starts_at) == i18n.local_date(now):
        return pills.pill(pills.PHASE_PILLS, "open", pgettext("session", "Today"))
    return None


def materials_part(enrolment, now):
    """What was handed out, to all who take part: whoever joins late has what the others have. One query."""
    if not is_inside(enrolment):
        return None
    rows = list(materials.rows().out(now).filter(cohort=enrolment.cohort_id).order_by("made_at", "pk"))
    if not rows:
        return None
    lines = [materials.line(row, now) | {"when": i18n.day(row.visible_from or row.made_at)} for row in rows]
    joined = any((row.visible_from or row.made_at) < enrolment.enrolled_at for row in rows)
    return {"template": "programs/learning/_materials.html", "lines": lines, "joined": joined}


def news_part(enrolment, now):
    """What those in the cohort were told of its sessions, newest first, before the person joined too. One query."""
    if not is_inside(enrolment):
        return None
    rows = SessionChange.objects.filter(session__cohort=enrolment.cohort_id).select_related("session")
    rows = [row for row in rows.order_by("-pk")[:MOST_NEWS] if row.at >= (enrolment.cohort.published_at or now)]
    if not rows:
        return None
    joined = any(row.at < enrolment.enrolled_at for row in rows)
    return {"template": "programs/learning/_news.html", "lines": [news_line(row) for row in rows], "joined": joined}


def news_line(change):
    """One change of a session in words."""
    told = change.after
    if change.kind == SessionChangeKind.CANCELLED:
        note = f"{change.get_kind_display()} · {change.reason}"
    elif change.before:
        note = " · ".join(schedule.differences(change.before, told))
    else:
        note = f"{change.get_kind_display()} · {schedule.times(told)}"
    return {"when": i18n.moment(change.at), "title": schedule.words(told, "title"), "note": note, "user": True}


PARTS = (
    certificate_part.part,
    survey_part.part,
    schedule_part,
    attendance_part.part,
    materials_part,
    news_part,
)


OWN = (survey_part.part,)  # nobody else is told whether somebody has answered


def parts(enrolment, now, *, is_own=True):
    """What all parts have to show, in their order; to others than the person without what is theirs alone."""
    shown = [part for part in PARTS if is_own or part not in OWN]
    return [found for part in shown if (found := part(enrolment, now)) is not None]
