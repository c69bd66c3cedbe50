"""What somebody who teaches sees of their own sessions; of the people there name and attendance, no more."""

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import i18n
from programs import attending, rosters
from programs.models.cohorts import Session, SessionExpert
from programs.permissions import LEADS


def is_instructor(user):
    """Whether `user` teaches anything at all, so that there is a desk for them."""
    return SessionExpert.objects.filter(expert__user=user, role__in=LEADS).exists()


def own(user, now):
    """The sessions of `user` whose rosters are open to them, with what a list shows."""
    return attending.taught_by(user, now).select_related("cohort__program").order_by("starts_at", "pk")


def url_of(session):
    """The roster of a session."""
    return reverse("teaching-session", args=[session.code])


def roster_of(session, user, now):
    """The roster of a session as `user` has it: on the desk, else in the admin; empty where there is none."""
    if attending.taught_by(user, now).filter(pk=session.pk).exists():
        return url_of(session)
    if attending.runs(user, session.cohort_id):
        return reverse("admin:programs_cohort_roster", args=[session.cohort_id, session.pk])
    return ""


def desk(user, now):
    """The sessions in three parts: today, those ahead, those that have been; six queries at most."""
    sessions = list(own(user, now))
    today = i18n.local_date(now)
    parts = {"today": [], "ahead": [], "earlier": []}
    lines = rosters.session_lines(sessions, now, url_of)
    for session, line in zip(sessions, lines, strict=True):
        day = i18n.local_date(session.starts_at)
        place = "today" if day == today else "ahead" if day > today else "earlier"
        parts[place].append(line | {"note": about(session, line["note"])})
    parts["earlier"].reverse()
    return parts


def about(session, note):
    """The cohort of a session, before what else there is to say."""
    cohort = session.cohort
    return " · ".join(part for part in (f"{cohort.program.title} {cohort.label}", session.place, note) if part)


def for_person(user, now):
    """The next sessions of whoever teaches, for their own page; none for anyone else."""
    ahead = own(user, now).filter(ends_at__gt=now, cancelled_at=None)[:3]
    return [
        {
            "url": url_of(session),
            "title": session.title,
            "title_lang": i18n.language_of(session, "title"),
            "note": about(session, ""),
            "side": i18n.moment(session.starts_at),
        }
        for session in ahead
    ]


def withheld(user, now):
    """How many sessions of `user` are no longer open to them, in words; empty where none are."""
    every = Session.objects.filter(
        pk__in=SessionExpert.objects.filter(expert__user=user, role__in=LEADS).values("session"),
        cohort__ends_at__lte=now - attending.NAMES_UNTIL,
    ).count()
    if not every:
        return ""
    return _("Rosters close 30 days after the end of a cohort. Closed: %(count)s.") % {"count": every}
