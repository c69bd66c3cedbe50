"""Certificates: found and read here; issued again and revoked by deeds. Nothing of one is ever typed over."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedReasonForm
from accounts.admin_tools import ScopedAdmin, moment_in_list, moment_or_dash, name_verbs, pill_html, word_values
from programs import certificates
from programs.admin.filters import CohortFilter
from programs.models.certificates import Certificate, CertificateStatus
from programs.models.cohorts import Cohort
from programs.models.enrolments import EnrolmentStatus
from programs.operations import certificates as operations

SHOWN_NAMES = 10

name_verbs(
    {
        "certificates.issued": gettext_lazy("Certificates issued"),
        "certificate.issued": gettext_lazy("Certificate issued"),
        "certificate.superseded": gettext_lazy("Certificate re-issued"),
        "certificate.revoked": gettext_lazy("Certificate revoked"),
        "badge_key.made": gettext_lazy("Key for badges made"),
        "badge_key.retired": gettext_lazy("Key for badges retired"),
        "badge_key.leaked": gettext_lazy("Key for badges done away with"),
    }
)


def counted(before, after):
    """How many certificates were issued together."""
    return ngettext("%(count)s certificate", "%(count)s certificates", int(after)) % {"count": after}


word_values({"certificates.issued": counted})


class IssueCertificate(Deed):
    """Issues certificates to people who completed; a deed of enrolments."""

    name = "issue_certificate"
    label = _("Issue a certificate")
    note = _("Each person is told by mail once the document is there. The number and the name on it are final.")

    def refusal(self, row):
        """Who completed, and has none that holds."""
        if row.status != EnrolmentStatus.COMPLETED:
            return operations.obstacle(row)
        if row.certificates.valid().exists():
            return gettext("There is a valid certificate already.")
        return operations.obstacle_of_cohort(row.cohort) or operations.obstacle(row)

    def line(self, row):
        """Who, of which cohort."""
        return {
            "title": row.person.display_name,
            "note": f"{row.cohort.program.title} {row.cohort.label}",
            "user": True,
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Certificates"), len(rows))]

    def perform(self, row, *, by, data):
        """Issue one."""
        operations.issue(row.pk, by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s certificate issued.", "%(count)s certificates issued.", count) % {"count": count}


class CertificateDeed(Deed):
    """A deed for certificates that hold."""

    form_class = DeedReasonForm

    def refusal(self, row):
        """Only while it holds."""
        if row.status == CertificateStatus.VALID:
            return ""
        return gettext("It holds no more: %(status)s.") % {"status": row.get_status_display()}

    def line(self, row):
        """Number, name, cohort, state."""
        return {
            "title": row.number,
            "note": f"{row.person.display_name} · {row.cohort.program.title} {row.cohort.label}",
            "pill": certificates.pill_of(row),
            "user": True,
        }


class Reissue(CertificateDeed):
    """Issues certificates anew, with the names as they stand now."""

    name = "reissue"
    label = _("Issue again")
    note = _(
        "The new certificate takes the name as it stands in the person's account now, and a new number. The "
        "earlier number is no longer valid from this moment. The person reads the reason."
    )

    def facts(self, request, rows):
        """The name that each will carry; the one thing to look at before."""
        return [
            (
                row.number,
                " / ".join(filter(None, [row.person.full_name, row.person.romanized_name])),
            )
            for row in rows[:10]
        ]

    def perform(self, row, *, by, data):
        """Issue one again."""
        operations.reissue(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        text = ngettext("%(count)s certificate issued again.", "%(count)s certificates issued again.", count)
        return text % {"count": count}


class Revoke(CertificateDeed):
    """Ends certificates for good."""

    name = "revoke"
    label = _("Revoke")
    note = _(
        "From this moment the check says that it was revoked, and so does its badge. The person is sent the "
        "reason. It cannot be taken back."
    )
    danger = True

    def perform(self, row, *, by, data):
        """Revoke one."""
        operations.revoke(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s certificate revoked.", "%(count)s certificates revoked.", count) % {
            "count": count
        }


class CertificateStatusFilter(admin.SimpleListFilter):
    """What it is worth."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        """All."""
        return CertificateStatus.choices

    def queryset(self, request, queryset):
        """Those of that state."""
        return queryset if self.value() is None else queryset.filter(status=self.value())


@admin.register(Certificate)
class CertificateAdmin(ScopedAdmin):
    """Who has which certificate, and what it is worth."""

    group = "run"
    place = 4
    admins_may = managers_may = ("view",)
    list_display = ["number", "person_name", "cohort_title", "status_pill", "issued", "document"]
    list_filter = [CohortFilter, CertificateStatusFilter]
    list_select_related = [
        "person",
        "enrolment__person",
        "cohort__program",
        "file",
        "run",
        "issued_by",
        "ended_by",
        "supersedes",
    ]
    search_fields = [
        "number",
        "=code",
        "person__full_name",
        "person__romanized_name",
        "person__email",
    ]
    search_help_text = _("Number, name or e-mail")
    ordering = ["-issued_at", "-pk"]
    fields = readonly_fields = [
        "number",
        "status_pill",
        "name_on_it",
        "person_name",
        "cohort_title",
        "issued",
        "issuer",
        "document",
        "digest",
        "in_place_of",
        "ended",
        "ender",
        "end_reason",
        "enrolment_link",
    ]
    actions = [Reissue.action(), Revoke.action()]

    def get_queryset(self, request):
        """With what a row and a page show, and without the bytes."""
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.defer("file__content", "file__badge")

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.filter(cohort__in=Cohort.objects.managed_by(user).values("pk"))

    @admin.display(description=_("name"), ordering="person__full_name")
    def person_name(self, certificate):
        """The person's name as it stands now."""
        return certificate.person.display_name

    @admin.display(description=_("name on the certificate"))
    def name_on_it(self, certificate):
        """As it was on the day of issue, in both languages."""
        return " / ".join(dict.fromkeys(certificate.snapshot[code]["name"] for code in ("ko", "en")))

    @admin.display(description=_("cohort"), ordering="cohort")
    def cohort_title(self, certificate):
        """The program and which run of it."""
        return f"{certificate.cohort.program.title} {certificate.cohort.label}"

    @admin.display(description=_("status"), ordering="status")
    def status_pill(self, certificate):
        """What it is worth."""
        return pill_html(certificates.pill_of(certificate))

    @admin.display(description=pgettext_lazy("certificate", "issued"), ordering="issued_at")
    def issued(self, certificate):
        """When."""
        return moment_in_list(certificate.issued_at)

    @admin.display(description=_("issued by"))
    def issuer(self, certificate):
        """By whom."""
        return certificate.issued_by.display_name if certificate.issued_by else "–"

    @admin.display(description=_("document"))
    def document(self, certificate):
        """The PDF; staff who open it are written down."""
        if not hasattr(certificate, "file"):
            return self.why_missing(certificate)
        if certificate.status != CertificateStatus.VALID:
            return "PDF"
        return format_html('<a href="{}">PDF</a>', reverse("certificate-document", args=[certificate.code]))

    @staticmethod
    def why_missing(certificate):
        """What is to be said of a document that is not there."""
        if certificate.status != CertificateStatus.VALID:
            return "–"
        is_running = certificate.run is not None and certificate.run.finished_at is None
        return gettext("Being made") if is_running else gettext("Not made yet")

    @admin.display(description="SHA-256")
    def digest(self, certificate):
        """By which the bytes are known."""
        return certificate.file.sha256 if hasattr(certificate, "file") else "–"

    @admin.display(description=_("in place of"))
    def in_place_of(self, certificate):
        """The certificate that it supersedes."""
        if certificate.supersedes is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', self.change_url(certificate.supersedes_id), certificate.supersedes
        )

    @admin.display(description=_("no longer valid since"))
    def ended(self, certificate):
        """When it was re-issued or revoked."""
        return moment_or_dash(certificate.ended_at)

    @admin.display(description=_("ended by"))
    def ender(self, certificate):
        """By whom."""
        return certificate.ended_by.display_name if certificate.ended_by else "–"

    @admin.display(description=_("enrolment"))
    def enrolment_link(self, certificate):
        """The way to the enrolment; a mentor's has none."""
        if certificate.enrolment is None:
            return "–"
        address = reverse("admin:programs_enrolment_change", args=[certificate.enrolment_id])
        return format_html('<a href="{}">{}</a>', address, certificate.enrolment)
