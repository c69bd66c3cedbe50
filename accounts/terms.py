"""Which wording of a text is in force."""

from accounts.models import TermVersion
from portal import clock


def in_force(kind):
    """The latest version of `kind` that is in force now; TermVersion.DoesNotExist if there is none."""
    return TermVersion.objects.filter(kind=kind, in_force_at__lte=clock.now()).latest("number")
