"""Totals of surveys of earlier years: counts that a table told, with no single answers behind them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models.cohorts import Cohort
from programs.models.imports import Import


class Scale(models.TextChoices):
    """What the counts of a total are of."""

    AGREEMENT = "agreement", _("Agreement, from 5 down to 1")
    RECOMMENDATION = "steps", _("Recommendation, from 0 to 10")
    GROUPS = "groups", _("Promoters, passives, detractors")


class SurveyTotal(models.Model):
    """How the people of a cohort answered one core question, as counts in the order of its scale."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="survey_totals", verbose_name=_("cohort")
    )
    key = models.SlugField(_("question"), max_length=40)
    scale = models.CharField(_("scale"), max_length=10, choices=Scale)
    counts = models.JSONField(_("counts"))
    answered = models.PositiveIntegerField(_("answered"))
    asked = models.PositiveIntegerField(_("asked"))
    batch = models.ForeignKey(
        Import, on_delete=models.PROTECT, related_name="survey_totals", verbose_name=_("import")
    )

    class Meta:
        verbose_name = _("total of a survey")
        verbose_name_plural = _("totals of surveys")
        ordering = ["cohort", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(scale__in=Scale.values), name="survey_total_scale_is_known"),
            models.CheckConstraint(condition=Q(answered__gte=1), name="survey_total_has_answers"),
            models.CheckConstraint(condition=Q(asked__gte=F("answered")), name="survey_total_of_those_asked"),
            models.UniqueConstraint(fields=["cohort", "key"], name="survey_total_once"),
        ]

    def __str__(self):
        return self.key
