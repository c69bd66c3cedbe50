"""How often something may be done: counted like the attempts to log in, and switched off with them."""

from allauth.core.internal import ratelimit
from django.conf import settings


def is_within(request, action, rates, *, user=None, key=None):
    """Count this request for `action`; False where one of `rates` is used up.

    `rates` are as in `settings.ACCOUNT_RATE_LIMITS`: `20/h/ip`, for a person `20/d/user`, for anything `5/h/key`.
    """
    if settings.RATE_LIMITS == "off":
        return True
    used = ratelimit.consume(
        request, app="portal", action=action, config={action: rates}, user=user, key=key, limit_get=True
    )
    return used is not None
