"""Files that people hand in: looked at, kept under our names, given out as attachments.

A view takes files with `@takes_files()`, an operation keeps one with `store` and lets go of it with `remove`; a
view that has found the upload as one the person may see gives it out with `serve`.

A row and its file are two things, and no transaction holds both. So before either changes, the file's name is noted
as in doubt, with an empty file in `in-doubt/`; the note goes when the transaction has ended well. Notes that stay
are looked into at the end of the request, and by `sweep_orphans`: a file that no row knows is deleted.
"""

import hashlib
import logging
import re
import tempfile
import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from pathlib import PurePosixPath
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers, StopUpload
from django.core.signals import request_finished
from django.db import connection, transaction
from django.dispatch import receiver
from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from portal import clock
from portal.models import AccessWay, FileAccess, Upload, UploadKind
from portal.sniffing import pictures
from portal.sniffing.reading import Unfit, size_of
from portal.sniffing.sniff import identify
from portal.validators import RESIDENT_NUMBER, clean_text

MOST_BYTES = 50 * 1024 * 1024  # unless a question says otherwise; the web server lets a little more through
MOST_NAME = 200
FOLDER = "uploads"
DOUBTS = "in-doubt"
DOUBT_ENDS_AFTER = timedelta(hours=1)
PATIENCE = 32 * 1024 * 1024  # how much of a request that is too large is read, to keep what stands behind the file

# What is said of a file when it is given out, and how its name ends; the first ending is ours.
MEDIA_TYPES = {
    UploadKind.PDF: "application/pdf",
    UploadKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    UploadKind.HWP: "application/vnd.hancom.hwp",
    UploadKind.HWPX: "application/vnd.hancom.hwpx",
    UploadKind.PNG: "image/png",
    UploadKind.JPEG: "image/jpeg",
    UploadKind.WEBP: "image/webp",
}
ENDINGS = {kind: (f".{kind}",) for kind in UploadKind.values} | {UploadKind.JPEG: (".jpg", ".jpeg")}
ALL_ENDINGS = {ending for endings in ENDINGS.values() for ending in endings}
UNSAFE_IN_NAMES = re.compile(r'[<>:"|?*\\/\u200b-\u200f\u061c\u2060-\u206f\ufff9-\ufffb]')

