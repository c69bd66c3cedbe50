"""What the two of a pair say of a meeting that was held; each for themselves, and only if they like."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.actions import Owner
from mentoring.models.meetings import Meeting
from portal import clock
from programs.models.cohorts import Cohort

FEEDBACK_LIMIT = 500


class Useful(models.IntegerChoices):
    """How useful a meeting was, in words."""

    NOT = 1, pgettext_lazy("useful", "Not useful")
    LITTLE = 2, pgettext_lazy("useful", "A little useful")
    FAIR = 3, pgettext_lazy("useful", "Fairly useful")
    USEFUL = 4, pgettext_lazy("useful", "Useful")
    VERY = 5, pgettext_lazy("useful", "Very useful")


class FeedbackQuerySet(models.QuerySet):
    """Reading feedback."""

    def visible_to(self, user):
        """One's own; for staff that of the cohorts they run, but of no pair in which they are one of the two."""
        own = Q(author=user)
        if user.is_staff:
            run = Cohort.objects.managed_by(user).values("pk")
            is_one = Q(meeting__pairing__mentor__user=user) | Q(meeting__pairing__enrolment__person=user)
            own |= Q(meeting__pairing__enrolment__cohort__in=run) & ~is_one
        return self.filter(own)

    def about(self, mentor_id):
        """What mentees said of their meetings with a mentor, in the order in which they said it."""
        rows = self.filter(side=Owner.MENTEE, meeting__pairing__mentor=mentor_id)
        return rows.annotate(mentee=F("meeting__pairing__enrolment__person")).order_by("given_at", "pk")


class MeetingFeedback(models.Model):
    """How useful one of the two found a meeting, and a word. The other never reads it; it stays as sent."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="feedback", verbose_name=_("meeting")
    )
    side = models.CharField(_("said by"), max_length=6, choices=Owner)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    useful = models.PositiveSmallIntegerField(_("how useful"), choices=Useful)
    text = models.TextField(_("what helped or should change"), blank=True)
    given_at = models.DateTimeField(_("said on"), default=clock.now, editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback on a meeting")
        verbose_name_plural = _("feedback on meetings")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "side"], name="meeting_feedback_once_a_side"),
            models.CheckConstraint(condition=Q(side__in=Owner.values), name="meeting_feedback_side_is_known"),
            models.CheckConstraint(
                condition=Q(useful__range=(Useful.NOT, Useful.VERY)), name="meeting_feedback_is_one_to_five"
            ),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.side}"
