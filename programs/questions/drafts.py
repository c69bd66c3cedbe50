"""What is kept of a form while it is written: raw values by key, as they were typed. Pure."""

from portal.validators import clean_text
from programs.models.forms import COUNTED, QuestionType

ROOM = 20_000  # characters of one text; a longer one could not be sent anyway, and is not kept
MOST_PARTS = 100  # inputs under one question
ROWS = (QuestionType.CREDITS, QuestionType.CAREER)
LISTS = (
    QuestionType.MULTIPLE,
    QuestionType.RANKED,
    QuestionType.LINKS,
    QuestionType.FILE,
    QuestionType.REFEREE,
)


def tidy(raw, room=ROOM):
    """The raw value without what no field takes; None where it is too large to keep."""
    if raw is None or isinstance(raw, bool | int):
        return raw
    if isinstance(raw, str):
        text = clean_text(raw)
        return text if len(text) <= room else None
    if isinstance(raw, list):
        parts = [tidy(part, room) for part in raw]
        return None if len(parts) > MOST_PARTS or any(part is None for part in parts) else parts
    if isinstance(raw, dict):
        items = {str(key)[:40]: tidy(value, room) for key, value in raw.items()}
        return None if len(items) > MOST_PARTS or any(value is None for value in items.values()) else items
    return tidy(str(raw), room)


def shaped(question, value):
    """A raw or cleaned value in the shape that the question's type has: nothing else reaches a field or a page."""
    kind = question.type
    if kind in ROWS:
        rows = value if isinstance(value, list) else []
        return [{k: v for k, v in row.items() if isinstance(v, str)} for row in rows if isinstance(row, dict)]
    if kind in LISTS:
        return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
    if kind == QuestionType.STATEMENT:
        return value is True
    if kind == QuestionType.NUMBER and isinstance(value, int) and not isinstance(value, bool):
        return value
    return value if isinstance(value, str) else ""


def room_of(question):
    """How many characters of an answer are kept: four times what may be sent, and never less than usual."""
    return max(ROOM, 4 * question.characters) if question.type in COUNTED else ROOM


def read(form, data, files):
    """What `data` says to the fields of `form`, as `(typed, lost)`: raw values by key, those too large apart.

    A field that the request does not mention is left out, so nothing is emptied that a page did not hold.
    """
    typed, lost = {}, {}
    for key, field in form.fields.items():
        name = form.add_prefix(key)
        if field.widget.value_omitted_from_data(data, files, name):
            continue
        raw = field.widget.value_from_datadict(data, files, name)
        kept = tidy(raw, form.rooms.get(key, ROOM))
        if kept is None and raw is not None:
            lost[key] = raw
        else:
            typed[key] = "" if kept is None else kept
    return typed, lost


def as_draft(full_name, romanized_name, answers):
    """Cleaned answers as a draft on which one may write on."""
    return {"full_name": full_name, "romanized_name": romanized_name, **answers}
