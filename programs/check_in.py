"""The door of a session: the code that it shows, who may come in when, and what a check-in comes to. Reads only.

The code is an HMAC of the session and the half minute, so nothing is stored and a photograph of it is worth nothing
a minute later: the present one holds, and the one before, which somebody may just have scanned.
"""

import base64
from collections import namedtuple
from datetime import timedelta

import qrcode
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from portal import i18n
from programs.models.cohorts import Session
from programs.models.enrolments import Enrolment

WINDOW = 30  # seconds for which the door shows one code
OPENS, CLOSES = timedelta(minutes=30), timedelta(minutes=30)  # before the session begins, after it ends
CLICK = 120  # seconds in which whoever has scanned a code presses the button
SALT = "programs.check_in"
Attended = namedtuple("Attended", "status minutes")


# --- the code -----------------------------------------------------------------------------------------------------


def window_at(now):
    """The number of the half minute."""
    return int(now.timestamp()) // WINDOW


def seconds_left(now):
    """How long the present code is still shown."""
    return WINDOW - int(now.timestamp()) % WINDOW


def _digest(session, window):
    return salted_hmac(SALT, f"{session.code}:{window}", algorithm="sha256").digest()


def token(session, window):
    """What the QR code of a half minute holds: 80 bits, safe in an address."""
    return base64.b32encode(_digest(session, window)[:10]).decode().lower()


def digits(session, window):
    """The same to be typed: six digits."""
    return f"{int.from_bytes(_digest(session, window)[10:20]) % 1_000_000:06d}"


def holds(make, session, text, now):
    """Whether `text` is what `make` (token or digits) gives for this half minute or the one before."""
    window = window_at(now)
    known = [constant_time_compare(make(session, number), text) for number in (window, window - 1)]
    return any(known)


def stamp(session, person):
    """Proof that a person has opened the page of a code while it held; it leaves time to press the button."""
    return signing.dumps([session.code, person.pk], salt=SALT)


def is_stamped(session, person, text):
    """Whether `text` is such a proof, and not older than a press of a button may take."""
    try:
        return signing.loads(text, salt=SALT, max_age=CLICK) == [session.code, person.pk]
    except signing.BadSignature:
        return False


def device_of(session, number):
    """A browser's own number as it is kept: another one for each session, so that nobody is followed about."""
    return salted_hmac(f"{SALT}.device", f"{session.code}:{number}", algorithm="sha256").hexdigest()


def squares(address):
    """A QR code as the path of an SVG, and how wide it is in squares."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    matrix = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark)
    return path, len(matrix)


# --- who, and when ------------------------------------------------------------------------------------------------


def is_open(session, now):
    """Whether people check in or out at `now`."""
    is_held = session.cancelled_at is None and session.cohort.cancelled_at is None
    return is_held and session.starts_at - OPENS <= now <= session.ends_at + CLOSES


def is_over(session, now):
    """Whether nobody will come in or leave any more."""
    is_off = session.cancelled_at is not None or session.cohort.cancelled_at is not None
    return is_off or now > session.ends_at + CLOSES


def why_closed(session, now):
    """Why the door is closed at `now`, in a sentence; empty while it is open."""
    if session.cancelled_at or session.cohort.cancelled_at:
        return _("This session does not take place.")
    if now > session.ends_at + CLOSES:
        return _("This session is over.")
    if is_open(session, now):
        return ""
    opens = i18n.moment(session.starts_at - OPENS)
    return _("The door opens %(opens)s and closes 30 minutes after the end.") % {"opens": opens}


def place_of(session, person):
    """The live place of a person in the cohort of a session, or None."""
    return Enrolment.objects.live().filter(cohort=session.cohort_id, person=person).first()


def own_now(person, now):
    """The sessions whose doors are open at `now` and in whose cohorts a person has a place."""
    places = Enrolment.objects.live().filter(person=person).values("cohort")
    rows = Session.objects.held().filter(cohort__in=places, starts_at__lte=now + OPENS, ends_at__gte=now - CLOSES)
    return rows.select_related("cohort__program").order_by("starts_at", "pk")


def doors(now):
    """All sessions whose doors are open at `now`."""
    return Session.objects.held().filter(starts_at__lte=now + OPENS, ends_at__gte=now - CLOSES)


# --- what it comes to ---------------------------------------------------------------------------------------------


def thresholds(session):
    """From when on somebody is late, and until when whoever leaves has left early."""
    late = session.cohort.late_after if session.late_after is None else session.late_after
    early = session.cohort.early_before if session.early_before is None else session.early_before
    return session.starts_at + timedelta(minutes=late), session.ends_at - timedelta(minutes=early)


def attendance_of(check_in, session):
    """How somebody attended, by their own check-in: `Attended(status, minutes)`; minutes None for all of it.

    Whoever is there at the last moment that is not late has been there from the begin. Without a check-out somebody
    stays to the end. Late and left early is late, with the minutes of both.
    """
    late_after, early_before = thresholds(session)
    if check_in.out_at is not None and check_in.out_at <= session.starts_at:
        return Attended("absent", None)
    is_late = check_in.in_at > late_after
    has_left = check_in.out_at is not None and check_in.out_at < early_before
    if not is_late and not has_left:
        return Attended("present", None)
    begin = check_in.in_at if is_late else session.starts_at
    end = check_in.out_at if has_left else session.ends_at
    minutes = max(int((end - begin).total_seconds() // 60), 0)
    return Attended("late" if is_late else "left_early", minutes)
