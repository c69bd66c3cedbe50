"""What stands between a request and a view because of who asks."""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware


def has_session(request):
    """Whether the browser sent a session; without one nobody is logged in, and the session need not be read."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class LoginRequired(LoginRequiredMiddleware):
    """Closed unless opened. Looks at the view before the user, so that a public page reads no session."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Let open views pass; send visitors to log-in."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
