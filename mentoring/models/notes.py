"""Notes of a pair, in three tables: what is one's own, what mentors and staff read, and what the two share.

Each has its own `visible_to`, and nothing asks two tables at once: a query for one kind can never return another.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.meetings import Meeting
from mentoring.models.pairs import Pairing
from portal import clock
from portal.codes import new_code

NOTE_LIMIT = 2000


class Audience(models.TextChoices):
    """Who reads a note. There is none by default: whoever writes chooses."""

    PRIVATE = "private", pgettext_lazy("note", "Only me")
    STAFF = "staff", pgettext_lazy("note", "Mentors and staff")
    SHARED = "shared", pgettext_lazy("note", "Shared")


class Note(models.Model):
    """What every note has; a table of its own for each audience."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="+", verbose_name=_("pair"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("meeting")
    )
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-written_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="%(class)s_says_something")]

    def __str__(self):
        return self.code


class PrivateNoteQuerySet(models.QuerySet):
    """Reading private notes."""

    def visible_to(self, user):
        """One's own, while one sees the pair."""
        return self.filter(author=user, pairing__in=Pairing.objects.visible_to(user).values("pk"))


class PrivateNote(Note):
    """A note that its author alone reads. It may be taken away; no earlier wording is kept."""

    audience = Audience.PRIVATE

    objects = PrivateNoteQuerySet.as_manager()

    class Meta(Note.Meta):
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")


class StaffNoteQuerySet(models.QuerySet):
    """Reading notes for mentors and staff."""

    def visible_to(self, user):
        """Those of the pairs that a mentor or staff see; never the mentee's own, also where they are staff."""
        found = self.filter(pairing__in=Pairing.objects.visible_to(user).values("pk"))
        return found.exclude(pairing__enrolment__person=user)


class StaffNote(Note):
    """A mentor's note that the staff who run the cohort read too, and the mentee never."""

    audience = Audience.STAFF

    objects = StaffNoteQuerySet.as_manager()

    class Meta(Note.Meta):
        verbose_name = _("note for mentors and staff")
        verbose_name_plural = _("notes for mentors and staff")


class SharedNoteQuerySet(models.QuerySet):
    """Reading shared notes."""

    def visible_to(self, user):
        """Those of the pairs that a person sees."""
        return self.filter(pairing__in=Pairing.objects.visible_to(user).values("pk"))


class SharedNote(Note):
    """A note that mentor, mentee and staff read."""

    audience = Audience.SHARED

    objects = SharedNoteQuerySet.as_manager()

    class Meta(Note.Meta):
        verbose_name = _("shared note")
        verbose_name_plural = _("shared notes")


class Wording(models.Model):
    """What a note said before it was changed; whoever reads the note reads this too."""

    text = models.TextField(_("note"))
    until = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True
        ordering = ["-until", "-pk"]

    def __str__(self):
        return f"{self.note_id} {self.pk}"


class StaffWording(Wording):
    """An earlier wording of a note for mentors and staff."""

    note = models.ForeignKey(StaffNote, on_delete=models.CASCADE, related_name="earlier")

    class Meta(Wording.Meta):
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")


class SharedWording(Wording):
    """An earlier wording of a shared note."""

    note = models.ForeignKey(SharedNote, on_delete=models.CASCADE, related_name="earlier")

    class Meta(Wording.Meta):
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")


NOTES = {model.audience: model for model in (PrivateNote, StaffNote, SharedNote)}


class NoteDraft(models.Model):
    """What somebody has typed about a pair and not sent; theirs alone, whatever audience is chosen so far."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    audience = models.CharField(max_length=7, choices=Audience, blank=True)
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("draft of a note")
        verbose_name_plural = _("drafts of notes")
        constraints = [
            models.UniqueConstraint(fields=["pairing", "author"], name="note_draft_one_a_pair"),
            models.CheckConstraint(
                condition=Q(audience="") | Q(audience__in=Audience.values), name="note_draft_audience_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.pairing_id} {self.author_id}"
