"""How long a session lives, and whether it passed a second factor. In real time, not by the portal's clock."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

BEGAN = "began_at"
SEEN = "seen_at"
SECOND_FACTOR = "second_factor_of"
SEEN_STEP_SECONDS = 300  # how often being active is written down


def begin(sender, request, user, **kwargs):
    """Note when the session began; called whenever somebody has logged in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    request.session.pop(SECOND_FACTOR, None)


def note_second_factor(sender, request, user, **kwargs):
    """Whoever has just set up a second factor in this session need not show it again in it."""
    request.session[SECOND_FACTOR] = user.pk


def is_over(request):
    """Whether the session has outlived its time: 14 days for all, an hour without use for staff.

    Asks about the person's roles only where it matters.
    """
    now = time.time()
    session = request.session
    if now - session.get(BEGAN, 0) > settings.SESSION_COOKIE_AGE:
        return True
    return now - session.get(SEEN, 0) > settings.SESSION_IDLE_SECONDS_STAFF and request.user.is_staff


def touch(request, *, now=False):
    """Write down that the session is in use: every few minutes, or `now`."""
    seen_at = int(time.time())
    if now or seen_at - request.session.get(SEEN, 0) > SEEN_STEP_SECONDS:
        request.session[SEEN] = seen_at


def has_second_factor(user):
    """Whether the person has set one up."""
    return is_mfa_enabled(user, [Authenticator.Type.TOTP])


def passed_second_factor(request):
    """Whether this session has shown one."""
    if request.session.get(SECOND_FACTOR) == request.user.pk:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
