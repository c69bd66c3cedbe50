"""Files that we make and hand out to be saved."""

from django.http import HttpResponse


def attachment(content, kind, name):
    """Bytes to be saved, which no browser runs or shows as a page of ours. `name` is ours and plain ASCII."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
