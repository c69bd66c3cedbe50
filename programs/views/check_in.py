"""The door of a session: what those who teach show there, and the page on which people check in and out."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import is_within
from portal import clock, i18n
from portal.errors import Refused
from programs import check_in as reads
from programs import learning, schedule, teaching
from programs.models.check_in import CheckIn
from programs.models.cohorts import Session
from programs.models.enrolments import Enrolment
from programs.operations import check_in as operations
from programs.permissions import sessions_led_by

DEVICE = "device"  # the cookie by which a browser is known again
DEVICE_SECONDS = 24 * 60 * 60
GUESSES = "10/m/user"
COME, LEAVE = "come", "leave"


def cookie_name():
    """The name of the cookie; under https no other site can set it."""
    return f"__Host-{DEVICE}" if settings.SESSION_COOKIE_SECURE else DEVICE


# --- the door -----------------------------------------------------------------------------------------------------


def led(request, code):
    """A session that the person leads, or whose cohort they run; else 404."""
    return get_object_or_404(sessions_led_by(request.user).select_related("cohort__program"), code=code)


def shown(session, now):
    """What the door shows at `now`: the code as squares and as digits, and how many have come."""
    window = reads.window_at(now)
    address = settings.SITE_URL + reverse("check-in-scan", args=[session.code, reads.token(session, window)])
    path, width = reads.squares(address)
    digits = reads.digits(session, window)
    return {
        "is_open": reads.is_open(session, now),
        "path": path,
        "width": width,
        "digits": f"{digits[:3]} {digits[3:]}",
        "seconds": reads.seconds_left(now),
        "come": session.check_ins.count(),
        "people": Enrolment.objects.live().filter(cohort=session.cohort_id).count(),
    }


@require_safe
def door(request, code):
    """The page for the wall: the code that changes, and the digits for whoever cannot scan it."""
    session = led(request, code)
    now = clock.now()
    context = {
        "session": session,
        "cohort": session.cohort,
        "when": schedule.times_of(session),
        "why_closed": reads.why_closed(session, now),
        "is_over": reads.is_over(session, now),
        "shown": shown(session, now),
        "roster_url": teaching.roster_of(session, request.user, now),
        "type_at": settings.SITE_URL + reverse("check-in", args=[session.code]),
    }
    return render(request, "programs/check_in/door.html", context)


@require_safe
def door_code(request, code):
    """The part of that page which changes."""
    return render(request, "programs/check_in/_code.html", {"shown": shown(led(request, code), clock.now())})


# --- one's own ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request, code, token=""):
    """Where one checks in and out: with a scanned code (`token`), or with the digits typed.

    Whoever has no place there gets 404, and a reason only with a code that holds: they stand at the door.
    """
    session = get_object_or_404(Session.objects.select_related("cohort__program"), code=code)
    now = clock.now()
    place = reads.place_of(session, request.user)
    has_scanned = bool(token) and reads.holds(reads.token, session, token, now)
    if place is None and not has_scanned:
        raise Http404
    refusal = "" if place is not None else elsewhere(session, request.user, now)
    if request.method == "POST" and place is not None:
        refusal = why_not(request, session, token, now)
        if not refusal:
            try:
                return done(request, session)
            except Refused as no:
                refusal = str(no)
    elif place is not None and token and not has_scanned:
        refusal = expired()
    known = CheckIn.objects.filter(session=session, enrolment=place).first() if place is not None else None
    context = {
        "session": session,
        "cohort": session.cohort,
        "place": place,
        "facts": learning.facts(session, now, with_link=False) if place is not None else [],
        "refusal": refusal,
        "known": known
        and {"came": i18n.clock_time(known.in_at), "left": known.out_at and i18n.clock_time(known.out_at)},
        "deed": LEAVE if known else COME,
        "stamp": reads.stamp(session, request.user) if has_scanned and place is not None else "",
        "is_open": reads.is_open(session, now),
        "can_act": place is not None and reads.is_open(session, now),
        "opens": i18n.moment(session.starts_at - reads.OPENS) if now < session.starts_at - reads.OPENS else "",
    }
    return render(request, "programs/check_in/page.html", context)


def expired():
    """The sentence for a code that no longer holds."""
    return _("This code is no longer valid. Please scan the one that is shown now, or type its digits.")


def elsewhere(session, person, now):
    """Why somebody with a code that holds cannot come in: the door is another one, or none is theirs."""
    own = reads.own_now(person, now).first()
    if own is None:
        return _("You do not take part in this cohort.")
    return _("This is the door of another session. Yours is “%(title)s”, %(place)s.") % {
        "title": own.title,
        "place": own.place or own.cohort.place or _("Online"),
    }


def why_not(request, session, token, now):
    """Why what was posted opens nothing; empty where it does."""
    if request.POST.get("deed") not in (COME, LEAVE):
        raise Http404
    if token:
        is_fresh = reads.holds(reads.token, session, token, now)
        return (
            "" if is_fresh or reads.is_stamped(session, request.user, request.POST.get("stamp", "")) else expired()
        )
    typed = "".join(request.POST.get("digits", "")[:20].split())
    if not is_within(request, "check-in", GUESSES, user=request.user):
        return _("Too many tries. Please wait a minute, or scan the code.")
    if not (len(typed) == 6 and typed.isascii() and typed.isdecimal()):
        return _("Type the six digits that are shown at the door.")
    if reads.holds(reads.digits, session, typed, now):
        return ""
    others = reads.doors(now).exclude(pk=session.pk)[:50]
    if any(reads.holds(reads.digits, other, typed, now) for other in others):
        return _("This is the code of another session.")
    return expired()


def done(request, session):
    """Check in or out, and go to the page that says so; the browser is given its number with it."""
    number = request.COOKIES.get(cookie_name(), "")[:64] or secrets.token_hex(16)
    if request.POST["deed"] == COME:
        operations.come(session.pk, request.user, reads.device_of(session, number))
        messages.success(request, _("You are checked in."))
    else:
        operations.leave(session.pk, request.user)
        messages.success(request, _("You are checked out."))
    answer = redirect("check-in", code=session.code)
    answer.set_cookie(
        cookie_name(),
        number,
        max_age=DEVICE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return answer
