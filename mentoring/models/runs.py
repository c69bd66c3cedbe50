"""Runs of the pairing, each with its frozen question and its answer, and the pairs that staff have locked."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MentoringRound, PairingMode
from portal import clock
from portal.codes import new_code
from programs.models.enrolments import Enrolment


class PairLock(models.Model):
    """A pair that staff want as it is; every run keeps it. Removed where staff take it back."""

    round = models.ForeignKey(MentoringRound, on_delete=models.CASCADE, related_name="locks")
    mentor = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_override = models.BooleanField(
        default=False, help_text=_("Set although a rule stands against the pair; the reason says why.")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("locked pair")
        verbose_name_plural = _("locked pairs")
        constraints = [
            models.UniqueConstraint(fields=["round", "enrolment"], name="pair_lock_one_per_mentee"),
            models.CheckConstraint(
                condition=Q(is_override=False) | ~Q(reason=""), name="pair_lock_override_has_a_reason"
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id} {self.mentor_id}"


class RunKind(models.TextChoices):
    """What a run was asked for."""

    NEW = "new", pgettext_lazy("run", "First pairing")
    FEWEST_MOVES = "fewest", pgettext_lazy("run", "Fewest moves")
    NO_POOR = "no_poor", pgettext_lazy("run", "No new poor pair")
    FULL = "full", pgettext_lazy("run", "Everything anew")


class PairingRun(models.Model):
    """One run: `problem` is the frozen question (`digest` its fingerprint), `plan` the answer with its proof.

    `facts` keeps what people read of it: the parts of each score, and why pairs are ruled out. Rows are only added;
    publishing and undoing are written on them.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    round = models.ForeignKey(MentoringRound, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=8, choices=RunKind, default=RunKind.NEW)
    mode = models.CharField(_("pairing"), max_length=8, choices=PairingMode, default=PairingMode.OPTIMAL)
    problem = models.JSONField()
    digest = models.CharField(max_length=64)
    plan = models.JSONField()
    facts = models.JSONField(default=dict)
    matched = models.PositiveIntegerField(default=0)
    poor = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    weak = models.PositiveIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undo_until = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("pairing run")
        verbose_name_plural = _("pairing runs")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="pairing_run_number_once"),
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="pairing_run_kind_is_known"),
            models.CheckConstraint(condition=Q(mode__in=PairingMode.values), name="pairing_run_mode_is_known"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, undo_until=None, undone_at=None)
                | Q(published_at__isnull=False, published_by__isnull=False, undo_until__isnull=False),
                name="pairing_run_published_whole",
            ),
        ]

    def __str__(self):
        return f"{self.round_id} {self.number}"
