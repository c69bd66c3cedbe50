"""Case files, for whoever holds the duty and nobody else.

A report's page says how it stands. What it says is shown once it has been opened, which is written down.
"""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedReasonForm, object_deed
from accounts.admin_tools import (
    ScopedAdmin,
    event_lines,
    moment_or_dash,
    name_verbs,
    pill_html,
    word_values,
)
from mentoring.admin.case_forms import AnswerForm, BlockForm, CloseForm, NoteForm
from mentoring.care import concerns
from mentoring.models.safeguarding import (
    Concern,
    ConcernMessage,
    ConcernStatus,
    ContactBlock,
    Outcome,
    SafeguardingOfficer,
)
from mentoring.operations import safeguarding as operations
from portal import audit, clock, i18n

RECORD_ROWS = 50
LOOKS_SHOWN = 50


def outcome_words(before, after):
    """What came of a case."""
    return Outcome(after).label if after in Outcome.values else after


name_verbs(
    {
        "concern.read": _("Case file opened"),
        "concern.taken_up": _("Taken up"),
        "concern.answered": _("Reporter answered"),
        "concern.noted": _("Note written"),
        "concern.closed": _("Case closed"),
        "concern.blocked": _("Contact blocked"),
        "concern.block_lifted": _("Contact block lifted"),
        "concern.erased": _("Texts erased whose time was over"),
    }
)
word_values(
    {
        "concern.closed": outcome_words,
        "concern.taken_up": lambda before, after: "",
        "concern.blocked": lambda before, after: "",
        "concern.block_lifted": lambda before, after: "",
    }
)


class OnDuty:
    """Rights of whoever holds the duty; being an administrator alone opens nothing. Asked once a request."""

    def may(self, deed, request):
        """Only looking, and only for officers."""
        if not hasattr(request, "holds_safeguarding_duty"):
            request.holds_safeguarding_duty = SafeguardingOfficer.objects.holds(request.user)
        return deed == "view" and request.holds_safeguarding_duty


