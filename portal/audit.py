"""Writing down what was done. Called by operations, inside their transaction."""

from portal import logs
from portal.models import AuditEvent


def kind(target):
    """The name under which an object stands in the audit: `programs.application`."""
    return target._meta.label_lower


def record(verb, *, target, by, before="", after="", reason=""):
    """Add one row: `by` (None for the system) did `verb` to `target`. Texts hold states and ids, never names."""
    return AuditEvent.objects.create(
        verb=verb,
        by=by,
        target_type=kind(target),
        target_id=target.pk,
        before=str(before)[:200],
        after=str(after)[:200],
        reason=reason[:500],
        request_id=logs.request_id(),
    )


def history(target):
    """The rows about `target`, newest first."""
    return AuditEvent.objects.filter(target_type=kind(target), target_id=target.pk).select_related("by")
