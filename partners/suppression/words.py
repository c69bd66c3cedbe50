"""What a hidden cell says to people: one thing, whatever the reason.

Two signs would undo it. Whoever reads "fewer than 5" in one of two hidden cells, and something else in the other,
knows which is which, and that the first is 1 to 4.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.suppression.tables import LEAST
from portal import i18n


def sign():
    """What stands in place of a hidden count, rate or mean."""
    return pgettext("count", "hidden")


def text(published, named):
    """The count of a cell as it is printed, or the sign."""
    count = published.count(named)
    return sign() if count is None else i18n.number(count)


def why():
    """What stands under a table in which something is hidden."""
    return _(
        "“Hidden” is a number of fewer than %(least)s people, or one from which such a number could be worked out. "
        "Which of the two it is stays open, so that nobody can be recognized."
    ) % {"least": LEAST}
