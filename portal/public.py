"""Marks the pages that anyone may see, and that a cache may keep for a visitor."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required


def public_page(view):
    """Open `view` to visitors; without a session cookie its answer may be kept by a shared cache for a minute."""

    @wraps(view)
    def open_view(request, *args, **kwargs):
        request.is_public_page = True
        return view(request, *args, **kwargs)

    open_view.is_public_page = True  # so that a test finds them all
    return login_not_required(open_view)
