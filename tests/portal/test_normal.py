"""Text in its normal form: right, and in a time that nobody can stretch."""

import time
import unicodedata

import pytest

from portal.validators import MOST_MARKS, clean_text, normal
from programs.filters import search_text

ZALGO = {
    "two kinds of marks": "a" + "\u0301\u0316" * 300_000,
    "musical marks": "𝅘" + "\U0001d165\U0001d16e" * 150_000,
    "marks after a syllable": "가" + "\u302e\u0316" * 300_000,
}


@pytest.mark.parametrize("kind", ZALGO)
def test_no_text_takes_minutes_to_be_brought_into_order(kind):
    began = time.process_time()
    text = clean_text(ZALGO[kind])
    search_text(ZALGO[kind])
    assert time.process_time() - began < 10  # unbounded it would be a quarter of an hour
    assert text[0] == normal(ZALGO[kind][:1])[0] or text[0] == "á"
    assert len(text) <= MOST_MARKS + 1


@pytest.mark.parametrize(
    "text",
    [
        "각 나 다",
        unicodedata.normalize("NFD", "한글과 Ångström, Việt Nam"),
        "👩‍👩‍👧‍👦 🇰🇷",
        "שָׁלוֹם עֲלֵיכֶם",
        "ตำแหน่งที่",
        "a" + "\u0301\u0316" * (MOST_MARKS // 2),
        "",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_what_people_write_is_normalized_as_ever(text, form):
    assert normal(text, form) == unicodedata.normalize(form, text)


def test_cleaning_twice_is_the_same_as_once():
    for text in (*(text[:5000] for text in ZALGO.values()), "a" + "\u0301" * 40 + "\u0316" * 40):
        assert clean_text(clean_text(text)) == clean_text(text)
