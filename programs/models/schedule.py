"""What becomes of a session, and the addresses under which people's calendars ask for their own sessions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Session


class SessionChangeKind(models.TextChoices):
    """What became of a session."""

    ADDED = "added", pgettext_lazy("session", "Added")
    CHANGED = "changed", pgettext_lazy("session", "Changed")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class SessionChange(models.Model):
    """One change of a session of which people are told; rows are only added.

    `before` and `after` hold what people read of it, as `programs.schedule.snapshot` writes it down; `before` is
    empty where the session is new. The mails about a session stand on these rows.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(_("kind"), max_length=9, choices=SessionChangeKind)
    sequence = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(_("when"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change of a session")
        verbose_name_plural = _("changes of sessions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SessionChangeKind.values), name="session_change_is_known"),
            models.UniqueConstraint(fields=["session", "sequence"], name="session_change_sequence_once"),
        ]

    def __str__(self):
        return f"{self.session_id} {self.kind} {self.sequence}"


class FeedKind(models.TextChoices):
    """Whose sessions a calendar holds: those someone takes part in, or those someone teaches."""

    LEARNING = "learning", _("Sessions I take part in")
    TEACHING = "teaching", _("Sessions I teach")


class CalendarFeed(models.Model):
    """The address under which a calendar program asks for a person's sessions, without a log-in.

    `code` is all that it takes. A new one takes its place when the person renews the address; then, and when it is
    switched off, the old one is nobody's.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=FeedKind)
    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    made_at = models.DateTimeField(_("since"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="calendar_feed_once"),
            models.CheckConstraint(condition=Q(kind__in=FeedKind.values), name="calendar_feed_is_known"),
        ]

    def __str__(self):
        return f"{self.person_id} {self.kind}"
