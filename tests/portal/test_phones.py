"""Phone numbers: every usual spelling is one number; what is none is told so."""

from contextlib import suppress

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal.phones import PhoneField, show, to_e164

SENTENCE = "전화번호를 다시 확인해 주세요. 해외 번호는 +와 국가번호부터 적어 주세요."


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("010-0000-0001", "+821000000001"),
        ("01000000001", "+821000000001"),
        (" 010 0000 0001 ", "+821000000001"),
        ("010.0000.0001", "+821000000001"),
        ("(010) 0000 0001", "+821000000001"),
        ("010–0000—0001", "+821000000001"),
        ("010ㅡ0000ㅡ0001", "+821000000001"),
        ("０１０－００００－０００１", "+821000000001"),
        ("٠١٠٠٠٠٠٠٠٠١", "+821000000001"),
        ("+82 10-0000-0001", "+821000000001"),
        ("＋８２ 10 0000 0001", "+821000000001"),
        ("+82 010 0000 0001", "+821000000001"),
        ("+82 (0)10 0000 0001", "+821000000001"),
        ("0082-10-0000-0001", "+821000000001"),
        ("0082 010 0000 0001", "+821000000001"),
        ("82 10 0000 0001", "+821000000001"),
        ("\u202e010-0000-0001\u202c", "+821000000001"),
        ("010-0000-0001\x00", "+821000000001"),
        ("011-234-5678", "+82112345678"),
        ("02-123-4567", "+8221234567"),
        ("02-1234-5678", "+82212345678"),
        ("031-123-4567", "+82311234567"),
        ("064 1234 5678", "+826412345678"),
        ("070-1234-5678", "+827012345678"),
        ("0505-123-4567", "+825051234567"),
        ("050-4123-45678", "+8250412345678"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("+81-90-1234-5678", "+819012345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_every_usual_spelling_is_kept_as_one_number(typed, kept):
    assert to_e164(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "010",
        "010-1234-567",
        "010-1234-56789",
        "1234-5678",
        "1588-1234",
        "099-1234-5678",
        "02-12-3456",
        "+82 1588 1234",
        "+82 90 1234 5678",
        "+82",
        "++82 10 0000 0001",
        "+0 123 4567 89",
        "+1 23",
        "+1234567890123456",
        "0044 20 7946 0123",
        "001-82-10-0000-0001",
        "010-0000-0001 내선 3",
        "전화 없음",
        "-",
        "",
        "<script>alert(1)</script>",
        "=HYPERLINK(1)",
        "😀" * 11,
        "²" * 11,
        "1" * 1_000_000,
        "010-0000-0001" + " " * 100,
    ],
)
def test_what_is_no_phone_number_is_told_so(typed):
    with pytest.raises(ValidationError) as refused:
        to_e164(typed)
    assert refused.value.messages == [SENTENCE]


def test_without_a_default_a_number_needs_its_country():
    assert to_e164("+82 10 0000 0001", default=None) == "+821000000001"
    assert to_e164("0082 10 0000 0001", default=None) == "+821000000001"
    for typed in ("010-0000-0001", "82 10 0000 0001"):
        with pytest.raises(ValidationError):
            to_e164(typed, default=None)


@pytest.mark.parametrize(
    ("kept", "korean", "english"),
    [
        ("+821000000001", "010-0000-0001", "+82 10-0000-0001"),
        ("+82112345678", "011-234-5678", "+82 11-234-5678"),
        ("+82212345678", "02-1234-5678", "+82 2-1234-5678"),
        ("+8221234567", "02-123-4567", "+82 2-123-4567"),
        ("+82311234567", "031-123-4567", "+82 31-123-4567"),
        ("+8250412345678", "0504-1234-5678", "+82 504-1234-5678"),
        ("+12125550123", "+1 212 555 0123", "+1 212 555 0123"),
        ("+442079460123", "+44 207 946 0123", "+44 207 946 0123"),
        ("+33612345678", "+33 612 345 678", "+33 612 345 678"),
        ("+85251234567", "+852 5123 4567", "+852 5123 4567"),
        ("+8613800138000", "+86 138 0013 8000", "+86 138 0013 8000"),
        ("+9991234", "+999 1234", "+999 1234"),
        ("+8215881234", "+82 1588 1234", "+82 1588 1234"),
        ("", "", ""),
        (None, "", ""),
        ("아무 글", "아무 글", "아무 글"),
    ],
)
def test_a_number_is_shown_as_people_write_it(kept, korean, english):
    assert show(kept) == korean
    with override("en"):
        assert show(kept) == english


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_what_is_shown_can_be_typed_again(number):
    kept = None
    with suppress(ValidationError):
        kept = to_e164(number)
    for language in ("ko", "en"):
        with override(language):
            assert kept is None or to_e164(show(kept)) == kept


@given(st.text(max_size=70))
def test_no_text_breaks_it(text):
    with suppress(ValidationError):
        assert to_e164(text).startswith("+")
    assert show(text) is not None


class PhoneForm(forms.Form):
    phone = PhoneField(required=False)


def test_the_field_offers_the_keys_and_takes_every_spelling():
    form = PhoneForm({"phone": "010 0000 0001"}, initial={"phone": "+821000000001"})
    assert form.is_valid()
    assert form.cleaned_data == {"phone": "+821000000001"}
    assert not form.has_changed()
    html = str(PhoneForm(initial={"phone": "+821000000001"})["phone"])
    assert 'value="010-0000-0001"' in html
    assert 'autocomplete="tel"' in html
    assert 'inputmode="tel"' in html
    assert "maxlength" not in html


def test_what_was_typed_stays_with_its_sentence():
    form = PhoneForm({"phone": "<b>010-12"}, initial={"phone": "+821000000001"})
    assert form.has_changed()
    assert form.errors["phone"] == [SENTENCE]
    assert 'value="&lt;b&gt;010-12"' in str(form["phone"])


@pytest.mark.parametrize("typed", ["1" * 1_000_000, "가" * 1_000_000, "\x00" * 1_000_000])
def test_a_megabyte_is_refused_at_once(typed):
    assert PhoneForm({"phone": typed}).errors["phone"] == [SENTENCE]


def test_an_empty_field_is_no_number():
    form = PhoneForm({"phone": " \x00"})
    assert form.is_valid()
    assert form.cleaned_data == {"phone": ""}
    assert PhoneForm().fields["phone"].prepare_value(None) is None
