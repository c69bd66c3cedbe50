"""Mentoring rounds: who takes part in the pairing of a cohort, what they wish, and who may not meet."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.mentors import MentorProfile
from mentoring.vocabulary import Discipline
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.models.forms import FormVersion


def usual_weights():
    """How many of 1,000 points each part of the score can give."""
    return {"mentee_rank": 300, "mentor_rank": 150, "discipline": 250, "skills": 200, "time": 100}


class PairingMode(models.TextChoices):
    """What the pairing looks for first."""

    OPTIMAL = "optimal", _("Best for the cohort")
    STABLE = "stable", _("Stable")


class RoundQuerySet(models.QuerySet):
    """Reading rounds."""

    def managed_by(self, user):
        """Those of the cohorts that a person runs."""
        return self.filter(cohort__in=Cohort.objects.managed_by(user).values("pk"))


class MentoringRound(models.Model):
    """The pairing of one cohort: its dates, its rules, and what meetings are planned."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    cohort = models.OneToOneField(
        Cohort, on_delete=models.PROTECT, related_name="mentoring_round", verbose_name=_("cohort")
    )
    opens_at = models.DateTimeField(_("profiles and wishes from"))
    mentors_until = models.DateTimeField(_("mentors' profiles until"))
    wishes_until = models.DateTimeField(_("mentees' wishes until"))
    ranks_until = models.DateTimeField(
        _("mentors rank briefs until"), null=True, blank=True, help_text=_("After the mentees' deadline.")
    )
    answer_hours = models.PositiveSmallIntegerField(
        _("hours for mentors to accept"), default=72, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    undo_minutes = models.PositiveSmallIntegerField(_("minutes in which publishing can be undone"), default=30)
    mode = models.CharField(_("pairing"), max_length=8, choices=PairingMode, default=PairingMode.OPTIMAL)
    seed = models.CharField(
        _("seed of the lottery"), max_length=40, blank=True, help_text=_("Empty: made of the cohort.")
    )
    weights = models.JSONField(_("weights"), default=usual_weights)
    poor_below = models.PositiveSmallIntegerField(
        _("poor below"), default=250, validators=[MaxValueValidator(1000)]
    )
    weak_below = models.PositiveSmallIntegerField(
        _("weak below"), default=450, validators=[MaxValueValidator(1000)]
    )
    least_wishes = models.PositiveSmallIntegerField(_("wishes at least"), default=3)
    least_parts = models.PositiveSmallIntegerField(
        _("parts of the week at least"),
        default=8,
        help_text=_("Of 21: mornings, afternoons and evenings. Few parts can be used to force a mentor."),
    )
    least_minutes = models.PositiveSmallIntegerField(_("common minutes a week at least"), default=60)
    mentors_rank = models.BooleanField(
        _("mentors rank briefs"),
        default=False,
        help_text=_("Mentors read each mentee's brief without name, and may rank those they would like."),
    )
    is_camp = models.BooleanField(
        _("camp"), default=False, help_text=_("Meetings stand in one timetable that staff publish.")
    )
    meeting_minutes = models.PositiveSmallIntegerField(
        _("minutes of a meeting"), default=60, validators=[MinValueValidator(10), MaxValueValidator(480)]
    )
    meetings_planned = models.PositiveSmallIntegerField(_("meetings planned a pair"), default=6)
    hourly_rate = models.PositiveIntegerField(_("honorarium an hour (KRW)"), default=0)
    mid_form = models.ForeignKey(
        FormVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("form of the mid-term evaluation"),
    )
    mid_due = models.DateField(_("mid-term evaluation due"), null=True, blank=True)
    final_form = models.ForeignKey(
        FormVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("form of the final evaluation"),
    )
    final_due = models.DateField(_("final evaluation due"), null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring round")
        verbose_name_plural = _("mentoring rounds")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mentors_until__gt=F("opens_at"), wishes_until__gt=F("opens_at")),
                name="mentoring_round_dates_in_order",
                violation_error_message=_("The deadlines lie after the opening."),
            ),
            models.CheckConstraint(
                condition=Q(ranks_until=None) | Q(ranks_until__gt=F("wishes_until")),
                name="mentoring_round_ranks_after_wishes",
                violation_error_message=_("Briefs are ranked after the mentees' deadline."),
            ),
            models.CheckConstraint(
                condition=Q(poor_below__lte=F("weak_below"), weak_below__lte=1000),
                name="mentoring_round_bands_in_order",
                violation_error_message=_("Poor lies below weak, and both within 1,000."),
            ),
            models.CheckConstraint(condition=Q(mode__in=PairingMode.values), name="mentoring_round_mode_is_known"),
            models.CheckConstraint(condition=Q(least_parts__lte=21), name="mentoring_round_parts_of_a_week"),
            models.CheckConstraint(
                condition=Q(mid_form=None, mid_due=None) | Q(mid_form__isnull=False, mid_due__isnull=False),
                name="mentoring_round_mid_form_with_its_day",
                violation_error_message=_("The mid-term evaluation has a form and a day, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(final_form=None) | Q(final_due__isnull=False),
                name="mentoring_round_final_form_with_its_day",
                violation_error_message=_("The final evaluation by a form has a day by which it is due."),
            ),
            models.CheckConstraint(
                condition=Q(mid_due=None) | Q(final_due=None) | Q(final_due__gt=F("mid_due")),
                name="mentoring_round_final_after_mid",
                violation_error_message=_("The final evaluation is due after the mid-term one."),
            ),
        ]

    def __str__(self):
        return str(self.cohort)

    @property
    def lottery_seed(self):
        """What the lottery is drawn from; public after the pairing."""
        return self.seed or f"{self.cohort.receipt_prefix}-{self.code}"


