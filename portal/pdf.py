"""Documents as PDF, by typst: tagged (PDF/UA-1), with embedded fonts, the same bytes for the same words.

A template is a file under `templates/`. What people wrote reaches it as data alone, never as markup.
"""

import json
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pylopdf_fonts_ko
import typst
from django.conf import settings

STANDARD = "ua-1"
FONTS = Path(pylopdf_fonts_ko.__file__).parent  # Noto Sans KR and Noto Serif KR: Hangul, Hanja, Latin
TEMPLATES = settings.BASE_DIR / "templates"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Document:
    """A document that was made; `is_tagged` where it keeps to PDF/UA-1."""

    content: bytes
    is_tagged: bool


@cache
def _fonts():
    """The fonts, read once a process; none of the machine's own, so that every machine makes the same bytes.

    Those that come with typst have the Latin letters that Noto's Korean fonts lack (Ł), Greek and Cyrillic.
    """
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def make(template, data, *, about):
    """The document of `template` (a path under `templates/`), which reads `data` by `json(bytes(sys.inputs.data))`.

    A sign that no font has (an emoji, say) must not stand in an accessible PDF, because nobody could read it there.
    Then a plain one is made, and `about`, a word without personal data, is logged with it.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    path = TEMPLATES / template
    try:
        return Document(_compile(path, inputs, [STANDARD]), is_tagged=True)
    except typst.TypstError as error:
        if "could not be displayed with" not in str(error):
            raise
        logger.warning("%s: a sign that no font has; the PDF is not tagged", about)
        return Document(_compile(path, inputs, []), is_tagged=False)


def _compile(path, inputs, standards):
    return typst.compile(
        path, root=TEMPLATES, font_paths=_fonts(), sys_inputs=inputs, format="pdf", pdf_standards=standards
    )
