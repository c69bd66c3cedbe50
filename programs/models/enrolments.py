"""A seat that was confirmed becomes an enrolment: taking part, to completion or not."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.codes import new_code
from programs.models.applications import Application
from programs.models.cohorts import Cohort


class EnrolmentStatus(models.TextChoices):
    """How someone's part in a cohort stands."""

    ENROLLED = "enrolled", _("Enrolled")
    ACTIVE = "active", _("Taking part")
    DROPPED = "dropped", _("Dropped out")
    NO_SHOW = "no_show", _("No-show")
    COMPLETED = "completed", _("Completed")
    NOT_COMPLETED = "not_completed", _("Not completed")
    CANCELLED = "cancelled", pgettext_lazy("enrolment", "Cancelled")


NEXT = {
    EnrolmentStatus.ENROLLED: {
        EnrolmentStatus.ACTIVE,
        EnrolmentStatus.DROPPED,
        EnrolmentStatus.NO_SHOW,
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.NOT_COMPLETED,
        EnrolmentStatus.CANCELLED,
    },
    EnrolmentStatus.ACTIVE: {
        EnrolmentStatus.DROPPED,
        EnrolmentStatus.NO_SHOW,
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.NOT_COMPLETED,
    },
    EnrolmentStatus.DROPPED: set(),
    EnrolmentStatus.NO_SHOW: {EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE},  # marked by mistake
    EnrolmentStatus.COMPLETED: set(),
    EnrolmentStatus.NOT_COMPLETED: set(),
    EnrolmentStatus.CANCELLED: set(),
}
ENDED = (
    EnrolmentStatus.DROPPED,
    EnrolmentStatus.NO_SHOW,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
    EnrolmentStatus.CANCELLED,
)
NOT_COUNTED = (EnrolmentStatus.CANCELLED, EnrolmentStatus.NO_SHOW)


class EnrolmentQuerySet(models.QuerySet):
    """Reading enrolments."""

    def counted(self):
        """수강: all but cancelled and no-show."""
        return self.exclude(status__in=NOT_COUNTED)

    def live(self):
        """Those still taking part, or about to."""
        return self.filter(status__in=[EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE])

    def visible_to(self, user):
        """A person's own; for staff those of the cohorts they run."""
        own = Q(person=user)
        if user.is_staff:
            own |= Q(cohort__in=Cohort.objects.managed_by(user).values("pk"))
        return self.filter(own)


class Enrolment(models.Model):
    """One person's part in one cohort, made when they confirm their place."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("cohort")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name=_("person"),
    )
    application = models.OneToOneField(
        Application,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolment",
        verbose_name=_("application"),
    )
    status = models.CharField(_("status"), max_length=14, choices=EnrolmentStatus, default=EnrolmentStatus.ENROLLED)
    enrolled_at = models.DateTimeField(_("enrolled"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-enrolled_at", "-pk"]
        indexes = [models.Index(fields=["cohort", "status"], name="enrolment_by_cohort")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=EnrolmentStatus.values), name="enrolment_status_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(status__in=ENDED) & Q(ended_at__isnull=False))
                | (~Q(status__in=ENDED) & Q(ended_at__isnull=True)),
                name="enrolment_ended_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["cohort", "person"], condition=~Q(status="cancelled"), name="enrolment_one_per_cohort"
            ),
        ]

    def __str__(self):
        return self.code

    def can_become(self, status):
        """Whether the table of moves allows it."""
        return status in NEXT[EnrolmentStatus(self.status)]
