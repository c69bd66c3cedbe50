"""The outbox: every message, what became of it, and what staff may do before it goes. Administrators alone.

A message is about many kinds of objects, and one to a referee or about a restriction belongs to no cohort; so it
cannot be said soundly which ones a cohort manager runs, and managers read mails where their applications stand.
"""

from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm, DeedReasonForm, object_deed
from accounts.admin_tools import ReadOnlyAdmin, moment_in_list, moment_or_dash, name_verbs, pill_html
from portal import channels, i18n, mail, mailroom, pills
from portal.fields import CleanCharField
from portal.mail_events import EVENTS
from portal.models import Channel, MailStatus, OutgoingMail

name_verbs(
    {
        "mail.held": _("Mail held"),
        "mail.released": _("Mail released"),
        "mail.edited": _("Mail changed before it was sent"),
        "mail.dropped": _("Mail dropped"),
        "mail.retried": _("Mail tried again"),
        "mail.bounced": _("Mail came back"),
        "mail_template.written": _("Mail worded anew"),
        "mail_template.original": _("Mail back to its original wording"),
        "mail_template.tested": _("Mail sent to oneself as a test"),
        "text_template.moved": _("Template moved on"),
    }
)


def title_of(row):
    """What a mail is called; its reason where nothing is declared."""
    declared = EVENTS.get(row.event)
    return declared.title if declared else row.reason


def pill_of(row):
    """What became of it."""
    return pills.pill(pills.MAIL_PILLS, row.status, row.get_status_display())


def in_words(note):
    """A change of status as it is read, "waiting → held"; anything else as it stands."""
    labels = dict(MailStatus.choices)
    return " → ".join(str(labels.get(part, part)) for part in note.split(" → "))


class MailDeed(Deed):
    """A deed on chosen messages; `deed` is its name in `portal.mailroom`."""

    deed = ""

    def refusal(self, row):
        """As the operation says."""
        return mailroom.refusal(row, self.deed)

    def line(self, row):
        """What it is, to whom."""
        return {"title": f"{title_of(row)} · {row.to}", "pill": pill_of(row)}

    def perform(self, row, *, by, data):
        """By the operation of the same name."""
        getattr(mailroom, self.deed)(row.pk, by=by, **data)


class Hold(MailDeed):
    """Keep it back."""

    name, deed = "hold_mail", "hold"
    label, button = _("Hold"), _("Hold")
    note = _("A held mail is not sent until somebody releases it.")


class Release(MailDeed):
    """Let it go."""

    name, deed = "release_mail", "release"
    label, button = _("Release"), _("Release")
    note = _("It is sent at once, if what it tells still holds.")


class Drop(MailDeed):
    """Never send it."""

    name, deed = "drop_mail", "drop"
    label, button, danger = _("Drop"), _("Drop"), True
    note = _("A dropped mail is never sent, and its person does not see it.")
    form_class = DeedReasonForm


class Retry(MailDeed):
    """Send it again."""

    name, deed = "retry_mail", "retry"
    label, button = _("Try again"), _("Try again")
    note = _("It is tried again from the beginning. Check the address first where it came back.")


DEEDS = (Hold, Release, Drop, Retry)


