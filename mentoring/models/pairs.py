"""A mentor and a mentee, and the goals they work on."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.mentors import MentorProfile
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.models.forms import GOALS_LIMIT

GOAL_LIMIT = GOALS_LIMIT  # one goal may take up the whole answer of the application
MOST_GOALS = 5


class EndKind(models.TextChoices):
    """How a pair came to its end; what is left open between two people depends on it."""

    STAFF = "staff", pgettext_lazy("pair", "Ended by staff")
    FINISHED = "finished", pgettext_lazy("pair", "Finished")
    DECLINED = "declined", pgettext_lazy("pair", "Declined by the mentor")
    UNDONE = "undone", pgettext_lazy("pair", "Publishing undone")
    MOVED = "moved", pgettext_lazy("pair", "Paired anew")
    LEFT = "left", pgettext_lazy("pair", "The mentee left")
    MENTOR_LEFT = "mentor_left", pgettext_lazy("pair", "The mentor left")
    FOR_CAUSE = "for_cause", pgettext_lazy("pair", "Ended for cause")


class PairingQuerySet(models.QuerySet):
    """Reading pairs."""

    def live(self):
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def of_mentor(self, user):
        """A mentor's active mentees; once a pair has ended its mentor no longer reads the mentee's papers."""
        return self.filter(mentor__user=user, ended_at__isnull=True)

    def of_mentee(self, user):
        """A mentee's own pairs, ended ones too."""
        return self.filter(enrolment__person=user)

    def visible_to(self, user):
        """A mentor's active mentees, a mentee's own pairs, and for staff those of the cohorts they run."""
        own = Q(mentor__user=user, ended_at__isnull=True) | Q(enrolment__person=user)
        if user.is_staff:
            own |= Q(enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))
        return self.filter(own)

    def for_desk(self):
        """With what a desk shows of each pair; the latest cohort first, and by name within it."""
        ordered = self.order_by(
            F("enrolment__cohort__starts_at").desc(nulls_last=True), "enrolment__person__full_name", "pk"
        )
        return ordered.select_related(
            "mentor__user",
            "mentor__expert",
            "enrolment__person",
            "enrolment__cohort__program",
            "enrolment__application",
            "evaluation",
        ).prefetch_related("goals")


class Pairing(models.Model):
    """A mentor and a mentee. It is ended and made anew, never edited; one mentee has one live mentor a cohort.

    `run` is the run that made it; `choice` the mentee's wish that it is, 1 for the first; `why` what each side may
    read of the reasons. The mentor answers until `answer_until`, where it is set.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    mentor = models.ForeignKey(
        MentorProfile, on_delete=models.PROTECT, related_name="pairings", verbose_name=_("mentor")
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="pairings", verbose_name=_("mentee")
    )
    paired_at = models.DateTimeField(_("paired"), default=clock.now)
    paired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)
    end_kind = models.CharField(max_length=11, choices=EndKind, blank=True, editable=False)
    run = models.ForeignKey(
        "mentoring.PairingRun", on_delete=models.PROTECT, null=True, blank=True, related_name="pairings"
    )
    choice = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    why = models.JSONField(default=dict, blank=True, editable=False)
    answer_until = models.DateTimeField(_("answer until"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        ordering = ["-paired_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(ended_at__isnull=True),
                name="pairing_one_live_per_mentee",
                violation_error_message=_("This mentee already has a mentor."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="pairing_ended_with_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("paired_at")),
                name="pairing_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(end_kind="") | Q(ended_at__isnull=False, end_kind__in=EndKind.values),
                name="pairing_end_kind_is_known",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        """Its workspace."""
        return reverse("pairing", args=[self.code])

    @property
    def is_live(self):
        """Whether the two still work together."""
        return self.ended_at is None

    @property
    def begun_evaluation(self):
        """The evaluation in whatever state, or None. Who may read it: `Evaluation.objects.visible_to`."""
        return getattr(self, "evaluation", None)


class Goal(models.Model):
    """What a mentee wants out of the work; taken from the application, and added to on the desk."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="goals")
    text = models.CharField(_("goal"), max_length=GOAL_LIMIT)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="goal_says_something"),
            models.UniqueConstraint(fields=["pairing", "position"], name="goal_position_once"),
            models.CheckConstraint(condition=Q(position__range=(1, MOST_GOALS)), name="goal_among_the_most"),
        ]

    def __str__(self):
        return f"{self.pairing_id} {self.position}"
