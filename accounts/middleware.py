"""What stands between a request and a view because of who asks."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import sessions

ADMIN = "/admin/"


def has_session(request):
    """Whether the browser sent a session; without one nobody is logged in, and the session need not be read."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class SessionLimits:
    """Ends sessions that have outlived their time; a visitor's request passes untouched."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Log out whose time is over, then answer."""
        if has_session(request) and request.user.is_authenticated:
            if sessions.is_over(request):
                logout(request)
            else:
                sessions.touch(request)
        return self.get_response(request)


class StaffLanguage:
    """The admin has no language in its addresses: it speaks the language of whoever works in it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer in the person's language under /admin/."""
        if request.path_info.startswith(ADMIN) and has_session(request) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class LoginRequired(LoginRequiredMiddleware):
    """Closed unless opened. Looks at the view before the user, so that a public page reads no session."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Let open views pass; send visitors to log-in."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """To log-in, and afterwards back; to the page with the form where it was a form that was sent."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        origin = f"{request.scheme}://{request.get_host()}"
        page = request.META.get("HTTP_REFERER", "")
        safe = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
        return redirect_to_login(page.removeprefix(origin) if safe and page.startswith(origin) else reverse("my"))


class SecondFactorForStaff:
    """Where `STAFF_NEED_SECOND_FACTOR`, staff reach nothing but their account pages before they have shown one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer."""
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Send staff to set up a second factor, or to show it."""
        if not settings.STAFF_NEED_SECOND_FACTOR or not has_session(request):
            return None
        if not getattr(view_func, "login_required", True) or self.is_account_page(request):
            return None
        if not request.user.is_authenticated or not request.user.is_staff or sessions.passed_second_factor(request):
            return None
        has_one = sessions.has_second_factor(request.user)
        page = reverse("mfa_reauthenticate" if has_one else "mfa_activate_totp")
        query = {"next": request.get_full_path()} if request.method in ("GET", "HEAD") and has_one else {}
        return HttpResponseRedirect(f"{page}?{urlencode(query)}" if query else page)

    @staticmethod
    def is_account_page(request):
        """Whether the page is one of those where a second factor is set up."""
        return request.path_info.startswith(reverse("profile").removesuffix("profile/"))
