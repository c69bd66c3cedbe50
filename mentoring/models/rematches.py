"""Requests for another pair: what one of the two asks of staff, behind the other's back until staff act."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.actions import Owner
from mentoring.models.pairs import Pairing
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort

TEXT_LIMIT = 1000
REASON_LIMIT = 300
DECIDED_WITHIN = timedelta(days=14)
LATEST_DAY = 14  # days ahead, on which the asker is asked again at the latest


class RematchCause(models.TextChoices):
    """What does not work. The order is that of the form."""

    SCHEDULE = "schedule", pgettext_lazy("rematch", "Schedule or time zone")
    LANGUAGE = "language", pgettext_lazy("rematch", "Language")
    FIELD = "field", pgettext_lazy("rematch", "The field does not fit")
    SILENCE = "silence", pgettext_lazy("rematch", "No answer from the other")
    BEHAVIOR = "behavior", pgettext_lazy("rematch", "Behavior")
    OTHER = "other", pgettext_lazy("rematch", "Something else")


class RematchStatus(models.TextChoices):
    """How far a request has come."""

    OPEN = "open", pgettext_lazy("rematch", "With the staff")
    TALKING = "talking", pgettext_lazy("rematch", "Talking first")
    GRANTED = "granted", pgettext_lazy("rematch", "Granted")
    REFUSED = "refused", pgettext_lazy("rematch", "Not granted")
    WITHDRAWN = "withdrawn", pgettext_lazy("rematch", "Taken back")
    LAPSED = "lapsed", pgettext_lazy("rematch", "Settled by the end of the pair")


WAITING = (RematchStatus.OPEN, RematchStatus.TALKING)
DECIDED = (RematchStatus.GRANTED, RematchStatus.REFUSED)


class RematchQuerySet(models.QuerySet):
    """Reading requests. There is no query for the other side, for they never read one."""

    def waiting(self):
        """Those not yet settled."""
        return self.filter(status__in=WAITING)

    def of_asker(self, user):
        """Those that a person has made."""
        return self.filter(asker=user)

    def managed_by(self, user):
        """Those of the cohorts that a person runs, without those of their own pairs, whichever side made them."""
        own = Q(pairing__mentor__user=user) | Q(pairing__enrolment__person=user)
        managed = Cohort.objects.managed_by(user).values("pk")
        return self.filter(pairing__enrolment__cohort__in=managed).exclude(own)

    def for_staff(self):
        """With what staff read of each."""
        return self.select_related(
            "asker",
            "closed_by",
            "pairing__mentor__user",
            "pairing__mentor__expert",
            "pairing__enrolment__person",
            "pairing__enrolment__cohort__program",
            "pairing__enrolment__cohort__mentoring_round",
        )


class RematchRequest(models.Model):
    """One of a pair asks for another one. Staff decide until `due_at`; on `ask_again_on` the asker is asked again.

    `text` and `reason` are read by staff alone, `answer` by the asker too. Each side has one waiting at most: a
    refusal because of the other's would tell that there is one.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    pairing = models.ForeignKey(
        Pairing, on_delete=models.PROTECT, related_name="rematch_requests", verbose_name=_("pair")
    )
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    side = models.CharField(_("side"), max_length=6, choices=Owner)
    cause = models.CharField(_("what does not work"), max_length=8, choices=RematchCause)
    text = models.TextField(_("what staff should know"), blank=True)
    status = models.CharField(_("status"), max_length=9, choices=RematchStatus, default=RematchStatus.OPEN)
    ask_again_on = models.DateField(_("asked again on"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    due_at = models.DateTimeField(_("to be decided by"))
    closed_at = models.DateTimeField(pgettext_lazy("rematch", "settled"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=REASON_LIMIT, blank=True)
    answer = models.CharField(_("answer"), max_length=REASON_LIMIT, blank=True)

    objects = RematchQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-match request")
        verbose_name_plural = _("re-match requests")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "side"],
                condition=Q(status__in=["open", "talking"]),
                name="rematch_one_waiting_per_side",
            ),
            models.CheckConstraint(condition=Q(side__in=Owner.values), name="rematch_side_is_known"),
            models.CheckConstraint(condition=Q(cause__in=RematchCause.values), name="rematch_cause_is_known"),
            models.CheckConstraint(condition=Q(status__in=RematchStatus.values), name="rematch_status_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "talking"], closed_at=None)
                | (~Q(status__in=["open", "talking"]) & Q(closed_at__isnull=False)),
                name="rematch_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["granted", "refused"]) | (~Q(reason="") & Q(closed_by__isnull=False)),
                name="rematch_decided_with_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(answer=""), name="rematch_refused_tells_the_asker"
            ),
            models.CheckConstraint(
                condition=~Q(status="talking") | Q(ask_again_on__isnull=False), name="rematch_talking_has_its_day"
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_waiting(self):
        """Whether it is not yet settled."""
        return self.status in WAITING

    @property
    def by_mentor(self):
        """Whether the mentor has asked."""
        return self.side == Owner.MENTOR
