"""A cohort (기수) is one dated run of a program: its window, its seats, its meetings and who teaches them."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, CharField, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from partners.models.agreements import Agreement, DatePrecision
from portal import clock
from portal.codes import new_code
from portal.i18n import Bilingual
from programs.models.experts import Expert
from programs.models.forms import FormVersion
from programs.models.programs import PartnerRole, Program
from programs.models.session_queries import SessionQuerySet

CLOSING_HOURS = 72
SHORT_NOTICE = timedelta(hours=48)  # this close to the start …
SHORT_ANSWER = timedelta(hours=2)  # … an offer lasts this long
LINK_SHOWN = timedelta(minutes=60)  # before a session begins, until it ends
HOUR_RULE_BELOW = 30  # hours: shorter courses complete by hours, longer ones by days


class RegistrationMode(models.TextChoices):
    """How a seat is had."""

    REVIEW = "review", _("By selection")
    FIRST_COME = "first_come", _("First come, first served")
    RSVP = "rsvp", _("By registration")


class Delivery(models.TextChoices):
    """Where it takes place."""

    ONSITE = "onsite", _("On-site")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("On-site and online")


class Phase(models.TextChoices):
    """Where a cohort stands. Computed, never stored; the first that matches, in the order of `Cohort.phase_at`."""

    CANCELLED = "cancelled", pgettext_lazy("cohort", "Cancelled")
    DRAFT = "draft", pgettext_lazy("cohort", "Draft")
    FINISHED = "finished", _("Finished")
    RUNNING = "running", _("In progress")
    ANNOUNCED = "announced", _("Results out")
    SCHEDULED = "scheduled", _("Opening soon")
    CLOSING = "closing", _("Closing soon")
    OPEN = "open", pgettext_lazy("cohort", "Open")
    IN_REVIEW = "in_review", _("Under review")
    CLOSED = "closed", pgettext_lazy("cohort", "Closed")


TAKES_APPLICATIONS = (Phase.OPEN, Phase.CLOSING)


class PromotionStop(models.TextChoices):
    """Why the last promotion pass offered no further seat."""

    NOT_YET = "", _("No pass has run yet.")
    BEFORE_RELEASE = "before_release", _("The results are not out, so no seat is promoted yet.")
    RELEASING = "releasing", _("The results are going out at this moment.")
    NO_SEAT = "no_seat", _("Every seat is confirmed or offered.")
    RESERVED = "reserved", _("The seats that are left are kept for whom partners nominate.")
    NOBODY_WAITS = "nobody_waits", _("Nobody is on the waitlist.")
    OVER = "over", _("The last day for promotions has passed.")
    CANCELLED = "cancelled", _("The cohort is cancelled.")


class CohortQuerySet(models.QuerySet):
    """Reading cohorts."""

    def published(self):
        """Those anyone may see."""
        return self.filter(published_at__isnull=False)

    def managed_by(self, user):
        """Those `user` runs: all for an administrator, a manager's own by cohort, program or organization."""
        if user.is_admin:
            return self
        own = Q(pk__in=[])
        for grant in user.live_grants:
            if grant.role != Role.MANAGER:
                continue
            if grant.cohort_id:
                own |= Q(pk=grant.cohort_id)
            elif grant.program_id:
                own |= Q(program=grant.program_id)
            else:
                own |= Q(
                    program__in=Program.objects.filter(
                        program_partners__organization=grant.organization_id,
                        program_partners__role__in=[PartnerRole.ORGANIZER, PartnerRole.OPERATOR],
                    )
                )
        return self.filter(own)

    def with_phase(self, now=None):
        """Each with its `phase` as `phase_at(now)` computes it, so that it can be filtered and sorted by."""
        now = now or clock.now()
        last_hours = now + timedelta(hours=CLOSING_HOURS)
        windowed = Q(opens_at__isnull=False, closes_at__isnull=False)
        return self.annotate(
            phase=Case(
                When(cancelled_at__isnull=False, then=Value(Phase.CANCELLED)),
                When(published_at__isnull=True, then=Value(Phase.DRAFT)),
                When(ends_at__lt=now, then=Value(Phase.FINISHED)),
                When(starts_at__lte=now, then=Value(Phase.RUNNING)),
                When(released_at__isnull=False, then=Value(Phase.ANNOUNCED)),
                When(windowed & Q(opens_at__gt=now), then=Value(Phase.SCHEDULED)),
                When(windowed & Q(closes_at__gt=now) & Q(closes_at__lte=last_hours), then=Value(Phase.CLOSING)),
                When(windowed & Q(closes_at__gt=now), then=Value(Phase.OPEN)),
                When(
                    Q(registration_mode=RegistrationMode.REVIEW) & Q(review_began_at__isnull=False),
                    then=Value(Phase.IN_REVIEW),
                ),
                default=Value(Phase.CLOSED),
                output_field=CharField(),
            )
        )

    def with_counts(self, now=None):
        """Each with what its applications count: `applied`, `seats_taken`, `confirmed`, `waiting`, `staged`."""
        now = now or clock.now()
        applications = self.model._meta.get_field("applications").related_model.objects.filter(
            cohort=OuterRef("pk")
        )

        def count(condition):
            rows = applications.filter(condition).order_by().values("cohort").annotate(n=Count("pk")).values("n")
            return Coalesce(Subquery(rows), Value(0))

        return self.annotate(
            applied=count(~Q(status="draft")),
            confirmed=count(Q(status="confirmed")),
            offered=count(Q(status="offered", answer_by__gt=now)),
            waiting=count(Q(status="waitlisted")),
            in_review=count(Q(status="in_review")),
        ).annotate(seats_taken=F("confirmed") + F("offered"))


