"""Form fields for text that people write: cleaned before it is counted, and never with a resident number."""

from django import forms
from django.db import models

from portal.validators import clean_text, no_resident_number


class CountedBoundField(forms.BoundField):
    """A field with a counter (`components/field_foot.html`), which is read out after its help and its errors."""

    @property
    def aria_describedby(self):
        """The ids of help, errors and counter."""
        return " ".join(filter(None, [super().aria_describedby, f"{self.id_for_label}_count"]))


class CleanCharField(forms.CharField):
    """One line of text, or with `multiline=True` several; `max_length` counts the cleaned text."""

    default_validators = [no_resident_number]

    def __init__(self, *, multiline=False, **kwargs):
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea)
        super().__init__(**kwargs)

    def to_python(self, value):
        """The cleaned text; the empty value where nothing is left."""
        if value in self.empty_values:
            return self.empty_value
        return clean_text(value, multiline=self.multiline) or self.empty_value

    def get_bound_field(self, form, field_name):
        """The field as it stands in a form; with its counter where the widget has `data-limit`."""
        if "data-limit" in self.widget.attrs:
            return CountedBoundField(form, self, field_name)
        return super().get_bound_field(form, field_name)

    def widget_attrs(self, widget):
        """No `maxlength`: a browser would cut what is pasted, silently. The counter and the server tell."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


def clean_formfield(db_field, **kwargs):
    """The form field of a model field, cleaning where people write freely.

    For a ModelForm: `class Meta: formfield_callback = clean_formfield`.
    """
    if not db_field.choices:
        if type(db_field) is models.CharField:
            kwargs.setdefault("form_class", CleanCharField)
        elif type(db_field) is models.TextField:
            return db_field.formfield(**{"form_class": CleanCharField, "multiline": True, **kwargs})
    return db_field.formfield(**kwargs)


class CleanAdminMixin:
    """A ModelAdmin (or inline) whose forms clean text in the same way."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """The admin's field, with the cleaning one beneath."""
        if not db_field.choices:
            if type(db_field) is models.CharField:
                kwargs["form_class"] = CleanCharField
            elif type(db_field) is models.TextField:
                kwargs.update(form_class=CleanCharField, multiline=True)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