CAUSES = {
    "broken": _("This file is damaged or incomplete. Please save it again and upload the new copy."),
    "locked": _("This file is protected by a password. Please save it without one and upload it again."),
    "macros": _("This document contains macros. Please save it without them and upload it again."),
    "pixels": _("This image is too large to open. Please scale it down to at most 50 megapixels."),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checked:
    """What `check` found out about a file: its kind (a `portal.models.UploadKind`), its name to show, its size."""

    kind: str
    name: str
    size: int


# --- looking -----------------------------------------------------------------------------------------------------


def check(file, *, kinds: Iterable[str], most_bytes: int) -> Checked:
    """What an uploaded file is, or ValidationError with one sentence for the person.

    Its code is one of: empty, too_large, resident_number, wrong_type, broken, locked, macros, pixels. A picture is
    decoded to its end.
    """
    kinds = frozenset(kinds)
    checked = _examine(file, kinds, most_bytes)
    if checked.kind in pictures.FORMATS:
        try:
            pictures.decode(file, checked.kind)
        except Unfit as unfit:
            raise _refusal(unfit, kinds) from unfit
    file.seek(0)
    return checked


def _examine(file, kinds, most_bytes):
    """All of `check` but the pixels."""
    size = size_of(file)
    if not size:
        raise ValidationError(_("This file is empty."), code="empty")
    if size > most_bytes:
        raise too_large(most_bytes, size)
    raw = clean_text(getattr(file, "name", None) or "", multiline=False)
    if RESIDENT_NUMBER.search(raw):
        raise ValidationError(
            _("The name of this file looks like it holds a resident registration number. Please rename the file."),
            code="resident_number",
        )
    try:
        kind = identify(file)
        if kind not in kinds:
            raise Unfit("wrong_type", kind)
    except Unfit as unfit:
        raise _refusal(unfit, kinds) from unfit
    return Checked(kind=kind, name=shown_name(raw, kind), size=size)


def _refusal(unfit, kinds):
    """The sentence for a file that is not taken. One that could never have been taken is of the wrong type."""
    allowed = ", ".join(UploadKind(kind).label for kind in UploadKind.values if kind in kinds)
    if unfit.cause != "wrong_type" and any(kind in kinds for kind in unfit.kinds):
        return ValidationError(CAUSES[unfit.cause], code=unfit.cause)
    if len(unfit.kinds) == 1:
        return ValidationError(
            _("This is a %(kind)s file. Please choose one of these types: %(allowed)s."),
            code="wrong_type",
            params={"kind": UploadKind(unfit.kinds[0]).label, "allowed": allowed},
        )
    return ValidationError(
        _("Files of this type cannot be taken. Please choose one of these types: %(allowed)s."),
        code="wrong_type",
        params={"allowed": allowed},
    )


def too_large(most_bytes, size=None):
    """The ValidationError for a file larger than `most_bytes`; `size` where it is known."""
    if size is None:
        text, params = _("This file is too large. At most %(most)s can be taken."), {}
    else:
        text = _("This file is too large: %(size)s. At most %(most)s can be taken.")
        params = {"size": shown_size(size, up=True)}
    return ValidationError(text, code="too_large", params=params | {"most": shown_size(most_bytes)})


def accept_of(kinds):
    """What an `<input type="file">` asks the browser to offer first: `accept=".pdf,.docx"`."""
    return ",".join(ending for kind in UploadKind.values if kind in kinds for ending in ENDINGS[kind])


def shown_size(size, *, up=False):
    """A size as people read it: `50 MB`, `0.2 MB`, `12 KB`. With `up` a tenth too much rather than too little."""
    unit, name = (1024 * 1024, "MB") if size >= 100 * 1024 else (1024, "KB")
    tenths = (size * 10 + (unit - 1 if up else unit // 2)) // unit
    return f"{tenths // 10}.{tenths % 10} {name}" if tenths % 10 else f"{tenths // 10} {name}"


def shown_name(raw, kind):
    """The name to show and to give out: NFC, on one line, nothing in it that means more to a system than a letter.

    It ends as its kind does, so that what the person who downloads it opens is what was looked at.
    """
    name = clean_text(raw, multiline=False).replace("\\", "/").split("/")[-1]
    name = UNSAFE_IN_NAMES.sub("_", name).strip(" ._") or "file"
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    if ending.lower() not in ENDINGS[kind]:
        if ending.lower() not in ALL_ENDINGS:
            stem = name
        ending = ENDINGS[kind][0]
    return f"{stem[: MOST_NAME - len(ending)].rstrip(' .')}{ending}"


# --- keeping -----------------------------------------------------------------------------------------------------


class Prepared:
    """A file that is looked at and written, and waits for its row; `store` takes it like any other file."""

    def __init__(self, checked, name, size, sha256):
        self.checked = checked
        self.name = name
        self.size = size
        self.sha256 = sha256
        self.is_stored = False


@contextmanager
def prepared(file, *, kinds: Iterable[str], most_bytes: int):
    """Do what takes time before any lock is taken: check the file, write a picture anew, put it on the disk.

        with uploads.prepared(file, kinds=kinds, most_bytes=most_bytes) as ready:
            attach(application_id, ready)  # which locks, and calls `store(ready, …)`

    Raises ValidationError as `check` does. What has not been stored by the end does not stay.
    """
    kinds = frozenset(kinds)
    checked = _examine(file, kinds, most_bytes)
    if checked.kind in pictures.FORMATS:
        try:
            picture = pictures.rewrite(file, checked.kind)
        except Unfit as unfit:
            raise _refusal(unfit, kinds) from unfit
        with picture:
            ready = _write(File(picture), checked)
    else:
        ready = _write(File(file), checked)
    try:
        yield ready
    finally:
        if not ready.is_stored:
            _forget(ready.name)


def store(file, *, owner, kinds: Iterable[str], most_bytes: int, is_confidential: bool = False) -> Upload:
    """Check a file and keep it: returns its `Upload`. Raises ValidationError as `check` does.

    A picture is written anew and may then be a little larger than it came. Whatever fails, here or later in the
    transaction around this call, the file does not stay. A file from `prepared` only lacks its row.
    """
    if not isinstance(file, Prepared):
        with prepared(file, kinds=kinds, most_bytes=most_bytes) as ready:
            return store(ready, owner=owner, kinds=kinds, most_bytes=most_bytes, is_confidential=is_confidential)
    kinds = frozenset(kinds)
    if file.checked.kind not in kinds:
        raise _refusal(Unfit("wrong_type", file.checked.kind), kinds)
    if file.checked.size > most_bytes:
        raise too_large(most_bytes, file.checked.size)
    with transaction.atomic():
        upload = Upload.objects.create(
            owner=owner,
            name=file.checked.name,
            kind=file.checked.kind,
            size=file.size,
            sha256=file.sha256,
            file=file.name,
            is_confidential=is_confidential,
        )
        file.is_stored = True
        transaction.on_commit(partial(_be_sure, file.name), robust=True)
    return upload


def _write(content, checked):
    """Put a file on the disk, in doubt as long as it has no row."""
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    name = f"{FOLDER}/{clock.today():%Y/%m}/{uuid.uuid4()}"
    try:
        _doubt(name)
        default_storage.save(name, content)
    except OSError as error:
        _forget(name)
        logger.exception("An upload could not be written")
        raise ValidationError(
            _("The file could not be saved just now. Please try again in a few minutes."), code="not_kept"
        ) from error
    except BaseException:
        _forget(name)
        raise
    return Prepared(checked, name, size_of(content), digest.hexdigest())


def remove(upload):
    """Take an upload away: its row now, its file once that is committed. Who opened it stays on record."""
    name = upload.file.name
    _doubt(name)
    upload.delete()
    transaction.on_commit(partial(_forget, name), robust=True)


# --- in doubt ----------------------------------------------------------------------------------------------------

_here = threading.local()  # .names: what this thread has in doubt


def _note(name):
    return f"{DOUBTS}/{name.removeprefix(FOLDER + '/').replace('/', '.')}"


def _doubt(name):
    """Note that a file may turn out to have no row."""
    default_storage.save(_note(name), ContentFile(b""))
    _here.__dict__.setdefault("names", set()).add(name)


def _be_sure(name):
    """The file has its row, or neither is there: nothing is in doubt."""
    default_storage.delete(_note(name))
    _here.__dict__.get("names", set()).discard(name)


def _forget(name):
    """Delete a file, and then the note about it."""
    default_storage.delete(name)
    _be_sure(name)


def _settle(name):
    """Delete a file that no row knows. Returns whether it was one. Called outside of any transaction."""
    if Upload.objects.filter(file=name).exists():
        _be_sure(name)
        return False
    _forget(name)
    return True


@receiver(request_finished)
def settle_what_was_rolled_back(**kwargs):
    """Look into what a request has left in doubt, which is what it rolled back."""
    names = _here.__dict__.get("names")
    if not names or connection.in_atomic_block:
        return
    for name in list(names):
        names.discard(name)
        try:
            _settle(name)
        except Exception:
            logger.exception("A file stays in doubt until the next sweep")


def sweep_orphans(now):
    """Delete files that no row knows and that are an hour old: a process died, or a transaction was rolled back.

    Returns how many. `now` is not asked: files are dated by the machine's clock, which is never frozen.
    """
    before = datetime.fromtimestamp(time.time(), UTC) - DOUBT_ENDS_AFTER
    try:
        notes = default_storage.listdir(DOUBTS)[1]
    except FileNotFoundError:
        return 0
    swept = 0
    for note in notes:
        try:
            if default_storage.get_modified_time(f"{DOUBTS}/{note}") <= before:
                swept += _settle(f"{FOLDER}/{note.replace('.', '/')}")
        except FileNotFoundError:  # settled by somebody else in this moment
            continue
    return swept


# --- giving out --------------------------------------------------------------------------------------------------


def serve(request, upload, *, log=True, name="", change=None):
    """The file as an attachment, which no browser runs or shows as a page of ours; under `name` where given.

    `change` makes of the file what is given out in its place, of the same kind.

    The caller has checked that the person may have it. With `log` a GET leaves a FileAccess row, as no other GET
    does: it is the record of who opened what, and nothing else changes.
    """
    try:
        content = default_storage.open(upload.file.name)
    except FileNotFoundError as error:
        logger.error("The file of upload %s is missing", upload.code)
        raise Http404 from error
    if change is not None:
        with content:
            content = change(content)
    try:
        if log and request.method == "GET":
            record_access(request, upload, AccessWay.DOWNLOAD)
    except BaseException:
        content.close()
        raise
    response = FileResponse(content, content_type=MEDIA_TYPES[upload.kind])
    response.block_size = 64 * 1024
    response["Content-Disposition"] = _attachment(upload, name or upload.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def record_access(request, upload, way):
    """Add the row that says who opened a file, when and how."""
    user = getattr(request, "user", None)
    by = user if user is not None and user.is_authenticated else None
    return FileAccess.objects.create(upload=upload, code=upload.code, owner_id=upload.owner_id, by=by, way=way)


def _attachment(upload, name):
    """RFC 6266 with both forms of the name: for what reads ASCII alone the code stands in."""
    plain = name if name.isascii() else upload.code + ENDINGS[upload.kind][0]
    plain = re.sub(r'[^ -~]|["\\%]', "_", plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


# --- taking in ---------------------------------------------------------------------------------------------------


class LimitHandler(FileUploadHandler):
    """Keeps a request's files until it is answered, and none that is larger than `most_bytes`.

    For such a file `request.upload_too_large` becomes True and nothing is kept of it; the fields behind it are
    still read unless the request is larger yet by far. The files have no name on the disk, so that nothing is left
    of them whatever happens to the process, and no name can be too long for it.
    """

    def __init__(self, request, most_bytes):
        super().__init__(request)
        self.most_bytes = most_bytes
        self.whole = 0
        request.upload_too_large = False

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        """Remember how large the request says it is."""
        self.whole = content_length

    def new_file(self, *args, **kwargs):
        """Begin a file; no other handler gets it."""
        super().new_file(*args, **kwargs)
        self.file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed with the request
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data, start):
        """Keep a chunk, or say that there are too many."""
        if start + len(raw_data) > self.most_bytes:
            self.request.upload_too_large = True
            if self.whole - start > PATIENCE:
                raise StopUpload(connection_reset=True)
            raise SkipFile
        self.file.write(raw_data)

    def file_complete(self, file_size):
        """The file as views and forms know it; the request closes it."""
        file = self.file
        del self.file
        file.seek(0)
        return UploadedFile(
            file, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self):
        """Let go of a file that has not come to its end."""
        if hasattr(self, "file"):
            self.file.close()


def takes_files(most_bytes=MOST_BYTES):
    """A view that takes files of at most `most_bytes` each; it reads `request.upload_too_large`.

    The CSRF check reads the request, so it has to wait until the handler is in its place.
    """

    def decorate(view):
        protected = csrf_protect(view)

        @csrf_exempt  # of the middleware alone: `protected` checks the token, once the handler is in its place
        @wraps(view)
        def limited(request, *args, **kwargs):
            handler = LimitHandler(request, most_bytes)
            request.upload_handlers.insert(0, handler)
            try:
                return protected(request, *args, **kwargs)
            finally:
                handler.upload_interrupted()  # Django tells no handler of a connection that is lost

        return limited

    return decorate
