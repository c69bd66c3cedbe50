"""Interviews, read: which slots there are for whom, who has none, what would clash, who may know what.

The place is for those who meet: the applicant whose slot it is, and the panel. The panel has the link at any time,
the applicant from LINK_BEFORE the beginning until the end, so that it is not passed on long before.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import F, Q
from django.utils.translation import gettext as _

from portal import i18n
from portal.clock import SEOUL
from programs.conflicts import conflicts_of
from programs.models.applications import Application, ApplicationStatus
from programs.models.interviews import ChangeKind, InterviewChange, InterviewSlot, Panel
from programs.models.selection import Review, ReviewRound, RoundKind

LINK_BEFORE = timedelta(hours=24)
SHORTEST, LONGEST, MOST_IN_SERIES = 5, 240, 100  # minutes of a slot; slots made at once


def round_of(application):
    """The interview round in which an application under review stands, or None."""
    if application.status != ApplicationStatus.IN_REVIEW:
        return None
    return ReviewRound.objects.filter(
        cohort=application.cohort_id, number=application.round_number, kind=RoundKind.INTERVIEW
    ).first()


def slot_of(application):
    """The slot of an application in the interview round in which it stands, or None."""
    round_ = round_of(application)
    if round_ is None:
        return None
    return slots().filter(round=round_, application=application).first()


def panel(panel_id):
    """A panel with its round and cohort."""
    return Panel.objects.select_related("round__cohort__program").get(pk=panel_id)


def cohort_of_round(round_id):
    """The id of the cohort to which a round belongs."""
    return ReviewRound.objects.values_list("cohort", flat=True).get(pk=round_id)


def has_history(panel_):
    """Whether anybody ever had a slot with a panel."""
    return InterviewChange.objects.filter(Q(panel=panel_) | Q(was_panel=panel_)).exists()


def slots():
    """Slots with what is shown of them."""
    return InterviewSlot.objects.select_related(
        "panel", "round__cohort__program", "application__applicant", "application__cohort__program"
    ).order_by("starts_at", "panel", "pk")


def running():
    """The slots whose interview is still to be held or has been: of applications that stand in the round."""
    return slots().filter(
        application__status=ApplicationStatus.IN_REVIEW, application__round_number=F("round__number")
    )


def can_choose(round_, now):
    """Whether applicants choose their slot themselves at `now`."""
    return round_.booking_until is not None and now < round_.booking_until and round_.released_at is None


def without_slot(round_):
    """Those of them that have no slot yet."""
    taken = InterviewSlot.objects.filter(round=round_, application__isnull=False)
    return Application.objects.standing_in(round_).exclude(pk__in=taken.values("application"))


def conflicting(round_, applications, *, reviewers=None):
    """The pairs (application id, user id) of which the one may not be interviewed by the other.

    Whatever is booked, moved, shown to a panel or pointed out to staff asks here. `reviewers` are ids of people.
    """
    return set(conflicts_of(round_, reviewers=reviewers, applications=[row.pk for row in applications]))


def barred_panels(round_, applications):
    """`{application id: ids of the panels it may not meet}`, for a conflict of interest with a member."""
    pairs = conflicting(round_, applications)
    members = Panel.members.through.objects.filter(panel__round=round_).values_list("panel", "user")
    barred = {application.pk: set() for application in applications}
    for panel, user in members:
        for application in applications:
            if (application.pk, user) in pairs:
                barred[application.pk].add(panel)
    return barred


def to_move(round_, now):
    """The slots that are yet to be held before a panel that may not meet their applicant, each with `conflicted`:
    the members with a conflict of interest, which became known after the slot was booked.
    """
    ahead = list(running().filter(round=round_, ends_at__gt=now, turnout="").prefetch_related("panel__members"))
    pairs = conflicting(round_, [slot.application for slot in ahead]) if ahead else set()
    found = []
    for slot in ahead:
        members = slot.panel.members.all()
        slot.conflicted = [member for member in members if (slot.application_id, member.pk) in pairs]
        found += [slot] if slot.conflicted else []
    return found


def free_slots(round_, now):
    """The slots of a round that nobody has and that lie ahead."""
    return slots().filter(round=round_, application=None, starts_at__gt=now)


def choices(application, round_, now):
    """The free slots among which an application can choose: none before a panel that it may not meet."""
    barred = barred_panels(round_, [application])[application.pk]
    return [slot for slot in free_slots(round_, now) if slot.panel_id not in barred]


def same_time(slot):
    """What an applicant chooses by: when, and whether online or in person."""
    return slot.starts_at, slot.ends_at, way(slot.panel)


def as_good(slot, application, now):
    """A free slot at the same time before another panel, where that one has just been taken; or None."""
    found = choices(application, slot.round, now)
    return next((row for row in found if same_time(row) == same_time(slot)), None)


# --- what would clash ------------------------------------------------------------------------------


def series(day, start, end, minutes, pause):
    """The spans of `minutes` each with `pause` between, from `start` to `end` on `day` in Seoul."""
    begin = datetime.combine(day, start, SEOUL)
    last = datetime.combine(day, end, SEOUL)
    length, found = timedelta(minutes=minutes), []
    while begin + length <= last and len(found) < MOST_IN_SERIES:
        found.append((begin, begin + length))
        begin += length + timedelta(minutes=pause)
    return found


def clashes(panel_, spans, *, members, own=True):
    """For each span what it would clash with, in words; "" where nothing does.

    A panel holds one interview at a time, and so does each of its `members`, whatever the round or the cohort.
    Without `own` the panel's other slots are no clash.
    """
    if not spans:
        return []
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    near = InterviewSlot.objects.filter(starts_at__lt=last, ends_at__gt=first)
    held = list(near.filter(panel=panel_).values_list("starts_at", "ends_at")) if own else []
    others = list(
        near.exclude(panel=panel_)
        .filter(panel__members__in=members)
        .values_list("starts_at", "ends_at", "panel__members__full_name", "panel__members")
    )
    known = {member.pk for member in members}
    found = []
    for start, end in spans:
        text = ""
        if any(begins < end and ends > start for begins, ends in held):
            text = _("The panel has a slot at this time.")
        else:
            names = [
                name for begins, ends, name, member in others if member in known and begins < end and ends > start
            ]
            if names:
                text = _("%(name)s sits in another panel at this time.") % {"name": names[0]}
        found.append(text)
    return found


# --- who may know what -----------------------------------------------------------------------------


def is_linked(slot, now):
    """Whether the applicant sees the link at `now`."""
    return bool(slot.panel.link) and slot.starts_at - LINK_BEFORE <= now < slot.ends_at


def way(panel_):
    """How a panel meets people, told to whoever chooses: online or in person; "" where neither is known."""
    if panel_.place:
        return _("In person")
    return _("Online") if panel_.link else ""


def panels_of(user):
    """The panels in which `user` sits as a reviewer who is still invited."""
    return Panel.objects.filter(
        members=user, round__reviewers__user=user, round__reviewers__ended_at=None, round__cohort__cancelled_at=None
    )


def is_on_panel(user):
    """Whether `user` interviews anybody, now or before."""
    return panels_of(user).exists()


def slots_for(user):
    """The booked slots of the panels in which `user` sits, each with `names_shown` (not where names are hidden)
    and `review_code`, the address of the review that goes with it.

    Names are for those who have pledged confidentiality. A slot of somebody with whom `user` has a conflict of
    interest is left out, as is one of an application that has left the round before its interview.
    """
    rows = list(running().filter(panel__in=panels_of(user).values("pk")))
    barred = set()
    for round_ in {row.round_id: row.round for row in rows}.values():
        barred |= conflicting(
            round_, [row.application for row in rows if row.round_id == round_.pk], reviewers=[user.pk]
        )
    rows = [row for row in rows if (row.application_id, user.pk) not in barred]
    pledged = set(
        user.reviewing.filter(round__in={row.round_id for row in rows}, pledged_at__isnull=False).values_list(
            "round", flat=True
        )
    )
    reviews = Review.objects.live().filter(reviewer=user, round__in={row.round_id for row in rows})
    codes = {(pk, round_): code for pk, round_, code in reviews.values_list("application", "round", "code")}
    for row in rows:
        row.names_shown = not row.round.is_blind and row.round_id in pledged
        row.review_code = codes.get((row.application_id, row.round_id), "")
    return rows


# --- times -----------------------------------------------------------------------------------------


def own_time(start, end, zone_name):
    """The times of `start` and `end` in somebody's own zone, with its name; "" where they are Seoul's."""
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.utcoffset() == start.astimezone(SEOUL).utcoffset():
        return ""
    return _("%(day)s %(start)s–%(end)s, %(zone)s time") % {
        "day": i18n.day(first.date()),
        "start": f"{first:%H:%M}",
        "end": f"{last:%H:%M}",
        "zone": zone_name.rpartition("/")[2].replace("_", " "),
    }


# --- what has happened -----------------------------------------------------------------------------


def changes_of(application, round_):
    """What has happened to an interview, the last first."""
    return InterviewChange.objects.filter(application=application, round=round_).order_by("-pk")


def is_latest(change):
    """Whether nothing has happened to the interview since."""
    later = InterviewChange.objects.filter(
        application=change.application_id, round=change.round_id, pk__gt=change.pk
    )
    return not later.exists()


def stands(change):
    """Whether the application still stands in the round of a change."""
    application = change.application
    return application.status == ApplicationStatus.IN_REVIEW and application.round_number == change.round.number


def holds(change):
    """Whether what a change says is the last word about an interview that is to be held."""
    return stands(change) and change.kind != ChangeKind.CANCELLED and is_latest(change)


def holds_time(change):
    """Whether the interview is still at the time that a booking or a move gave it; its place may have changed."""
    later = InterviewChange.objects.filter(
        application=change.application_id, round=change.round_id, pk__gt=change.pk
    ).exclude(kind=ChangeKind.DETAILS)
    return stands(change) and not later.exists()


def in_time(found):
    """Of booked slots, the change that gave each its time: `{slot id: InterviewChange}`."""
    rows = InterviewChange.objects.filter(
        application__in=[slot.application_id for slot in found], kind__in=[ChangeKind.BOOKED, ChangeKind.MOVED]
    ).select_related("application__cohort__program", "application__applicant", "panel", "round")
    latest = {(row.application_id, row.round_id): row for row in rows.order_by("pk")}
    keys = {slot.pk: (slot.application_id, slot.round_id) for slot in found}
    return {pk: latest[key] for pk, key in keys.items() if key in latest}


def untold():
    """The changes of which the panels have not been told."""
    return InterviewChange.objects.filter(told_at=None).filter(
        Q(round__cohort__cancelled_at=None), round__released_at=None
    )


# --- as pages show it ------------------------------------------------------------------------------


def part(application, now, *, is_own=True):
    """The interview as the application's page shows it; None where there is none at this stage."""
    round_ = round_of(application)
    if round_ is None:
        return None
    slot = slots().filter(round=round_, application=application).first()
    chooses = is_own and can_choose(round_, now) and (slot is None or slot.starts_at > now)
    shown = {
        "slot": slot,
        "can_choose": chooses,
        "until": i18n.deadline(round_.booking_until) if round_.booking_until else "",
        "code": application.code,
        "is_own": is_own,
    }
    if slot is not None:
        shown |= {"facts": facts(slot, application.applicant, now), "link": "", "link_later": ""}
        if is_linked(slot, now):
            shown["link"] = slot.panel.link
        elif slot.panel.link and now < slot.ends_at:
            shown["link_later"] = i18n.moment(slot.starts_at - LINK_BEFORE)
    return shown


