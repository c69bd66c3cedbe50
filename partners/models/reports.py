"""Reports: what was counted for an agreement in a period, frozen, approved by each party, never changed again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.agreements import Agreement
from partners.models.organizations import Organization
from portal import clock
from portal.codes import new_code


class ReportPart(models.TextChoices):
    """What a report may consist of, in the order in which it is read."""

    COURSES = "courses", pgettext_lazy("part of a report", "Short courses")
    PROGRAMS = "programs", pgettext_lazy("part of a report", "All programs")
    EXPERTS = "experts", pgettext_lazy("part of a report", "Instructors and experts")
    MENTORING = "mentoring", pgettext_lazy("part of a report", "Masterclass and mentoring")
    INTERNSHIPS = "internships", pgettext_lazy("part of a report", "Internships")
    EVENTS = "events", pgettext_lazy("part of a report", "Networking, festival, international exchange")
    COMMITMENTS = "commitments", pgettext_lazy("part of a report", "Commitments")
    HEADLINES = "headlines", pgettext_lazy("part of a report", "As the press put it")


class ReportState(models.TextChoices):
    """A draft is reckoned anew whenever it is drawn up; what is sent stays as it is."""

    DRAFT = "draft", pgettext_lazy("report", "Draft")
    IN_APPROVAL = "in_approval", pgettext_lazy("report", "In approval")
    APPROVED = "approved", pgettext_lazy("report", "Approved")
    PUBLISHED = "published", pgettext_lazy("report", "Published")
    SUPERSEDED = "superseded", pgettext_lazy("report", "Superseded")


OPEN = (ReportState.DRAFT, ReportState.IN_APPROVAL, ReportState.APPROVED)


class ReportQuerySet(models.QuerySet):
    """Reading reports."""

    def of_parties(self, organizations):
        """What these organizations read as parties of the agreement: everything but drafts."""
        mine = Agreement.objects.public().filter(signatures__organization__in=organizations)
        return self.filter(agreement__in=mine.values("pk")).exclude(state=ReportState.DRAFT)

    def live(self):
        """Those that are published and hold."""
        return self.filter(state=ReportState.PUBLISHED)


class Report(models.Model):
    """A report on one agreement and one period. `content` is frozen at `as_of`; `digest` is its SHA-256.

    A corrected report is the next version and names the one it takes the place of, which stays readable.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="reports", verbose_name=_("agreement")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    parts = models.JSONField(_("parts"), default=list)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successor",
        verbose_name=_("corrects"),
    )
    correction = models.CharField(_("what is corrected"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=ReportState, default=ReportState.DRAFT)
    as_of = models.DateTimeField(_("as of"))
    content = models.JSONField(default=dict)
    digest = models.CharField(_("fingerprint"), max_length=64)
    drawn_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sending = models.PositiveSmallIntegerField(default=0)  # how often it was sent for approval
    sent_at = models.DateTimeField(_("sent for approval"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-starts_on", "-ends_on", "-version"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_is_known"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="report_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(digest=""), name="report_has_its_digest"),
            models.CheckConstraint(
                condition=Q(version=1, supersedes=None) | Q(version__gt=1, supersedes__isnull=False),
                name="report_version_after_the_one_it_corrects",
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(correction=""), name="report_correction_says_what"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None, approved_at=None, published_at=None, superseded_at=None)
                | Q(
                    state="in_approval",
                    sent_at__isnull=False,
                    approved_at=None,
                    published_at=None,
                    superseded_at=None,
                )
                | Q(
                    state="approved",
                    sent_at__isnull=False,
                    approved_at__isnull=False,
                    published_at=None,
                    superseded_at=None,
                )
                | Q(
                    state="published",
                    sent_at__isnull=False,
                    approved_at__isnull=False,
                    published_at__isnull=False,
                    superseded_at=None,
                )
                | Q(
                    state="superseded",
                    sent_at__isnull=False,
                    approved_at__isnull=False,
                    published_at__isnull=False,
                    superseded_at__isnull=False,
                ),
                name="report_state_with_its_dates",
            ),
            models.UniqueConstraint(
                fields=["agreement", "starts_on", "ends_on", "version"], name="report_version_once"
            ),
            models.UniqueConstraint(
                fields=["agreement", "starts_on", "ends_on"],
                condition=Q(state="published"),
                name="report_one_holds",
            ),
            models.UniqueConstraint(
                fields=["agreement", "starts_on", "ends_on"],
                condition=Q(state__in=["draft", "in_approval", "approved"]),
                name="report_one_is_being_made",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        """Where a party reads it; it must come with its agreement."""
        return reverse("partnering-report", args=[self.agreement.slug, self.code])


class ReportRows(models.Model):
    """The rows behind one figure of a report: pairs of a primary key and what the row counted as, in order.

    They are kept apart from the content, which holds their digest; `slot` is the figure's key in the content.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="counted")
    slot = models.CharField(max_length=80)
    rows = models.JSONField(default=list)

    class Meta:
        verbose_name = _("rows behind a figure of a report")
        verbose_name_plural = _("rows behind figures of reports")
        constraints = [models.UniqueConstraint(fields=["report", "slot"], name="report_rows_once")]

    def __str__(self):
        return f"{self.report_id} {self.slot}"


class Decision(models.TextChoices):
    """What a party says of a report that was sent to it."""

    WAITING = "waiting", pgettext_lazy("approval", "Awaiting an answer")
    APPROVED = "approved", pgettext_lazy("approval", "Approved")
    RETURNED = "returned", pgettext_lazy("approval", "Returned")


class ReportApproval(models.Model):
    """What one party says each time a report is sent; `digest` is of what it was asked about."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="approvals")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("party")
    )
    sending = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, default=Decision.WAITING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("approval of a report")
        verbose_name_plural = _("approvals of reports")
        ordering = ["-sending", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "organization", "sending"], name="report_approval_one_per_party"
            ),
            models.CheckConstraint(
                condition=Q(decision="waiting", at=None, reason="")
                | Q(decision="approved", at__isnull=False, reason="")
                | (Q(decision="returned", at__isnull=False) & ~Q(reason="")),
                name="report_approval_with_its_date",
            ),
        ]

    def __str__(self):
        return f"{self.report_id} {self.organization_id} {self.decision}"


class LookKind(models.TextChoices):
    """How a report was looked at."""

    PAGE = "page", pgettext_lazy("look", "Read")
    FILE = "file", pgettext_lazy("look", "Downloaded")


class ReportLook(models.Model):
    """That somebody read or downloaded a report, and when; `format` is the file's, such as pdf. Never changed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=LookKind, default=LookKind.PAGE)
    format = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("look at a report")
        verbose_name_plural = _("looks at reports")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="page", format="") | (Q(kind="file") & ~Q(format="")),
                name="report_look_at_a_page_or_a_file",
            ),
        ]

    def __str__(self):
        return f"{self.report_id} {self.by_id} {self.kind}"
