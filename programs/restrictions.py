"""How a participation restriction and its appeals stand, for the pages that show them. Reads only."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n, pills
from programs.models.eligibility import Restriction


def running_of(person, now):
    """The restriction that `person` is under at `now`, the longest of several; None where there is none."""
    rows = Restriction.objects.filter(person=person, lifted_at=None, from_at__lte=now, until__gt=now)
    return rows.order_by("-until", "-pk").first()


def notice(person, now):
    """What a person's own page says of a running restriction: `title` and `text`; None where there is none."""
    restriction = running_of(person, now)
    if restriction is None:
        return None
    return {
        "title": _("You cannot apply before %(moment)s.") % {"moment": i18n.moment(restriction.until)},
        "text": _("Applications and places that you have already stay as they are."),
    }


def pill_of(restriction, now):
    """How a restriction stands."""
    if restriction.lifted_at is not None:
        return pills.pill(pills.RESTRICTION_PILLS, "lifted", pgettext("restriction", "Lifted"))
    if restriction.until <= now:
        return pills.pill(pills.RESTRICTION_PILLS, "over", pgettext("restriction", "Over"))
    return pills.pill(pills.RESTRICTION_PILLS, "holds", pgettext("restriction", "Holds"))


def appeal_pill(appeal):
    """How an appeal stands."""
    if appeal.decided_at is None:
        return pills.pill(pills.APPEAL_PILLS, "waiting", pgettext("appeal", "Being looked at"))
    if appeal.is_accepted:
        return pills.pill(pills.APPEAL_PILLS, "accepted", pgettext("appeal", "Accepted"))
    return pills.pill(pills.APPEAL_PILLS, "refused", pgettext("appeal", "Not accepted"))
