"""When people have time, week by week, in their own zone."""

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mentoring.vocabulary import Weekday
from portal import clock

SEOUL = "Asia/Seoul"
DAY = 24 * 60  # minutes


def check_zone(value):
    """Raise ValidationError unless `value` names a time zone."""
    if value not in available_timezones():
        raise ValidationError(_("There is no such time zone."))


class Week(models.Model):
    """A person's usual week: the zone they live in, and how they want to be booked."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="week", verbose_name=_("person")
    )
    zone = models.CharField(_("time zone"), max_length=64, default=SEOUL, validators=[check_zone])
    buffer_minutes = models.PositiveSmallIntegerField(
        _("minutes between two meetings"), default=10, validators=[MaxValueValidator(240)]
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice before a meeting"), default=24, validators=[MaxValueValidator(336)]
    )
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("usual week")
        verbose_name_plural = _("usual weeks")

    def __str__(self):
        return f"{self.person_id} {self.zone}"


class WeekPart(models.Model):
    """A stretch of the usual week, in minutes from midnight of the person's own zone; it ends the same day."""

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="parts")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.PositiveSmallIntegerField(_("from"))
    ends = models.PositiveSmallIntegerField(_("until"))

    class Meta:
        verbose_name = _("part of a week")
        verbose_name_plural = _("parts of a week")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="week_part_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts"), ends__lte=DAY), name="week_part_within_its_day"
            ),
            models.UniqueConstraint(fields=["week", "weekday", "starts"], name="week_part_starts_once"),
        ]

    def __str__(self):
        return f"{self.weekday} {self.starts}–{self.ends}"


class WeekException(models.Model):
    """Days that are not as usual: away all day, or with time that the usual week does not have."""

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="exceptions")
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    starts = models.PositiveSmallIntegerField(null=True, blank=True)
    ends = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["first_day", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="week_exception_ends_after"),
            models.CheckConstraint(
                condition=Q(starts=None, ends=None) | Q(ends__gt=F("starts"), ends__lte=DAY),
                name="week_exception_away_or_open",
            ),
        ]

    def __str__(self):
        return f"{self.first_day}–{self.last_day}"

    @property
    def is_away(self):
        """Whether the person has no time at all on these days."""
        return self.starts is None
