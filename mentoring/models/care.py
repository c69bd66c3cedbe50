"""What coordinators do about people who do not come, and the board on which they see how pairs are doing."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.rounds import MentoringRound
from portal import clock


class AbsenceKind(models.TextChoices):
    """What a number of absences leads to."""

    WARNING = "warning", pgettext_lazy("absences", "Warning by mail")
    TO_DO = "to_do", pgettext_lazy("absences", "To be looked at by staff")


class AbsenceStep(models.Model):
    """That somebody was warned, or is to be talked to, for meetings they did not come to. Staff settle a to-do."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absence_steps")
    kind = models.CharField(_("kind"), max_length=7, choices=AbsenceKind)
    count = models.PositiveSmallIntegerField(_("absences"))
    at = models.DateTimeField(default=clock.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step after absences")
        verbose_name_plural = _("steps after absences")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AbsenceKind.values), name="absence_step_kind_is_known"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind="to_do", settled_at__isnull=True),
                name="absence_step_one_to_do_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.kind}"


class Health(MentoringRound):
    """A round as the health board shows it; no rows of its own."""

    class Meta:
        proxy = True
        verbose_name = _("health of a mentoring round")
        verbose_name_plural = _("health board")
