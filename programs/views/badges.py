"""What is published about badges: who issues them, the keys that check them, which of them are revoked."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal import clock
from programs import badges
from programs.models.certificates import BadgeKey
from programs.operations.badges import signed_status_list

MOST_LISTS = 10_000


@require_safe
@login_not_required
@cache_control(public=True, max_age=3600)
def issuer(request):
    """The profile of the issuer."""
    return JsonResponse({"@context": [badges.VC, badges.OB]} | badges.issuer())


@require_safe
@login_not_required
@cache_control(public=True, max_age=300)
def keys(request):
    """Every public key there ever was, as a JSON Web Key Set; the one that signs stands first."""
    return JsonResponse({"keys": list(BadgeKey.objects.values_list("public", flat=True))})


@require_safe
@login_not_required
@cache_control(public=True, max_age=3600)
def key(request, kid):
    """One public key, as a JSON Web Key: what the header of a badge leads to."""
    return JsonResponse(get_object_or_404(BadgeKey, kid=kid).public)


@require_safe
@login_not_required
@cache_control(public=True, max_age=badges.LIST_SECONDS)
def status(request, kid, number):
    """A status list, signed: a bit for each certificate that is revoked or was re-issued."""
    key = get_object_or_404(BadgeKey, kid=kid)
    token = signed_status_list(key, number, clock.now()) if number < MOST_LISTS else None
    if token is None:
        raise Http404
    return HttpResponse(token, content_type="application/vc+jwt")
