"""Who may apply: a cohort's own rules, and the restrictions that a person is under for a time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import clock, i18n
from programs.models.cohorts import Cohort
from programs.models.programs import Program


class RuleKind(models.TextChoices):
    """What a rule looks at. Overlapping places and restrictions hold for every cohort and need no rule."""

    AGE = "age", _("Age")
    CAREER = "career", _("Years of experience")
    COMPLETED = "completed", _("Has completed a program")
    NOT_TWICE = "not_twice", _("Has not taken part in the same program before")


class EligibilityRule(models.Model):
    """One condition of a cohort. `lowest` and `highest` are years, both included; either may be open."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="eligibility_rules", verbose_name=_("cohort")
    )
    kind = models.CharField(_("condition"), max_length=10, choices=RuleKind)
    lowest = models.PositiveSmallIntegerField(_("at least (years)"), null=True, blank=True)
    highest = models.PositiveSmallIntegerField(_("at most (years)"), null=True, blank=True)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("program")
    )

    class Meta:
        verbose_name = _("condition to apply")
        verbose_name_plural = _("conditions to apply")
        ordering = ["cohort", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="rule_kind_is_known"),
            models.UniqueConstraint(fields=["cohort", "kind", "program"], name="rule_once"),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=["age", "career"], program=None)
                    & (Q(lowest__isnull=False) | Q(highest__isnull=False))
                )
                | Q(kind="completed", program__isnull=False, lowest=None, highest=None)
                | Q(kind="not_twice", program=None, lowest=None, highest=None),
                name="rule_has_what_it_needs",
                violation_error_message=_("An age or experience needs years, a completed program its program."),
            ),
            models.CheckConstraint(
                condition=Q(lowest__isnull=True) | Q(highest__isnull=True) | Q(highest__gte=F("lowest")),
                name="rule_years_in_order",
                violation_error_message=_("The least number of years is above the most."),
            ),
        ]

    def __str__(self):
        return str(self.get_kind_display())


class Restriction(models.Model):
    """A time in which a person may not apply, and why. Lifted by staff, or by an appeal (소명) that is accepted.

    `cause` is the no-show that brought it about, None where staff laid it on.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="restrictions", verbose_name=_("person")
    )
    reason = models.CharField(_("reason"), max_length=300)
    from_at = models.DateTimeField(_("from"), default=clock.now)
    until = models.DateTimeField(_("until"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    cause = models.ForeignKey(
        "programs.Enrolment",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="restrictions",
        verbose_name=_("no-show"),
    )

    class Meta:
        verbose_name = _("participation restriction")
        verbose_name_plural = _("participation restrictions")
        ordering = ["-from_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("from_at")), name="restriction_lasts_a_while"),
            models.UniqueConstraint(
                fields=["cause"], condition=Q(lifted_at=None), name="restriction_one_a_no_show"
            ),  # a no-show that is taken back and marked again may restrict again
        ]

    def __str__(self):
        return i18n.span(self.from_at, self.until, year=True)

    def holds_at(self, now):
        """Whether the person is under it at `now`."""
        return self.lifted_at is None and self.from_at <= now < self.until


class Appeal(models.Model):
    """What a person says against a restriction, and what staff decide. A new appeal may follow a refused one."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="appeals")
    text = models.TextField(_("statement"))
    made_at = models.DateTimeField(_("made"), default=clock.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_accepted = models.BooleanField(_("accepted"), null=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["restriction"], condition=Q(decided_at=None), name="appeal_one_waits"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="appeal_decided_has_its_outcome",
            ),
        ]

    def __str__(self):
        return i18n.moment(self.made_at, year=True)
