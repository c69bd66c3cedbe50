"""What the two of a pair have agreed to do, as its page shows it: the open ones by their day, then what is done."""

from django.urls import reverse

from mentoring import due, permissions
from mentoring.forms.actions import ActionForm
from mentoring.models.actions import Owner
from portal import i18n


def part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_actions.html` takes."""
    may_write = permissions.works_in(user, pairing)
    actions = list(pairing.actions.all())
    today = todays(pairing)
    form = held.get("action")
    if form is None and may_write:
        form = ActionForm(names=names(pairing))
    rows = [row_of(action, pairing, today, may_write=may_write) for action in actions]
    done = [row for row in rows if row["done_at"]]
    return {
        "template": "mentoring/workspace/_actions.html",
        "open": [row for row in rows if not row["done_at"]],
        "done": sorted(done, key=lambda row: row["done_at"], reverse=True),
        "form": form,
    }


def names(pairing):
    """Who the two are, by their side."""
    return {Owner.MENTOR: pairing.mentor.name, Owner.MENTEE: pairing.enrolment.person.display_name}


def todays(pairing):
    """The day it is where each of the two lives."""
    return {
        Owner.MENTOR: due.today_of(pairing.mentor.user),
        Owner.MENTEE: due.today_of(pairing.enrolment.person),
    }


def row_of(action, pairing, today, *, may_write):
    """One action."""
    name = names(pairing)[action.owner]
    return {
        "text": action.text,
        "side": action.get_owner_display(),
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "due": i18n.day(action.due_on) if action.due_on else "",
        "is_overdue": action.is_overdue(today[action.owner]),
        "done_at": action.done_at,
        "url": reverse("action", args=[action.code]) if may_write and action.done_at is None else "",
        "tick_url": reverse("action-tick", args=[action.code]) if may_write else "",
    }
