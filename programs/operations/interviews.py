"""Interview slots: made, booked, moved, freed, and what follows from it: reviews, mails, calendars.

Whoever changes a slot holds the lock on its cohort, and on the application where there is one, before the slot's.
Of two people who take the same slot one gets it; the other is told so. Members of a panel review whom they meet.
"""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import interview_emails as emails
from programs import interviews
from programs.models.applications import ApplicationStatus
from programs.models.interviews import ChangeKind, InterviewChange, InterviewSlot, Turnout
from programs.models.selection import Review, ReviewEnd, RoundKind
from programs.operations.moves import lock_application, lock_cohort, not_now

S = ApplicationStatus
IN_SELECTION = (S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED)
NOT_BOOKED = {"application": None, "booked_at": None, "turnout": ""}


# --- choosing and assigning ------------------------------------------------------------------------


@transaction.atomic
def book(application_id, code, *, by):
    """The applicant takes the slot with this code, out of the one they had. Returns the slot; twice is once.

    Until the round's `booking_until`; refuses a slot that is not offered to them. Where somebody else has just
    taken it, another panel's at the same time does as well; without one it is refused.
    """
    cohort, application = lock_application(application_id)
    now = clock.now()
    round_ = round_for(application)
    if not interviews.can_choose(round_, now):
        raise Refused(_("Times can no longer be chosen here. Please write to us instead."))
    slot = lock_slots(round_).filter(code=code).first()
    if slot is None:
        raise Refused(_("This time is no longer offered. Please choose another one."))
    if slot.application_id not in (None, application.pk):
        other = interviews.as_good(slot, application, now)
        slot = slot if other is None else lock_slots(round_).get(pk=other.pk)
    if slot.application_id != application.pk:
        place(application, slot, by=by, now=now)
    return slot


@transaction.atomic
def assign(application_id, slot_id, *, by):
    """Staff give an application a slot, out of the one it had, at any time before the slot. Twice is once."""
    _cohort, application = lock_application(application_id)
    round_ = round_for(application)
    slot = lock_slots(round_).filter(pk=slot_id).first()
    if slot is None:
        raise Refused(_("This slot belongs to another round, or has been removed."))
    if slot.application_id != application.pk:
        place(application, slot, by=by, now=clock.now())
    return slot


@transaction.atomic
def assign_rest(round_id, *, by):
    """Give everybody in a round who has no slot one, in the order of receipt. Returns how many got one.

    The earlier application gets the earlier slot; where a conflict of interest or another interview is in the way,
    the others change places until as many as possible are served.
    """
    cohort, round_ = lock_round(round_id)
    now = clock.now()
    plan = plan_rest(round_, now)
    chosen = lock_slots(round_).in_bulk([slot.pk for _application, slot in plan])
    for application, slot in plan:
        application.cohort = cohort
        put(application, chosen[slot.pk], by=by, now=now)
    audit.record("interviews.assigned", target=cohort, by=by, after=str(len(plan)))
    return len(plan)


def plan_rest(round_, now):
    """Who would get which slot, in the order of receipt. As many as possible, the earlier before the later."""
    waiting = list(interviews.without_slot(round_).select_related("applicant"))
    free = list(interviews.free_slots(round_, now))
    barred = interviews.barred_panels(round_, waiting)
    busy = other_interviews([application.applicant_id for application in waiting], round_)
    suits = {
        application.pk: [
            place
            for place, slot in enumerate(free)
            if slot.panel_id not in barred[application.pk]
            and not any(
                begins < slot.ends_at and ends > slot.starts_at
                for begins, ends in busy.get(application.applicant_id, ())
            )
        ]
        for application in waiting
    }
    holder = {}

    def find(pk, seen):
        for place_ in suits[pk]:
            if place_ in seen:
                continue
            seen.add(place_)
            if place_ not in holder or find(holder[place_], seen):
                holder[place_] = pk
                return True
        return False

    for application in waiting:
        find(application.pk, set())
    places = {pk: place_ for place_, pk in holder.items()}
    return [(row, free[places[row.pk]]) for row in waiting if row.pk in places]


def round_for(application):
    """The interview round in which an application stands; refuses where there is none."""
    if application.cohort.cancelled_at:
        raise Refused(_("The cohort is cancelled."))
    if application.status != S.IN_REVIEW:
        raise not_now(application)
    round_ = interviews.round_of(application)
    if round_ is None:
        raise Refused(_("There is no interview at this stage."))
    return round_