class WordsForm(DeedForm):
    """The subject and the text of a mail that has not been sent."""

    subject = CleanCharField(label=_("Subject"), max_length=200)
    body = CleanCharField(label=_("Text"), multiline=True, widget=forms.Textarea(attrs={"rows": 16}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        (row,) = self.rows
        for name in ("subject", "body"):
            self.fields[name].initial = getattr(row, name)
            self.fields[name].widget.attrs["lang"] = row.language


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Every message and what became of it. The text of one that may hold a code is not shown."""

    group = "mail"
    place = 1
    list_display = ["queued", "title", "channel", "to", "subject_shown", "status_pill", "sent"]
    list_filter = ["status", "channel", "language"]
    search_fields = ["to", "reason", "event"]
    search_help_text = _("Recipient or reason")
    ordering = ["-queued_at", "-pk"]
    actions = [deed.action() for deed in DEEDS]

    @admin.display(description=_("queued"), ordering="queued_at")
    def queued(self, row):
        """When it was written."""
        return moment_in_list(row.queued_at)

    @admin.display(description=_("mail"), ordering="event")
    def title(self, row):
        """What it is."""
        return title_of(row)

    @admin.display(description=_("sent"), ordering="sent_at")
    def sent(self, row):
        """When it left."""
        return moment_in_list(row.sent_at)

    @admin.display(description=_("subject"), ordering="subject")
    def subject_shown(self, row):
        """The subject, unless it may hold a code."""
        return _("Not shown: it may hold a code.") if mail.is_sealed(row) else row.subject

    @admin.display(description=_("status"), ordering="status")
    def status_pill(self, row):
        """What became of it."""
        return pill_html(pill_of(row))

    def get_urls(self):
        """The page on which a mail is changed, before Django's own, which take anything for a number."""
        edit = self.admin_site.admin_view(self.edit_view)
        return [path("<int:object_id>/edit/", edit, name="portal_outgoingmail_edit"), *super().get_urls()]

    def named(self, row):
        """What it is, to whom."""
        return f"{title_of(row)} · {row.to}"

    def timeline(self, row):
        """Its history, with what became of it in words."""
        return [line | {"note": in_words(line["note"])} for line in super().timeline(row)]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One message: its text, how it stands, and what can be done."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        row = self.find(request, object_id)
        return self.page(
            request,
            "admin/portal/outgoingmail/change_form.html",
            row,
            title=title_of(row),
            pill=pill_of(row),
            facts=facts_of(row),
            is_sealed=mail.is_sealed(row),
            edit_url=""
            if mailroom.refusal(row, "edit")
            else reverse("admin:portal_outgoingmail_edit", args=[row.pk]),
            lines=self.timeline(row),
            action_url=self.changelist_url(),
            deeds=[{"name": deed.name, "label": deed.label} for deed in DEEDS if not deed().refusal(row)],
        )

    def edit_view(self, request, object_id):
        """Change the words of a mail that waits or is held."""
        row = self.find(request, object_id)
        if mailroom.refusal(row, "edit"):
            raise Http404

        def perform(data):
            mailroom.edit(row.pk, by=request.user, subject=data["subject"], body=data["body"])
            return gettext("The mail has been changed.")

        return object_deed(
            self,
            request,
            row,
            label=gettext("Change the words"),
            note=gettext("Only this mail changes. Who changed it is recorded, not what it said."),
            perform=perform,
            back_url=self.change_url(row.pk),
            form_class=WordsForm,
        )


def goes_as(text):
    """As what a text message goes, and how long it is."""
    kind, size = channels.kind_of(text).upper(), channels.size_of(text)
    words = _("%(kind)s, %(count)s bytes") if kind else _("Too long: %(count)s bytes")
    return words % {"kind": kind, "count": i18n.number(size)}


def facts_of(row):
    """How a message stands."""
    facts = [
        (_("To"), row.to),
        (_("Channel"), row.get_channel_display()),
        (_("Goes as"), goes_as(row.body) if row.channel == Channel.SMS else ""),
        (_("Language"), row.get_language_display()),
        (_("Reason code"), row.reason),
        (_("Queued"), moment_or_dash(row.queued_at)),
        (_("Not sent before"), moment_or_dash(row.send_after) if row.status == "waiting" else ""),
        (_("Deadline it tells"), moment_or_dash(row.deadline_at) if row.deadline_at else ""),
        (_("Tries"), row.attempts),
        (_("Sent"), moment_or_dash(row.sent_at) if row.sent_at else ""),
        (_("What the server said"), row.error),
        (_("Changed by staff"), moment_or_dash(row.edited_at) if row.edited_at else ""),
        (_("Sender"), row.extras.get("sender", "")),
        (_("Template code"), row.extras.get("code", "")),
        (
            _("Buttons"),
            ", ".join(f"{button['name']} ({button['url']})" for button in row.extras.get("buttons", [])),
        ),
        (_("Text message instead"), row.extras.get("fallback", "")),
        (_("Message-ID"), mail.message_id(row) if row.channel == "email" else ""),
    ]
    return [{"term": term, "value": value, "user": True} for term, value in facts if value not in ("", None)]