class Cohort(models.Model):
    """One dated run. Its phase is computed from dates; seats are counted behind the lock on this row."""

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="cohorts", verbose_name=_("program")
    )
    slug = models.SlugField(_("address"), help_text=_("Such as 2024-1."))
    label_ko = models.CharField(_("label (Korean)"), max_length=60, help_text=_("Such as 2024년 1기."))
    label_en = models.CharField(_("label (English)"), max_length=60, help_text=_("Such as 2024, cohort 1."))
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cohorts",
        verbose_name=_("agreement"),
    )
    form_version = models.ForeignKey(
        FormVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cohorts",
        verbose_name=_("application form"),
    )
    capacity = models.PositiveIntegerField(_("seats"))
    registration_mode = models.CharField(_("how a seat is had"), max_length=12, choices=RegistrationMode)
    receipt_prefix = models.SlugField(_("receipt prefix"), max_length=8, unique=True, help_text=_("Such as RB27."))
    opens_at = models.DateTimeField(_("applications open"), null=True, blank=True)
    closes_at = models.DateTimeField(_("applications close"), null=True, blank=True)
    references_until = models.DateTimeField(
        _("reference letters until"), null=True, blank=True, help_text=_("Empty: until applications close.")
    )
    review_began_at = models.DateTimeField(_("review began"), null=True, blank=True, editable=False)
    announce_at = models.DateTimeField(_("results are announced"), null=True, blank=True)
    released_at = models.DateTimeField(_("results released"), null=True, blank=True, editable=False)
    offer_hours = models.PositiveSmallIntegerField(_("hours to confirm an offer"), default=48)
    cancel_until = models.DateTimeField(_("a place can be cancelled until"), null=True, blank=True)
    promote_until = models.DateTimeField(_("promotions until"), null=True, blank=True)
    starts_at = models.DateTimeField(_("first session begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("last session ends"), null=True, blank=True)
    dates_precision = models.CharField(
        _("dates known to the"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("reason for the cancellation"), max_length=300, blank=True, editable=False)
    delivery = models.CharField(_("delivery"), max_length=8, choices=Delivery, default=Delivery.ONSITE)
    place_ko = models.CharField(_("place (Korean)"), max_length=120, blank=True)
    place_en = models.CharField(_("place (English)"), max_length=120, blank=True)
    languages_ko = models.CharField(_("languages (Korean)"), max_length=80, default="한국어")
    languages_en = models.CharField(_("languages (English)"), max_length=80, default="Korean")
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)
    audience_ko = models.TextField(_("who may apply (Korean), one a line"), blank=True)
    audience_en = models.TextField(_("who may apply (English), one a line"), blank=True)
    selection_ko = models.CharField(_("steps of selection (Korean)"), max_length=80, blank=True)
    selection_en = models.CharField(_("steps of selection (English)"), max_length=80, blank=True)
    late_after = models.PositiveSmallIntegerField(
        _("late after"), default=10, help_text=_("Minutes from the begin of a session.")
    )
    early_before = models.PositiveSmallIntegerField(
        _("left early before"), default=10, help_text=_("Minutes to the end of a session.")
    )
    contact_email = models.EmailField(_("contact"), blank=True)
    is_demo_season = models.BooleanField(_("demo season"), default=False, editable=False)
    promotion_stop = models.CharField(
        _("why promotion stopped"),
        max_length=16,
        choices=PromotionStop,
        default=PromotionStop.NOT_YET,
        blank=True,
        editable=False,
    )
    promotion_ran_at = models.DateTimeField(_("last promotion pass"), null=True, blank=True, editable=False)

    label = Bilingual()
    place = Bilingual()
    languages = Bilingual()
    audience = Bilingual()
    selection = Bilingual()

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_at", "pk"]
        indexes = [
            models.Index(fields=["published_at", "closes_at"], name="cohort_by_close"),
            models.Index(fields=["starts_at"], name="cohort_by_start"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["program", "slug"], name="cohort_address_once"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="cohort_has_seats"),
            models.CheckConstraint(
                condition=Q(registration_mode__in=RegistrationMode.values), name="cohort_mode_is_known"
            ),
            models.CheckConstraint(condition=Q(delivery__in=Delivery.values), name="cohort_delivery_is_known"),
            models.CheckConstraint(
                condition=Q(dates_precision__in=DatePrecision.values), name="cohort_precision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False, closes_at__gt=F("opens_at")),
                name="cohort_closes_after_it_opens",
                violation_error_message=_("Applications close after they open; give both or neither."),
            ),
            models.CheckConstraint(
                condition=Q(announce_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(announce_at__gte=F("closes_at")),
                name="cohort_announces_after_it_closes",
                violation_error_message=_("Results are announced after applications close."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="cohort_ends_after_it_starts",
                violation_error_message=_("The cohort ends after it starts; give both or neither."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="cohort_cancelled_with_its_reason",
            ),
            models.CheckConstraint(condition=Q(offer_hours__gt=0), name="cohort_offers_last"),
        ]

    def __str__(self):
        return f"{self.program} {self.slug}"

    def get_absolute_url(self):
        """Its public page."""
        return reverse("cohort", args=[self.program.slug, self.slug])

    @property
    def has_window(self):
        """Whether it takes applications at all."""
        return self.opens_at is not None and self.closes_at is not None

    @property
    def is_reviewed(self):
        """Whether seats are given by selection."""
        return self.registration_mode == RegistrationMode.REVIEW

    def phase_at(self, now):
        """The phase at `now`: the first rule that matches (the same list as `CohortQuerySet.with_phase`)."""
        if self.cancelled_at:
            return Phase.CANCELLED
        if not self.published_at:
            return Phase.DRAFT
        if self.ends_at and self.ends_at < now:
            return Phase.FINISHED
        if self.starts_at and self.starts_at <= now:
            return Phase.RUNNING
        if self.released_at:
            return Phase.ANNOUNCED
        if self.has_window:
            if now < self.opens_at:
                return Phase.SCHEDULED
            if now < self.closes_at:
                last_hours = self.closes_at - now <= timedelta(hours=CLOSING_HOURS)
                return Phase.CLOSING if last_hours else Phase.OPEN
        if self.is_reviewed and self.review_began_at:
            return Phase.IN_REVIEW
        return Phase.CLOSED

    @property
    def current_phase(self):
        """The phase now."""
        return self.phase_at(clock.now())

    @property
    def completes_by_days(self):
        """Whether completion is counted in days; shorter courses count hours. None where the hours are not set."""
        return None if self.hours is None else self.hours >= HOUR_RULE_BELOW


def answer_time(cohort, made_at):
    """Until when an offer made at `made_at` can be confirmed: the cohort's hours, fewer close to its start."""
    until = made_at + timedelta(hours=cohort.offer_hours)
    if cohort.starts_at and cohort.starts_at > made_at:
        if cohort.starts_at - made_at < SHORT_NOTICE:
            until = min(until, made_at + SHORT_ANSWER)
        until = min(until, cohort.starts_at)
    return until


class Criterion(models.Model):
    """What the selection looks at, with its weight; shown in the call."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="criteria", verbose_name=_("cohort"))
    title_ko = models.CharField(_("criterion (Korean)"), max_length=80)
    title_en = models.CharField(_("criterion (English)"), max_length=80)
    note_ko = models.CharField(_("what is looked at (Korean)"), max_length=200, blank=True)
    note_en = models.CharField(_("what is looked at (English)"), max_length=200, blank=True)
    round = models.ForeignKey(
        "programs.ReviewRound",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="criteria",
        verbose_name=_("review round"),
        help_text=_("The round in which it is scored."),
    )
    weight = models.PositiveSmallIntegerField(_("points"))
    maximum = models.PositiveSmallIntegerField(_("highest score"), default=5)
    anchors_ko = models.TextField(
        _("what the scores mean (Korean)"), blank=True, help_text=_("One a line: the score, a colon, the words.")
    )
    anchors_en = models.TextField(_("what the scores mean (English)"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    title = Bilingual()
    note = Bilingual()
    anchors = Bilingual()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "position"], name="criterion_order_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="criterion_weighs_something"),
            models.CheckConstraint(
                condition=Q(maximum__gte=1, maximum__lte=100), name="criterion_maximum_in_range"
            ),
        ]

    def __str__(self):
        return self.title


class Milestone(models.Model):
    """A date of a cohort beyond those of its window: a briefing, an interview week, the certificates."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("cohort")
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=80)
    note_ko = models.CharField(_("note (Korean)"), max_length=200, blank=True)
    note_en = models.CharField(_("note (English)"), max_length=200, blank=True)
    at = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("to"), null=True, blank=True)

    title = Bilingual()
    note = Bilingual()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("at")), name="milestone_ends_after_it_begins"
            ),
        ]

    def __str__(self):
        return self.title