class RoundMentorState(models.TextChoices):
    """Whether a mentor takes part in a round."""

    INVITED = "invited", pgettext_lazy("mentor", "Invited")
    TAKES_PART = "in", pgettext_lazy("mentor", "Takes part")
    DECLINED = "out", pgettext_lazy("mentor", "Does not take part")


class RoundMentor(models.Model):
    """A mentor in a round, and for how many mentees of it."""

    round = models.ForeignKey(MentoringRound, on_delete=models.CASCADE, related_name="mentors")
    mentor = models.ForeignKey(
        MentorProfile, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("mentor")
    )
    capacity = models.PositiveSmallIntegerField(
        _("mentees in this round"), null=True, blank=True, help_text=_("Empty: as the mentor's profile says.")
    )
    state = models.CharField(
        _("status"), max_length=8, choices=RoundMentorState, default=RoundMentorState.INVITED, editable=False
    )
    invited_at = models.DateTimeField(default=clock.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    decline_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("mentor of a round")
        verbose_name_plural = _("mentors of a round")
        constraints = [
            models.UniqueConstraint(fields=["round", "mentor"], name="round_mentor_once"),
            models.CheckConstraint(condition=Q(state__in=RoundMentorState.values), name="round_mentor_state_known"),
        ]

    def __str__(self):
        return f"{self.round_id} {self.mentor_id}"

    @property
    def places(self):
        """How many mentees of this round the mentor takes."""
        return self.mentor.places(self.capacity)


class MenteeProfile(models.Model):
    """What a mentee looks for: discipline, skills, languages, and a brief. Draft until `submitted_at`.

    `revision` counts what was saved, wishes included, so that two windows do not overwrite each other unseen.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, related_name="mentee_profile", verbose_name=_("mentee")
    )
    discipline = models.CharField(_("discipline"), max_length=20, choices=Discipline, blank=True)
    skills = models.JSONField(_("skills to work on"), default=list, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    brief = models.TextField(_("brief"), max_length=600, blank=True)
    reopened_until = models.DateTimeField(_("open again until"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)

    class Meta:
        verbose_name = _("mentee's profile")
        verbose_name_plural = _("mentees' profiles")

    def __str__(self):
        return self.code


class Wish(models.Model):
    """A mentor that a mentee would like, first wish first."""

    mentee = models.ForeignKey(MenteeProfile, on_delete=models.CASCADE, related_name="wishes")
    mentor = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["mentee", "mentor"], name="wish_mentor_once"),
            models.UniqueConstraint(fields=["mentee", "rank"], name="wish_rank_once"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="wish_ranks_from_one"),
        ]

    def __str__(self):
        return f"{self.mentee_id} {self.rank}"


class MentorWish(models.Model):
    """A mentee that a mentor would like, by the brief alone; first wish first."""

    mentor = models.ForeignKey(RoundMentor, on_delete=models.CASCADE, related_name="wishes")
    mentee = models.ForeignKey(MenteeProfile, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("mentor's wish")
        verbose_name_plural = _("mentors' wishes")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["mentor", "mentee"], name="mentor_wish_mentee_once"),
            models.UniqueConstraint(fields=["mentor", "rank"], name="mentor_wish_rank_once"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="mentor_wish_ranks_from_one"),
        ]

    def __str__(self):
        return f"{self.mentor_id} {self.rank}"


class ExclusionKind(models.TextChoices):
    """Why two people may not be paired. The order is that of the staff's lists."""

    SAFEGUARDING = "safeguarding", _("Contact block")
    FOR_CAUSE = "for_cause", _("Ended for cause")
    CONFLICT = "conflict", _("Conflict of interest")
    DECLINED = "declined", _("Declined")
    STAFF = "staff", _("Excluded by staff")


class ExclusionQuerySet(models.QuerySet):
    """Reading exclusions."""

    def live(self):
        """Those that hold."""
        return self.filter(lifted_at__isnull=True)

    def in_round(self, round_):
        """Those that hold in a round: its own, and those that hold everywhere."""
        return self.live().filter(Q(round=round_) | Q(round__isnull=True))


class Exclusion(models.Model):
    """A mentor and a person who may not be paired; a hard rule; without a round it holds in every one."""

    round = models.ForeignKey(
        MentoringRound, on_delete=models.CASCADE, null=True, blank=True, related_name="exclusions"
    )
    mentor = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, related_name="exclusions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exclusions")
    kind = models.CharField(_("kind"), max_length=12, choices=ExclusionKind)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=clock.now)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ExclusionKind.values), name="exclusion_kind_is_known"),
            models.UniqueConstraint(
                fields=["round", "mentor", "person", "kind"],
                condition=Q(lifted_at__isnull=True, round__isnull=False),
                name="exclusion_live_once",
            ),
            models.UniqueConstraint(
                fields=["mentor", "person", "kind"],
                condition=Q(lifted_at__isnull=True, round__isnull=True),
                name="exclusion_everywhere_once",
            ),
        ]

    def __str__(self):
        return f"{self.mentor_id} {self.person_id} {self.kind}"


class ConflictOutcome(models.TextChoices):
    """What staff made of a declared conflict."""

    EXCLUDED = "excluded", pgettext_lazy("conflict", "Excluded")
    DISMISSED = "dismissed", pgettext_lazy("conflict", "No conflict")


class DeclaredConflict(models.Model):
    """What a mentor or a mentee says stands between them and somebody; staff settle it.

    A mentee names a mentor of the round; a mentor, who sees no mentees before the pairing, names people or
    organizations in words.
    """

    round = models.ForeignKey(MentoringRound, on_delete=models.CASCADE, related_name="declared")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="declared_conflicts")
    mentor = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    words = models.CharField(_("who, and how you know each other"), max_length=300)
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=9, choices=ConflictOutcome, blank=True, editable=False)
    settle_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("declared conflict")
        verbose_name_plural = _("declared conflicts")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="declared_conflict_says_something"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None, settled_by=None)
                | Q(outcome__in=ConflictOutcome.values, settled_at__isnull=False, settled_by__isnull=False),
                name="declared_conflict_settled_whole",
            ),
        ]

    def __str__(self):
        return f"{self.round_id} {self.by_id}"
