"""Files that people hand in: looked at, kept under our names, given out as attachments.

A view takes a file with `LimitHandler`, an operation keeps it with `store` and lets go of it with `remove`; a view
that has found the upload as one the person may see gives it out with `serve`.
"""

from dataclasses import dataclass

from django.core.files.uploadhandler import FileUploadHandler


@dataclass(frozen=True)
class Checked:
    """What `check` found out about a file: its kind (a `portal.models.UploadKind`), its name to show, its size."""

    kind: str
    name: str
    size: int


def check(file, *, kinds, most_bytes) -> Checked:
    """What an uploaded file is, or ValidationError with one sentence for the person."""
    raise NotImplementedError


def store(file, *, owner, kinds, most_bytes, is_confidential=False):
    """Check a file and keep it: returns its `Upload`. Raises ValidationError as `check` does."""
    raise NotImplementedError


def remove(upload):
    """Take an upload away: its row now, its file once the transaction is committed."""
    raise NotImplementedError


def serve(request, upload, *, log=True):
    """The file as an attachment. The caller has checked that the person may have it."""
    raise NotImplementedError


def sweep_orphans(now):
    """Delete files that no row knows after an hour. Returns how many."""
    raise NotImplementedError


class LimitHandler(FileUploadHandler):
    """Stops keeping a request's file once it is larger than `most_bytes`, and sets `request.upload_too_large`."""

    def __init__(self, request, most_bytes):
        super().__init__(request)
        self.most_bytes = most_bytes
