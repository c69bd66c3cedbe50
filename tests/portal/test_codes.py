"""Codes that people type: any slip is noticed, and what is often misread is read as meant."""

from hypothesis import given
from hypothesis import strategies as st

from portal.codes import ALPHABET, LENGTH, new_checked_code, shown_code, typed_code


def test_a_code_is_read_as_it_is_printed_and_as_people_type_it():
    code = new_checked_code()
    shown = shown_code(code)
    assert len(code) == LENGTH
    assert shown.count("-") == 4
    for typed in (code, shown, shown.lower(), shown.replace("-", " "), f"  {shown}\n"):
        assert typed_code(typed) == code
    assert typed_code(code.replace("0", "O").replace("1", "l")) == code


@given(st.integers(0, LENGTH - 1), st.integers(1, len(ALPHABET) - 1))
def test_one_wrong_character_is_noticed(place, step):
    code = new_checked_code()
    wrong = ALPHABET[(ALPHABET.index(code[place]) + step) % len(ALPHABET)]
    assert typed_code(code[:place] + wrong + code[place + 1 :]) == ""


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_characters_that_changed_places_are_noticed(first, second):
    code = list(new_checked_code())
    same = code[first] == code[second]
    code[first], code[second] = code[second], code[first]
    assert bool(typed_code("".join(code))) == same


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_an_error(text):
    found = typed_code(text)
    assert found == "" or (len(found) == LENGTH and set(found) <= set(ALPHABET))
