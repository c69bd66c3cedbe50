"""What people read of a session, and what becomes of it in words. Reads only."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from portal import i18n

PAIRS = ("title", "place", "address", "access")
TOLD = tuple(f"{name}_{code}" for name in PAIRS for code in i18n.LANGUAGES) + (
    "starts_at",
    "ends_at",
    "map_link",
    "link",
)
UNTOLD = ("is_required", "late_after", "early_before")
FIELDS = TOLD + UNTOLD


def snapshot(session):
    """What people read of a session, as plain data."""
    told = {name: getattr(session, name) for name in TOLD}
    return told | {name: told[name].astimezone(UTC).isoformat() for name in ("starts_at", "ends_at")}


def words(told, name):
    """A bilingual text of a snapshot in the active language; the other one where that is empty."""
    here = i18n.language()
    return told.get(f"{name}_{here}") or told.get(f"{name}_{i18n.other(here)}") or ""


def moment_of(text):
    """A moment as a snapshot holds it."""
    return datetime.fromisoformat(text)


def times(told):
    """When a snapshot's session meets, with its year: for what is kept, such as a mail."""
    return _times(moment_of(told["starts_at"]), moment_of(told["ends_at"]), year=True)


def times_of(session):
    """When a session meets."""
    return _times(session.starts_at, session.ends_at, year=None)


def _times(starts_at, ends_at, *, year):
    if i18n.local_date(starts_at) == i18n.local_date(ends_at):
        return i18n.span(starts_at, ends_at, times=True, year=year)
    return f"{i18n.moment(starts_at, year=year)} – {i18n.moment(ends_at, year=year)}"


def differences(before, after):
    """What has changed between two snapshots, one line each; nothing where they say the same."""
    labels = {
        "title": _("Title"),
        "place": _("Place"),
        "address": _("Room and address"),
        "access": _("How to get in"),
    }
    lines = []
    if any(before[name] != after[name] for name in ("starts_at", "ends_at")):
        lines.append(changed(_("Time"), times(before), times(after)))
    for name, label in labels.items():
        if words(before, name) != words(after, name):
            lines.append(changed(label, words(before, name), words(after, name)))
    if before["map_link"] != after["map_link"]:
        lines.append(_("The map is another one."))
    if before["link"] != after["link"]:
        lines.append(_("The online link is another one."))
    return lines


def changed(label, before, after):
    """One thing that has changed, with what it was before."""
    values = {"label": label, "before": before, "after": after}
    if not after:
        return _("%(label)s: none any more (before: %(before)s)") % values
    return (_("%(label)s: %(after)s (before: %(before)s)") if before else _("%(label)s: %(after)s")) % values