class ExpertRole(models.TextChoices):
    """What an expert does in a session."""

    LEAD = "lead", _("Lead instructor")
    ASSISTANT = "assistant", _("Assistant")
    INTERPRETER = "interpreter", _("Interpreter")
    MODERATOR = "moderator", _("Moderator")


class Session(models.Model):
    """One meeting (회차) of a cohort. Only a required one counts towards completion; a cancelled one stays.

    `sequence` counts its changes, for calendars.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("cohort"))
    title_ko = models.CharField(_("title (Korean)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place_ko = models.CharField(_("place (Korean)"), max_length=120, blank=True)
    place_en = models.CharField(_("place (English)"), max_length=120, blank=True)
    address_ko = models.CharField(
        _("room and address (Korean)"), max_length=200, blank=True, help_text=_("Shown to those enrolled.")
    )
    address_en = models.CharField(_("room and address (English)"), max_length=200, blank=True)
    map_link = models.URLField(_("map"), blank=True)
    access_ko = models.CharField(_("how to get in (Korean)"), max_length=300, blank=True)
    access_en = models.CharField(_("how to get in (English)"), max_length=300, blank=True)
    link = models.URLField(
        _("online link"),
        blank=True,
        help_text=_("Shown to those enrolled from an hour before the session until its end."),
    )
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("What is optional does not count towards completion.")
    )
    late_after = models.PositiveSmallIntegerField(
        _("late after"), null=True, blank=True, help_text=_("Minutes. Empty: as the cohort has it.")
    )
    early_before = models.PositiveSmallIntegerField(
        _("left early before"), null=True, blank=True, help_text=_("Minutes. Empty: as the cohort has it.")
    )
    experts = models.ManyToManyField(
        Expert, through="SessionExpert", related_name="sessions", verbose_name=_("experts")
    )
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("reason for the cancellation"), max_length=300, blank=True, editable=False)

    title = Bilingual()
    place = Bilingual()
    address = Bilingual()
    access = Bilingual()

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="session_by_start")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="session_ends_after_it_begins",
                violation_error_message=_("A session ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="session_cancelled_with_its_reason",
            ),
        ]

    def __str__(self):
        return self.title

    def shows_link(self, now):
        """Whether those enrolled see the online link at `now`: an hour before the session until its end."""
        near = self.starts_at - LINK_SHOWN <= now <= self.ends_at
        return bool(self.link) and near and self.cancelled_at is None


class SessionExpert(models.Model):
    """An expert's part in a session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="session_experts")
    expert = models.ForeignKey(
        Expert, on_delete=models.PROTECT, related_name="session_experts", verbose_name=_("expert")
    )
    role = models.CharField(_("role"), max_length=12, choices=ExpertRole, default=ExpertRole.LEAD)

    class Meta:
        verbose_name = _("expert of a session")
        verbose_name_plural = _("experts of a session")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "expert"], name="session_expert_once"),
            models.CheckConstraint(condition=Q(role__in=ExpertRole.values), name="session_expert_role_is_known"),
        ]

    def __str__(self):
        return f"{self.expert_id} {self.role}"
