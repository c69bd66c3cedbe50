"""When someone came to a session and left it, by their own phone."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models.cohorts import Session
from programs.models.enrolments import Enrolment


class CheckIn(models.Model):
    """Somebody's own check-in to a session, and the check-out where there was one.

    `device` is a hash of a number that the browser keeps: one browser checks one person in to a session.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="check_ins")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="check_ins")
    in_at = models.DateTimeField(_("came"))
    out_at = models.DateTimeField(_("left"), null=True, blank=True)
    device = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["in_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="check_in_once"),
            models.UniqueConstraint(fields=["session", "device"], name="check_in_one_a_device"),
            models.CheckConstraint(
                condition=Q(out_at__isnull=True) | Q(out_at__gte=F("in_at")), name="check_in_leaves_after_coming"
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.enrolment_id}"
