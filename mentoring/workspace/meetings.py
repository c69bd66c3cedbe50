"""Meetings as pages show them: on a pair's page, on their own, and the free times to choose among. Reads only."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mentoring import feedback, progress, slots, zones
from mentoring.emails.meetings import STANDS
from mentoring.meeting_labels import minutes_label, pill_of, reason_of, way_of, word_label
from mentoring.models.meetings import Meeting, MeetingStatus, MeetingWay
from portal import i18n

S = MeetingStatus
WEEK = timedelta(days=7)
TEMPLATE = "mentoring/workspace/_meetings.html"


def part(user, pairing, viewer, now, held):
    """The meetings on a pair's page: the next one, all others, and where to book."""
    rows = list(Meeting.objects.for_page().filter(pairing=pairing).exclude(status=S.RESCHEDULED))
    ahead = [row for row in rows if row.status == S.SCHEDULED and row.ends_at > now]
    others = [row for row in rows if row not in ahead]
    is_own = viewer != progress.STAFF
    reason = slots.closed(pairing)
    round_ = slots.round_of(pairing)
    if not rows and reason and not is_own:
        return None
    minutes = sum(row.minutes or 0 for row in rows)
    return {
        "template": TEMPLATE,
        "ahead": [line_of(row, user, now) for row in ahead],
        "others": [line_of(row, user, now) for row in reversed(others)],
        "summary": summary(sum(row.status == S.HELD for row in rows), minutes, round_),
        "book_url": reverse("meeting-book", args=[pairing.code]) if is_own and not reason else "",
        "closed": reason if pairing.is_live else "",
        "feedback": [feedback_line(row, user) for row in feedback.wanted_of(user, pairing, reversed(others), now)],
    }


def feedback_line(meeting, reader):
    """A meeting on which feedback is wanted, and where it is given."""
    return {
        "title": zones.times(meeting.starts_at, meeting.ends_at, zones.zones_for(reader, meeting.people)),
        "url": reverse("meeting-feedback", args=[meeting.code]),
    }


def for_panel(parts):
    """What the panel of the page tells of them: the next one, and whether one can be booked."""
    found = next((part for part in parts if part["template"] == TEMPLATE), None)
    if found is None:
        return {}
    ahead = found["ahead"]
    return {"next_meeting": ahead[0]["title"] if ahead else "", "may_book": bool(found["book_url"])}


def summary(held, minutes, round_):
    """How much was held of what is planned."""
    if round_ is not None and round_.meetings_planned:
        text = pgettext("meetings", "%(held)s of %(planned)s held") % {
            "held": held,
            "planned": round_.meetings_planned,
        }
    else:
        text = ngettext("%(count)s meeting held", "%(count)s meetings held", held) % {"count": held}
    return f"{text} · {minutes_label(minutes)}" if minutes else text


def line_of(meeting, reader, now):
    """A meeting as `components/lines.html` shows it."""
    title = zones.times(meeting.starts_at, meeting.ends_at, zones.zones_for(reader, meeting.people))
    told = [way_of(meeting), meeting.subject]
    if meeting.minutes:
        told.append(minutes_label(meeting.minutes))
    return {
        "title": title,
        "note": " · ".join(text for text in told if text),
        "url": meeting.get_absolute_url(),
        "pill": pill_of(meeting, now),
    }


# --- the page of a meeting ----------------------------------------------------------------------------------------


def page(meeting, reader, viewer, now):
    """What the page of a meeting shows to `reader`, who is `viewer` to its pair."""
    is_own = viewer != progress.STAFF
    is_open = meeting.status == S.SCHEDULED
    is_live = meeting.pairing.is_live
    may_change = is_own and is_open and is_live
    both = zones.zones_for(reader, meeting.people)
    title, text = headline(meeting, viewer, now, both)
    return {
        "meeting": meeting,
        "panel": {"pill": pill_of(meeting, now), "title": title, "text": text, "facts": []},
        "facts": facts(meeting, both),
        "link": meeting.link if is_own and is_open and is_live and meeting.ends_at > now else "",
        "has_link": bool(meeting.link),
        "is_online": meeting.way == MeetingWay.ONLINE,
        "steps": steps(meeting, now, both),
        "words": words(meeting, both),
        "may_move": may_change and meeting.starts_at > now and not slots.closed(meeting.pairing),
        "may_cancel": is_open and meeting.starts_at > now and (may_change or not is_own),
        "may_detail": may_change and meeting.ends_at > now,
        "may_say": may_change and meeting.starts_at <= now,
        "has_file": is_own and (is_live or viewer == progress.MENTEE),
        "late": notice_note(meeting, now),
    }


def headline(meeting, viewer, now, both):
    """Where a meeting stands, and what follows."""
    if meeting.status == S.CANCELLED:
        return _("This meeting has been cancelled."), ""
    if meeting.status == S.RESCHEDULED:
        return _("This meeting has been moved to another time."), ""
    if meeting.status != S.SCHEDULED:
        return word_label(meeting.status, meeting.minutes), _("How this meeting went is settled.")
    if meeting.mentor_says and meeting.mentee_says:
        return (
            _("The two of you say different things.") if viewer != progress.STAFF else _("The two disagree."),
            _("The organizer decides. Until then each side can still agree with the other."),
        )
    if meeting.mentor_says or meeting.mentee_says:
        side = progress.MENTOR if meeting.mentor_says else progress.MENTEE
        until = (meeting.mentor_said_at or meeting.mentee_said_at) + STANDS
        told = _("If nothing else is said until %(until)s, this stands.") % {
            "until": zones.times(until, None, both)
        }
        if viewer == side:
            return _("You have said how it went."), told
        return _("Please agree, or say otherwise."), told
    if meeting.starts_at <= now:
        return _("How did it go?"), _("Both of you say so here. The minutes held count for the record.")
    if viewer == progress.STAFF:
        return _("The meeting is booked."), ""
    return _("Your meeting is booked."), _("We remind you a day and an hour before.")


