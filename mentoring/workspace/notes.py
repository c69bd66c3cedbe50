"""The notes of a pair as its page shows them: what this reader may read, newest first, and a form to write one."""

from django.urls import reverse

from mentoring import permissions
from mentoring.forms.notes import NoteForm, when
from mentoring.models.notes import Audience, NoteDraft, PrivateNote, SharedNote, StaffNote
from portal import i18n, pills

NEWEST = 10  # stand open; the others are folded away
MOST_MEETINGS = 20  # to choose from


def part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_notes.html` takes."""
    audiences = permissions.note_audiences(user, pairing)
    form, draft = held.get("note"), None
    if form is None and audiences:
        draft = NoteDraft.objects.filter(pairing=pairing, author=user).select_related("meeting").first()
        form = new_form(user, pairing, draft=draft)
    rows = rows_of(user, pairing)
    return {
        "template": "mentoring/workspace/_notes.html",
        "rows": rows[:NEWEST],
        "older": rows[NEWEST:],
        "form": form,
        "saved_at": draft.saved_at if draft else None,
    }


def new_form(user, pairing, data=None, **more):
    """The form of a new note, for whom `user` may write."""
    meetings = list(pairing.meetings.standing().order_by("-starts_at")[:MOST_MEETINGS])
    audiences = permissions.note_audiences(user, pairing)
    return NoteForm(data, audiences=audiences, meetings=meetings, reader=user, **more)


def rows_of(user, pairing):
    """The notes that `user` may read, newest first. Each table is asked by its own rule."""
    own = PrivateNote.objects.visible_to(user).filter(pairing=pairing).select_related("meeting")
    staffs = StaffNote.objects.visible_to(user).filter(pairing=pairing).select_related("meeting")
    shared = SharedNote.objects.visible_to(user).filter(pairing=pairing).select_related("meeting")
    notes = [*own, *staffs.prefetch_related("earlier"), *shared.prefetch_related("earlier")]
    may_write = permissions.works_in(user, pairing)
    notes.sort(key=lambda note: (note.written_at, note.pk), reverse=True)
    return [row_of(note, user, pairing, may_change=may_write and note.author_id == user.pk) for note in notes]


def row_of(note, user, pairing, *, may_change):
    """One note."""
    by_mentor = note.author_id == pairing.mentor.user_id
    name = pairing.mentor.name if by_mentor else pairing.enrolment.person.display_name
    if note.meeting is not None:
        note.meeting.pairing = pairing
    is_private = note.audience == Audience.PRIVATE
    return {
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "pill": pills.pill(pills.NOTE_PILLS, note.audience, note.audience.label),
        "written_at": note.written_at,
        "changed_at": note.changed_at,
        "meeting": when(note.meeting, user) if note.meeting else "",
        "text": note.text,
        "earlier": [] if is_private else list(note.earlier.all()),
        "url": reverse("note", args=[note.audience, note.code]) if may_change else "",
    }
