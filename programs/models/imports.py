"""Earlier years brought in from tables: a file that staff handed in, and what is to become of each of its rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from programs.models.cohorts import Cohort
from programs.models.experts import Expert


class ImportKind(models.TextChoices):
    """What the rows of a table are."""

    PARTICIPANTS = "participants", _("Participants and how it ended")
    EXPERTS = "experts", _("Experts")
    TOTALS = "totals", _("Survey totals")


OF_COHORT = (ImportKind.PARTICIPANTS, ImportKind.TOTALS)


class Verdict(models.TextChoices):
    """What is found out about a row."""

    NEW = "new", _("New")
    KNOWN = "known", _("Matched")
    DOUBTFUL = "doubtful", _("To decide")
    THERE = "there", _("There already")
    REFUSED = "refused", _("Refused")


class Choice(models.TextChoices):
    """What staff want of a row about which there is doubt."""

    SAME = "same", _("The same person")
    NEW = "new", _("Another person")
    LEAVE = "leave", _("Leave out")


class Import(models.Model):
    """A table that was handed in. It is applied once or discarded; its rows are erased some time afterwards."""

    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind)
    cohort = models.ForeignKey(
        Cohort,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("cohort"),
    )
    file_name = models.CharField(_("file"), max_length=120)
    ignored = models.JSONField(_("columns that mean nothing here"), default=list)
    uploaded_at = models.DateTimeField(_("handed in"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)
    counts = models.JSONField(_("rows by what became of them"), default=dict)
    forgotten_at = models.DateTimeField(_("rows erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ImportKind.values), name="import_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=OF_COHORT, cohort__isnull=False)
                | Q(kind=ImportKind.EXPERTS, cohort__isnull=True),
                name="import_has_its_cohort",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(discarded_at__isnull=True), name="import_ends_once"
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_open(self):
        """Whether it waits to be applied."""
        return self.applied_at is None and self.discarded_at is None


class ImportRow(models.Model):
    """One row of a table: its cells, what was found out about it, and what became of it."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", verbose_name=_("import"))
    line = models.PositiveIntegerField(_("line"))
    cells = models.JSONField(_("cells"))
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    problem = models.CharField(_("reason"), max_length=20, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    choice = models.CharField(_("decided"), max_length=5, choices=Choice, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    expert = models.ForeignKey(
        Expert, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("expert")
    )
    is_done = models.BooleanField(_("brought in"), default=False)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["line", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="import_row_verdict_is_known"),
            models.CheckConstraint(condition=Q(choice__in=["", *Choice.values]), name="import_row_choice_is_known"),
        ]

    def __str__(self):
        return str(self.line)

    @property
    def comes_in(self):
        """Whether the row is brought in when the import is applied."""
        if self.verdict == Verdict.DOUBTFUL:
            return self.choice in (Choice.SAME, Choice.NEW)
        return self.verdict in (Verdict.NEW, Verdict.KNOWN)
