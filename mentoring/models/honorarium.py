"""What mentors are paid: a statement for each round, mentor and month, whose lines are frozen once approved."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.meetings import Meeting
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MentoringRound
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort


class StatementStatus(models.TextChoices):
    """A draft is reckoned anew whenever it is drawn up; what is approved or paid stays as it is."""

    DRAFT = "draft", pgettext_lazy("honorarium", "Draft")
    APPROVED = "approved", pgettext_lazy("honorarium", "Approved")
    PAID = "paid", pgettext_lazy("honorarium", "Paid")


FROZEN = (StatementStatus.APPROVED, StatementStatus.PAID)


class StatementQuerySet(models.QuerySet):
    """Reading statements."""

    def managed_by(self, user):
        """Those of the rounds that a person runs."""
        return self.filter(round__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def of_mentor(self, user):
        """A mentor's own, once they are approved."""
        return self.filter(mentor__user=user, status__in=FROZEN)


class Statement(models.Model):
    """What one mentor gets for one month of a round. Money is whole won. `digest` is taken of the frozen lines."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    round = models.ForeignKey(
        MentoringRound, on_delete=models.PROTECT, related_name="statements", verbose_name=_("mentoring round")
    )
    mentor = models.ForeignKey(
        MentorProfile, on_delete=models.PROTECT, related_name="statements", verbose_name=_("mentor")
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    status = models.CharField(
        _("status"), max_length=8, choices=StatementStatus, default=StatementStatus.DRAFT, editable=False
    )
    minutes = models.IntegerField(_("minutes"), default=0, editable=False)
    amount = models.BigIntegerField(_("amount (KRW)"), default=0, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    drawn_up_at = models.DateTimeField(_("drawn up"), default=clock.now, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    paid_on = models.DateField(_("paid on"), null=True, blank=True, editable=False)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("honorarium statement")
        verbose_name_plural = _("honorarium statements")
        ordering = ["-month", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "mentor", "month"], name="statement_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="statement_month_by_its_first_day"),
            models.CheckConstraint(
                condition=Q(
                    status="draft", digest="", approved_at=None, approved_by=None, paid_on=None, paid_by=None
                )
                | (
                    Q(status="approved", approved_at__isnull=False, approved_by__isnull=False, paid_on=None)
                    & ~Q(digest="")
                )
                | (
                    Q(status="paid", approved_at__isnull=False, paid_on__isnull=False, paid_by__isnull=False)
                    & ~Q(digest="")
                ),
                name="statement_status_with_its_dates",
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_frozen(self):
        """Whether its lines stay as they are."""
        return self.status in FROZEN


class StatementLine(models.Model):
    """One meeting in a statement, or the difference to what an earlier one said of it (`is_correction`).

    `starts_at`, `minutes` and `rate` are as they were; the meeting itself may be put right afterwards.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="statement_lines")
    is_correction = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    minutes = models.IntegerField()
    rate = models.PositiveIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of a statement")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(is_correction=False), name="statement_line_meeting_once"
            ),
            models.UniqueConstraint(fields=["statement", "meeting"], name="statement_line_once_in_its_statement"),
            models.CheckConstraint(
                condition=Q(is_correction=True) | Q(minutes__gt=0, amount__gte=0),
                name="statement_line_pays_for_time",
            ),
        ]

    def __str__(self):
        return f"{self.statement_id} {self.meeting_id}"
