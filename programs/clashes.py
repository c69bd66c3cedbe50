"""What a session collides with: its experts elsewhere, another session in its room, its people's other places.

Reads only. Staff see it where they type, and may save all the same.
"""

from collections import namedtuple

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n
from programs.models.cohorts import Session, SessionExpert
from programs.models.enrolments import Enrolment, EnrolmentStatus

LIVE = (EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE)
MOST_NAMED = 5
Clash = namedtuple("Clash", "field text")


def of(session, *, experts=()):
    """Everything a session collides with as it stands in `session`, saved or not; `experts` are their numbers."""
    if session.cancelled_at or not (session.starts_at and session.ends_at and session.starts_at < session.ends_at):
        return []
    others = Session.objects.held().meeting(session.starts_at, session.ends_at).select_related("cohort__program")
    if session.pk:
        others = others.exclude(pk=session.pk)
    return [*_experts(others, experts), *_room(others, session), *_people(others, session)]


def where(session):
    """Which session of what, and when."""
    return f"{session.cohort.program.title} {session.cohort.label}, {session.title}, " + i18n.span(
        session.starts_at, session.ends_at, times=True
    )


def _experts(others, experts):
    if not experts:
        return
    busy = SessionExpert.objects.filter(session__in=others.values("pk"), expert__in=experts)
    rows = busy.select_related("expert", "session__cohort__program").order_by("session__starts_at", "pk")
    for row in rows[:MOST_NAMED]:
        text = _("%(name)s teaches elsewhere at that time: %(where)s.")
        yield Clash("teachers", text % {"name": row.expert.name, "where": where(row.session)})


def plain(text):
    """A place as it is compared: case and spaces do not tell two apart."""
    return "".join(text.casefold().split())


def is_same_room(one, other):
    """Whether two sessions name the same place, and no rooms that tell them apart."""

    def same(name):
        texts = [(getattr(one, f"{name}_{code}"), getattr(other, f"{name}_{code}")) for code in i18n.LANGUAGES]
        return any(plain(first) and plain(first) == plain(second) for first, second in texts)

    def given(session):
        return bool(session.address_ko or session.address_en)

    return same("place") and (same("address") or not (given(one) and given(other)))


def _room(others, session):
    if not (session.place_ko or session.place_en):
        return
    for other in [row for row in others if is_same_room(session, row)][:MOST_NAMED]:
        yield Clash("place_ko", _("The room is taken at that time: %(where)s.") % {"where": where(other)})


def _people(others, session):
    """Sessions of the same cohort at that time, and people with places elsewhere."""
    for other in others.filter(cohort=session.cohort_id)[:MOST_NAMED]:
        text = _("The cohort meets already at that time: %(where)s.")
        yield Clash("starts_at", text % {"where": where(other)})
    own = Enrolment.objects.filter(cohort=session.cohort_id, status__in=LIVE).values("person")
    rows = (
        others.exclude(cohort=session.cohort_id)
        .filter(cohort__enrolments__person__in=own, cohort__enrolments__status__in=LIVE)
        .annotate(people=Count("cohort__enrolments__person", distinct=True))
        .order_by("starts_at", "pk")
    )
    for other in rows[:MOST_NAMED]:
        text = ngettext(
            "%(count)s person of this cohort has a place elsewhere at that time: %(where)s.",
            "%(count)s people of this cohort have places elsewhere at that time: %(where)s.",
            other.people,
        )
        yield Clash("starts_at", text % {"count": other.people, "where": where(other)})