def lock_slots(round_):
    """The slots of a round, to be locked as they are read, always in the same order."""
    found = InterviewSlot.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("panel", "round").filter(round=round_).order_by("pk")


def lock_round(round_id):
    """The cohort of an interview round, locked, and the round; refuses other rounds and cancelled cohorts."""
    cohort = lock_cohort(interviews.cohort_of_round(round_id))
    round_ = cohort.rounds.get(pk=round_id)
    if round_.kind != RoundKind.INTERVIEW:
        raise Refused(_("This round has no interviews."))
    if cohort.cancelled_at:
        raise Refused(_("The cohort is cancelled."))
    return cohort, round_


def place(application, slot, *, by, now):
    """Check that an application can have a slot, and put it there."""
    if slot.application_id is not None:
        raise Refused(_("Somebody else has just taken this time. Please choose another one."))
    if slot.starts_at <= now:
        raise Refused(_("This time has passed."))
    if slot.panel_id in interviews.barred_panels(slot.round, [application])[application.pk]:
        raise Refused(_("A member of this panel may not interview this applicant."))
    person = application.applicant_id
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=person)
    for begins, ends in other_interviews([person], slot.round).get(person, ()):
        if begins < slot.ends_at and ends > slot.starts_at:
            raise Refused(_("There is another interview of this person at that time."))
    put(application, slot, by=by, now=now)


def other_interviews(people, round_):
    """`{person: spans}` of the interviews they have in other rounds."""
    found = {}
    rows = interviews.running().filter(application__applicant__in=people).exclude(round=round_)
    for slot in rows:
        found.setdefault(slot.application.applicant_id, []).append((slot.starts_at, slot.ends_at))
    return found


def put(application, slot, *, by, now):
    """Put an application into a slot, out of the one it had; the caller holds the locks and has checked."""
    before = lock_slots(slot.round).filter(application=application).first()
    if before is not None and before.turnout == Turnout.ATTENDED:
        raise Refused(_("This interview has been held."))
    sequence = next_sequence(application, slot)
    if before is not None:
        write(before, now, **NOT_BOOKED, sequence=before.sequence + 1)
    write(slot, now, application=application, booked_at=now, sequence=sequence)
    change = note(
        slot,
        application,
        ChangeKind.BOOKED if before is None else ChangeKind.MOVED,
        by=by,
        now=now,
        was=before,
    )
    end_reviews(application, slot.round, now, keep=slot.panel.members.values("pk"))
    give_reviews(application, slot, by=by, now=now)
    (emails.booked if before is None else emails.moved)(change)


def write(slot, now, **fields):
    """Change a slot."""
    for name, value in (fields | {"changed_at": now}).items():
        setattr(slot, name, value)
    slot.save(update_fields=[*fields, "changed_at"])


def next_sequence(application, slot):
    """A number above the slot's own and above all that the application's interview has had."""
    last = interviews.changes_of(application, slot.round).aggregate(last=Max("sequence"))["last"]
    return max(last or 0, slot.sequence) + 1


def note(slot, application, kind, *, by, now, was=None, reason=""):
    """Write down what has happened to an interview. Returns the row, on which its mails stand."""
    change = InterviewChange.objects.create(
        application=application,
        round=slot.round,
        panel=slot.panel,
        kind=kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        was_panel=was.panel if was else None,
        was_at=was.starts_at if was else None,
        sequence=slot.sequence,
        at=now,
        by=by,
        reason=reason.strip()[:300],
    )
    audit.record(
        f"interview.{kind}",
        target=application,
        by=by,
        before=was.starts_at.isoformat(timespec="minutes") if was else "",
        after=slot.starts_at.isoformat(timespec="minutes"),
        reason=reason,
    )
    return change


# --- giving back, cancelling, leaving --------------------------------------------------------------


@transaction.atomic
def give_back(application_id, *, by):
    """The applicant gives the slot back, until `booking_until`. Twice is the same as once."""
    _cohort, application = lock_application(application_id)
    round_ = round_for(application)
    slot = lock_slots(round_).filter(application=application).first()
    if slot is None:
        return
    now = clock.now()
    if not interviews.can_choose(round_, now) or slot.starts_at <= now:
        raise Refused(_("Times can no longer be chosen here. Please write to us instead."))
    vacate(slot, application, by=by, now=now)


