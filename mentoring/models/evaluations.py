"""What a mentor writes about a mentee's work."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.pairs import Goal, Pairing
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort

TEXT_LIMIT = 1000


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
