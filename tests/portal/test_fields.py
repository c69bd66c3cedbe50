"""Text that people type: cleaned, counted, and never with a resident number."""

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from accounts.models import Term, TermVersion, User
from portal.fields import CleanAdminMixin, CleanCharField, clean_formfield
from portal.validators import clean_text, no_resident_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\x00\x01\x1f\x7f\x9f", ""),
        ("가\u1100\u1161", "가가"),  # letters taken apart, as some systems send them
        ("\ufeff\u202e\u2066abc\uffff", "abc"),
        ("  tab\tstays  ", "tab\tstays"),
        ("👩‍🎓 e\u0301", "👩‍🎓 é"),
    ],
)
def test_several_lines_are_kept_clean(typed, kept):
    assert clean_text(typed) == kept


def test_one_line_is_one_line():
    assert clean_text(" 김\n다별 \t님 ", multiline=False) == "김 다별 님"


@pytest.mark.parametrize(
    "number", ["900101-1234567", "번호는 900101 – 1234567.", "９００１０１-１２３４５６７", "010101-8234567"]
)
def test_a_resident_number_is_refused(number):
    with pytest.raises(ValidationError):
        no_resident_number(number)


@pytest.mark.parametrize(
    "number", ["900101-9234567", "1900101-1234567", "900101-12345678", "010-1234-5678", "900101"]
)
def test_other_numbers_are_not(number):
    no_resident_number(number)


def test_the_length_is_that_of_the_cleaned_text():
    field = CleanCharField(multiline=True, max_length=3)
    assert field.clean("a\r\nb\x01") == "a\nb"
    with pytest.raises(ValidationError):
        field.clean("abcd")
    assert isinstance(field.widget, forms.Textarea)
    assert "maxlength" not in field.widget.attrs


def test_nothing_but_space_is_nothing():
    assert CleanCharField(required=False).clean(" \x01 ") == ""
    assert CleanCharField(required=False, empty_value=None).clean("") is None
    with pytest.raises(ValidationError):
        CleanCharField().clean(" \n ")


def test_a_model_form_cleans_where_people_write_freely():
    class PersonForm(forms.ModelForm):
        class Meta:
            model = User
            fields = ["full_name", "email", "language"]
            formfield_callback = clean_formfield

    class TextForm(forms.ModelForm):
        class Meta:
            model = TermVersion
            fields = ["text_ko"]
            formfield_callback = clean_formfield

    fields = PersonForm().fields
    assert type(fields["full_name"]) is CleanCharField
    assert type(fields["email"]) is forms.EmailField
    assert isinstance(fields["language"], forms.ChoiceField)
    assert TextForm().fields["text_ko"].multiline


def test_so_does_the_admin(rf):
    class TermAdmin(CleanAdminMixin, admin.ModelAdmin):
        fields = ["title_ko", "text_ko", "number"]

    class KindAdmin(CleanAdminMixin, admin.ModelAdmin):
        fields = ["kind"]

    form = TermAdmin(TermVersion, admin.site).get_form(rf.get("/"))
    assert type(form.base_fields["title_ko"]) is CleanCharField
    assert form.base_fields["text_ko"].multiline
    kinds = KindAdmin(Term, admin.site).get_form(rf.get("/"))
    assert isinstance(kinds.base_fields["kind"], forms.ChoiceField)
    assert isinstance(form.base_fields["number"], forms.IntegerField)
