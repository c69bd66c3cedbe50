"""The mails about sessions. Each stands on a SessionChange and waits a while; one that is overtaken is dropped.

What a mail says has changed is told from what its reader was told last, so several changes make one mail, and one
that is taken back in time makes none.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal import clock, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from portal.models import MailStatus, OutgoingMail
from programs import schedule
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, LABEL, NAME, PROGRAM, SITE, why
from programs.models.enrolments import Enrolment
from programs.models.schedule import SessionChange, SessionChangeKind

ADDED, CHANGED, CANCELLED = "session_added", "session_changed", "session_cancelled"
PLACE = sometimes("place", Kind.TEXT, _("The place, if there is one."))
QUIET = timedelta(minutes=5)  # what is changed again within it is told once
OF_SESSION = (
    NAME,
    PROGRAM,
    LABEL,
    needed("title", Kind.TEXT, _("The title of the session.")),
    needed("when", Kind.TEXT, _("The day and the times, in Seoul.")),
    needed("url", Kind.LINK, _("The reader's own page about the cohort.")),
    CONTACT,
    SITE,
)


def recipients(session):
    """Who is told of a session: `(person, enrolment code)`; the code is empty for those who teach. Two queries."""
    places = Enrolment.objects.live().filter(cohort=session.cohort_id, person__is_active=True)
    found = {row.person: row.code for row in places.select_related("person").order_by("pk")}
    teachers = User.objects.filter(expert__session_experts__session=session, is_active=True)
    for person in teachers.order_by("pk"):
        found.setdefault(person, "")
    return list(found.items())


def told_from(change):
    """What was there when each person was told last: `{person id: snapshot}`, of those whom a mail still waits for.

    Their mails are locked, so that none of them leaves before the transaction ends. For everybody else it is what
    stood before `change`.
    """
    earlier = list(
        SessionChange.objects.filter(session=change.session_id, sequence__lt=change.sequence).order_by("-sequence")
    )
    waiting = OutgoingMail.objects.select_for_update(of=("self",), no_key=True).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=clock.now()),
        target_type=mail.kind(change),
        target_id__in=[row.pk for row in earlier],
        status__in=[MailStatus.WAITING, MailStatus.HELD],
    )
    unread = {}
    for person, target in waiting.order_by("pk").values_list("person", "target_id"):
        unread.setdefault(person, set()).add(target)
    found = {}
    for person, targets in unread.items():
        for row in earlier:
            if row.pk not in targets:
                break
            found[person] = row.before
    return found


def tell(change, recipients_):
    """Tell everybody concerned of a change, each what is new since they were told last. Returns how many mails."""
    since = told_from(change)
    return sum(_tell(change, person, code, since.get(person.pk, change.before)) for person, code in recipients_)


def _tell(change, person, code, before):
    with speaking(person.language):
        if change.kind == SessionChangeKind.CANCELLED:
            if not before:  # nobody was told that there would be one
                return 0
            _queue(CANCELLED, change, person, code, told=before, why=change.reason)
            return 1
        if not before:
            _queue(ADDED, change, person, code, told=change.after)
            return 1
        lines = schedule.differences(before, change.after)
        if lines:
            _queue(CHANGED, change, person, code, told=change.after, lines=lines)
        return 1 if lines else 0


@event(FOLDER, ADDED, _("Session added"), *OF_SESSION, PLACE)
@event(
    FOLDER,
    CHANGED,
    _("Session changed"),
    *OF_SESSION,
    needed("lines", Kind.LIST, _("What has changed, one a line.")),
    PLACE,
)
@event(FOLDER, CANCELLED, _("Session cancelled"), *OF_SESSION, why(_("Why it does not take place.")))
def _queue(message, change, person, code, *, told, **context):
    cohort = change.session.cohort
    page = address("learning", person.language, code) if code else address("my-calendar", person.language)
    return mail.queue(
        f"{FOLDER}/{message}.txt",
        person=person,
        target=change,
        hold=QUIET,
        context={
            "program": cohort.program.title,
            "label": cohort.label,
            "title": schedule.words(told, "title"),
            "when": schedule.times(told),
            "place": schedule.words(told, "place"),
            "url": page,
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            **context,
        },
    )


def _concerned(row):
    """The change of a mail, if nothing has overtaken it and its reader is still concerned."""
    change = SessionChange.objects.select_related("session__cohort").filter(pk=row.target_id).first()
    if change is None or change.session.sequence != change.sequence or change.session.cohort.cancelled_at:
        return None
    session = change.session
    takes_part = Enrolment.objects.live().filter(cohort=session.cohort_id, person=row.person_id).exists()
    teaches = session.session_experts.filter(expert__user=row.person_id).exists()
    return change if takes_part or teaches else None


@mail.still_wanted(ADDED, of_mail=True)
@mail.still_wanted(CHANGED, of_mail=True)
def _still_so(row):
    change = _concerned(row)
    return change is not None and change.session.ends_at > clock.now()


@mail.still_wanted(CANCELLED, of_mail=True)
def _still_off(row):
    return _concerned(row) is not None
