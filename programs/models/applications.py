"""An application, its whole life, and the rows that life leaves behind.

Its person writes in `draft` (values as typed, by the key of their question, each key's last revision in `stamps`);
sending it checks them and puts them into `answers`, which is all that anybody else reads.
One model and one table of moves serves every kind of program. `programs/operations` alone acts on `NEXT`.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.organizations import Organization
from portal import clock
from portal.codes import new_code
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort
from programs.models.forms import GOALS, FormVersion


class ApplicationStatus(models.TextChoices):
    """Where an application stands; the words are the ones people read."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("Under review")
    CHANGES_REQUESTED = "changes_requested", _("More information needed")
    WAITLISTED = "waitlisted", _("Waitlisted")
    OFFERED = "offered", _("Selected, please confirm")
    CONFIRMED = "confirmed", _("Place confirmed")
    DECLINED = "declined", _("Place declined")
    EXPIRED = "expired", _("Offer expired")
    RESCINDED = "rescinded", _("Offer withdrawn")
    CANCELLED = "cancelled", pgettext_lazy("application", "Cancelled")
    REJECTED = "rejected", _("Not selected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED_OUT = "closed_out", _("Waitlist closed")


S = ApplicationStatus
NEXT = {
    S.DRAFT: {S.SUBMITTED},
    S.SUBMITTED: {S.IN_REVIEW, S.CONFIRMED, S.WAITLISTED, S.REJECTED, S.WITHDRAWN},
    S.IN_REVIEW: {S.CHANGES_REQUESTED, S.OFFERED, S.WAITLISTED, S.REJECTED, S.WITHDRAWN},
    S.CHANGES_REQUESTED: {S.SUBMITTED, S.WITHDRAWN, S.REJECTED},
    S.WAITLISTED: {S.OFFERED, S.WITHDRAWN, S.CLOSED_OUT},
    S.OFFERED: {S.CONFIRMED, S.DECLINED, S.EXPIRED, S.RESCINDED},
    S.CONFIRMED: {S.CANCELLED},
    S.REJECTED: {S.IN_REVIEW, S.OFFERED},
    S.EXPIRED: {S.IN_REVIEW, S.OFFERED},
    S.DECLINED: {S.IN_REVIEW, S.OFFERED},
    S.RESCINDED: set(),
    S.CANCELLED: set(),
    S.WITHDRAWN: set(),
    S.CLOSED_OUT: set(),
}
LIVE = (S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED, S.WAITLISTED, S.OFFERED, S.CONFIRMED)
REOPENABLE = (S.REJECTED, S.EXPIRED, S.DECLINED)
GRACE = timedelta(seconds=30)  # what began before the deadline may arrive this much later
WITHDRAWABLE = (S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED, S.WAITLISTED)
EDITABLE = (S.DRAFT, S.SUBMITTED, S.CHANGES_REQUESTED)


class ReasonCode(models.TextChoices):
    """Why someone was not selected."""

    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    SCORE = "score", _("Others scored higher")
    INCOMPLETE = "incomplete", _("The application was incomplete")
    OTHER = "other", _("Another reason")


class ApplicationQuerySet(models.QuerySet):
    """Reading applications."""

    def visible_to(self, user):
        """A person's own; for staff those of the cohorts they run, once submitted."""
        own = Q(applicant=user)
        if user.is_staff:
            own |= ~Q(status=S.DRAFT) & Q(cohort__in=Cohort.objects.managed_by(user).values("pk"))
        return self.filter(own)

    def due_between(self, start, end):
        """Drafts whose deadline, a personal extension included, lies after `start` and at or before `end`."""
        closes, own = F("cohort__closes_at"), F("extended_until")  # of a NULL databases make different things
        ends_at = Greatest(Coalesce(closes, own), Coalesce(own, closes))
        return self.annotate(ends_at=ends_at).filter(ends_at__gt=start, ends_at__lte=end)

    def live(self):
        """Those that keep their person from applying to the same cohort again."""
        return self.filter(status__in=LIVE)

    def standing_in(self, round_):
        """Those under review that stand in a round, in the order of their receipt numbers."""
        rows = self.filter(cohort=round_.cohort_id, status=S.IN_REVIEW, round_number=round_.number)
        return rows.order_by("receipt_serial", "pk")

    def holding_seats(self, now):
        """Those that take a seat: confirmed places and offers that still run at `now`."""
        return self.filter(Q(status=S.CONFIRMED) | Q(status=S.OFFERED, answer_by__gt=now))


class Application(models.Model):
    """A person's request for a seat in a cohort. `code` is its address; `receipt_number` stands on results."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    receipt_number = models.CharField(_("receipt number"), max_length=16, unique=True, null=True, blank=True)
    receipt_serial = models.PositiveIntegerField(null=True, blank=True, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="applications", verbose_name=_("cohort")
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="applications",
        verbose_name=_("applicant"),
    )
    status = models.CharField(_("status"), max_length=18, choices=ApplicationStatus, default=S.DRAFT)
    full_name = models.CharField(_("full name"), max_length=60, blank=True)
    romanized_name = models.CharField(_("name in English"), max_length=80, blank=True)
    form_version = models.ForeignKey(
        FormVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("form version"),
    )
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    draft = models.JSONField(_("what is being written"), default=dict, blank=True)
    stamps = models.JSONField(default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    sent_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)
    form_moved_at = models.DateTimeField(_("moved to a newer form"), null=True, blank=True, editable=False)
    reason_code = models.CharField(_("reason"), max_length=14, choices=ReasonCode, blank=True)
    round_number = models.PositiveSmallIntegerField(_("review round"), default=1, editable=False)
    nominated_by = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nominated by"),
    )
    waitlist_number = models.PositiveIntegerField(_("waitlist number"), null=True, blank=True)
    answer_by = models.DateTimeField(_("to be confirmed by"), null=True, blank=True)
    changes_note = models.TextField(_("what is missing"), blank=True)
    changes_by = models.DateTimeField(_("to be completed by"), null=True, blank=True)
    changes_keys = models.JSONField(_("questions concerned"), default=list, blank=True)
    extended_until = models.DateTimeField(_("personal extension until"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun"), default=clock.now, editable=False)
    saved_at = models.DateTimeField(_("saved"), default=clock.now, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    moved_at = models.DateTimeField(_("last change"), default=clock.now, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["cohort", "status"], name="application_by_cohort"),
            models.Index(fields=["applicant", "-created_at"], name="application_by_person"),
            models.Index(fields=["status", "answer_by"], name="application_offers_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="application_status_is_known"
            ),
            models.UniqueConstraint(
                fields=["cohort", "applicant"],
                condition=Q(status__in=LIVE),
                name="application_one_live",
                violation_error_message=_("There is already an application to this cohort."),
            ),
            models.UniqueConstraint(fields=["cohort", "receipt_serial"], name="application_serial_once"),
            models.UniqueConstraint(fields=["cohort", "waitlist_number"], name="application_waitlist_number_once"),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at=None, receipt_number=None, receipt_serial=None)
                | (
                    ~Q(status="draft")
                    & Q(submitted_at__isnull=False, receipt_number__isnull=False, receipt_serial__isnull=False)
                ),
                name="application_submitted_has_its_receipt",
            ),
            models.CheckConstraint(
                condition=(Q(status="offered") & Q(answer_by__isnull=False))
                | (~Q(status="offered") & Q(answer_by__isnull=True)),
                name="application_offer_has_its_deadline",
            ),
            models.CheckConstraint(
                condition=(Q(status="changes_requested") & Q(changes_by__isnull=False) & ~Q(changes_note=""))
                | (~Q(status="changes_requested") & Q(changes_by__isnull=True)),
                name="application_request_has_its_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["waitlisted", "closed_out"]) | Q(waitlist_number__isnull=False),
                name="application_waitlisted_has_its_number",
            ),
            models.CheckConstraint(
                condition=(Q(status="rejected") & ~Q(reason_code="")) | (~Q(status="rejected") & Q(reason_code="")),
                name="application_rejected_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(reason_code__in=[*ReasonCode.values, ""]), name="application_reason_is_known"
            ),
        ]

    def __str__(self):
        return self.receipt_number or self.code

    def get_absolute_url(self):
        """Its page, for those who may see it."""
        return reverse("application", args=[self.code])

    def stands_in(self, round_):
        """Whether it is under review in this round of its cohort, as `standing_in` has it."""
        return self.status == S.IN_REVIEW and self.round_number == round_.number

    def can_become(self, status):
        """Whether the table of moves allows it."""
        return status in NEXT[ApplicationStatus(self.status)]

    @property
    def deadline(self):
        """Until when it may be sent: the request's own time, a personal extension, or the cohort's; or None."""
        if self.status == S.CHANGES_REQUESTED:
            return self.changes_by
        ends = [moment for moment in (self.cohort.closes_at, self.extended_until) if moment is not None]
        return max(ends, default=None)

    def is_in_time(self, now):
        """Whether it may be written and submitted at `now`: while the cohort is open, or until its own deadline."""
        if self.status == S.CHANGES_REQUESTED:
            return now < self.changes_by
        if self.cohort.phase_at(now) in TAKES_APPLICATIONS:
            return True
        return self.cohort.cancelled_at is None and self.extended_until is not None and now < self.extended_until

    def counts_at(self, now, began_at=None):
        """Whether a submission that arrives at `now` counts: in time, or begun in time and at most GRACE late.

        `began_at` is when the person's page was opened by the server's clock, None where that is not known.
        """
        if self.is_in_time(now):
            return True
        late = began_at is not None and self.deadline is not None and began_at < self.deadline <= now
        return late and now < self.deadline + GRACE and self.is_in_time(began_at)

    @property
    def goals(self):
        """The goals of a mentee, one a line, as they were sent."""
        return self.answers.get(GOALS, "")

    @property
    def is_promoted(self):
        """Whether the offer or place came off the waitlist."""
        return self.waitlist_number is not None

    @property
    def label(self):
        """The status in the words for people, with the waitlist number and the two special cases."""
        if self.status == S.WAITLISTED:
            return _("Waitlisted (no. %(number)s)") % {"number": self.waitlist_number}
        if self.status == S.OFFERED and self.is_promoted:
            return _("A place has opened, please confirm")
        if self.status == S.REJECTED and self.reason_code == ReasonCode.NOT_ELIGIBLE:
            return _("Not eligible")
        return ApplicationStatus(self.status).label


class StateChange(models.Model):
    """One move of an application: who, when, from, to, why. Only ever added."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="changes")
    from_status = models.CharField(_("from"), max_length=18, choices=ApplicationStatus)
    to_status = models.CharField(_("to"), max_length=18, choices=ApplicationStatus)
    at = models.DateTimeField(_("when"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("state change")
        verbose_name_plural = _("state changes")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_status__in=ApplicationStatus.values, to_status__in=ApplicationStatus.values),
                name="change_statuses_are_known",
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.from_status} → {self.to_status}"


class Outcome(models.TextChoices):
    """What staff stage for an application, to be released with all the others."""

    ADVANCE = "advance", _("Advance to the next round")
    OFFER = "offer", _("Offer a place")
    WAITLIST = "waitlist", _("Waitlist")
    REJECT = "reject", _("Do not select")
    UNDO = "undo", _("Decision taken back")


STAGEABLE = (Outcome.ADVANCE, Outcome.OFFER, Outcome.WAITLIST, Outcome.REJECT)


class Decision(models.Model):
    """A staged outcome. Rows are only added: the latest of an application counts, and taken back it is none."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    rank = models.PositiveIntegerField(_("place on the waitlist"), null=True, blank=True)
    reason_code = models.CharField(_("reason"), max_length=14, choices=ReasonCode, blank=True)
    at = models.DateTimeField(_("when"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="decision_outcome_is_known"),
            models.CheckConstraint(
                condition=(Q(outcome="reject") & Q(reason_code__in=ReasonCode.values))
                | (~Q(outcome="reject") & Q(reason_code="")),
                name="decision_rejection_has_its_reason",
            ),
            models.CheckConstraint(
                condition=(Q(outcome="waitlist") & Q(rank__isnull=False))
                | (~Q(outcome="waitlist") & Q(rank__isnull=True)),
                name="decision_waitlist_has_its_rank",
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.outcome}"


class OfferKind(models.TextChoices):
    """A first offer comes with the results, a promotion off the waitlist, a renewed one by staff after that."""

    FIRST = "first", _("With the results")
    PROMOTION = "promotion", _("Off the waitlist")
    RENEWED = "renewed", _("Offered again")


class Offer(models.Model):
    """A seat offered until a time. Only ever added; what came of it is in the application's changes."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="offers")
    kind = models.CharField(_("kind"), max_length=10, choices=OfferKind)
    made_at = models.DateTimeField(_("offered"), default=clock.now)
    expires_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OfferKind.values), name="offer_kind_is_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="offer_lasts_a_while"),
        ]

    def __str__(self):
        return f"{self.application_id} {self.kind}"