def facts(slot, person, now):
    """When and where, for the person whose slot it is."""
    found = [{"term": _("When"), "value": i18n.span(slot.starts_at, slot.ends_at, times=True)}]
    own = own_time(slot.starts_at, slot.ends_at, person.time_zone)
    if own:
        found.append({"term": _("In your time zone"), "value": own})
    if slot.panel.place:
        lang = i18n.language_of(slot.panel, "place")
        found.append({"term": _("Place"), "value": slot.panel.place, "lang": lang})
    elif slot.panel.link:
        found.append({"term": _("Place"), "value": _("Online")})
    return found


def days(found, person, own=None):
    """Free slots day by day, as an applicant chooses among them: each time once, without that of their `own` slot.

    Which of several panels it is decides itself: the first that is free.
    """
    grouped, seen = {}, {same_time(own)} if own else set()
    for slot in found:
        if same_time(slot) in seen:
            continue
        seen.add(same_time(slot))
        grouped.setdefault(i18n.local_date(slot.starts_at), []).append(
            {
                "code": slot.code,
                "time": i18n.hours(slot.starts_at, slot.ends_at),
                "own": own_time(slot.starts_at, slot.ends_at, person.time_zone),
                "way": way(slot.panel),
            }
        )
    return [{"title": i18n.day(day), "slots": rows} for day, rows in sorted(grouped.items())]


def lines_of_panel(found, now):
    """A reviewer's interviews, day by day, with who comes as far as may be known."""
    grouped = {}
    for slot in found:
        application = slot.application
        grouped.setdefault(i18n.local_date(slot.starts_at), []).append(
            {
                "time": i18n.hours(slot.starts_at, slot.ends_at),
                "number": application.receipt_number,
                "review": slot.review_code,
                "name": application.full_name if slot.names_shown else "",
                "program": application.cohort.program.title,
                "program_lang": i18n.language_of(application.cohort.program, "title"),
                "panel": slot.panel.title,
                "panel_lang": i18n.language_of(slot.panel, "title"),
                "place": slot.panel.place,
                "place_lang": i18n.language_of(slot.panel, "place"),
                "link": slot.panel.link,
                "is_over": slot.ends_at <= now,
                "turnout": slot.get_turnout_display() if slot.turnout else "",
            }
        )
    return [{"title": i18n.day(day), "slots": rows} for day, rows in sorted(grouped.items())]
