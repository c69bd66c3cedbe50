"""Meetings of a pair: booked, held or not, and by whom that is said."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.pairs import Pairing
from portal import clock
from portal.codes import new_code
from programs.models.experts import Expert


class MeetingStatus(models.TextChoices):
    """How a meeting stands."""

    SCHEDULED = "scheduled", pgettext_lazy("meeting", "Scheduled")
    HELD = "held", pgettext_lazy("meeting", "Held")
    MENTOR_ABSENT = "mentor_absent", pgettext_lazy("meeting", "Mentor did not come")
    MENTEE_ABSENT = "mentee_absent", pgettext_lazy("meeting", "Mentee did not come")
    BOTH_ABSENT = "both_absent", pgettext_lazy("meeting", "Nobody came")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")
    RESCHEDULED = "rescheduled", pgettext_lazy("meeting", "Rescheduled")


NO_SHOW = (MeetingStatus.MENTOR_ABSENT, MeetingStatus.MENTEE_ABSENT, MeetingStatus.BOTH_ABSENT)
SAID = (MeetingStatus.HELD, *NO_SHOW)


class MeetingWay(models.TextChoices):
    """Where the two meet."""

    ONLINE = "online", pgettext_lazy("meeting", "Online")
    IN_PERSON = "in_person", pgettext_lazy("meeting", "In person")


class MeetingQuerySet(models.QuerySet):
    """Reading meetings."""

    def standing(self):
        """Those that take or took up somebody's time: neither cancelled nor moved."""
        return self.exclude(status__in=(MeetingStatus.CANCELLED, MeetingStatus.RESCHEDULED))

    def of_person(self, user):
        """Those of a person, as mentor or as mentee."""
        return self.filter(Q(pairing__mentor__user=user) | Q(pairing__enrolment__person=user))


class Meeting(models.Model):
    """One meeting. Its time is never edited: one that is moved is `rescheduled`, and another `replaces` it.

    Both sides say how it went; `status` follows once they agree, staff decide, or the other has not said in time.
    `sequence` counts its changes, for calendars; a chain of moved meetings is one event there, known by `uid`.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    uid = models.CharField(max_length=20, default=new_code, editable=False, db_index=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("pair"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    way = models.CharField(_("where"), max_length=9, choices=MeetingWay, default=MeetingWay.ONLINE)
    link = models.URLField(_("online link"), blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    subject = models.CharField(_("what it is about"), max_length=200, blank=True)
    interpreter = models.ForeignKey(
        Expert,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interpreted_meetings",
        verbose_name=_("interpreter"),
    )
    status = models.CharField(
        _("status"), max_length=13, choices=MeetingStatus, default=MeetingStatus.SCHEDULED, editable=False
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    booked_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    called_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    called_off_reason = models.CharField(_("reason"), max_length=300, blank=True)
    called_off_late = models.BooleanField(default=False)
    mentor_says = models.CharField(max_length=13, choices=[(s.value, s.label) for s in SAID], blank=True)
    mentor_said_at = models.DateTimeField(null=True, blank=True)
    mentee_says = models.CharField(max_length=13, choices=[(s.value, s.label) for s in SAID], blank=True)
    mentee_said_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes held"), null=True, blank=True, validators=[MaxValueValidator(720)]
    )
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="meeting_by_start")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_it_begins",
                violation_error_message=_("A meeting ends after it begins."),
            ),
            models.CheckConstraint(condition=Q(status__in=MeetingStatus.values), name="meeting_status_is_known"),
            models.CheckConstraint(condition=Q(way__in=MeetingWay.values), name="meeting_way_is_known"),
            models.CheckConstraint(
                condition=Q(status=MeetingStatus.HELD, minutes__isnull=False)
                | (~Q(status=MeetingStatus.HELD) & Q(minutes__isnull=True)),
                name="meeting_held_has_its_minutes",
            ),
            models.CheckConstraint(
                condition=~Q(status=MeetingStatus.CANCELLED) | ~Q(called_off_reason=""),
                name="meeting_cancelled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SAID, settled_at__isnull=False)
                | (~Q(status__in=SAID) & Q(settled_at__isnull=True)),
                name="meeting_settled_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["pairing", "starts_at"],
                condition=~Q(status__in=("cancelled", "rescheduled")),
                name="meeting_once_at_a_time",
            ),
        ]

    def __str__(self):
        return self.code
