"""The mails of interviews. Each stands on an InterviewChange; one that a later change has overtaken is dropped."""

from django.utils.translation import gettext_lazy as _

from portal import clock, i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from programs import calendars, interviews
from programs.emails import _queue, address
from programs.mail_places import FOLDER, LABEL, NAME, PROGRAM, SITE, of_application
from programs.models.interviews import InterviewChange
from programs.models.selection import ReviewRound

DAY_BEFORE, HOUR_BEFORE = "interview_tomorrow", "interview_soon"
WHEN = needed("when", Kind.TEXT, _("The day and the times, in Seoul."))
WHERE = (
    WHEN,
    sometimes("own_when", Kind.TEXT, _("The same in the applicant's own time zone, if it is another.")),
    sometimes("place", Kind.TEXT, _("The place, if there is one.")),
    sometimes("link", Kind.LINK, _("The online link, in the last 24 hours before the interview.")),
    sometimes("is_online", Kind.YES_NO, _("Whether it is online.")),
)
CHOICE = (
    sometimes("can_choose", Kind.YES_NO, _("Whether the applicant can choose another time.")),
    sometimes("until", Kind.TEXT, _("Until when the applicant can choose.")),
)
BY_STAFF = sometimes("by_staff", Kind.YES_NO, _("Whether staff chose the time."))
WITH_CALENDAR = ("interview_booked", "interview_moved", "interview_details", "interview_cancelled", DAY_BEFORE)


@of_application("interview_booked", _("Interview booked"), *WHERE, *CHOICE, BY_STAFF, by_text=True)
def booked(change):
    """The applicant has a time: when and where; by their own choice or staff's."""
    return _of_change("interview_booked", change)


@of_application(
    "interview_moved",
    _("Interview moved"),
    *WHERE,
    *CHOICE,
    sometimes("before", Kind.MOMENT, _("When it was to begin before.")),
    by_text=True,
)
def moved(change):
    """The interview is at another time or before another panel."""
    return _of_change("interview_moved", change)


@of_application("interview_details", _("Interview at another place"), *WHERE, by_text=True)
def details(change):
    """The time stays, the place does not."""
    return _of_change("interview_details", change)


@of_application(
    "interview_cancelled",
    _("Interview cancelled"),
    WHEN,
    *CHOICE,
    sometimes("why", Kind.TEXT, _("The reason, where staff gave one.")),
    sometimes("is_over", Kind.YES_NO, _("Whether the application has left the selection.")),
    by_text=True,
)
def cancelled(change):
    """The interview does not take place, and why where staff said so."""
    return _of_change("interview_cancelled", change)


@of_application(DAY_BEFORE, _("Interview within a day"), *WHERE, by_text=True)
@of_application(HOUR_BEFORE, _("Interview within an hour"), *WHERE, by_text=True)
def reminder(change, message):
    """The day before, or an hour before."""
    return _of_change(message, change)


def _of_change(message, change):
    application, panel = change.application, change.panel
    person = application.applicant
    round_ = change.round
    slot = interviews.slot_of(application)
    link = panel.link if slot is not None and interviews.is_linked(slot, clock.now()) else ""
    return _queue(
        message,
        target=change,
        application=application,
        context={
            "when": lambda: i18n.span(change.starts_at, change.ends_at, times=True, year=True),
            "own_when": lambda: interviews.own_time(change.starts_at, change.ends_at, person.time_zone),
            "before": (lambda: i18n.moment(change.was_at, year=True)) if change.was_at else "",
            "place": lambda: panel.place,
            "is_online": bool(panel.link),
            "link": link,
            "can_choose": interviews.can_choose(round_, clock.now()),
            "until": (lambda: i18n.deadline(round_.booking_until, year=True)) if round_.booking_until else "",
            "by_staff": change.by_id != application.applicant_id,
            "is_over": interviews.round_of(application) is None,
            "why": change.reason,
        },
    )


@event(
    FOLDER,
    "interview_digest",
    _("Changes for a panel"),
    NAME,
    PROGRAM,
    LABEL,
    needed("lines", Kind.LIST, _("What has changed, one a line.")),
    needed("url", Kind.LINK, _("The list of one's own interviews.")),
    sometimes("calendar", Kind.LINK, _("The same as a calendar.")),
    SITE,
)
def digest(person, last, lines):
    """What has changed in somebody's interviews: `lines` make each text in the reader's language."""
    cohort = last.round.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "lines": [line() for line in lines],
            "url": address("reviews-interviews", person.language),
            "calendar": address("reviews-interviews-ics", person.language),
        }
    return mail.queue(f"{FOLDER}/interview_digest.txt", person=person, target=last, context=words)


# --- what is dropped, and what goes with a mail ----------------------------------------------------


def _change(change_id):
    found = InterviewChange.objects.select_related(
        "application__cohort__program", "application__applicant", "panel", "round"
    )
    return found.filter(pk=change_id).first()


def _still_so(change_id):
    change = _change(change_id)
    return change is not None and interviews.holds(change) and change.ends_at > clock.now()


def _still_ahead(change_id):
    change = _change(change_id)
    return change is not None and interviews.holds_time(change) and change.starts_at > clock.now()


@mail.still_wanted("interview_cancelled")
def _still_cancelled(change_id):
    change = _change(change_id)
    return change is not None and interviews.is_latest(change)


@mail.still_wanted("interview_digest")
def _still_on(change_id):
    return ReviewRound.objects.filter(
        interview_changes=change_id, released_at=None, cohort__cancelled_at=None
    ).exists()


for _reason in ("interview_booked", "interview_moved", "interview_details"):
    mail.still_wanted(_reason)(_still_so)
for _reason in (DAY_BEFORE, HOUR_BEFORE):
    mail.still_wanted(_reason)(_still_ahead)


def _calendar(row):
    change = _change(row.target_id)
    return calendars.parts_for(change, row.person, row.language, clock.now())


for _reason in WITH_CALENDAR:
    mail.goes_with(_reason)(_calendar)