def facts(meeting, both):
    """When, where, and what about."""
    found = [{"term": _("When"), "value": zones.times(meeting.starts_at, meeting.ends_at, both)}]
    in_person = meeting.way == MeetingWay.IN_PERSON
    found.append({"term": pgettext("meeting", "Where"), "value": way_of(meeting), "user": in_person})
    if meeting.subject:
        found.append({"term": _("What it is about"), "value": meeting.subject, "user": True})
    if meeting.interpreter:
        name = meeting.interpreter.name
        found.append({"term": _("Interpreter"), "value": name, "lang": i18n.language_of_text(name), "user": True})
    if meeting.is_off and meeting.called_off_reason:
        found.append({"term": _("Reason"), "value": reason_of(meeting), "user": True})
    return found


def words(meeting, both):
    """What each side has said."""
    found = []
    for side, term in (("mentor", _("The mentor says")), ("mentee", _("The mentee says"))):
        said, minutes = getattr(meeting, f"{side}_says"), getattr(meeting, f"{side}_minutes")
        if said:
            at = zones.times(getattr(meeting, f"{side}_said_at"), None, both)
            found.append({"term": term, "value": f"{word_label(said, minutes)} ({at})"})
    if meeting.settled_by_id is not None:
        value = f"{word_label(meeting.status, meeting.minutes)} ({zones.times(meeting.settled_at, None, both)})"
        found.append({"term": _("The organizer decided"), "value": value})
    return found


def steps(meeting, now, both):
    """All steps of a meeting, the current one and what is next."""
    booked = (pgettext("meeting", "Booked"), zones.times(meeting.booked_at, None, both))
    if meeting.is_off:
        off = zones.times(meeting.changed_at, None, both)
        return [
            progress.Step(booked[0], "", booked[1], progress.DONE),
            progress.Step(meeting.get_status_display(), "", off, progress.DONE),
        ]
    begun, settled = meeting.starts_at <= now, meeting.settled_at is not None
    said = settled or bool(meeting.mentor_says or meeting.mentee_says)
    rows = [
        (*booked, True, ""),
        (_("The meeting"), zones.times(meeting.starts_at, None, both), begun, ""),
        (_("Said how it went"), "", said, _("By the mentor and the mentee.")),
        (
            pgettext("meeting", "Settled"),
            zones.times(meeting.settled_at, None, both) if settled else "",
            settled,
            "" if settled else _("When both say the same, or one of them says nothing for 72 hours."),
        ),
    ]
    current = next((number for number, row in enumerate(rows) if not row[2]), None)
    return [
        progress.Step(
            title, note, when, progress.DONE if done else progress.NOW if number == current else progress.NEXT
        )
        for number, (title, when, done, note) in enumerate(rows)
    ]


def notice_note(meeting, now):
    """What whoever moves or cancels a meeting now is told, where it is late."""
    if not slots.is_late(meeting.pairing, meeting.starts_at, now):
        return ""
    return _("It is less than the agreed notice before the meeting. Staff see that it was called off late.")


# --- free times ---------------------------------------------------------------------------------------------------


def monday(moment, zone):
    """The Monday of a moment's week in a zone."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def weeks(found, pairing, reader, asked):
    """Free slots as a week to choose from: that of the Monday `asked`, else the first that has any.

    None where there is none at all.
    """
    both = zones.zones_for(reader, slots.people_of(pairing))
    zone = both[0]
    by_week = {}
    for start, _end in found:
        by_week.setdefault(monday(start, zone), []).append(start)
    if not by_week:
        return None
    shown = asked if asked in by_week else min(by_week)
    days = {shown + timedelta(days=number): [] for number in range(7)}
    for start in by_week[shown]:
        local = start.astimezone(zone)
        days[local.date()].append(
            {
                "value": slots.value_of(start),
                "time": zones.hours(local),
                "other": zones.elsewhere(start, both),
            }
        )
    before = [week for week in sorted(by_week) if week < shown]
    after = [week for week in sorted(by_week) if week > shown]
    return {
        "title": i18n.span(shown, shown + timedelta(days=6)),
        "days": [{"title": i18n.day(day), "key": day.isoformat(), "slots": rows} for day, rows in days.items()],
        "before": before[-1].isoformat() if before else "",
        "after": after[0].isoformat() if after else "",
        "zones": [zones.zone_name(zone_.key) for zone_ in both],
    }


def empty_reason(pairing, viewer):
    """Why there is no free time, and what to do about it: a title and a text."""
    missing = slots.without_week(pairing)
    own, other = pairing.mentor.user, pairing.enrolment.person
    if viewer == progress.MENTEE:
        own, other = other, own
    if own in missing:
        return (
            _("You have not said yet when you have time."),
            _("Free times are what both of you have in common. Write down your usual week first."),
        )
    if other in missing:
        return (
            _("The other side has not said yet when they have time."),
            _("As soon as they have, free times appear here."),
        )
    return (
        _("There is no free time in common in the next eight weeks."),
        _("Widen your usual week, or agree on a time outside it: the mentor can book it."),
    )
