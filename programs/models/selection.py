"""Selecting: rounds of review, who reviews what and how, and the releases that turn decisions into results.

An application under review stands in one round (`Application.round_number`). Its reviews are rows of their own; a
reviewer sees those assigned to them and no other. A release freezes the staged decisions and carries them out.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models.organizations import Organization
from portal import clock
from portal.codes import new_code
from portal.i18n import Bilingual
from programs.models.applications import Application, Decision
from programs.models.cohorts import Cohort


class RoundKind(models.TextChoices):
    """What is looked at in a round."""

    DOCUMENT = "document", _("Document review")
    INTERVIEW = "interview", _("Interview")


class OthersShown(models.TextChoices):
    """When a reviewer sees what others wrote about the same application."""

    NEVER = "never", _("Never")
    AFTER_OWN = "after_own", _("After handing in their own")
    ALWAYS = "always", _("Always")


class TieBreak(models.TextChoices):
    """Who comes first among those with the same result; the rule is written in the call."""

    CRITERIA = (
        "criteria",
        _("The criterion with most points decides, then the next, then earlier submission"),
    )
    SUBMISSION = "submission", _("Earlier submission")


class ReviewRound(models.Model):
    """One round of the selection of a cohort. The last one's results are the cohort's; others have their own."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="rounds", verbose_name=_("cohort"))
    number = models.PositiveSmallIntegerField(_("order"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=RoundKind, default=RoundKind.DOCUMENT)
    starts_at = models.DateTimeField(_("reviewing begins"))
    due_at = models.DateTimeField(_("reviews are due"))
    announce_at = models.DateTimeField(
        _("results are announced"),
        null=True,
        blank=True,
        help_text=_("Empty for the last round: its results are those of the cohort."),
    )
    released_at = models.DateTimeField(_("results released"), null=True, blank=True, editable=False)
    is_blind = models.BooleanField(
        _("names hidden"),
        default=True,
        help_text=_("Reviewers see no names, contact, age, gender, school or employer. Files may still tell."),
    )
    others_shown = models.CharField(
        _("others' reviews are shown"), max_length=10, choices=OthersShown, default=OthersShown.NEVER
    )
    min_reviews = models.PositiveSmallIntegerField(_("reviews of each application"), default=2)
    discipline_key = models.SlugField(
        _("question on the discipline"),
        max_length=40,
        blank=True,
        help_text=_("The key of a question with choices. A reviewer with disciplines gets only those."),
    )
    language_key = models.SlugField(
        _("question on the language"),
        max_length=40,
        blank=True,
        help_text=_("The key of a question with choices. A reviewer with languages gets only those."),
    )
    tie_break = models.CharField(_("on a tie"), max_length=10, choices=TieBreak, default=TieBreak.CRITERIA)
    flag_spread = models.PositiveSmallIntegerField(
        _("reviewers disagree from"),
        default=30,
        help_text=_("Points of 100 between the highest and the lowest review of an application."),
    )
    shows_comments = models.BooleanField(
        _("comments go to the applicants"),
        default=True,
        help_text=_("With the results, each applicant reads what reviewers wrote for them, without any name."),
    )
    booking_until = models.DateTimeField(
        _("slots are booked until"),
        null=True,
        blank=True,
        help_text=_("Until then applicants choose an interview slot themselves. Empty: staff assign the slots."),
    )
    comment_ko = models.TextField(_("general comment of the panel (Korean)"), blank=True)
    comment_en = models.TextField(_("general comment of the panel (English)"), blank=True)

    comment = Bilingual()

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["cohort", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="round_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="round_number_counts_from_one"),
            models.CheckConstraint(condition=Q(kind__in=RoundKind.values), name="round_kind_is_known"),
            models.CheckConstraint(condition=Q(others_shown__in=OthersShown.values), name="round_others_is_known"),
            models.CheckConstraint(condition=Q(tie_break__in=TieBreak.values), name="round_tie_break_is_known"),
            models.CheckConstraint(condition=Q(min_reviews__gt=0), name="round_asks_for_reviews"),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("starts_at")),
                name="round_is_due_after_it_begins",
                violation_error_message=_("Reviews are due after reviewing begins."),
            ),
            models.CheckConstraint(
                condition=Q(announce_at__isnull=True) | Q(announce_at__gte=F("due_at")),
                name="round_announces_after_it_is_due",
                violation_error_message=_("Results are announced after the reviews are due."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.cohort}"

    @property
    def is_last(self):
        """Whether its results are those of the cohort."""
        return self.next_round is None

    def is_over_at(self, now):
        """Whether no review can be written any more at `now`: they were due, or the results are out."""
        return now >= self.due_at or self.released_at is not None

    def takes_reviews_at(self, now):
        """Whether reviews can be written at `now`."""
        return self.starts_at <= now and not self.is_over_at(now)

    @property
    def next_round(self):
        """The round into which whoever passes this one goes; None after the last."""
        return self.cohort.rounds.filter(number__gt=self.number).order_by("number").first()

    @property
    def announces_at(self):
        """When its results come out: its own time, or the cohort's for the last round; None where none is set."""
        return self.announce_at or (self.cohort.announce_at if self.is_last else None)


class Reviewer(models.Model):
    """Somebody invited to review in a round, within limits. Empty languages or disciplines limit nothing."""

    round = models.ForeignKey(
        ReviewRound, on_delete=models.CASCADE, related_name="reviewers", verbose_name=_("review round")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviewing", verbose_name=_("person")
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organization"),
    )
    affiliation = models.CharField(_("affiliation"), max_length=120, blank=True)
    most = models.PositiveSmallIntegerField(_("most applications"), default=40)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    disciplines = models.JSONField(_("disciplines"), default=list, blank=True)
    invited_at = models.DateTimeField(_("invited"), default=clock.now, editable=False)
    pledged_at = models.DateTimeField(_("pledged confidentiality"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering = ["round", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="reviewer_once_a_round")]

    def __str__(self):
        return f"{self.user}"


class ReviewEnd(models.TextChoices):
    """Why a review ended without being handed in."""

    RECUSED = "recused", _("Given back for a conflict of interest")
    REMOVED = "removed", _("Taken back by staff")
    LEFT = "left", _("The application left the selection")


class ReviewQuerySet(models.QuerySet):
    """Reading reviews."""

    def live(self):
        """Those that are assigned."""
        return self.filter(ended_at=None)

    def visible_to(self, user, now=None):
        """A reviewer's own, once the round has begun and while it and the application's part in it last."""
        return self.live().filter(
            reviewer=user,
            round__starts_at__lte=now or clock.now(),
            round__reviewers__user=user,
            round__reviewers__ended_at=None,
            application__status="in_review",
            application__round_number=F("round__number"),
        )


class Review(models.Model):
    """One reviewer's look at one application in one round; `code` is its address.

    `scores` maps the key of a criterion to points from 0 to its maximum. It is saved while it is written and counts
    once handed in. A review that was given back stays, with its reason.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    round = models.ForeignKey(
        ReviewRound, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("review round")
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("application")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("reviewer")
    )
    assigned_at = models.DateTimeField(_("assigned"), default=clock.now, editable=False)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    scores = models.JSONField(_("scores"), default=dict, blank=True)
    confidence = models.PositiveSmallIntegerField(_("confidence"), null=True, blank=True)
    comment_staff = models.TextField(_("comment for staff"), blank=True)
    comment_applicant = models.TextField(_("comment for the applicant"), blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("why it ended"), max_length=8, choices=ReviewEnd, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["round", "application", "pk"]
        indexes = [models.Index(fields=["reviewer", "round"], name="review_by_reviewer")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "application", "reviewer"], condition=Q(ended_at=None), name="review_one_live"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False) & Q(end_reason__in=ReviewEnd.values)),
                name="review_ended_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=1, confidence__lte=3),
                name="review_confidence_in_range",
            ),
        ]

    def __str__(self):
        return f"{self.round_id} {self.application_id} {self.reviewer_id}"


class ConflictKind(models.TextChoices):
    """Why somebody may not review an application (제척·기피·회피). The first seven are found by the portal."""

    SAME_PERSON = "same_person", _("Their own application")
    ORGANIZATION = "organization", _("The same organization")
    NOMINATED = "nominated", _("Nominated by their organization")
    MENTORING = "mentoring", _("Mentor and mentee")
    REFEREE = "referee", _("Wrote or was asked for the reference letter")
    STAFF = "staff", _("Runs the cohort")
    FAMILY = "family", _("Family or close friend")
    WORK = "work", _("Works or has worked together")
    TEACHING = "teaching", _("Teacher and student")
    INTEREST = "interest", _("Another interest in the result")


DECLARED = (ConflictKind.FAMILY, ConflictKind.WORK, ConflictKind.TEACHING, ConflictKind.INTEREST)


class Conflict(models.Model):
    """A conflict of interest that was declared or written down by staff; it holds for every round of the cohort."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="conflicts", verbose_name=_("application")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewer")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ConflictKind)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="conflict_once"),
            models.CheckConstraint(condition=Q(kind__in=ConflictKind.values), name="conflict_kind_is_known"),
        ]

    def __str__(self):
        return f"{self.application_id} {self.reviewer_id} {self.kind}"


