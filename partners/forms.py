"""What administrators type about commitments, parties about reports. What is kept is the operations' business."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import metrics
from partners.models.agreements import AgreementState
from partners.models.commitments import Commitment, Headline
from portal.fields import CleanCharField

# What is promised: a change of any of it takes a reason.
PROMISED = ("metric", "rule_version", "target", "starts_on", "ends_on", "responsible")


def metric_choices():
    """Every figure by key, with its title and what it counts."""
    return [(metric.key, f"{metric.title} ({_counted_in(metric)})") for metric in metrics.everything()]


def _counted_in(metric):
    return ", ".join(str(label) for label in (metric.unit_label, metric.of_label) if label)


class CommitmentForm(forms.ModelForm):
    """A commitment. Once its agreement is signed, changing what was promised takes a reason."""

    metric = forms.ChoiceField(label=gettext_lazy("figure"), choices=metric_choices)
    reason = forms.CharField(
        label=gettext_lazy("reason for the change"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Once the agreement is signed. It is kept with the change."),
    )

    class Meta:
        model = Commitment
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets say which

    def clean(self):
        """The rule must be known in that version, and a change of what was signed says why."""
        data = super().clean()
        key, version = data.get("metric"), data.get("rule_version")
        if key and version and version not in [metric.version for metric in metrics.versions_of(key)]:
            text = _("This figure has no such version; the latest is %(n)s.")
            self.add_error("rule_version", text % {"n": metrics.get(key).version})
        if self.changes() and self._is_signed() and not (data.get("reason") or "").strip():
            self.add_error("reason", _("Please say why the commitment is changed."))
        return data

    def _is_signed(self):
        return self.instance.pk and self.instance.agreement.state != AgreementState.DRAFT

    def changes(self):
        """What of the promise is changed: triples of field, before and after, as text."""
        if not self.instance.pk:
            return []
        changed = [name for name in PROMISED if name in self.changed_data]
        return [(name, _text(self.initial.get(name)), _text(self.cleaned_data.get(name))) for name in changed]


def _text(value):
    return "" if value is None else str(getattr(value, "pk", value))


class HeadlineForm(forms.ModelForm):
    """A figure as it was published, beside one that is counted."""

    metric = forms.ChoiceField(label=gettext_lazy("figure"), choices=metric_choices)
    source_url = forms.URLField(label=gettext_lazy("link"), required=False, assume_scheme="https")

    class Meta:
        model = Headline
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets say which


class ScopesForm(forms.BaseInlineFormSet):
    """Over which programs and cohorts it is counted; only counts that add up can be shared out."""

    def clean(self):
        """Refuse a share of a figure that is no plain count."""
        super().clean()
        key = self.data.get("metric", "")
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        shared = any(row.get("share", 100) != 100 and not row.get("DELETE") for row in rows)
        if shared and metrics.is_known(key) and not metrics.get(key).adds_up:
            raise ValidationError(_("Only plain counts can be shared out: persons, rates and means do not add up."))


class ReturnForm(forms.Form):
    """Why a party returns a report. Staff and the other parties read it."""

    use_required_attribute = False

    reason = CleanCharField(
        label=gettext_lazy("Why you return it"),
        multiline=True,
        max_length=300,
        help_text=gettext_lazy("The administrators and the other parties read it."),
        error_messages={"required": gettext_lazy("Please say why you return the report.")},
    )
