"""Templates of text messages and Alimtalk: written, sent for approval, approved. Administrators alone."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm
from accounts.admin_tools import ScopedAdmin, moment_in_list, pill_html
from portal import channels, pills
from portal.fields import CleanCharField
from portal.mail_events import EVENTS
from portal.models import Channel, TextState, TextTemplate
from portal.phones import PhoneField

TEXTS = ("body_ko", "body_en", "fallback_ko", "fallback_en")
LONGEST_BUTTON = 14
LINK = "#{주소}"


def pill_of(row):
    """Where it stands."""
    return pills.pill(pills.TEXT_PILLS, row.state, row.get_state_display())


class TextTemplateForm(forms.ModelForm):
    """A template. Buttons are lines such as `지원서 보기 | My application | #{주소}`."""

    event = forms.ChoiceField(label=_("Mail beside which it goes"))
    sender = PhoneField(label=_("Sender number"), help_text=_("One of the numbers registered in advance."))
    buttons = CleanCharField(
        label=_("Buttons"),
        required=False,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:
        model = TextTemplate
        fields = ["event", "channel", "sender", "code", *TEXTS[:2], "buttons", *TEXTS[2:]]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [(event.name, event.title) for event in EVENTS.values() if event.by_text]
        known = ", ".join(f"#{{{name}}}" for name in channels.VARIABLES)
        self.fields["buttons"].help_text = _(
            "Up to five, one a line: Korean name | English name | address. %(link)s is the page of the mail."
        ) % {"link": LINK}
        self.fields["body_ko"].help_text = _("Variables: %(known)s") % {"known": known}
        for name in TEXTS[:2]:
            self.fields[name].required = False
        self.fields["body_en"].help_text = _(
            "A text left empty is taken from the portal's own wording. A text message of up to 90 bytes with its "
            "values goes as an SMS, of up to 2,000 as an LMS; it is never cut."
        )
        if self.instance.pk:
            self.initial["buttons"] = "\n".join(
                f"{button['ko']} | {button['en']} | {button['url']}" for button in self.instance.buttons
            )

    def clean_buttons(self):
        """The lines as they are kept."""
        found = []
        for line in self.cleaned_data["buttons"].split("\n"):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != 3 or not all(parts) or max(map(len, parts[:2])) > LONGEST_BUTTON:
                raise forms.ValidationError(
                    gettext("Write each button as Korean name | English name | address, names up to 14 characters.")
                )
            ko, en, url = parts
            if url != LINK and not url.startswith("https://"):
                raise forms.ValidationError(
                    gettext("An address is %(link)s or begins with https://.") % {"link": LINK}
                )
            found.append({"ko": ko, "en": en, "url": url})
        if len(found) > channels.MOST_BUTTONS:
            raise forms.ValidationError(gettext("At most five buttons."))
        return found

    def clean(self):
        """Refuse variables that the mail does not have, and advertising. What is left empty says the usual."""
        data = super().clean()
        event = EVENTS.get(data.get("event"))
        for name, usual in zip(TEXTS, event.text if event else (), strict=False):
            data[name] = data.get(name) or usual
        for name in TEXTS:
            channel = Channel.SMS if name.startswith("fallback") else data.get("channel")
            for sentence in channels.problems(data.get(name) or "", event, channel):
                self.add_error(name, sentence)
        return data


class Move(Deed):
    """Write down where templates stand."""

    state = None

    def refusal(self, row):
        """As the table of states says."""
        if self.state in channels.NEXT[TextState(row.state)]:
            return ""
        return gettext("This is not possible while it is “%(state)s”.") % {"state": row.get_state_display()}

    def line(self, row):
        """Which one."""
        return {"title": name_of(row), "pill": pill_of(row)}

    def perform(self, row, *, by, data):
        """By the operation."""
        channels.move_template(row.pk, self.state, by=by, **data)


class AskApproval(Move):
    """Handed to whoever approves it."""

    name, state = "ask_template", TextState.ASKED
    label = _("Approval has been asked for")
    note = _("From now on its texts cannot be changed.")


class CodeForm(DeedForm):
    """The code under which it was approved."""

    code = CleanCharField(
        label=_("Template code"), max_length=40, required=False, help_text=_("An Alimtalk template has one.")
    )


class Approve(Move):
    """Approved."""

    name, state = "approve_template", TextState.APPROVED
    label = _("It has been approved")
    note = _("It is used from now on, in place of the one before it.")
    form_class = CodeForm


class Refuse(Move):
    """Not approved."""

    name, state = "refuse_template", TextState.REFUSED
    label = _("It has not been approved")


class Retire(Move):
    """No longer used."""

    name, state = "retire_template", TextState.RETIRED
    label = _("It is no longer used")
    danger = True


def name_of(row):
    """The mail, the channel and the version."""
    event = EVENTS.get(row.event)
    return f"{event.title if event else row.event} · {row.get_channel_display()} · {row.number}"


@admin.register(TextTemplate)
class TextTemplateAdmin(ScopedAdmin):
    """The templates; a text is changed only before approval is asked for."""

    group = "mail"
    place = 3
    admins_may = ("view", "add", "change")
    form = TextTemplateForm
    list_display = ["name", "kind", "code", "sender", "state_pill", "since"]
    list_filter = ["state", "channel"]
    actions = [deed.action() for deed in (AskApproval, Approve, Refuse, Retire)]

    def has_change_permission(self, request, obj=None):
        """Of drafts alone."""
        return self.may("change", request) and (obj is None or obj.state == TextState.DRAFT)

    def save_model(self, request, obj, form, change):
        """A new one is the next version of its mail and channel."""
        if not change:
            obj.number = channels.next_number(obj.event, obj.channel)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("template"), ordering="event")
    def name(self, row):
        """The mail, the channel and the version."""
        return name_of(row)

    @admin.display(description=_("goes as"))
    def kind(self, row):
        """As what a text message goes with usual values, in either language."""
        event = EVENTS.get(row.event)
        if row.channel != Channel.SMS or event is None:
            return "–"
        kinds = {channels.kind_of(channels.fill_text(row.body_ko, event.samples("ko")))}
        kinds.add(channels.kind_of(channels.fill_text(row.body_en, event.samples("en"))))
        return " / ".join(sorted(kind.upper() for kind in kinds if kind)) or "–"

    @admin.display(description=_("state"), ordering="state")
    def state_pill(self, row):
        """Where it stands."""
        return pill_html(pill_of(row))

    @admin.display(description=_("since"), ordering="state_at")
    def since(self, row):
        """Since when."""
        return moment_in_list(row.state_at)
