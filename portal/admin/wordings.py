"""Wordings of mails: every mail with its placeholders, edited by administrators, seen by managers.

An edit page does everything by POST: save, preview with a real person's values, send it to oneself, go back to the
original. A test mail is written nowhere: it goes to the member of staff who asked, marked [TEST].
"""

import difflib

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import object_deed
from accounts.admin_tools import ScopedAdmin, event_line, moment_in_list, word_values
from portal import audit, i18n, mail, mail_words, wordings
from portal.codes import new_code
from portal.fields import CleanCharField
from portal.mail_events import EVENTS
from portal.models import AuditEvent, MailTemplate, OutgoingMail
from programs import emails
from programs.models.applications import Application

SAMPLE = "sample"
MOST_CHOICES = 10
LONGEST = 5000
LANGUAGES = {"ko": _("Korean"), "en": _("English")}
MARKS = {"+": "added", "-": "removed", " ": "same"}


def which(before, after):
    """The mail and the language that a deed notes, as `offered ko`."""
    name, _space, language = after.partition(" ")
    event = EVENTS.get(name)
    return f"{event.title} · {LANGUAGES[language]}" if event and language in LANGUAGES else after


word_values({f"mail_template.{deed}": which for deed in ("written", "original", "tested")})


def people_of(event, language):
    """Whose values a preview may have: (key, label). Recent mails, else recent applications, and samples."""
    recent = OutgoingMail.objects.filter(event=event.name, language=language, channel="email").exclude(values={})
    mails = list(recent.exclude(to="").order_by("-queued_at", "-pk")[:MOST_CHOICES])
    found = [(f"mail-{row.pk}", f"{row.to} · {i18n.moment(row.queued_at)}") for row in mails]
    if not mails and event.is_of_application:
        rows = Application.objects.exclude(status="draft").select_related("cohort__program", "applicant")
        found = [
            (f"application-{row.pk}", f"{row} · {row.applicant.display_name} · {row.cohort.program.title}")
            for row in rows.order_by("-submitted_at", "-pk")[:MOST_CHOICES]
        ]
    return [*found, (SAMPLE, gettext("Sample values, nobody's"))]


def values_of(event, language, key):
    """The values by the key of `people_of`, and the names of those that are made up."""
    kind, _dash, number = key.partition("-")
    samples = event.samples(language)
    known = {}
    if kind == "mail":
        known = OutgoingMail.objects.get(pk=number).values
    elif kind == "application":
        application = Application.objects.select_related("cohort__program", "applicant").get(pk=number)
        known = {
            name: value
            for name, value in event.values(emails.usual(application, language), None).items()
            if name in emails.USUAL
        }
    values = samples | {name: value for name, value in known.items() if name in samples}
    return values, [name for name in event.by_name if name not in known and name != "site_url"]


class WordingForm(forms.Form):
    """A subject and a text with placeholders, and whose values the preview has."""

    subject = CleanCharField(label=_("Subject"), max_length=200)
    body = CleanCharField(
        label=_("Text"), max_length=LONGEST, multiline=True, widget=forms.Textarea(attrs={"rows": 18})
    )
    whose = forms.ChoiceField(label=_("Values for the preview and the test mail"))

    def __init__(self, *args, event, language, **kwargs):
        super().__init__(*args, **kwargs)
        self.event, self.language = event, language
        self.fields["whose"].choices = people_of(event, language)
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["lang"] = language

    def clean(self):
        """Refuse what the mail cannot be filled from, at the field where it stands."""
        data = super().clean()
        if "subject" in data and "body" in data:
            in_subject, in_body = mail_words.problems(self.event, data["subject"], data["body"])
            for name, found in (("subject", in_subject), ("body", in_body)):
                for sentence in found:
                    self.add_error(name, sentence)
        return data