@transaction.atomic
def cancel(slot_id, *, by, reason):
    """Staff call one interview off, with a reason that the applicant reads; the slot is free again."""
    application_id = InterviewSlot.objects.filter(pk=slot_id).values_list("application", flat=True).first()
    if application_id is None:
        raise Refused(_("Nobody has this slot."))
    _cohort, application = lock_application(application_id)
    slot = InterviewSlot.objects.select_for_update(of=("self",), no_key=True).select_related("panel", "round")
    slot = slot.filter(pk=slot_id, application=application).first()
    if slot is None:
        raise Refused(_("Nobody has this slot."))
    if not reason.strip():
        raise Refused(_("Give a reason; the applicant will read it."))
    if slot.turnout == Turnout.ATTENDED:
        raise Refused(_("This interview has been held."))
    vacate(slot, application, by=by, now=clock.now(), reason=reason)


def vacate(slot, application, *, by, now, reason="", end=ReviewEnd.REMOVED):
    """Free a slot, end the reviews that came with it, and tell the applicant."""
    write(slot, now, **NOT_BOOKED, sequence=next_sequence(application, slot))
    change = note(slot, application, ChangeKind.CANCELLED, by=by, now=now, reason=reason)
    end_reviews(application, slot.round, now, reason=end)
    emails.cancelled(change)


def leave(application, change):
    """After an application has left the selection: the slot that lay ahead is free, and nobody reviews it there.

    Called inside the transaction of the move, behind its locks. An interview that has been held stays written down.
    """
    left = change.from_status in IN_SELECTION and change.to_status not in IN_SELECTION
    if not left or not application.cohort.is_reviewed:
        return
    ahead = InterviewSlot.objects.select_for_update(of=("self",), no_key=True).select_related("panel", "round")
    for slot in ahead.filter(application=application, starts_at__gt=change.at):
        vacate(slot, application, by=change.by, now=change.at, end=ReviewEnd.LEFT)


# --- the reviews of those who meet -----------------------------------------------------------------


def give_reviews(application, slot, *, by, now):
    """Let each member of the slot's panel review the application, unless they do or may not."""
    there = set(
        Review.objects.live().filter(round=slot.round, application=application).values_list("reviewer", flat=True)
    )
    barred = {user for _pk, user in interviews.conflicting(slot.round, [application])}
    members = slot.panel.members.order_by("pk").values_list("pk", flat=True)
    Review.objects.bulk_create(
        Review(round=slot.round, application=application, reviewer_id=member, assigned_at=now, assigned_by=by)
        for member in members
        if member not in there | barred
    )


def end_reviews(application, round_, now, *, keep=(), reason=ReviewEnd.REMOVED):
    """End the reviews of an application in a round that are not handed in, except those of `keep`."""
    open_ = Review.objects.live().filter(round=round_, application=application, submitted_at=None)
    open_.exclude(reviewer__in=keep).update(ended_at=now, end_reason=reason)


# --- panels and their slots ------------------------------------------------------------------------


@transaction.atomic
def add_panel(round_id, *, by, members, **fields):
    """Make a panel of reviewers of the round. Returns it."""
    cohort, round_ = lock_round(round_id)
    refuse_strangers(round_, members)
    panel = round_.panels.create(**fields)
    panel.members.set(members)
    audit.record("panel.added", target=cohort, by=by, after=str(panel.pk))
    return panel


@transaction.atomic
def change_panel(panel_id, *, by, members, **fields):
    """Change a panel. Those whom it is yet to meet are told of another place; reviews follow the members.

    Refuses a new member who sits elsewhere at that time, or who may not interview somebody with a slot here.
    """
    panel = interviews.panel(panel_id)
    cohort, round_ = lock_round(panel.round_id)
    panel.refresh_from_db()
    now = clock.now()
    refuse_strangers(round_, members)
    new = [member for member in members if not panel.members.filter(pk=member.pk).exists()]
    rows = list(lock_slots(round_).filter(panel=panel).select_related("application__applicant"))
    lock_people(members)
    ahead = [(slot.starts_at, slot.ends_at) for slot in rows if slot.ends_at > now]
    refuse_clash(panel, ahead, members=new, own=False)
    booked = [slot for slot in rows if slot.application is not None]
    refuse_conflict(round_, new, [slot.application for slot in booked])
    changed = [name for name, value in fields.items() if getattr(panel, name) != value]
    for name in changed:
        setattr(panel, name, fields[name])
    if changed:
        panel.save(update_fields=changed)
    panel.members.set(members)
    moved = bool({"place_ko", "place_en", "link"} & set(changed))
    for slot in booked:
        slot.panel, application = panel, slot.application
        application.cohort = cohort
        if application.status == S.IN_REVIEW and application.round_number == round_.number:
            end_reviews(application, round_, now, keep=[member.pk for member in members])
            give_reviews(application, slot, by=by, now=now)
            if moved and slot.ends_at > now:
                write(slot, now, sequence=next_sequence(application, slot))
                emails.details(note(slot, application, ChangeKind.DETAILS, by=by, now=now))
    audit.record("panel.changed", target=cohort, by=by, before=str(panel.pk), after=", ".join(changed))
    return panel


