"""Everything that changes what the two of a pair have agreed to do; and the reminder a day before it is due."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import due, permissions
from mentoring.emails import actions as action_emails
from mentoring.models.actions import ACTION_LIMIT, MOST_OPEN, Action, Owner
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit, clock, mail
from portal.errors import Refused


def _lock_for(pairing_id, *, by):
    """The pair behind its lock, while `by` works in it."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if not permissions.works_in(by, pairing):
        raise Refused(_("Only the mentor and the mentee change the actions."))
    return pairing


def _checked(text, owner):
    """The text of an action, stripped; its owner is one of the two."""
    text = text.strip()
    if not text or len(text) > ACTION_LIMIT:
        raise Refused(_("An action has between 1 and %(limit)s characters.") % {"limit": ACTION_LIMIT})
    if owner not in Owner.values:
        raise Refused(_("Choose who does it."))
    return text


def _locked(action_id, *, by):
    """An action behind the lock on its pair; not one that the other has just deleted."""
    pairing_id = Action.objects.filter(pk=action_id).values_list("pairing", flat=True).first()
    pairing = _lock_for(pairing_id, by=by) if pairing_id else None
    action = Action.objects.filter(pk=action_id).first()
    if action is None:
        raise Refused(_("It has just been deleted."))
    action.pairing = pairing
    return action


@transaction.atomic
def add_action(pairing_id, text, *, by, owner, due_on=None):
    """Write down what the mentor or the mentee will do. An open one of the same words and owner counts once."""
    pairing = _lock_for(pairing_id, by=by)
    text = _checked(text, owner)
    open_ = pairing.actions.open()
    known = open_.filter(text=text, owner=owner).first()
    if known is not None:
        return known
    if open_.count() >= MOST_OPEN:
        raise Refused(_("There can be at most %(most)s open actions.") % {"most": MOST_OPEN})
    action = Action.objects.create(pairing=pairing, text=text, owner=owner, due_on=due_on, added_by=by)
    audit.record("action.added", target=action, by=by, after=f"pairing {pairing.pk}")
    return action


@transaction.atomic
def change_action(action_id, text, *, by, owner, due_on=None):
    """Word an action anew, give it to the other, or move its day. Returns the Action."""
    action = _locked(action_id, by=by)
    values = {"text": _checked(text, owner), "owner": owner, "due_on": due_on}
    if all(getattr(action, name) == value for name, value in values.items()):
        return action
    if action.done_at is not None:
        raise Refused(_("What is done is no longer changed. Set it to open again first."))
    if action.due_on != due_on:
        action.due_set_at = clock.now()
    for name, value in values.items():
        setattr(action, name, value)
    action.save(update_fields=[*values, "due_set_at"])
    audit.record("action.changed", target=action, by=by)
    return action


@transaction.atomic
def tick_action(action_id, *, by, done):
    """Say that an action is done, or that it is not. Twice is the same as once. Returns the Action."""
    action = _locked(action_id, by=by)
    if done == (action.done_at is not None):
        return action
    if not done and action.pairing.actions.open().count() >= MOST_OPEN:
        raise Refused(_("There can be at most %(most)s open actions.") % {"most": MOST_OPEN})
    action.done_at, action.done_by = (clock.now(), by) if done else (None, None)
    action.save(update_fields=["done_at", "done_by"])
    audit.record("action.done" if done else "action.undone", target=action, by=by)
    return action


@transaction.atomic
def remove_action(action_id, *, by):
    """Take an open action away."""
    action = _locked(action_id, by=by)
    if action.done_at is not None:
        raise Refused(_("What is done stays."))
    audit.record("action.removed", target=action, by=by, before=f"pairing {action.pairing_id}")
    action.delete()


def remind(now):
    """Remind owners on the day before an action is due, once for each day it is due. Returns how many mails.

    Days and mornings are the owner's own. Nobody is reminded of a day that was set after that morning had come:
    the two have just spoken about it.
    """
    near = [now.date() + timedelta(days=more) for more in (-1, 0, 1, 2)]  # tomorrow and today, in any zone
    actions = list(
        Action.objects.open()
        .filter(due_on__in=near, pairing__ended_at__isnull=True)
        .select_related(
            "pairing__mentor__user__week",
            "pairing__mentor__expert",
            "pairing__enrolment__person__week",
            "pairing__enrolment__cohort__program",
        )
    )
    told, queued = mail.told(action_emails.REMINDER, actions), 0
    for action in actions:
        eve, end = due.eve_of(action.due_on, action.person), due.end_of(action.due_on, action.person)
        if action.due_set_at <= eve <= now < end and not told.of(action, end):
            with transaction.atomic():
                action_emails.action_due(action, deadline=end)
            queued += 1
    return queued
