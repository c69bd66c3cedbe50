"""What every page's frame needs. For a visitor without a session nothing here touches one."""

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal import clock, i18n
from portal.navigation import sections


def viewer(request):
    """The person looking at the page, or None for a visitor; asks the session only where there is a cookie.

    A request refused before anyone asked who sends it (a host that is not ours) is a visitor's.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return None
    return request.user if request.user.is_authenticated else None


def twin(request):
    """This page's address in the other language; that language's home where the page has none."""
    language = i18n.other(i18n.language())
    match = request.resolver_match
    with override(language):
        home = reverse("home")
        if match is None or not request.path_info.startswith(f"/{i18n.other(language)}/"):
            return home
        address = f"/{language}/" + request.path_info.split("/", 2)[2]
    try:
        with override(language):
            resolve(address)
    except Resolver404:
        return home
    query = request.META.get("QUERY_STRING", "")
    return f"{address}?{query}" if query and request.method == "GET" else address


def page(request):
    """Names for base.html: who looks, where the twin is, what the menu holds, whether this is a demonstration."""
    return {
        "viewer": SimpleLazyObject(lambda: viewer(request)),
        "language": i18n.language(),
        "twin_language": i18n.other(i18n.language()),
        "twin_language_name": "English" if i18n.language() == i18n.KO else "한국어",
        "twin_url": SimpleLazyObject(lambda: twin(request)),
        "nav": SimpleLazyObject(lambda: sections(request)),
        "is_demo": settings.DEMO_ALLOWED,
        "site_url": settings.SITE_URL,
        "site_name": "Grow Creative",
        "contact_email": settings.CONTACT_EMAIL,
        "staff_idle_seconds": settings.SESSION_IDLE_SECONDS_STAFF,
        "server_now": SimpleLazyObject(lambda: i18n.moment(clock.now(), year=True)),
        "now_iso": SimpleLazyObject(lambda: clock.now().isoformat()),
        "canonical_path": request.path,
        "partner_names": [_("Netflix"), _("KOCCA"), _("KOFIC"), _("KAFA")],
    }
