"""Work samples: handed in, opened by those who may, changed and withdrawn by their owner."""

from contextlib import nullcontext
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from mentoring import permissions
from mentoring.forms.samples import ReadersForm, SampleForm, VersionForm
from mentoring.models.pairs import Pairing
from mentoring.models.samples import MOST_BYTES, SampleVersion, WorkSample
from mentoring.operations import samples as operations
from mentoring.views.pairs import find
from mentoring.workspace import samples as sample_part
from portal import clock, i18n, uploads, watermark
from portal.errors import Refused
from portal.models import AccessWay, FileAccess, UploadKind

HANDS_IN = "60/d/user"


def visible(request, code):
    """A work sample that the person may see, else 404."""
    found = WorkSample.objects.visible_to(request.user).select_related(
        "owner",
        "pairing__mentor__user",
        "pairing__mentor__expert",
        "pairing__enrolment__person",
        "pairing__enrolment__cohort__program",
    )
    return get_object_or_404(found.prefetch_related("versions__upload"), code=code)


def own(request, code):
    """The person's own work sample, else 404."""
    sample = visible(request, code)
    if sample.owner_id != request.user.pk:
        raise Http404
    return sample


def may_change(user, sample):
    """Whether its owner may still do more than withdraw it."""
    return sample.withdrawn_at is None and permissions.works_in(user, sample.pairing)


def take(request, form, operation, target, **values):
    """Carry a form with a file or a link out. Returns what came of it, or None with the reason on the form."""
    if not limits.is_within(request, "sample", HANDS_IN, user=request.user):
        form.add_error(None, _("Too many attempts. Please wait a few minutes and try again."))
        return None
    if not form.is_valid():
        return None
    file, link = form.cleaned_data["file"], form.cleaned_data["link"]
    try:
        with operations.prepared(file) if file else nullcontext() as ready:
            return operation(target, by=request.user, file=ready, link=link, **values)
    except ValidationError as error:
        form.add_error("file", error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@uploads.takes_files(MOST_BYTES)
def add(request, code):
    """Hand in a work sample; for the two, while they work together."""
    pairing = find(request, code)
    if not permissions.works_in(request.user, pairing):
        raise Http404
    given = {"pairing": pairing, "owner": request.user}
    form = SampleForm(**given)
    if request.method == "POST":
        form = SampleForm(request.POST, request.FILES, too_large=request.upload_too_large, **given)
        values = form.answers() if form.is_valid() else {}
        if take(request, form, operations.hand_in, pairing.pk, **values) is not None:
            messages.success(request, _("The work sample is handed in."))
            return redirect(f"{pairing.get_absolute_url()}#samples")
    context = {"pairing": pairing, "cohort": pairing.enrolment.cohort, "form": form}
    return render(request, "mentoring/samples/add.html", context)


@require_safe
def sample(request, code):
    """One work sample: its versions; for its owner also who may open it, who did, and what can be changed."""
    return sample_page(request, visible(request, code))


def sample_page(request, sample, *, version_form=None, readers_form=None):
    """The page, with forms where they could not be taken."""
    pairing, name = sample.pairing, sample_part.owner_name(sample)
    is_owner = sample.owner_id == request.user.pk
    context = {
        "sample": sample,
        "title_lang": i18n.language_of_text(sample.title),
        "cohort": pairing.enrolment.cohort,
        "pairing": pairing,
        "sees_pair": Pairing.objects.visible_to(request.user).filter(pk=pairing.pk).exists(),
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "is_owner": is_owner,
        "versions": sample_part.version_rows(sample),
        "until": i18n.day(sample.readable_until),
        "pill": sample_part.pill_of(sample),
    }
    if is_owner:
        context |= {"readers": sample_part.reader_lines(sample), "openings": sample_part.openings(sample)}
        if may_change(request.user, sample):
            context["version_form"] = version_form or VersionForm(prefix="version")
            context["readers_form"] = readers_form or ReadersForm(
                pairing=pairing, owner=request.user, sample=sample, prefix="readers"
            )
    response = render(request, "mentoring/samples/sample.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@uploads.takes_files(MOST_BYTES)
def add_version(request, code):
    """Hand in a new version; the earlier ones stay."""
    found = own(request, code)
    if not may_change(request.user, found):
        raise Http404
    form = VersionForm(request.POST, request.FILES, too_large=request.upload_too_large, prefix="version")
    if take(request, form, operations.add_version, found.pk) is None:
        return sample_page(request, found, version_form=form)
    messages.success(request, _("The new version is handed in."))
    return redirect(found)


@require_POST
def change(request, code):
    """Another title, other readers, another last day."""
    found = own(request, code)
    if not may_change(request.user, found):
        raise Http404
    form = ReadersForm(request.POST, pairing=found.pairing, owner=request.user, sample=found, prefix="readers")
    if form.is_valid():
        try:
            operations.change(found.pk, by=request.user, **form.answers())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is changed."))
            return redirect(found)
    return sample_page(request, found, readers_form=form)


@require_POST
def withdraw(request, code):
    """Nobody else opens it from now on."""
    found = own(request, code)
    operations.withdraw(found.pk, by=request.user)
    messages.success(request, _("The work sample is withdrawn. Nobody else can open it any more."))
    return redirect(found)


@require_safe
def open_version(request, code, version):
    """A version, for whoever may open it now; it is written down. A PDF carries its reader's name and the time."""
    found = get_object_or_404(
        SampleVersion.objects.select_related("upload", "sample"),
        sample__in=WorkSample.objects.visible_to(request.user).values("pk"),
        sample__code=code,
        code=version,
    )
    is_owner = found.sample.owner_id == request.user.pk
    if found.upload is None:
        return follow(request, found, log=not is_owner)
    if is_owner or found.upload.kind != UploadKind.PDF:
        return uploads.serve(request, found.upload, log=not is_owner)
    words = watermark.words(request.user.display_name, clock.now())
    return uploads.serve(request, found.upload, change=partial(watermark.mark, text=words))


def follow(request, version, *, log):
    """The way to where a version is kept; the same record as of a file."""
    if not version.link:
        raise Http404
    if log and request.method == "GET":
        FileAccess.objects.create(
            code=version.code, owner_id=version.sample.owner_id, by=request.user, way=AccessWay.DOWNLOAD
        )
    return HttpResponseRedirect(version.link, headers={"Cache-Control": "private, no-store"})
