"""The texts that people agree to, as the package ships them: `<kind>-<version>.<language>.txt`, title first.

A version that has been in force is never edited: a change is a new version with its own day.
"""

from datetime import datetime
from pathlib import Path

from portal.clock import SEOUL

IN_FORCE = {  # (kind, version): from when
    ("privacy", 1): datetime(2026, 1, 1, tzinfo=SEOUL),
    ("terms", 1): datetime(2026, 1, 1, tzinfo=SEOUL),
    ("application", 1): datetime(2026, 1, 1, tzinfo=SEOUL),
}


def read(kind, number, language):
    """Title and text of one version in one language."""
    path = Path(__file__).with_name(f"{kind}-{number}.{language}.txt")
    title, _, text = path.read_text(encoding="utf-8").partition("\n")
    return title.strip(), text.strip()


def load(term_version):
    """Add the shipped versions that `term_version` (the model) does not hold yet. Never changes one."""
    for (kind, number), in_force_at in IN_FORCE.items():
        (title_ko, text_ko), (title_en, text_en) = (read(kind, number, language) for language in ("ko", "en"))
        term_version.objects.get_or_create(
            kind=kind,
            number=number,
            defaults={
                "title_ko": title_ko,
                "title_en": title_en,
                "text_ko": text_ko,
                "text_en": text_en,
                "in_force_at": in_force_at,
            },
        )
