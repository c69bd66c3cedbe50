"""What text that people type must be, wherever they type it."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Six digits, a hyphen of any kind, and seven that begin with 1 to 8: a Korean resident registration number.
RESIDENT_NUMBER = re.compile(r"(?<!\d)\d{6}\s?[-\u2010-\u2015\u2212\uff0d]\s?[1-8\uff11-\uff18]\d{6}(?!\d)")
LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters; marks that turn the direction of text; what XML and spreadsheets cannot hold.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")

MOST_MARKS = 30  # on one letter: Unicode's own limit for text that is streamed; no language writes so many


def _runs_of_marks(below):
    """What finds more than MOST_MARKS combining marks in a row, among the characters before `below`."""
    marks = [chr(code) for code in range(0x300, below) if unicodedata.combining(chr(code))]
    ranges = []
    for mark in marks:
        if ranges and ord(mark) == ord(ranges[-1][-1]) + 1:
            ranges[-1] = ranges[-1][0] + mark
        else:
            ranges.append(mark)
    kind = "".join(f"{found[0]}-{found[-1]}" for found in ranges)
    return re.compile(f"([{kind}]{{{MOST_MARKS}}})[{kind}]+")


USUAL_RUNS, ALL_RUNS = _runs_of_marks(0x10000), _runs_of_marks(0x1F000)  # the first is ten times as quick


def no_resident_number(value):
    """Refuse text that holds a resident registration number: no law lets the portal keep one."""
    if RESIDENT_NUMBER.search(str(value)):
        raise ValidationError(
            _("This looks like a resident registration number. Please remove it; we never ask for it."),
            code="resident_number",
        )


def normal(text, form="NFC"):
    """The text in a normal form of Unicode.

    What is beyond MOST_MARKS on one letter is left out first: to bring half a million marks into their order takes
    a machine many minutes.
    """
    runs = ALL_RUNS if text and max(text) > "\uffff" else USUAL_RUNS
    return unicodedata.normalize(form, runs.sub(r"\1", text))


def clean_text(value, *, multiline=True):
    """The text as it is kept: NFC, no control characters but line break and tab, line breaks as LF.

    On one line, every run of white space is one space.
    """
    text = UNWANTED.sub("", LINE_BREAKS.sub("\n", normal(str(value))))
    return text.strip() if multiline else " ".join(text.split())