class AssignmentRun(models.Model):
    """One spreading of applications over reviewers, with its input's hash and the proof that none is better."""

    round = models.ForeignKey(
        ReviewRound, on_delete=models.CASCADE, related_name="runs", verbose_name=_("review round")
    )
    at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField("SHA-256", max_length=64)
    stages = models.JSONField(_("results"), default=dict)
    certificate = models.JSONField(_("proof"), default=dict)
    gaps = models.JSONField(_("gaps"), default=list)
    seconds = models.FloatField(_("seconds"), default=0)

    class Meta:
        verbose_name = _("assignment run")
        verbose_name_plural = _("assignment runs")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.round_id} {self.at:%Y-%m-%d %H:%M}"


class Release(models.Model):
    """Results going out: the decisions frozen for it, carried out one after the other, resumed where it stopped."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="releases", verbose_name=_("cohort"))
    round = models.ForeignKey(
        ReviewRound, on_delete=models.PROTECT, null=True, related_name="releases", verbose_name=_("review round")
    )
    started_at = models.DateTimeField(_("started"), default=clock.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    total = models.PositiveIntegerField(_("decisions"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort"], condition=Q(finished_at=None), name="release_one_runs")
        ]

    def __str__(self):
        return f"{self.cohort_id} {self.started_at:%Y-%m-%d %H:%M}"


class ReleaseItem(models.Model):
    """A decision frozen for a release, at its place in the order; done once it was carried out or fell away."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="item")
    position = models.PositiveIntegerField()
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    is_void = models.BooleanField(default=False)  # it was not carried out: the application had left the review,
    is_late = models.BooleanField(default=False)  # or, with this, it was too late for it; then it is undecided

    class Meta:
        verbose_name = _("decision of a release")
        verbose_name_plural = _("decisions of a release")
        ordering = ["release", "position"]
        indexes = [models.Index(fields=["release", "done_at", "position"], name="release_item_next")]

    def __str__(self):
        return f"{self.release_id} {self.position}"


class SeatReservation(models.Model):
    """Seats kept for whom a partner nominates, until a date; what is not taken by then is everybody's."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="reservations", verbose_name=_("cohort")
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("organization")
    )
    seats = models.PositiveIntegerField(_("seats"))
    until = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("reserved seats")
        verbose_name_plural = _("reserved seats")
        ordering = ["cohort", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "organization"], name="reservation_once"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="reservation_keeps_seats"),
        ]

    def __str__(self):
        return f"{self.organization} {self.seats}"
