"""The intensive camp of a round: its slots, who interprets, who is away when, and the timetables made of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.meetings import Meeting
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MentoringRound
from portal import clock
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert


class Camp(models.Model):
    """The camp of a round: what holds for all its meetings.

    `counts` are the meetings of a pair on a day where they are not one: {pairing: {day: count}}. `waived` are
    demands that staff do without, as `timetable_problem.demand_json` writes them.
    """

    round = models.OneToOneField(
        MentoringRound, on_delete=models.PROTECT, related_name="camp", verbose_name=_("mentoring round")
    )
    minimum_minutes = models.PositiveSmallIntegerField(
        _("minutes of a meeting at least"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
        help_text=_("Shorter slots are not used."),
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("minutes between two meetings of a person"), default=0, validators=[MaxValueValidator(240)]
    )
    most_a_day = models.PositiveSmallIntegerField(
        _("meetings of a mentor or interpreter a day at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )
    weeks_count = models.BooleanField(
        _("mentors' usual weeks count"),
        default=True,
        help_text=_("A mentor is then there only in the hours of their usual week, in their own time zone."),
    )
    place = models.CharField(_("place"), max_length=200, blank=True, help_text=_("Empty: the meetings are online."))
    link = models.URLField(_("online link"), blank=True)
    counts = models.JSONField(default=dict, blank=True, editable=False)
    waived = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("camp")
        verbose_name_plural = _("camps")
        ordering = ["-pk"]

    def __str__(self):
        return str(self.round)


class CampSlot(models.Model):
    """A time in which meetings of the camp can be. The last of its day is one that nobody likes."""

    camp = models.ForeignKey(Camp, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("slot of a camp")
        verbose_name_plural = _("slots of a camp")
        ordering = ["starts_at", "ends_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["camp", "starts_at", "ends_at"], name="camp_slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="camp_slot_ends_after_it_begins"),
        ]

    def __str__(self):
        return f"{self.camp_id} {self.starts_at:%Y-%m-%d %H:%M}"


class CampInterpreter(models.Model):
    """Somebody who interprets in the camp, and from which languages."""

    camp = models.ForeignKey(Camp, on_delete=models.CASCADE, related_name="interpreters")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="+", verbose_name=_("interpreter"))
    languages = models.JSONField(_("languages"), default=list)

    class Meta:
        verbose_name = _("interpreter of a camp")
        verbose_name_plural = _("interpreters of a camp")
        ordering = ["expert__name_ko", "pk"]
        constraints = [models.UniqueConstraint(fields=["camp", "expert"], name="camp_interpreter_once")]

    def __str__(self):
        return f"{self.camp_id} {self.expert_id}"


class CampAbsence(models.Model):
    """When a mentor, a mentee or an interpreter is away, or would rather be free."""

    camp = models.ForeignKey(Camp, on_delete=models.CASCADE, related_name="absences")
    mentor = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, null=True, related_name="camp_absences")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, null=True, related_name="camp_absences")
    interpreter = models.ForeignKey(CampInterpreter, on_delete=models.CASCADE, null=True, related_name="absences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    is_wish = models.BooleanField(_("would rather be free"), default=False)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mentor__isnull=False, enrolment=None, interpreter=None)
                | Q(mentor=None, enrolment__isnull=False, interpreter=None)
                | Q(mentor=None, enrolment=None, interpreter__isnull=False),
                name="camp_absence_of_one_person",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="camp_absence_ends_after"),
        ]

    def __str__(self):
        return f"{self.camp_id} {self.starts_at:%Y-%m-%d %H:%M}"


class TimetableState(models.TextChoices):
    """How far a timetable is."""

    MAKING = "making", pgettext_lazy("timetable", "Being made")
    MADE = "made", pgettext_lazy("timetable", "Draft")
    IMPOSSIBLE = "impossible", pgettext_lazy("timetable", "Nothing fits")
    UNDECIDED = "undecided", pgettext_lazy("timetable", "Stopped")
    PUBLISHED = "published", pgettext_lazy("timetable", "Published")
    REPLACED = "replaced", pgettext_lazy("timetable", "Replaced")


class TimetableQuerySet(models.QuerySet):
    """Reading timetables."""

    def published(self):
        """The one that holds, if there is one."""
        return self.filter(state=TimetableState.PUBLISHED)

    def managed_by(self, user):
        """Those of the cohorts that a person runs."""
        return self.filter(camp__round__cohort__in=Cohort.objects.managed_by(user).values("pk"))


class Timetable(models.Model):
    """One timetable of a camp: the frozen question, and the answer or the reasons why there is none.

    `problem`, `plan`, `reasons` and `previous` are what `mentoring.timetables` writes; no name is in any of them.
    """

    camp = models.ForeignKey(Camp, on_delete=models.PROTECT, related_name="timetables")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("status"), max_length=10, choices=TimetableState, default=TimetableState.MAKING)
    problem = models.JSONField()
    digest = models.CharField(max_length=64)
    previous = models.JSONField(null=True)
    plan = models.JSONField(null=True)
    reasons = models.JSONField(null=True)
    changed_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made"), default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seconds = models.FloatField(null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    meetings = models.ManyToManyField(Meeting, related_name="timetables")

    objects = TimetableQuerySet.as_manager()

    class Meta:
        verbose_name = _("timetable")
        verbose_name_plural = _("timetables")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["camp", "number"], name="timetable_number_once"),
            models.UniqueConstraint(
                fields=["camp"], condition=Q(state="published"), name="timetable_one_published_per_camp"
            ),
            models.CheckConstraint(condition=Q(state__in=TimetableState.values), name="timetable_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=("published", "replaced"), published_at__isnull=False)
                | Q(state__in=("making", "made", "impossible", "undecided"), published_at=None),
                name="timetable_published_has_its_time",
            ),
        ]

    def __str__(self):
        return f"{self.camp_id} {self.number}"
