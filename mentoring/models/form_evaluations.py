"""The mid-term and the final evaluation by the program's form: the mentor's, and the mentee's of themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.actions import Owner
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.pairs import Pairing
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort
from programs.models.forms import FormVersion


class Stage(models.TextChoices):
    """When in the course of the mentoring it is written."""

    MID = "mid", pgettext_lazy("evaluation", "Mid-term evaluation")
    FINAL = "final", pgettext_lazy("evaluation", "Final evaluation")


class FormEvaluationQuerySet(models.QuerySet):
    """Reading them."""

    def submitted(self):
        """Those that are handed in."""
        return self.filter(status=EvaluationStatus.SUBMITTED)

    def visible_to(self, user):
        """One's own; handed in, the mentee's is read by the mentor, both by staff, the mentor's once it is shared.

        A mentee who is staff reads as the mentee.
        """
        submitted = Q(status=EvaluationStatus.SUBMITTED)
        found = Q(author=user) | Q(pairing__enrolment__person=user, shared_at__isnull=False)
        found |= submitted & Q(pairing__mentor__user=user, side=Owner.MENTEE)
        if user.is_staff:
            run = Cohort.objects.managed_by(user).values("pk")
            found |= submitted & Q(pairing__enrolment__cohort__in=run) & ~Q(pairing__enrolment__person=user)
        return self.filter(found)


class FormEvaluation(models.Model):
    """One side's evaluation at one stage. Draft until `submitted_at`, and its author's alone until then.

    `draft` holds raw values as typed, `stamps` at which `revision` each was changed; both go when it is handed in,
    and `answers` and `goal_scores` (the goals' words with a score each, as they stood) take their place.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    pairing = models.ForeignKey(
        Pairing, on_delete=models.PROTECT, related_name="form_evaluations", verbose_name=_("pair")
    )
    stage = models.CharField(_("stage"), max_length=5, choices=Stage)
    side = models.CharField(_("written by"), max_length=6, choices=Owner)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("form version")
    )
    draft = models.JSONField(default=dict, blank=True, editable=False)
    stamps = models.JSONField(default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    goal_scores = models.JSONField(_("scores"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=EvaluationStatus, default=EvaluationStatus.DRAFT)
    saved_at = models.DateTimeField(_("saved"), default=clock.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    shared_at = models.DateTimeField(_("shared with the mentee"), null=True, blank=True)

    objects = FormEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation by form")
        verbose_name_plural = _("evaluations by form")
        ordering = ["pairing", "-stage", "side"]
        constraints = [
            models.UniqueConstraint(fields=["pairing", "stage", "side"], name="form_evaluation_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="form_evaluation_stage_is_known"),
            models.CheckConstraint(condition=Q(side__in=Owner.values), name="form_evaluation_side_is_known"),
            models.CheckConstraint(
                condition=Q(status=EvaluationStatus.DRAFT, submitted_at=None, shared_at=None)
                | Q(status=EvaluationStatus.SUBMITTED, submitted_at__isnull=False, draft={}),
                name="form_evaluation_submitted_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(shared_at=None) | Q(side=Owner.MENTOR), name="form_evaluation_shared_by_mentor"
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_submitted(self):
        """Whether it is handed in."""
        return self.status == EvaluationStatus.SUBMITTED
