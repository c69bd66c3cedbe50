"""Phone numbers: typed in any usual way, kept as E.164 (`+821012345678`), shown as people here write them."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.fields import CleanCharField
from portal.i18n import KO, language
from portal.validators import clean_text

KOREA = "82"
E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
LONGEST_TYPED = 60
# What may stand between digits, after NFKC: white space, dots, slashes, brackets, hyphens of any kind.
BETWEEN = re.compile("[\\s./()\\[\\]\u00b7\u2010-\u2015\u2212\u1173\u30fc-]")
SEOUL = re.compile(r"(2)(\d{3,4})(\d{4})")
# Mobile; provinces; numbers over the internet and for life: each without the 0 that begins it at home.
ELSEWHERE = re.compile(r"(10(?=\d{8}$)|1[16789]|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70(?=\d{8}$)|50\d)(\d{3,4})(\d{4})")
# Country codes of one and two digits; all others have three.
SHORT_CODES = re.compile(
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"  # as the ITU has assigned them
)
GROUPS = {7: (3, 4), 8: (4, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4)}
WRONG = _("Please check the phone number. Write one from outside Korea with + and its country code.")


def _digits(text):
    """`text` with the digits of any script as 0 to 9, and without what usually stands between them."""
    text = unicodedata.normalize("NFKC", clean_text(text, multiline=False))
    text = re.sub(r"^(\+\d{1,3})[\s-]*\(0\)", r"\1", text)  # +44 (0)20 …: the 0 is for callers at home
    plain = BETWEEN.sub("", text)
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)


def _korean(number):
    """The parts of a Korean number without the 0 that begins it: area, middle, last four; None if it is not one."""
    match = SEOUL.fullmatch(number) or ELSEWHERE.fullmatch(number)
    return match.groups() if match else None


def to_e164(text, default="KR"):
    """The number in `text` as E.164. One without a country code is taken as Korean where `default` is `KR`.

    Raises ValidationError, with a sentence for people, where it is no phone number.
    """
    if len(text) > LONGEST_TYPED:
        raise ValidationError(WRONG, code="phone")
    number = _digits(text)
    if number.startswith("0082"):
        number = f"+{number[2:]}"
    elif default == "KR" and re.fullmatch(r"821\d{8,9}", number):
        number = f"+{number}"  # 82 10 …, the + forgotten
    elif default == "KR" and re.fullmatch(r"0[1-9]\d+", number):
        number = f"+{KOREA}{number[1:]}"
    if number.startswith(f"+{KOREA}"):
        home = number.removeprefix(f"+{KOREA}").removeprefix("0")
        if _korean(home):
            return f"+{KOREA}{home}"
    elif E164.fullmatch(number):
        return number
    raise ValidationError(WRONG, code="phone")


def show(e164):
    """The number for reading: `010-1234-5678` in Korean, `+82 10-1234-5678` in English, a foreign one in groups."""
    if not E164.fullmatch(e164 or ""):
        return e164 or ""
    number = e164[1:]
    if number.startswith(KOREA) and (parts := _korean(number[2:])):
        home = "-".join(parts)
        return f"0{home}" if language() == KO else f"+{KOREA} {home}"
    code = (SHORT_CODES.match(number) or re.match(r"\d{3}", number)).group()
    rest, groups = number[len(code) :], []
    for size in GROUPS.get(len(rest), (4, 4, 4, 4)):
        groups.append(rest[:size])
        rest = rest[size:]
    return " ".join([f"+{code}", *filter(None, groups)])


class PhoneField(CleanCharField):
    """A phone number: cleaned to E.164, and shown in the field as people write it."""

    widget = forms.TextInput

    def __init__(self, *, default="KR", **kwargs):
        self.default = default
        super().__init__(**kwargs)

    def to_python(self, value):
        """The number as E.164; the empty value where nothing was typed."""
        if isinstance(value, str) and len(value) > LONGEST_TYPED:
            raise ValidationError(WRONG, code="phone")
        text = super().to_python(value)
        return to_e164(text, self.default) if text else text

    def prepare_value(self, value):
        """What stands in the field: a number that is kept, as it is read; what was typed, as it was typed."""
        return show(value) if isinstance(value, str) else value

    def has_changed(self, initial, data):
        """Whether it is another number, whatever the spelling."""
        try:
            return super().has_changed(initial, self.to_python(data))
        except ValidationError:
            return True

    def widget_attrs(self, widget):
        """The browser offers the person's own number, and a phone its keys for numbers."""
        return super().widget_attrs(widget) | {"autocomplete": "tel", "inputmode": "tel"}
