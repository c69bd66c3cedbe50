"""Who came to which session, what was corrected, why somebody could not come, and when a cohort is completed."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.codes import new_code
from portal.models import Upload
from programs.models.cohorts import Cohort, Session
from programs.models.enrolments import Enrolment


class AttendanceStatus(models.TextChoices):
    """How somebody attended a session. No row at all means that nobody has marked it yet, never an absence."""

    PRESENT = "present", pgettext_lazy("attendance", "Present")
    LATE = "late", pgettext_lazy("attendance", "Late")
    LEFT_EARLY = "left_early", pgettext_lazy("attendance", "Left early")
    STEPPED_OUT = "stepped_out", pgettext_lazy("attendance", "Stepped out")
    EXCUSED = "excused", pgettext_lazy("attendance", "Excused")
    ABSENT = "absent", pgettext_lazy("attendance", "Absent")


SLIPS = (AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY, AttendanceStatus.STEPPED_OUT)
WITH_MINUTES = (AttendanceStatus.PRESENT, *SLIPS)  # of which one can say for how long


class Source(models.TextChoices):
    """How a mark came about."""

    HAND = "hand", _("By hand")
    QR = "qr", _("Check-in")
    IMPORT = "import", _("Meeting export")
    EXCUSE = "excuse", _("Request to be excused")


class Attendance(models.Model):
    """One person at one session. `minutes` is for how long; None is all of it, or none where they were absent."""

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="attendance", verbose_name=_("session")
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="attendance", verbose_name=_("enrolment")
    )
    status = models.CharField(_("attendance"), max_length=12, choices=AttendanceStatus)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.HAND)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    marked_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["session", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(status__in=AttendanceStatus.values), name="attendance_status_is_known"
            ),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="attendance_source_is_known"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(status__in=WITH_MINUTES),
                name="attendance_minutes_of_who_was_there",
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.enrolment_id} {self.status}"


class AttendanceChange(models.Model):
    """A mark that was put right: what it was, by whom and when; what it became, and why. Never changed."""

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="changes")
    before = models.CharField(max_length=12, choices=AttendanceStatus)
    before_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    before_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    before_at = models.DateTimeField()
    after = models.CharField(max_length=12, choices=AttendanceStatus)
    after_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("correction of attendance")
        verbose_name_plural = _("corrections of attendance")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(before__in=AttendanceStatus.values, after__in=AttendanceStatus.values),
                name="attendance_change_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.before} → {self.after}"


class Basis(models.TextChoices):
    """In what completion is counted."""

    AUTO = "auto", _("By hours below 30 hours, by days from 30 hours on")
    HOURS = "hours", _("By hours")
    DAYS = "days", _("By days")


PERCENT = (MinValueValidator(1), MaxValueValidator(100))


class CompletionRuleQuerySet(models.QuerySet):
    """Reading rules."""

    def in_force(self, now):
        """Those that hold at `now`, the latest of each cohort first."""
        return self.filter(in_force_at__lte=now).order_by("-number")


class CompletionRule(models.Model):
    """One version of what it takes to complete a cohort. A change is a new version; a used one stays as it is."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="completion_rules", verbose_name=_("cohort")
    )
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    basis = models.CharField(_("counted"), max_length=5, choices=Basis, default=Basis.AUTO)
    threshold = models.PositiveSmallIntegerField(
        _("percent needed"), default=80, validators=PERCENT, help_text=_("Exactly this much is enough.")
    )
    day_percent = models.PositiveSmallIntegerField(
        _("percent of a day"),
        default=50,
        validators=PERCENT,
        help_text=_("A day counts from this much of its minutes on."),
    )
    slips_per_absence = models.PositiveSmallIntegerField(
        _("slips that make one absence"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Late, left early and stepped out count together."),
    )
    needs_survey = models.BooleanField(_("survey before the certificate"), default=True)
    in_force_at = models.DateTimeField(_("in force from"), default=clock.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=clock.now)

    objects = CompletionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("completion rule")
        verbose_name_plural = _("completion rules")
        ordering = ["cohort", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="completion_rule_number_once"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="completion_rule_basis_is_known"),
            models.CheckConstraint(
                condition=Q(threshold__gte=1, threshold__lte=100, day_percent__gte=1, day_percent__lte=100),
                name="completion_rule_percents_in_range",
            ),
            models.CheckConstraint(
                condition=Q(slips_per_absence__gte=1), name="completion_rule_slips_make_an_absence"
            ),
        ]

    def __str__(self):
        return _("Version %(number)s") % {"number": self.number}


class Completion(models.Model):
    """How a person's part was decided: by which version of the rule, with what sums, and why where against them."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="completion")
    rule = models.ForeignKey(CompletionRule, on_delete=models.PROTECT, related_name="completions")
    basis = models.CharField(max_length=5, choices=Basis)  # what it was counted in: never AUTO
    present = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    slips = models.PositiveSmallIntegerField(default=0)
    is_reached = models.BooleanField()
    is_completed = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("decision on completion")
        verbose_name_plural = _("decisions on completion")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=["hours", "days"]), name="completion_basis_is_known"),
            models.CheckConstraint(
                condition=Q(is_reached=F("is_completed")) | ~Q(reason=""),
                name="completion_against_the_rule_has_its_reason",
            ),
        ]

    def __str__(self):
        return f"{self.present}/{self.total}"

    @property
    def is_override(self):
        """Whether it was decided otherwise than the rule computes."""
        return self.is_reached != self.is_completed


class ExcuseQuerySet(models.QuerySet):
    """Reading requests to be excused."""

    def waiting(self):
        """Those that nobody has decided."""
        return self.filter(decided_at=None)

    def managed_by(self, user):
        """Those of the cohorts that `user` runs."""
        return self.filter(enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))


class Excuse(models.Model):
    """A trainee asks that an absence be recognized (공가), with a reason and, under its own consent, a file."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="excuses", verbose_name=_("enrolment")
    )
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="excuses", verbose_name=_("session")
    )
    reason = models.TextField(_("reason"))
    evidence = models.OneToOneField(
        Upload, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("evidence")
    )
    had_evidence = models.BooleanField(default=False)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_accepted = models.BooleanField(_("accepted"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = ExcuseQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to be excused")
        verbose_name_plural = _("requests to be excused")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "session"], condition=Q(decided_at=None), name="excuse_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="excuse_decided_has_its_outcome",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment.person} · {self.session}"
