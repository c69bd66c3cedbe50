"""Mentors, the pairs they form with mentees, and what they write about the work."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock, i18n
from portal.codes import new_code
from portal.i18n import Bilingual
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert
from programs.models.forms import GOALS_LIMIT

TEXT_LIMIT = 1000
GOAL_LIMIT = GOALS_LIMIT  # one goal may take up the whole answer of the application
MOST_GOALS = 5


class MentorProfile(models.Model):
    """A person who may be paired with mentees, and how many of them in one cohort."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="mentor_profile",
        verbose_name=_("person"),
    )
    expert = models.OneToOneField(
        Expert,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mentor_profile",
        verbose_name=_("public profile"),
    )
    focus_ko = models.CharField(_("focus (Korean)"), max_length=160)
    focus_en = models.CharField(_("focus (English)"), max_length=160)
    capacity = models.PositiveSmallIntegerField(_("mentees in one cohort"), default=4)
    is_paused = models.BooleanField(_("paused"), default=False)

    focus = Bilingual()

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        constraints = [models.CheckConstraint(condition=Q(capacity__gt=0), name="mentor_has_capacity")]

    def __str__(self):
        return str(self.user)

    @property
    def name(self):
        """The name of the public profile where there is one, else the person's."""
        return self.expert.name if self.expert else self.user.display_name

    @property
    def name_language(self):
        """The language that name is written in."""
        return i18n.language_of_text(self.name)


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
    """A mentor and a mentee. It is ended and made anew, never edited; one mentee has one live mentor a cohort."""

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


class EvaluationStatus(models.TextChoices):
    """A draft is its author's alone; a submitted one is read by staff, and by the mentee once it is shared."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")


class EvaluationQuerySet(models.QuerySet):
    """Reading evaluations."""

    def visible_to(self, user):
        """The author's own; staff's once submitted; the mentee's once shared, also where the mentee is staff."""
        own = Q(author=user) | Q(pairing__enrolment__person=user, shared_at__isnull=False)
        if user.is_staff:
            run = Cohort.objects.managed_by(user).values("pk")
            submitted = Q(status=EvaluationStatus.SUBMITTED, pairing__enrolment__cohort__in=run)
            own |= submitted & ~Q(pairing__enrolment__person=user)
        return self.filter(own)


class Evaluation(models.Model):
    """What a mentor writes about a mentee's work: strengths, next steps, and 1 to 5 for each goal."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    pairing = models.OneToOneField(
        Pairing, on_delete=models.PROTECT, related_name="evaluation", verbose_name=_("pair")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="evaluations",
        verbose_name=_("author"),
    )
    strengths = models.TextField(_("strengths"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=EvaluationStatus, default=EvaluationStatus.DRAFT)
    saved_at = models.DateTimeField(_("saved"), default=clock.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    shared_at = models.DateTimeField(_("shared with the mentee"), null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=EvaluationStatus.values), name="evaluation_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at=None, shared_at=None)
                | Q(status="submitted", submitted_at__isnull=False),
                name="evaluation_submitted_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | (~Q(strengths="") & ~Q(next_steps="")),
                name="evaluation_submitted_is_whole",
            ),
        ]

    def __str__(self):
        return self.code


class Score(models.IntegerChoices):
    """What stands behind a number, in words."""

    VERY_WEAK = 1, pgettext_lazy("score", "Very weak")
    WEAK = 2, pgettext_lazy("score", "Weak")
    FAIR = 3, pgettext_lazy("score", "Fair")
    STRONG = 4, pgettext_lazy("score", "Strong")
    OUTSTANDING = 5, pgettext_lazy("score", "Outstanding")


class GoalScore(models.Model):
    """How the mentee did on a goal, from 1 to 5."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="scores")
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="scores")
    score = models.PositiveSmallIntegerField(_("score"), choices=Score)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["goal__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "goal"], name="score_one_per_goal"),
            models.CheckConstraint(
                condition=Q(score__range=(Score.VERY_WEAK, Score.OUTSTANDING)), name="score_is_one_to_five"
            ),
        ]

    def __str__(self):
        return f"{self.goal_id}: {self.score}"
