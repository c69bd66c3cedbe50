"""Issuing the certificates of a cohort: what it would do, and how far their documents are."""

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n
from programs.admin import overview
from programs.admin.application_page import who
from programs.models.enrolments import EnrolmentStatus
from programs.operations import certificates


class CertificatePages:
    """Adds the pages about certificates to those of a cohort."""

    def certify_view(self, request, cohort_id):
        """Certificates for everyone who completed and has none."""
        cohort = self.find(request, cohort_id)
        able, kept_back = certificates.preview(cohort)

        def perform(cohort, data):
            total = certificates.issue_all(cohort.pk, by=request.user).total
            return ngettext("%(count)s certificate issued.", "%(count)s certificates issued.", total) % {
                "count": total
            }

        return self.ask(
            request,
            cohort,
            label=_("Issue certificates"),
            note=_(
                "Everyone who completed and has had no certificate yet gets one, numbered in the order of their "
                "names. Each is told by mail once the document is there. Numbers and names are final; a name can "
                "be put right later by issuing the certificate again."
            ),
            facts=[
                (_("Completed"), cohort.enrolments.filter(status=EnrolmentStatus.COMPLETED).count()),
                (_("Certificates to be issued"), able),
                (_("Certificates that hold"), cohort.certificates.valid().count()),
                *kept_back.items(),
            ],
            perform=perform,
            done_url=reverse("admin:programs_cohort_certifying", args=[cohort.pk]),
            warning=certificates.obstacle_of_cohort(cohort)
            or ("" if able else _("Nobody gets a certificate now.")),
        )

    def certifying_view(self, request, cohort_id):
        """How far the documents are; the page looks again while they are made. POST has the missing ones made."""
        cohort = self.find(request, cohort_id)
        if request.method == "POST":
            return self.make_missing(request, cohort)
        if request.method not in ("GET", "HEAD"):
            raise Http404
        total = cohort.certificates.valid().count()
        waiting = cohort.certificates.waiting().count()
        run = cohort.certificate_runs.select_related("by").first()
        running = cohort.certificate_runs.filter(finished_at=None).exists()
        return self.page(
            request,
            "admin/programs/certifying.html",
            cohort,
            title=_("Certificates being made") if running else _("Certificates"),
            cohort_name=overview.name_of(cohort),
            overview_url=self.overview_url(cohort),
            list_url=f"{reverse('admin:programs_certificate_changelist')}?cohort={cohort.pk}",
            pill=state_pill(running, waiting),
            running=running,
            missing=waiting and not running,
            done=total - waiting,
            total=total,
            facts=run_facts(run) if run else [],
        )

    def make_missing(self, request, cohort):
        """Have the documents made that no run is making."""
        run = certificates.make_all_missing(cohort.pk, by=request.user)
        if run is not None:
            text = ngettext("%(count)s document is being made.", "%(count)s documents are being made.", run.total)
            self.message_user(request, text % {"count": run.total})
        return redirect("admin:programs_cohort_certifying", cohort.pk)


def state_pill(running, waiting):
    """How far it is, in a word."""
    if running:
        return {"tone": "live", "icon": "play", "label": _("Running")}
    if waiting:
        return {"tone": "warn", "icon": "warn", "label": _("Documents are missing")}
    return {"tone": "good", "icon": "check", "label": _("All are made")}


def run_facts(run):
    """When certificates were issued last, by whom, how many."""
    facts = [
        (_("Started"), i18n.moment(run.started_at)),
        (_("By"), who(run.by)),
        (_("Certificates"), i18n.number(run.total)),
    ]
    if run.finished_at:
        facts.append((_("Finished at"), i18n.moment(run.finished_at)))
    return [{"term": term, "value": value} for term, value in facts]
