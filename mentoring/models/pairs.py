"""A mentor and a mentee, and the goals they work on."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import Exclusion, ExclusionKind
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.models.forms import GOALS_LIMIT

GOAL_LIMIT = GOALS_LIMIT  # one goal may take up the whole answer of the application
MOST_GOALS = 5
MILESTONE_LIMIT = 200
MOST_MILESTONES = 10  # of one goal
READABLE_FOR = timedelta(days=30)  # by its mentor, after a pair has ended


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


CLOSED_AT_ONCE = (EndKind.UNDONE, EndKind.DECLINED, EndKind.FOR_CAUSE)


def contact_blocks(**between):
    """The contact blocks that hold between a mentor and a person, in whatever round they were set."""
    return Exclusion.objects.live().filter(kind=ExclusionKind.SAFEGUARDING, **between)


def in_mentoring(enrolments):
    """Those whose mentoring is not over: without the ones whose pair is finished and who have no other."""
    own = Pairing.objects.filter(enrolment=OuterRef("pk"))
    return enrolments.exclude(Exists(own.filter(end_kind=EndKind.FINISHED)) & ~Exists(own.live()))


def read_by_mentor(user):
    """The pairs of a mentor that they may read, as a condition: live ones, and ended ones for thirty days.

    One that was undone, declined or ended for cause is gone at once.
    """
    lately = Q(ended_at__gt=clock.now() - READABLE_FOR) & ~Q(end_kind__in=CLOSED_AT_ONCE)
    return Q(mentor__user=user) & (Q(ended_at__isnull=True) | lately)


def read_by_mentee(user):
    """The pairs of a mentee that they may read, as a condition; one that was undone never was."""
    return Q(enrolment__person=user) & ~Q(end_kind=EndKind.UNDONE)


class PairingQuerySet(models.QuerySet):
    """Reading pairs."""

    def live(self):
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def open_to_both(self, user):
        """Without the person's own pairs between whose two a contact block stands: it shuts the page to both."""
        blocks = contact_blocks(mentor=OuterRef("mentor"), person=OuterRef("enrolment__person"))
        return self.exclude(Q(mentor__user=user) | Q(enrolment__person=user), Exists(blocks))

    def of_mentor(self, user):
        """A mentor's mentees as far as they may read them now; what may be written is for `is_live` to say."""
        return self.filter(read_by_mentor(user)).open_to_both(user)

    def of_mentee(self, user):
        """A mentee's own pairs, ended ones too."""
        return self.filter(read_by_mentee(user)).open_to_both(user)

    def of_person(self, user):
        """The two together."""
        return self.filter(read_by_mentor(user) | read_by_mentee(user)).open_to_both(user)

    def visible_to(self, user):
        """What a mentor may read now, a mentee's own pairs, and for staff those of the cohorts they run."""
        own = read_by_mentor(user) | read_by_mentee(user)
        if user.is_staff:
            own |= Q(enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))
        return self.filter(own).open_to_both(user)

    def for_desk(self):
        """With what a desk shows of each pair; the latest cohort first, and by name within it.

        `has_samples` says if anybody has handed in a work sample, so that none are looked for where there are none.
        """
        some = self.model.objects.filter(pk=OuterRef("pk"), samples__isnull=False)
        ordered = self.annotate(has_samples=Exists(some)).order_by(
            F("enrolment__cohort__starts_at").desc(nulls_last=True), "enrolment__person__full_name", "pk"
        )
        return ordered.select_related(
            "mentor__user__week",
            "mentor__expert",
            "enrolment__person__week",
            "enrolment__cohort__program",
            "enrolment__cohort__mentoring_round",
            "enrolment__application",
            "evaluation",
        ).prefetch_related("goals")


class Pairing(models.Model):
    """A mentor and a mentee. It is ended and made anew, never edited; one mentee has one live mentor a cohort.

    `run` is the run that made it; `choice` the mentee's wish that it is, 1 for the first; `why` what
    `mentoring.pairing.why` tells each side of the reasons. The mentor answers until `answer_until`, if it is set.
    `ended_run` is the run whose publishing ended it.
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
    ended_run = models.ForeignKey(
        "mentoring.PairingRun",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ended_pairings",
        editable=False,
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
    def is_blocked(self):
        """Whether the two may have no contact; one query."""
        return contact_blocks(mentor=self.mentor_id, person=self.enrolment.person_id).exists()

    @property
    def read_until(self):
        """Until when its mentor may read it; None while it lives. A contact block is not asked for here."""
        if self.ended_at is None or self.end_kind in CLOSED_AT_ONCE:
            return self.ended_at
        return self.ended_at + READABLE_FOR

    @property
    def awaits_answer(self):
        """Whether the mentor has still to say if they take the mentee on."""
        return self.is_live and self.answer_until is not None and self.accepted_at is None

    @property
    def begun_evaluation(self):
        """The evaluation in whatever state, or None. Who may read it: `Evaluation.objects.visible_to`."""
        return getattr(self, "evaluation", None)


class GoalState(models.TextChoices):
    """What has become of a goal."""

    OPEN = "open", pgettext_lazy("goal", "Open")
    REACHED = "reached", pgettext_lazy("goal", "Reached")
    DROPPED = "dropped", pgettext_lazy("goal", "Dropped")


class Goal(models.Model):
    """What a mentee wants out of the work; taken from the application, and added to on the desk.

    One that is dropped says why, and is not evaluated.
    """

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="goals")
    text = models.CharField(_("goal"), max_length=GOAL_LIMIT)
    position = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("status"), max_length=7, choices=GoalState, default=GoalState.OPEN)
    state_word = models.CharField(_("in a word"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="goal_says_something"),
            models.UniqueConstraint(fields=["pairing", "position"], name="goal_position_once"),
            models.CheckConstraint(condition=Q(position__range=(1, MOST_GOALS)), name="goal_among_the_most"),
            models.CheckConstraint(condition=Q(state__in=GoalState.values), name="goal_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=GoalState.DROPPED) | ~Q(state_word=""), name="goal_dropped_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.pairing_id} {self.position}"

    @property
    def is_dropped(self):
        """Whether the two have given it up."""
        return self.state == GoalState.DROPPED


class GoalMilestone(models.Model):
    """A step on the way to a goal, by a day where one is set."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="milestones")
    text = models.CharField(_("milestone"), max_length=MILESTONE_LIMIT)
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="milestone_says_something"),
            models.UniqueConstraint(fields=["goal", "text"], name="milestone_once"),
        ]

    def __str__(self):
        return self.code
