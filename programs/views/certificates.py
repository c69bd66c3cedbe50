"""Certificates: checked by anyone who holds one, and one's own: listed, downloaded, as a badge."""

import hashlib
import logging

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from portal import clock, i18n
from portal.codes import shown_code
from portal.downloads import attachment
from portal.models import AccessWay, FileAccess
from portal.public import public_page
from programs import certificates
from programs.models.certificates import Certificate, CertificateFile, CertificateStatus
from programs.operations import certificates as operations

TRIES = "60/10m/ip"  # checks from one place
MISSES = "20/10m/ip"  # of these, such as find nothing

logger = logging.getLogger(__name__)


# --- checked by anyone --------------------------------------------------------------------------------------------


class CheckForm(forms.Form):
    """What stands on a certificate. The QR code brings the check code alone, which is enough."""

    number = forms.CharField(
        label=gettext_lazy("Certificate number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Type the number that stands on the certificate.")},
    )
    code = forms.CharField(
        label=gettext_lazy("Check code"),
        max_length=60,
        help_text=gettext_lazy(
            "It stands at the bottom right of the certificate. The QR code fills it in by itself."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Type the check code that stands on the certificate.")},
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["number"].required = data is None or "number" in data


@require_safe
@login_not_required
def short(request, code):
    """Where the QR code leads: the check, in the visitor's language. It says nothing about the code itself."""
    return redirect(f"{reverse('certificate-verify')}?{urlencode({'code': code})}")


@require_safe
@public_page
def verify(request):
    """Whether a certificate is genuine and holds. Number and code must both be right.

    What is unknown gets one and the same answer, whichever of the two is wrong.
    """
    asked = "code" in request.GET or "number" in request.GET
    form, result = CheckForm(request.GET if asked else None), None
    if asked and form.is_valid():
        if not limits.is_within(request, "certificate_check", TRIES):
            return busy(request)
        found = certificates.find(form.cleaned_data["code"], form.cleaned_data["number"])
        if found is None and not limits.is_within(request, "certificate_miss", MISSES):
            return busy(request)
        result = certificates.result(found, clock.now())
        if found is not None:
            form = CheckForm({"number": found.number, "code": shown_code(found.code)})
    response = render(request, "programs/certificates/verify.html", {"form": form, "result": result})
    return unkept(response) if asked else response


def busy(request):
    """Too many tries from one place."""
    return unkept(render(request, "429.html", status=429))


def unkept(response):
    """An answer that no cache keeps: a certificate may be revoked at any moment."""
    patch_cache_control(response, private=True, no_store=True)
    return response


# --- one's own ----------------------------------------------------------------------------------------------------


@require_safe
def my_certificates(request):
    """The person's certificates, those that hold first."""
    rows = (
        Certificate.objects.filter(person=request.user)
        .select_related("file", "superseded_by")
        .defer("file__content", "file__badge")
    )
    items = [item_of(row) for row in rows]
    items.sort(key=lambda item: not item["holds"])
    return render(request, "programs/certificates/mine.html", {"items": items})


def item_of(certificate):
    """One certificate as its owner sees it."""
    holds = certificate.status == CertificateStatus.VALID
    held = certificate.snapshot
    return {
        "certificate": certificate,
        "holds": holds,
        "title": certificates.words(held)["program"],
        "kind": certificates.title_of(held),
        "pill": certificates.pill_of(certificate),
        "facts": certificates.facts(certificate, name=certificates.words(held)["name"]),
        "code": shown_code(certificate.code),
        "is_made": hasattr(certificate, "file"),
        "check_url": f"{reverse('certificate-verify')}?{urlencode({'code': certificate.code})}",
        "linkedin_url": certificates.linkedin_address(certificate) if holds else "",
        "ended": i18n.day(certificate.ended_at, year=True) if certificate.ended_at else "",
        "reason": certificate.end_reason,
        "following": certificate.superseded_by.number if hasattr(certificate, "superseded_by") else "",
    }


@require_safe
def document(request, code):
    """The PDF as it was issued: for its owner, and for staff of the cohort, whose look at it is written down."""
    rows = CertificateFile.objects.filter(certificate__status=CertificateStatus.VALID)
    visible = Certificate.objects.visible_to(request.user).filter(code=code)
    file = get_object_or_404(rows.select_related("certificate"), certificate__in=visible.values("pk"))
    content, certificate = bytes(file.content), file.certificate
    if hashlib.sha256(content).hexdigest() != file.sha256:
        logger.error("The document of certificate %s is not as it was issued", certificate.number)
        raise Http404
    person = certificate.person_id
    if person != request.user.pk and request.method == "GET":
        FileAccess.objects.create(
            upload=None, code=certificate.code, owner_id=person, by=request.user, way=AccessWay.DOWNLOAD
        )
    return attachment(content, "application/pdf", f"{certificate.number}.pdf")


@require_safe
def badge(request, code):
    """The Open Badge of one's own certificate, as a signed credential (VC-JWT)."""
    own = Certificate.objects.valid().filter(person=request.user, code=code)
    rows = CertificateFile.objects.exclude(badge="").select_related("certificate")
    file = get_object_or_404(rows, certificate__in=own.values("pk"))
    return attachment(file.badge.encode(), "application/vc+jwt", f"{file.certificate.number}.jwt")


@require_POST
def make(request, code):
    """Have the document of one's own certificate made now, where it is not there yet."""
    own = Certificate.objects.valid().filter(person=request.user)
    if operations.make_missing(get_object_or_404(own, code=code).pk):
        messages.success(request, _("Your certificate is ready."))
    else:
        messages.error(request, _("The document could not be made just now. Please try again in a few minutes."))
    return redirect("my-certificates")
