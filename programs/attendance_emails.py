"""What trainees are told about their attendance: it gets close, it is not enough, an absence is excused or not.

A warning tells where somebody stands; it goes once, and is dropped unsent when it is no longer so.
"""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import audit, clock, i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from portal.models import MailStatus, OutgoingMail
from programs import attending
from programs import completion_words as words
from programs.completion import Verdict
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, LABEL, NAME, PROGRAM, SITE
from programs.models.attendance import Excuse
from programs.models.enrolments import ENDED, Enrolment

LAST_CHANCE, OUT_OF_REACH = "attendance_last_chance", "attendance_out_of_reach"
OF_ENROLMENT = (
    NAME,
    PROGRAM,
    LABEL,
    needed("url", Kind.LINK, _("The page of one's own attendance.")),
    CONTACT,
    SITE,
)
OF_STANDING = (
    needed("share", Kind.TEXT, _("How much can still be reached, of how much, in percent.")),
    needed("threshold", Kind.NUMBER, _("How many percent are needed.")),
)


@event(FOLDER, LAST_CHANCE, _("Attendance: one more absence"), *OF_ENROLMENT, *OF_STANDING)
def attendance_last_chance(enrolment, standing):
    """One more absence, and the cohort can no longer be completed. Returns 1 if the mail is new, else 0."""
    return _warning(LAST_CHANCE, enrolment, standing)


@event(FOLDER, OUT_OF_REACH, _("Attendance: out of reach"), *OF_ENROLMENT, *OF_STANDING)
def attendance_out_of_reach(enrolment, standing):
    """The cohort can no longer be completed. Returns 1 if the mail is new, else 0."""
    return _warning(OUT_OF_REACH, enrolment, standing)


@event(
    FOLDER,
    "excuse_accepted",
    _("Absence excused"),
    *OF_ENROLMENT,
    needed("session", Kind.TEXT, _("The day and title of the session.")),
    sometimes("answer", Kind.TEXT, _("What staff answered, where they did.")),
)
@event(
    FOLDER,
    "excuse_refused",
    _("Absence not excused"),
    *OF_ENROLMENT,
    needed("session", Kind.TEXT, _("The day and title of the session.")),
    needed("answer", Kind.TEXT, _("What staff answered.")),
)
def excuse_decided(excuse):
    """Staff recognized an absence, or did not; with their answer."""
    message = "excuse_accepted" if excuse.is_accepted else "excuse_refused"
    session = excuse.session
    return _queue(
        message,
        excuse.enrolment,
        target=excuse,
        session=lambda: f"{i18n.day(session.starts_at, year=True)} · {session.title}",
        answer=excuse.answer,
    )


def _warning(message, enrolment, standing):
    earlier = OutgoingMail.objects.filter(reason=message, target_type=audit.kind(enrolment), target_id=enrolment.pk)
    statuses = set(earlier.values_list("status", flat=True))
    if statuses - {MailStatus.DROPPED}:
        return 0
    _queue(
        message,
        enrolment,
        target=enrolment,
        again=bool(statuses),
        share=lambda: words.share_text(standing.basis, standing.best, standing.total),
        threshold=standing.threshold,
    )
    return 1


def _queue(message, enrolment, *, target, again=False, **context):
    person, cohort = enrolment.person, enrolment.cohort
    with speaking(person.language):
        said = {name: value() if callable(value) else value for name, value in context.items()}
        said |= {
            "name": person.display_name,
            "program": cohort.program.title,
            "label": cohort.label,
            "url": address("learning-excuses", person.language, enrolment.code),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=said, again=again)


# --- what is dropped --------------------------------------------------------------------------------------------


def _standing(enrolment_id):
    found = Enrolment.objects.select_related("cohort").filter(pk=enrolment_id).first()
    if found is None or found.status in ENDED:
        return None
    return attending.standing_of(found, clock.now())


@mail.still_wanted(LAST_CHANCE)
def _still_close(enrolment_id):
    found = _standing(enrolment_id)
    return found is not None and found.verdict == Verdict.ONE_MORE and found.can_miss(clock.now())


@mail.still_wanted(OUT_OF_REACH)
def _still_out_of_reach(enrolment_id):
    found = _standing(enrolment_id)
    return found is not None and found.verdict in (Verdict.UNREACHABLE, Verdict.NOT_REACHED)


def _still_decided(excuse_id):
    return Excuse.objects.filter(pk=excuse_id, decided_at__isnull=False).exists()


for _reason in ("excuse_accepted", "excuse_refused"):
    mail.still_wanted(_reason)(_still_decided)
