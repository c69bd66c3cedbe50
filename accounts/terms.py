"""The texts that hold now."""

from accounts.models import TermVersion
from portal import clock


def in_force(kind):
    """The version of `kind` that holds now; the first one as long as none has begun to.

    Raises TermVersion.DoesNotExist where there is none at all.
    """
    versions = TermVersion.objects.filter(kind=kind)
    return versions.filter(in_force_at__lte=clock.now()).order_by("number").last() or versions.earliest("number")
