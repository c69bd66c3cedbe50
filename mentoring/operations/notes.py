"""Everything that changes the notes of a pair: by their author, while the two work together.

Of a private note nothing is written down, and neither is it of a draft: nobody else learns that there is one.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.models.notes import (
    NOTE_LIMIT,
    NOTES,
    Audience,
    NoteDraft,
    PrivateNote,
    SharedNote,
    SharedWording,
    StaffNote,
    StaffWording,
)
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit, clock
from portal.errors import Refused

WORDINGS = {StaffNote: StaffWording, SharedNote: SharedWording}
SAME_WITHIN = timedelta(minutes=10)  # a second click, not a second note


def _cleaned(text):
    """The text of a note, stripped."""
    text = text.strip()
    if not text or len(text) > NOTE_LIMIT:
        raise Refused(_("A note has between 1 and %(limit)s characters.") % {"limit": NOTE_LIMIT})
    return text


def _refuse_meeting_of_others(pairing, meeting):
    """Refuse a meeting that is not one of the pair."""
    if meeting is not None and meeting.pairing_id != pairing.pk:
        raise Refused(_("This meeting is not one of this pair."))


@transaction.atomic
def write_note(pairing_id, audience, text, *, by, meeting=None):
    """Write a note for that audience; what was kept as a draft is done with. Sent twice it is one note."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if audience not in permissions.note_audiences(by, pairing):
        raise Refused(_("You cannot write notes for these readers."))
    text = _cleaned(text)
    _refuse_meeting_of_others(pairing, meeting)
    NoteDraft.objects.filter(pairing=pairing, author=by).delete()
    model = NOTES[audience]
    same = model.objects.filter(
        pairing=pairing, author=by, text=text, meeting=meeting, written_at__gt=clock.now() - SAME_WITHIN
    ).first()
    if same is not None:
        return same
    note = model.objects.create(pairing=pairing, author=by, text=text, meeting=meeting, written_at=clock.now())
    if model is not PrivateNote:
        audit.record("note.written", target=note, by=by, after=f"pairing {pairing.pk}")
    return note


@transaction.atomic
def save_draft(pairing_id, *, by, text, audience="", meeting=None):
    """Keep what somebody has typed so far, for them alone; nothing need be complete. Returns the NoteDraft."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    allowed = permissions.note_audiences(by, pairing)
    if not allowed:
        raise Refused(_("You cannot write notes for these readers."))
    _refuse_meeting_of_others(pairing, meeting)
    values = {
        "text": text,
        "audience": audience if audience in allowed else "",
        "meeting": meeting,
        "saved_at": clock.now(),
    }
    return NoteDraft.objects.update_or_create(pairing=pairing, author=by, defaults=values)[0]


def _own(note, *, by):
    """The note behind the lock on its pair, by its author, while the two work together."""
    pairing = lock(note.pairing_id)
    refuse_ended(pairing)
    found = type(note).objects.filter(pk=note.pk).first()
    if found is None:
        raise Refused(_("It has just been deleted."))
    if found.author_id != by.pk or found.audience not in permissions.note_audiences(by, pairing):
        raise Refused(_("Only its author changes a note."))
    return found


@transaction.atomic
def change_note(note, text, *, by):
    """Word a note anew. What others could read already is kept beside it, for the same readers. Returns it."""
    note, text = _own(note, by=by), _cleaned(text)
    if note.text == text:
        return note
    now = clock.now()
    if note.audience != Audience.PRIVATE:
        WORDINGS[type(note)].objects.create(note=note, text=note.text, until=now)
        audit.record("note.changed", target=note, by=by)
    note.text, note.changed_at = text, now
    note.save(update_fields=["text", "changed_at"])
    return note


@transaction.atomic
def remove_note(note, *, by):
    """Take a private note away, for good. What others have read stays."""
    note = _own(note, by=by)
    if note.audience != Audience.PRIVATE:
        raise Refused(_("Others read this note, so it stays."))
    note.delete()
