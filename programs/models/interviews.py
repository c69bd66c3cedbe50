"""Interviews: the panels of a round, and the slots in which they meet applicants."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.codes import new_code
from portal.i18n import Bilingual
from programs.models.applications import Application
from programs.models.selection import ReviewRound


class Panel(models.Model):
    """The reviewers who interview together, and where; the link is shown only to them and to those they meet."""

    round = models.ForeignKey(
        ReviewRound, on_delete=models.CASCADE, related_name="panels", verbose_name=_("review round")
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=80)
    place_ko = models.CharField(_("place (Korean)"), max_length=160, blank=True)
    place_en = models.CharField(_("place (English)"), max_length=160, blank=True)
    link = models.URLField(_("online link"), blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="panels", blank=True, verbose_name=_("members")
    )

    title = Bilingual()
    place = Bilingual()

    class Meta:
        verbose_name = _("interview panel")
        verbose_name_plural = _("interview panels")
        ordering = ["round", "pk"]

    def __str__(self):
        return self.title


class Turnout(models.TextChoices):
    """Whether the applicant came."""

    ATTENDED = "attended", _("Attended")
    ABSENT = "absent", _("Did not come")


class InterviewSlot(models.Model):
    """A time at which a panel meets one applicant. `sequence` counts its changes, for calendars."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="slots", verbose_name=_("panel"))
    round = models.ForeignKey(ReviewRound, on_delete=models.CASCADE, related_name="slots", editable=False)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="slots",
        verbose_name=_("application"),
    )
    booked_at = models.DateTimeField(_("booked"), null=True, blank=True, editable=False)
    turnout = models.CharField(_("turnout"), max_length=8, choices=Turnout, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("interview slot")
        verbose_name_plural = _("interview slots")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "starts_at"], name="slot_once_a_panel"),
            models.UniqueConstraint(
                fields=["round", "application"],
                condition=Q(application__isnull=False),
                name="slot_one_an_application",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_ends_after_it_begins",
                violation_error_message=_("A slot ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(turnout="") | Q(turnout__in=Turnout.values, application__isnull=False),
                name="slot_turnout_is_known",
            ),
            models.CheckConstraint(
                condition=Q(application__isnull=True, booked_at__isnull=True)
                | Q(application__isnull=False, booked_at__isnull=False),
                name="slot_booked_has_its_time",
            ),
        ]

    def __str__(self):
        return f"{self.panel_id} {self.starts_at:%Y-%m-%d %H:%M}"


class ChangeKind(models.TextChoices):
    """What became of an interview."""

    BOOKED = "booked", _("Booked")
    MOVED = "moved", pgettext_lazy("interview", "Moved")
    DETAILS = "details", _("Place changed")
    CANCELLED = "cancelled", pgettext_lazy("interview", "Cancelled")


class InterviewChange(models.Model):
    """One thing that happened to the interview of an application in a round; rows are only added.

    The mails about an interview stand on these rows: one that a later change has overtaken is not sent. `sequence`
    is the slot's at that moment and never falls back, also where the interview moves to another slot.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="interview_changes")
    round = models.ForeignKey(ReviewRound, on_delete=models.CASCADE, related_name="interview_changes")
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=9, choices=ChangeKind)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    was_panel = models.ForeignKey(Panel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    was_at = models.DateTimeField(_("began before"), null=True, blank=True)
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField(_("when"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when the panel was told

    class Meta:
        verbose_name = _("change of an interview")
        verbose_name_plural = _("changes of interviews")
        ordering = ["pk"]
        indexes = [models.Index(fields=["told_at", "at"], name="interview_change_untold")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="interview_change_is_known"),
            models.UniqueConstraint(
                fields=["application", "round", "sequence"], name="interview_change_sequence_once"
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.kind} {self.sequence}"
