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


def no_resident_number(value):
    """Refuse text that holds a resident registration number: no law lets the portal keep one."""
    if RESIDENT_NUMBER.search(str(value)):
        raise ValidationError(
            _("This looks like a resident registration number. Please remove it; we never ask for it."),
            code="resident_number",
        )


def clean_text(value, *, multiline=True):
    """The text as it is kept: NFC, no control characters but line break and tab, line breaks as LF.

    On one line, every run of white space is one space.
    """
    text = UNWANTED.sub("", LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", str(value))))
    return text.strip() if multiline else " ".join(text.split())
