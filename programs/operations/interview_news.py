"""What the clock tells about interviews: reminders to applicants, and each panel's changes in one mail."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from portal import i18n
from portal.mail import kind
from portal.models import OutgoingMail
from programs import interview_emails as emails
from programs import interviews
from programs.models.interviews import ChangeKind, InterviewChange
from programs.operations.moves import lock_cohort

REMINDERS = ((emails.DAY_BEFORE, timedelta(hours=24)), (emails.HOUR_BEFORE, timedelta(hours=1)))
QUIET, LONGEST = timedelta(minutes=30), timedelta(hours=3)


def remind(now):
    """Remind applicants a day and an hour before the interview, each once for its time. Returns how many mails.

    Nobody is reminded who has got the slot after the reminder's time: the mail about that has just gone out.
    """
    soon = list(interviews.running().filter(starts_at__gt=now, starts_at__lte=now + REMINDERS[0][1]))
    changes = interviews.in_time(soon)
    told = set(
        OutgoingMail.objects.filter(
            target_type=kind(InterviewChange), target_id__in=[change.pk for change in changes.values()]
        ).values_list("reason", "target_id")
    )
    queued = 0
    for slot in (slot for slot in soon if slot.pk in changes):
        change = changes[slot.pk]
        message, before = [row for row in REMINDERS if slot.starts_at - row[1] <= now][-1]
        if change.at <= slot.starts_at - before and (message, change.pk) not in told:
            with transaction.atomic():
                emails.reminder(change, message)
            queued += 1
    return queued


def tell_panels(now):
    """Tell the panels what has changed, once it has been quiet for a while. Returns how many mails were queued."""
    rounds = interviews.untold().order_by().values("round").annotate(first=Min("at"), last=Max("at"))
    due = [row["round"] for row in rounds if row["last"] <= now - QUIET or row["first"] <= now - LONGEST]
    return sum(tell_round(round_id, now) for round_id in due)


@transaction.atomic
def tell_round(round_id, now):
    """Tell every member of a round's panels what has come, moved or gone since the last time, in one mail each."""
    lock_cohort(interviews.cohort_of_round(round_id))
    changes = list(
        interviews.untold()
        .filter(round=round_id)
        .select_related("application", "panel", "was_panel", "round__cohort__program")
    )
    if not changes:
        return 0
    by_application = {}
    for change in changes:
        by_application.setdefault(change.application_id, []).append(change)
    panels = {}
    for panel in changes[0].round.panels.prefetch_related("members"):
        for member in panel.members.all():
            panels.setdefault(member, set()).add(panel.pk)
    queued = 0
    for member, own in panels.items():
        found = [news(rows, own) for rows in by_application.values()]
        lines = [line for _at, line in sorted((row for row in found if row), key=lambda row: row[0])]
        if lines:
            emails.digest(member, changes[-1], lines)
            queued += 1
    InterviewChange.objects.filter(pk__in=[change.pk for change in changes]).update(told_at=now)
    return queued


def news(changes, own):
    """What the changes of one interview come to for whoever sits in the panels `own`: a moment, and the line.

    None where it comes to nothing, such as a slot taken and given back in the meantime. Receipt numbers alone: a
    mail is no place for names.
    """
    first, last = changes[0], changes[-1]
    if first.kind == ChangeKind.BOOKED:
        before = None
    elif first.kind == ChangeKind.MOVED:
        before = (first.was_panel_id, first.was_at)
    else:
        before = (first.panel_id, first.starts_at)
    after = None if last.kind == ChangeKind.CANCELLED else (last.panel_id, last.starts_at)
    before = before if before and before[0] in own else None
    after = after if after and after[0] in own else None
    number = last.application.receipt_number
    if before == after:
        if after and any(change.kind == ChangeKind.DETAILS for change in changes):
            return (
                after[1],
                lambda: (
                    _("%(when)s · %(number)s: the place or the link has changed")
                    % {
                        "when": i18n.moment(after[1]),
                        "number": number,
                    }
                ),
            )
        return None
    if before is None:
        return (
            after[1],
            lambda: (
                _("%(when)s · %(number)s: new")
                % {
                    "when": i18n.moment(after[1]),
                    "number": number,
                }
            ),
        )
    if after is None:
        return (
            before[1],
            lambda: (
                _("%(when)s · %(number)s: no longer")
                % {
                    "when": i18n.moment(before[1]),
                    "number": number,
                }
            ),
        )
    return (
        after[1],
        lambda: (
            _("%(when)s · %(number)s: moved, before at %(before)s")
            % {
                "when": i18n.moment(after[1]),
                "number": number,
                "before": i18n.moment(before[1]),
            }
        ),
    )