@transaction.atomic
def remove_panel(panel_id, *, by):
    """Take away a panel that never had anybody booked."""
    panel = interviews.panel(panel_id)
    cohort, _round = lock_round(panel.round_id)
    if panel.slots.filter(application__isnull=False).exists() or interviews.has_history(panel):
        raise Refused(_("Somebody has or had a slot with this panel, so it stays."))
    audit.record("panel.removed", target=cohort, by=by, before=str(panel.pk))
    panel.delete()


@transaction.atomic
def make_slots(panel_id, spans, *, by):
    """Give a panel slots at `spans`. Refuses them all where one clashes or has passed. Returns how many."""
    panel = interviews.panel(panel_id)
    cohort, round_ = lock_round(panel.round_id)
    members = list(panel.members.all())
    if not members:
        raise Refused(_("This panel has no members yet."))
    if not spans:
        raise Refused(_("No slot fits in there."))
    if min(start for start, _end in spans) <= clock.now():
        raise Refused(_("This time has passed."))
    lock_people(members)
    refuse_clash(panel, spans, members=members)
    InterviewSlot.objects.bulk_create(
        InterviewSlot(panel=panel, round=round_, starts_at=start, ends_at=end) for start, end in spans
    )
    audit.record("slots.made", target=cohort, by=by, before=str(panel.pk), after=str(len(spans)))
    return len(spans)


@transaction.atomic
def remove_slots(round_id, slot_ids, *, by):
    """Take away free slots; refuses them all where somebody has one. Returns how many."""
    cohort, round_ = lock_round(round_id)
    rows = list(lock_slots(round_).filter(pk__in=slot_ids))
    if any(slot.application_id is not None for slot in rows):
        raise Refused(_("Somebody has one of these slots; cancel that interview first."))
    InterviewSlot.objects.filter(pk__in=[slot.pk for slot in rows]).delete()
    if rows:
        audit.record("slots.removed", target=cohort, by=by, after=str(len(rows)))
    return len(rows)


@transaction.atomic
def set_turnout(slot_id, turnout, *, by):
    """Write down whether the applicant came; "" takes it back. Not before the interview begins."""
    slot = InterviewSlot.objects.select_related("round").get(pk=slot_id)
    lock_cohort(slot.round.cohort_id)
    slot.refresh_from_db()
    if slot.application_id is None:
        raise Refused(_("Nobody has this slot."))
    if clock.now() < slot.starts_at:
        raise Refused(_("The interview has not begun yet."))
    if turnout not in ("", *Turnout.values):
        raise Refused(_("Choose one of the two."))
    if turnout == slot.turnout:
        return
    audit.record("interview.turnout", target=slot.application, by=by, before=slot.turnout, after=turnout)
    slot.turnout = turnout
    slot.save(update_fields=["turnout"])


def refuse_strangers(round_, members):
    """Refuse members who are not invited as reviewers of the round."""
    invited = set(round_.reviewers.filter(ended_at=None).values_list("user", flat=True))
    if any(member.pk not in invited for member in members):
        raise Refused(_("Only reviewers who are invited to this round sit in its panels."))


def refuse_conflict(round_, members, applications):
    """Refuse a member who may not interview one of the applicants."""
    pairs = interviews.conflicting(round_, applications)
    for member in members:
        for application in applications:
            if (application.pk, member.pk) in pairs:
                raise Refused(
                    _("%(name)s may not interview %(number)s, who has a slot with this panel.")
                    % {"name": member.display_name, "number": application.receipt_number}
                )


def lock_people(people):
    """Lock the rows of people, so that two panels of theirs are not given the same time at once."""
    rows = get_user_model().objects.filter(pk__in=[person.pk for person in people])
    list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def refuse_clash(panel, spans, *, members, own=True):
    """Refuse where something clashes."""
    text = next((text for text in interviews.clashes(panel, spans, members=members, own=own) if text), "")
    if text:
        raise Refused(text)