@admin.register(Concern)
class ConcernAdmin(OnDuty, ScopedAdmin):
    """Reports of concerns."""

    group = "mentoring"
    place = 8
    list_display = ["number", "state", "received", "side", "news"]
    list_filter = ["status"]
    ordering = ["-received_at", "-pk"]

    def get_queryset(self, request):
        """All of them for an officer, else none; with whose turn it is."""
        latest = ConcernMessage.objects.filter(concern=OuterRef("pk")).order_by("-at", "-pk")
        rows = super(ScopedAdmin, self).get_queryset(request)
        rows = rows if self.may("view", request) else rows.none()
        unanswered = Exists(ConcernMessage.objects.filter(pk=latest.values("pk")[:1], officer__isnull=True))
        return rows.annotate(has_news=unanswered)

    def get_urls(self):
        """The deeds, before Django's own addresses."""
        views = {
            "look": self.look_view,
            "take-up": self.take_up_view,
            "answer": self.answer_view,
            "note": self.note_view,
            "close": self.close_view,
            "block": self.block_view,
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"mentoring_concern_{name}")
            for name, view in views.items()
        ]
        lift = self.admin_site.admin_view(self.lift_view)
        own.append(path("<int:pk>/blocks/<int:block_id>/lift/", lift, name="mentoring_concern_lift"))
        return own + super().get_urls()

    def url(self, name, concern, **more):
        """The address of a page about one case."""
        return reverse(f"admin:mentoring_concern_{name}", kwargs={"pk": concern.pk, **more})

    def named(self, obj):
        """By its number alone."""
        return gettext("Report %(number)s") % {"number": obj.pk}

    # pages

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """How the case stands; and what it says, where this person has opened it lately."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        concern = self.find(request, object_id)
        is_open = operations.is_open_to(concern, request.user, clock.now())
        return self.page(
            request,
            "admin/mentoring/concern/case.html",
            concern,
            title=self.named(concern),
            pill=concerns.pill_of(concern),
            facts=facts_of(concern),
            is_open=is_open,
            is_erased=concern.texts_erased_at is not None,
            look_url=self.url("look", concern),
            case=self.case(concern) if is_open else None,
        )

    def case(self, concern):
        """All that stands in the file, and what can be done."""
        return {
            "facts": [
                {"term": pgettext("concern", "About"), "value": concern.about or "–", "user": True},
                {"term": gettext("Reporter"), "value": reporter_words(concern), "user": True},
                {"term": gettext("Wants to be contacted"), "value": contact_words(concern), "user": True},
            ],
            "thread": concerns.lines_of(concern, to_officers=True),
            "notes": [
                {
                    "who": note.officer.display_name,
                    "when": i18n.moment(note.at),
                    "text": note.text,
                    "lang": i18n.language_of_text(note.text),
                }
                for note in concern.notes.select_related("officer")
            ],
            "blocks": [
                self.block_line(concern, block)
                for block in concern.blocks.select_related(
                    "exclusion__mentor__user",
                    "exclusion__mentor__expert",
                    "exclusion__person",
                    "exclusion__lifted_by",
                )
            ],
            "looks": [
                {"when": i18n.moment(look.at), "title": look.officer.display_name, "user": True}
                for look in concern.looks.select_related("officer")[:LOOKS_SHOWN]
            ],
            "record": event_lines(audit.history(concern).exclude(verb="concern.read")[:RECORD_ROWS]),
            "buttons": self.buttons(concern),
        }

    def block_line(self, concern, block):
        """A contact block: between whom, since when, until when."""
        exclusion = block.exclusion
        since = gettext("Since %(moment)s") % {"moment": i18n.moment(exclusion.at)}
        lifted = exclusion.lifted_at is not None
        if lifted:
            since += " · " + gettext("lifted %(moment)s: %(reason)s") % {
                "moment": i18n.moment(exclusion.lifted_at),
                "reason": block.lift_reason,
            }
        return {
            "title": f"{exclusion.mentor.name} – {exclusion.person.display_name}",
            "note": since,
            "url": "" if lifted else self.url("lift", concern, block_id=block.pk),
        }

    def buttons(self, concern):
        """What can be done with it now."""
        if concern.texts_erased_at is not None:
            return []
        chosen = []
        if concern.status != ConcernStatus.LOOKING:
            label = gettext("Open again") if concern.is_closed else gettext("Take up")
            chosen.append(("take-up", label, ""))
        chosen.append(("answer", gettext("Answer the reporter"), ""))
        chosen.append(("note", gettext("Write a note"), ""))
        chosen.append(("block", gettext("Block contact"), "danger"))
        if not concern.is_closed:
            chosen.append(("close", gettext("Close the case"), ""))
        return [
            {"label": label, "url": self.url(name, concern), "small": True, "look": look}
            for name, label, look in chosen
        ]

    def look_view(self, request, pk):
        """Opens the file. By POST, since it is written down."""
        concern = self.find(request, pk)
        if request.method != "POST":
            raise Http404
        operations.look(concern.pk, by=request.user)
        return redirect(self.change_url(concern.pk))

    def find_opened(self, request, pk):
        """A case that this person has opened; a deed shows some of it. None sends them to open it first.

        What is sent in after it has shut again opens it once more, on record, so that nothing typed is lost.
        """
        concern = self.find(request, pk)
        if operations.is_open_to(concern, request.user, clock.now()):
            return concern
        return operations.look(concern.pk, by=request.user) if request.method == "POST" else None

    def deed(self, request, pk, *, label, perform, note="", form_class=None, danger=False, facts=()):
        """A page that asks before something is done with a case that has been opened."""
        concern = self.find_opened(request, pk)
        if concern is None:
            return redirect(self.change_url(pk))
        return object_deed(
            self,
            request,
            concern,
            label=label,
            note=note,
            facts=facts,
            form_class=form_class,
            danger=danger,
            perform=lambda data: perform(concern, data),
            back_url=self.change_url(concern.pk),
        )

    def take_up_view(self, request, pk):
        """Somebody looks into it from now on."""

        def perform(concern, data):
            operations.take_up(concern.pk, by=request.user)
            return gettext("Taken up.")

        note = gettext("The reporter sees that it is being looked into.")
        return self.deed(request, pk, label=gettext("Take up"), note=note, perform=perform)

    def answer_view(self, request, pk):
        """Writes to the reporter."""

        def perform(concern, data):
            operations.answer(concern.pk, data["text"], by=request.user)
            return gettext("The answer can be read by the reporter.")

        note = gettext(
            "The reporter reads it with the code or on My page, without your name. Name nobody else in it."
        )
        return self.deed(
            request, pk, label=gettext("Answer the reporter"), note=note, form_class=AnswerForm, perform=perform
        )

    def note_view(self, request, pk):
        """Writes a note for officers."""

        def perform(concern, data):
            operations.add_note(concern.pk, data["text"], by=request.user)
            return gettext("Written down.")

        note = gettext("Only safeguarding officers read it.")
        return self.deed(
            request, pk, label=gettext("Write a note"), note=note, form_class=NoteForm, perform=perform
        )

    def close_view(self, request, pk):
        """Closes the case."""

        def perform(concern, data):
            operations.close(concern.pk, data["outcome"], by=request.user)
            return gettext("The case is closed.")

        note = gettext(
            "The reporter sees the outcome. Contact blocks stay until they are lifted. "
            "The texts are erased after three years."
        )
        return self.deed(
            request, pk, label=gettext("Close the case"), note=note, form_class=CloseForm, perform=perform
        )

    def block_view(self, request, pk):
        """Keeps two people apart."""
        bound = {}

        class Form(BlockForm):
            """Remembers who was chosen."""

            def clean(self):
                """Two people."""
                data = super().clean()
                bound["chosen"] = getattr(self, "chosen", None)
                return data

        def perform(concern, data):
            operations.block(concern.pk, *bound["chosen"], by=request.user)
            return gettext("The contact is blocked. If the two were a pair, it has ended, and both were told so.")

        note = gettext(
            "At once: a pair of the two ends, meetings ahead are cancelled, neither sees the pair's page any more, "
            "and no pairing puts them together. Both get the same neutral mail; the reason is told to nobody."
        )
        return self.deed(
            request,
            pk,
            label=gettext("Block contact"),
            note=note,
            form_class=Form,
            perform=perform,
            danger=True,
        )

    def lift_view(self, request, pk, block_id):
        """Ends a contact block."""
        found = ContactBlock.objects.filter(pk=block_id, concern=pk).first()
        if found is None:
            self.find(request, pk)
            raise Http404

        def perform(concern, data):
            operations.lift(found.pk, data["reason"], by=request.user)
            return gettext("The contact block is lifted. A pair that it ended stays ended.")

        note = gettext("The two can be paired by hand again. The reason stays in the case.")
        return self.deed(
            request,
            pk,
            label=gettext("Lift the contact block"),
            note=note,
            form_class=DeedReasonForm,
            perform=perform,
            danger=True,
        )

    # columns

    @admin.display(description=pgettext_lazy("concern", "report"), ordering="pk")
    def number(self, concern):
        """Nothing of what it says."""
        return self.named(concern)

    @admin.display(description=_("status"), ordering="status")
    def state(self, concern):
        """How far it has come."""
        return pill_html(concerns.pill_of(concern))

    @admin.display(description=pgettext_lazy("concern", "received"), ordering="received_at")
    def received(self, concern):
        """When."""
        return concerns.received_words(concern)

    @admin.display(description=pgettext_lazy("concern", "reported"))
    def side(self, concern):
        """With an account or without one; not by whom."""
        return gettext("With an account") if concern.reporter_id else gettext("Without a name")

    @admin.display(description=pgettext_lazy("concern", "news"), boolean=False)
    def news(self, concern):
        """Whether the reporter has written last."""
        return pgettext("concern", "The reporter wrote") if concern.has_news else ""


def facts_of(concern):
    """What stands on the page before the file is opened."""
    facts = [
        (pgettext("concern", "Received"), concerns.received_words(concern)),
        (gettext("Taken up"), moment_or_dash(concern.taken_up_at)),
        (pgettext("concern", "Closed"), moment_or_dash(concern.closed_at)),
        (gettext("Outcome"), concern.get_outcome_display() or "–"),
    ]
    return [{"term": term, "value": value} for term, value in facts]


def reporter_words(concern):
    """Who reported, as far as it is known."""
    return concern.reporter.display_name if concern.reporter else gettext("Without a name")


def contact_words(concern):
    """Whether and how."""
    if not concern.wants_contact:
        return gettext("No")
    return concern.contact or (concern.reporter.email if concern.reporter else gettext("Yes"))


def today(request):
    """For the index: reports that nobody has taken up; to administrators, that there is no officer."""
    if SafeguardingOfficer.objects.holds(request.user):
        count = Concern.objects.filter(status=ConcernStatus.OPEN).count()
        if not count:
            return []
        text = ngettext("%(count)s report of a concern waits", "%(count)s reports of concerns wait", count) % {
            "count": count
        }
        return [{"title": text, "url": f"{reverse('admin:mentoring_concern_changelist')}?status__exact=open"}]
    waits = request.user.is_admin and Concern.objects.filter(status=ConcernStatus.OPEN).exists()
    if waits and not SafeguardingOfficer.objects.live().exists():
        return [
            {
                "title": gettext("No safeguarding officer is named"),
                "note": gettext("Reports of concerns can be opened by nobody."),
                "url": reverse("admin:mentoring_safeguardingofficer_changelist"),
            }
        ]
    return []


admin.site.add_today(today)  # type: ignore[attr-defined]  # it is PortalAdminSite