@admin.register(MailTemplate)
class MailTemplateAdmin(ScopedAdmin):
    """Every mail in both languages, and how it is worded."""

    group = "mail"
    place = 2
    admins_may = ("view", "change")
    managers_may = ("view",)

    def get_urls(self):
        """Ours before Django's own, which take anything for a number."""
        view = self.admin_site.admin_view
        return [
            path("word/<slug:event>/<slug:language>/", view(self.word_view), name="portal_mailtemplate_word"),
            path(
                "word/<slug:event>/<slug:language>/original/",
                view(self.original_view),
                name="portal_mailtemplate_original",
            ),
            *super().get_urls(),
        ]

    def named(self, row):
        """Which mail, in which language."""
        event = EVENTS.get(row.event)
        return f"{event.title if event else row.event} · {LANGUAGES[row.language]}"

    def word_url(self, event, language):
        """The page of a mail in a language."""
        return reverse("admin:portal_mailtemplate_word", args=[event.name, language])

    def changelist_view(self, request, extra_context=None):
        """All mails, whether or not anybody has worded them."""
        if not self.may("view", request) or request.method not in ("GET", "HEAD"):
            raise Http404
        latest = {}
        for row in MailTemplate.objects.select_related("made_by").order_by("number"):
            latest[row.event, row.language] = row
        rows = [
            {
                "title": event.title,
                "name": event.name,
                "languages": [
                    {
                        "label": label,
                        "url": self.word_url(event, language),
                        "row": None if row is None or row.is_original else row,
                        "when": moment_in_list(row.made_at) if row else "",
                    }
                    for language, label in LANGUAGES.items()
                    for row in [latest.get((event.name, language))]
                ],
            }
            for event in sorted(EVENTS.values(), key=lambda event: (event.template.partition("/")[0], event.name))
        ]
        title = capfirst(str(self.opts.verbose_name_plural))
        return self.page(request, "admin/portal/mailtemplate/change_list.html", None, title=title, rows=rows)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A version has no page of its own: the page of its mail shows it."""
        row = self.find(request, object_id)
        if row.event not in EVENTS or request.method not in ("GET", "HEAD"):
            raise Http404
        return HttpResponseRedirect(self.word_url(EVENTS[row.event], row.language))

    def find_mail(self, request, event, language, deed):
        """The Event, for who may do `deed`; else 404."""
        if event not in EVENTS or language not in LANGUAGES or not self.may(deed, request):
            raise Http404
        return EVENTS[event]

    def word_view(self, request, event, language):
        """The wording: read, and for administrators changed, previewed, sent to oneself."""
        found = self.find_mail(request, event, language, "change" if request.method == "POST" else "view")
        if request.method not in ("GET", "HEAD", "POST"):
            raise Http404
        subject, body = wordings.current(found.name, language)
        may_change = self.may("change", request)
        form = shown = None
        if may_change:
            form = WordingForm(
                request.POST if request.method == "POST" else None,
                event=found,
                language=language,
                initial={"subject": subject, "body": body},
            )
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            if request.POST.get("do") == "save":
                row = wordings.write(
                    found.name, language, subject=data["subject"], body=data["body"], by=request.user
                )
                said = gettext("The wording has been saved.") if row else gettext("Nothing was changed.")
                self.message_user(request, said, messages.SUCCESS)
                return HttpResponseRedirect(self.word_url(found, language))
            values, made_up = values_of(found, language, data["whose"])
            shown = preview(data["subject"], data["body"], values, language) | {
                "made_up": [f"{{{name}}}" for name in made_up]
            }
            if request.POST.get("do") == "test":
                self.send_to_oneself(request, found, language, shown)
            subject, body = data["subject"], data["body"]
        original = wordings.original(found.name, language)
        versions = MailTemplate.objects.filter(event=found.name, language=language)
        return self.page(
            request,
            "admin/portal/mailtemplate/word.html",
            None,
            title=found.title,
            language=language,
            language_label=LANGUAGES[language],
            chips=[
                {"label": label, "url": self.word_url(found, code), "current": code == language}
                for code, label in LANGUAGES.items()
            ],
            form=form,
            subject=subject,
            body=body,
            shown=shown,
            places=[
                {
                    "token": "{" + place.name + ("?}" if place.kind == "yes_no" else "}"),
                    "kind": place.kind.label,
                    "about": place.about,
                    "needed": place.needed,
                    "always": place.is_always,
                }
                for place in found.placeholders
            ],
            differences=differences(original, (subject, body)),
            original_url=(
                reverse("admin:portal_mailtemplate_original", args=[found.name, language])
                if may_change and wordings.latest(found.name, language)
                else ""
            ),
            lines=[
                event_line(row)
                for row in AuditEvent.objects.filter(
                    target_type=MailTemplate._meta.label_lower, target_id__in=versions.values("pk")
                ).select_related("by")
            ],
        )

    def send_to_oneself(self, request, event, language, shown):
        """Send the previewed mail to who asked, and write it down nowhere but as a deed."""
        row = OutgoingMail(
            code=new_code(),
            event=event.name,
            reason="test",
            to=request.user.email,
            language=language,
            subject=f"[TEST] {shown['subject']}"[:200],
            body=shown["body"],
        )
        try:
            mail.message(row).send()
        except OSError:
            self.message_user(
                request, gettext("The mail server did not take it. Please try again."), messages.ERROR
            )
            return
        audit.record("mail_template.tested", target=request.user, by=request.user, after=f"{event.name} {language}")
        said = gettext("The test mail is on its way to %(address)s.") % {"address": request.user.email}
        self.message_user(request, said, messages.SUCCESS)

    def original_view(self, request, event, language):
        """Go back to what comes with the portal."""
        found = self.find_mail(request, event, language, "change")
        row = wordings.latest(found.name, language)
        if row is None:
            raise Http404

        def perform(data):
            wordings.back_to_original(found.name, language, by=request.user)
            return gettext("The mail has its original wording again.")

        return object_deed(
            self,
            request,
            row,
            label=gettext("Back to the original wording"),
            note=gettext("New mails say again what comes with the portal. Earlier wordings stay on record."),
            perform=perform,
            back_url=self.word_url(found, language),
        )


def preview(subject, body, values, language):
    """A wording with values, as text and as the HTML twin has it."""
    subject, body = wordings.filled(subject, body, values)
    return {"subject": subject, "body": body, "paragraphs": body.split("\n\n"), "lang": language}


def differences(before, after):
    """The lines of two wordings, subject first: each added, removed or the same; nothing where they are alike."""
    if before == after:
        return []
    old, new = ([subject, *body.split("\n")] for subject, body in (before, after))
    return [
        {"mark": MARKS[line[0]], "text": line[2:]}
        for line in difflib.ndiff(old, new)
        if line[0] in MARKS and (line[0] != " " or line[2:].strip())
    ]
