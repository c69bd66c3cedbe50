"""Uploads: what is said of a file that is not taken, what stays on the disk and what does not, how it is given."""

import errno
import hashlib
import io
import os
import time
import unicodedata
from pathlib import Path
from unittest import mock

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.test import RequestFactory, override_settings
from django.utils import translation
from PIL import Image

from portal import clock, disk, uploads
from portal.models import FileAccess, Upload, UploadKind
from tests.files import MAKERS, make_docx, make_hwp, make_image, make_pdf, make_zip, uploaded
from tests.make import make_user

ALL = UploadKind.values
MOST = 1024 * 1024


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    """Each test says what it has left; what another one left does not count."""
    with override_settings(MEDIA_ROOT=tmp_path / "files"):
        yield


def folder():
    """Where files lie."""
    return Path(settings.MEDIA_ROOT)


def on_disk():
    """The names of all files that lie there."""
    return {str(path.relative_to(folder())) for path in folder().rglob("*") if path.is_file()}


def check(content=None, name="자기소개서.pdf", *, kinds=ALL, most_bytes=MOST):
    content = make_pdf() if content is None else content
    return uploads.check(uploaded(content, name), kinds=kinds, most_bytes=most_bytes)


def refusal(*args, **kwargs):
    """The code and the sentence with which a file is refused."""
    with pytest.raises(ValidationError) as refused:
        check(*args, **kwargs)
    return refused.value.code, refused.value.messages[0]


def store(content=None, name="자기소개서.pdf", **kwargs):
    content = make_pdf() if content is None else content
    return uploads.store(uploaded(content, name), **({"owner": None, "kinds": ALL, "most_bytes": MOST} | kwargs))


# --- what is said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_is_taken_whatever_it_is_called(kind):
    checked = check(MAKERS[kind](), "제출.bin")
    assert (checked.kind, checked.size) == (kind, len(MAKERS[kind]()))
    assert checked.name == f"제출.bin{uploads.ENDINGS[kind][0]}"


def test_each_cause_has_its_own_words():
    photo = make_image()
    texts = [
        refusal(b""),
        refusal(os.urandom(MOST + 1)),
        refusal(b"MZ" + b"\x00" * 100),
        refusal(photo, kinds=["pdf", "docx"]),
        refusal(make_pdf()[:100]),
        refusal(make_hwp(flags=3)),
        refusal(make_docx(**{"word/vbaProject.bin": b"x"})),
        refusal(name="900101-1234567.pdf"),
    ]
    assert [code for code, _text in texts] == [
        "empty",
        "too_large",
        "wrong_type",
        "wrong_type",
        "broken",
        "locked",
        "macros",
        "resident_number",
    ]
    assert len({text for _code, text in texts}) == len(texts)
    with translation.override("en"):
        assert refusal(b"")[1] == "This file is empty."
        assert refusal(photo, kinds=["pdf", "docx"])[1] == (
            "This is a PNG file. Please choose one of these types: PDF, DOCX."
        )
        assert refusal(b"text", kinds=["pdf", "hwp"])[1] == (
            "Files of this type cannot be taken. Please choose one of these types: PDF, HWP."
        )


def test_too_large_names_both_sizes_and_never_the_same_twice():
    code, text = refusal(os.urandom(MOST + 1))
    assert code == "too_large"
    assert "1.1 MB" in text
    assert "1 MB" in text.replace("1.1 MB", "")
    assert "50 MB" in uploads.too_large(uploads.MOST_BYTES).messages[0]


@pytest.mark.parametrize(
    ("size", "shown", "up"),
    [(1, "0 KB", "0.1 KB"), (2048, "2 KB", "2 KB"), (150_000, "0.1 MB", "0.2 MB"), (52_428_800, "50 MB", "50 MB")],
)
def test_sizes_are_written_as_people_read_them(size, shown, up):
    assert uploads.shown_size(size) == shown
    assert uploads.shown_size(size, up=True) == up


def test_what_is_damaged_but_could_not_be_taken_anyway_is_of_the_wrong_type():
    assert refusal(make_hwp()[:600], kinds=["pdf"])[0] == "wrong_type"
    assert refusal(make_docx()[:-5], kinds=["pdf"])[0] == "wrong_type"
    assert refusal(make_docx()[:-5], kinds=["hwpx"])[0] == "broken"


def test_a_picture_is_checked_to_its_last_line():
    photo = io.BytesIO()
    Image.effect_noise((50, 50), 80).save(photo, "JPEG")
    assert refusal(photo.getvalue()[:-200])[0] == "broken"
    file = uploaded(photo.getvalue())
    uploads.check(file, kinds=ALL, most_bytes=MOST)
    assert file.tell() == 0


def test_a_browser_is_told_what_to_offer():
    assert uploads.accept_of(["jpeg", "pdf"]) == ".pdf,.jpg,.jpeg"
    assert check(kinds=(kind for kind in ["pdf"])).kind == "pdf"


def test_a_form_can_ask():
    """`check` speaks the language of forms: its errors stand at the field."""

    class Form(forms.Form):
        cv = forms.FileField(allow_empty_file=True)

        def clean_cv(self):
            uploads.check(self.cleaned_data["cv"], kinds=["pdf"], most_bytes=MOST)

    form = Form({}, {"cv": uploaded(b"")})
    assert form.errors["cv"] == ["빈 파일이에요. 다른 파일을 골라 주세요."]


# --- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("이력서.pdf", "이력서.pdf"),
        ("이력서.PDF", "이력서.PDF"),
        ("이력서", "이력서.pdf"),
        ("사진.png", "사진.pdf"),
        ("virus.exe", "virus.exe.pdf"),
        ("v1.2 final", "v1.2 final.pdf"),
        (unicodedata.normalize("NFD", "자기소개서.pdf"), "자기소개서.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\kim\\cv.pdf", "cv.pdf"),
        ("a\r\nContent-Type: text/html.pdf", "html.pdf"),
        ('a".pdf', "a_.pdf"),
        ("a<script>.pdf", "a_script_.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("cv\u202efdp.exe", "cvfdp.exe.pdf"),
        ("zero\u200bwidth.pdf", "zero_width.pdf"),
        ("a\tb\nc.pdf", "a b c.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("\ud800.pdf", "pdf.pdf"),
        ("가" * 300 + ".pdf", "가" * 196 + ".pdf"),
        ("가." + "나" * 300, ("가." + "나" * 300)[:196] + ".pdf"),
        ("=cmd|' /C calc'!A0.pdf", "C calc'!A0.pdf"),
    ],
)
def test_a_name_is_only_shown_and_says_what_the_file_is(raw, shown):
    assert uploads.shown_name(raw, UploadKind.PDF) == shown
    assert len(shown) <= uploads.MOST_NAME
    assert shown == Upload._meta.get_field("name").clean(shown, None)


def test_trust_27_no_name_holds_a_resident_registration_number():
    for name in ("900101-1234567.pdf", "홍길동 900101－1234567.pdf", "900101 - 2234567.hwp"):
        code, _text = refusal(name=name)
        assert code == "resident_number"
    assert check(name="2026-1234567.pdf").name == "2026-1234567.pdf"


def test_a_file_without_a_name_gets_one():
    assert uploads.check(io.BytesIO(make_pdf()), kinds=ALL, most_bytes=MOST).name == "file.pdf"


# --- keeping ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_trust_48_a_file_lies_under_a_name_of_our_own():
    person = make_user()
    upload = store(owner=person, name="../../비밀.pdf", is_confidential=True)
    upload.refresh_from_db()
    assert (upload.owner, upload.kind, upload.is_confidential, upload.name) == (person, "pdf", True, "비밀.pdf")
    assert upload.size == len(make_pdf())
    assert upload.sha256 == hashlib.sha256(make_pdf()).hexdigest()
    assert upload.file.name.startswith(f"uploads/{clock.today():%Y/%m}/")
    assert upload.file.read() == make_pdf()
    upload.file.close()
    assert upload.code == str(upload)
    lies = folder() / upload.file.name
    assert lies.suffix == ""
    assert lies.stat().st_mode & 0o777 == 0o600
    assert folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_picture_is_written_anew(kind):
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    given = make_image(kind, exif=exif) + make_zip({"a.class": b"x"})
    upload = store(given, f"사진.{kind}")
    kept = (folder() / upload.file.name).read_bytes()
    assert b"Secret Camera" not in kept
    assert b"PK\x05\x06" not in kept
    assert (upload.size, upload.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    assert Image.open(io.BytesIO(kept)).size == (40, 30)


@pytest.mark.django_db
def test_what_is_refused_leaves_nothing():
    photo = io.BytesIO()
    Image.effect_noise((50, 50), 80).save(photo, "JPEG")
    for content in (b"", b"MZ", make_pdf()[:50], photo.getvalue()[:-200]):
        with pytest.raises(ValidationError):
            store(content)
    assert on_disk() == set()
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_a_row_that_cannot_be_written_leaves_no_file():
    with mock.patch.object(Upload.objects, "create", side_effect=IntegrityError), pytest.raises(IntegrityError):
        store()
    assert on_disk() == set()


@pytest.mark.django_db
def test_trust_44_a_full_disk_is_said_and_leaves_nothing():
    real = os.fsync

    def flush(handle):
        if any(folder().rglob("uploads/*/*/*.part")):
            raise OSError(errno.ENOSPC, "full")
        real(handle)

    with mock.patch.object(disk.os, "fsync", flush), pytest.raises(ValidationError) as refused:
        store()
    assert refused.value.code == "not_kept"
    assert on_disk() == set()
    assert not Upload.objects.exists()


def roll_back(deed):
    """Do something in a transaction that fails."""
    try:
        with transaction.atomic():
            deed()
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass


def prepared(content=None, name="자기소개서.pdf"):
    return uploads.prepared(uploaded(content or make_pdf(), name), kinds=ALL, most_bytes=MOST)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_what_takes_time_can_be_done_before_the_locks_are_taken(kind):
    with prepared(MAKERS[kind]()) as ready:
        with transaction.atomic(), mock.patch.object(uploads, "_examine", side_effect=AssertionError):
            upload = uploads.store(ready, owner=None, kinds=[kind], most_bytes=MOST, is_confidential=True)
        assert on_disk() == {upload.file.name}
    assert on_disk() == {upload.file.name}
    kept = (folder() / upload.file.name).read_bytes()
    assert (upload.kind, upload.size, upload.is_confidential) == (kind, len(kept), True)
    assert upload.sha256 == hashlib.sha256(kept).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_what_was_prepared_and_not_stored_does_not_stay():
    with prepared():
        assert len(on_disk()) == 2
    assert on_disk() == set()
    with pytest.raises(ZeroDivisionError), prepared():
        raise ZeroDivisionError
    assert on_disk() == set()
    with prepared() as ready:
        roll_back(lambda: uploads.store(ready, owner=None, kinds=ALL, most_bytes=MOST))
    request_finished.send(sender=None)
    assert on_disk() == set()


@pytest.mark.django_db
def test_what_was_prepared_for_something_else_is_refused():
    for limits, code in (({"kinds": ["png"]}, "wrong_type"), ({"most_bytes": 10}, "too_large")):
        with prepared() as ready, pytest.raises(ValidationError) as refused:
            uploads.store(ready, **({"owner": None, "kinds": ALL, "most_bytes": MOST} | limits))
        assert refused.value.code == code
    assert on_disk() == set()


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_in_no_doubt():
    upload = store()
    assert on_disk() == {upload.file.name}
    with transaction.atomic():
        second = store()
        assert len(on_disk()) == 3
    assert on_disk() == {upload.file.name, second.file.name}
    assert uploads.sweep_orphans(clock.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_nothing_once_the_request_ends():
    kept = store()

    roll_back(store)
    assert len(on_disk()) == 3
    request_finished.send(sender=None)
    assert on_disk() == {kept.file.name}
    assert Upload.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_leaves_something_for_an_hour_at_most():
    kept = store()
    roll_back(store)
    uploads._here.names.clear()  # another process does not know
    assert uploads.sweep_orphans(clock.now()) == 0
    assert len(on_disk()) == 3
    an_hour_later()
    assert uploads.sweep_orphans(clock.now()) == 1
    assert on_disk() == {kept.file.name}


def an_hour_later():
    """What lies there has lain there for an hour."""
    for name in on_disk():
        os.utime(folder() / name, (time.time() - 3601,) * 2)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_after_the_commit_loses_nothing():
    with mock.patch.object(uploads, "_be_sure"):
        upload = store()
    uploads._here.names.clear()
    assert len(on_disk()) == 2
    an_hour_later()
    assert uploads.sweep_orphans(clock.now()) == 0
    assert on_disk() == {upload.file.name}


@pytest.mark.django_db(transaction=True)
def test_a_write_that_broke_off_is_swept_too():
    with pytest.raises(KeyboardInterrupt), mock.patch.object(uploads, "_forget"), broken_off():
        store()
    uploads._here.names.clear()
    names = on_disk()
    assert len(names) == 2
    assert any(name.endswith(".part") for name in names)
    an_hour_later()
    assert uploads.sweep_orphans(clock.now()) == 1
    assert on_disk() == set()


def broken_off():
    """The machine stops while a file of some length is written."""
    real = Path.replace

    def stop(path, target):
        if "uploads" in path.parts:
            raise KeyboardInterrupt
        return real(path, target)

    return mock.patch.multiple(Path, replace=stop, unlink=mock.Mock(side_effect=lambda **_kwargs: None))


def test_there_is_nothing_to_sweep_before_the_first_file(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path / "none"):
        assert uploads.sweep_orphans(clock.now()) == 0


@pytest.mark.django_db
def test_a_sweep_does_not_mind_another_one():
    with mock.patch.object(uploads.default_storage, "listdir", return_value=([], ["2026.11.gone"])):
        assert uploads.sweep_orphans(clock.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_loses_nothing(caplog):
    roll_back(store)
    with mock.patch.object(uploads, "_settle", side_effect=OSError):
        request_finished.send(sender=None)
    assert "stays in doubt" in caplog.text
    assert len(on_disk()) == 2
    request_finished.send(sender=None)
    assert len(on_disk()) == 2


@pytest.mark.django_db(transaction=True)
def test_removing_takes_the_file_with_the_row():
    upload = store()
    with transaction.atomic():
        uploads.remove(upload)
        assert not Upload.objects.exists()
        assert len(on_disk()) == 2
    assert on_disk() == set()


@pytest.mark.django_db(transaction=True)
def test_removing_that_is_rolled_back_removes_nothing():
    upload = store()
    roll_back(lambda: uploads.remove(upload))
    request_finished.send(sender=None)
    assert on_disk() == {upload.file.name}
    with mock.patch.object(Upload, "delete", side_effect=ProtectedError("", set())), pytest.raises(ProtectedError):
        uploads.remove(Upload.objects.get())
    request_finished.send(sender=None)
    assert on_disk() == {upload.file.name}


@pytest.mark.django_db
def test_the_database_knows_no_empty_file_and_no_other_kind():
    for fields in ({"kind": "exe"}, {"size": 0}):
        values = {"name": "x", "kind": "pdf", "size": 1, "file": "uploads/x"} | fields
        with pytest.raises(IntegrityError), transaction.atomic():
            Upload.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        FileAccess.objects.create(code="x", way="sold")


# --- the folder ---------------------------------------------------------------------------------------------------


def test_trust_7_uploads_have_no_address():
    with pytest.raises(NotImplementedError):
        default_storage.url("uploads/x")
    assert not settings.MEDIA_URL.strip("/")


def test_a_folder_is_made_for_the_portal_alone(tmp_path):
    storage = disk.PrivateStorage(location=tmp_path / "var" / "files")
    storage.save("uploads/2026/11/x", ContentFile(b"abc"))
    assert (tmp_path / "var/files").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var/files/uploads/2026/11").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var/files/uploads/2026/11/x").read_bytes() == b"abc"
    storage.delete("uploads/2026/11/x")
    storage.delete("uploads/2026/11/x")
    assert not storage.exists("uploads/2026/11/x")


def test_a_name_outside_of_the_folder_is_refused(tmp_path):
    storage = disk.PrivateStorage(location=tmp_path)
    with pytest.raises(Exception, match="traversal|outside"):
        storage.save("../x", ContentFile(b"abc"))


# --- giving out ---------------------------------------------------------------------------------------------------


def give_out(upload, *, user=None, method="get", **kwargs):
    request = getattr(RequestFactory(), method)("/")
    request.user = user or AnonymousUser()
    response = uploads.serve(request, upload, **kwargs)
    content = b"".join(response.streaming_content)
    response.file_to_stream.close()
    return response, content


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ALL)
def test_trust_48_a_file_is_given_out_as_an_attachment_that_nothing_runs(kind):
    response, content = give_out(store(MAKERS[kind](), "자기소개서"))
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Content-Type"] == uploads.MEDIA_TYPES[kind]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert int(response["Content-Length"]) == len(content) > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("cv.pdf", "attachment; filename=\"cv.pdf\"; filename*=UTF-8''cv.pdf"),
        ("my cv; final.pdf", "attachment; filename=\"my cv; final.pdf\"; filename*=UTF-8''my%20cv%3B%20final.pdf"),
        (
            "이력서.pdf",
            "attachment; filename=\"{code}.pdf\"; filename*=UTF-8''%EC%9D%B4%EB%A0%A5%EC%84%9C.pdf",
        ),
        (
            'a"\r\nX: y%41\\.pdf',
            "attachment; filename=\"a___X: y_41_.pdf\"; filename*=UTF-8''a%22%0D%0AX%3A%20y%2541%5C.pdf",
        ),
    ],
)
def test_the_name_is_given_in_both_forms_and_ends_no_header(name, header):
    upload = store()
    upload.name = name  # past `store`, which would have cleaned it
    response, _content = give_out(upload)
    assert response["Content-Disposition"] == header.format(code=upload.code)


@pytest.mark.django_db
def test_the_longest_name_gets_through():
    upload = store(name="가" * 300 + ".pdf")
    assert len(upload.name) == 200
    response, _content = give_out(upload)
    assert "%EA%B0%80.pdf" in response["Content-Disposition"]


@pytest.mark.django_db
def test_who_opened_a_file_is_on_record_and_stays_there():
    owner, reader = make_user(), make_user()
    upload = store(owner=owner)
    give_out(upload, user=reader)
    give_out(upload)
    give_out(upload, user=reader, log=False)
    give_out(upload, user=reader, method="head")
    anonymous, known = upload.accesses.all()
    assert (known.by, known.owner, known.way, known.code) == (reader, owner, "download", upload.code)
    assert anonymous.by is None
    assert str(known) == f"download {upload.code}"
    code = upload.code
    uploads.remove(upload)
    assert list(FileAccess.objects.values_list("upload", "code", "owner")) == [(None, code, owner.pk)] * 2


@pytest.mark.django_db
def test_nothing_is_given_out_that_cannot_be_recorded():
    upload = store()
    with mock.patch.object(uploads, "record_access", side_effect=IntegrityError), pytest.raises(IntegrityError):
        give_out(upload)


@pytest.mark.django_db
def test_a_file_that_is_missing_is_not_found_and_needs_attention(caplog):
    upload = store()
    (folder() / upload.file.name).unlink()
    with pytest.raises(Http404):
        give_out(upload)
    assert upload.code in caplog.text
    assert not FileAccess.objects.exists()


# --- taking in ----------------------------------------------------------------------------------------------------

LIMIT = 200_000


@uploads.takes_files(LIMIT)
def receive(request):
    """Says what has arrived."""
    sizes = {name: [len(file.read()) for file in request.FILES.getlist(name)] for name in request.FILES}
    names = [file.name for files in request.FILES.lists() for file in files[1]]
    return JsonResponse({"post": request.POST, "files": sizes, "names": names, "late": request.upload_too_large})


BOUNDARY = "xxBOUNDARYxx"


def form_of(*parts):
    """The body of a form: pairs are fields, triples are files."""
    lines = []
    for name, *rest in parts:
        file = f'; filename="{rest[0]}"' if len(rest) == 2 else ""
        kind = b"Content-Type: text/html\r\n" if file else b""
        content = rest[-1] if isinstance(rest[-1], bytes) else rest[-1].encode()
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n'.encode()
        lines.append(head + kind + b"\r\n" + content + b"\r\n")
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


class Wire(io.BytesIO):
    """A body that counts what is read of it, and may break off."""

    taken = 0

    def __init__(self, content, breaks_at=None):
        super().__init__(content)
        self.breaks_at = breaks_at

    def read(self, *args):
        if self.breaks_at is not None and self.taken >= self.breaks_at:
            raise OSError(errno.ECONNRESET, "gone")
        data = super().read(*args)
        self.taken += len(data)
        return data


def send(body, *, length=None, breaks_at=None):
    """The view's answer, and the wire as it was left."""
    wire = Wire(body, breaks_at)
    request = RequestFactory().post("/receive/")
    environ = request.environ | {
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(length or len(body)),
        "wsgi.input": wire,
    }
    request = WSGIRequest(environ)
    request._dont_enforce_csrf_checks = True
    response = receive(request)
    request.close()
    return response, wire


def arrived(body, **kwargs):
    """What the view says of what arrived."""
    response, _wire = send(body, **kwargs)
    assert response.status_code == 200
    return forms.JSONField().to_python(response.content.decode())


def test_a_file_below_the_limit_arrives_whole():
    content = os.urandom(LIMIT)
    answer = arrived(form_of(("title", "한글"), ("cv", "이력서.pdf", content), ("after", "x")))
    assert answer == {
        "post": {"title": "한글", "after": "x"},
        "files": {"cv": [LIMIT]},
        "names": ["이력서.pdf"],
        "late": False,
    }


def test_trust_47_of_a_file_above_the_limit_nothing_is_kept_but_the_rest_is():
    large, small = os.urandom(LIMIT + 1), os.urandom(10)
    answer = arrived(form_of(("a", "1"), ("cv", "x.pdf", large), ("b", "2"), ("photo", "y.png", small), ("c", "3")))
    assert answer["post"] == {"a": "1", "b": "2", "c": "3"}
    assert answer["files"] == {"photo": [10]}
    assert answer["late"] is True


def test_what_is_larger_by_far_is_not_read_to_its_end():
    body = form_of(("a", "1"), ("cv", "x.pdf", os.urandom(3_000_000)), ("b", "2"))
    with mock.patch.object(uploads, "PATIENCE", 500_000):
        response, wire = send(body)
    answer = forms.JSONField().to_python(response.content.decode())
    assert answer["late"] is True
    assert answer["post"] == {"a": "1"}
    assert answer["files"] == {}
    assert wire.taken < LIMIT + 4 * 64 * 1024


def test_a_client_that_breaks_off_leaves_nothing():
    body = form_of(("a", "1"), ("cv", "x.pdf", os.urandom(LIMIT)), ("b", "2"))
    answer = arrived(body[:100_000], length=len(body))
    assert answer["files"] == {}
    assert answer["late"] is False
    with pytest.raises(OSError, match="gone"):
        send(body, breaks_at=100_000)
    assert arrived(b"", length=100)["files"] == {}


def test_no_name_is_too_long_for_the_disk():
    """A system's longest name has 255 letters; the disk counts bytes, and Django's own handler keeps the ending."""
    for name in ("가" * 255, "a." + "가" * 253, "가" * 251 + ".pdf", "a." + "b" * 800):
        answer = arrived(form_of(("cv", name, os.urandom(1000))))
        assert answer["files"] == {"cv": [1000]}
        assert len(answer["names"][0]) <= 255


def test_a_name_longer_than_any_system_has_is_no_request_at_all():
    with pytest.raises(MultiPartParserError):  # Django answers 400
        send(form_of(("cv", "가" * 400 + ".pdf", b"x")))


def test_what_is_on_its_way_has_no_name_on_the_disk(tmp_path):
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path)):
        seen = []
        real = uploads.LimitHandler.receive_data_chunk

        def look(handler, *args):
            real(handler, *args)
            seen.append(os.listdir(tmp_path))

        with mock.patch.object(uploads.LimitHandler, "receive_data_chunk", look):
            arrived(form_of(("cv", "x.pdf", os.urandom(LIMIT))))
    assert seen
    assert all(names == [] for names in seen)


def test_a_view_that_takes_files_still_checks_where_a_request_comes_from():
    request = RequestFactory().post("/", {"cv": uploaded(b"x"), "csrfmiddlewaretoken": "x" * 32})
    with mock.patch("django.middleware.csrf._get_failure_view", return_value=refuse):
        assert receive(request).status_code == 403
    assert receive.csrf_exempt  # the check is made inside, once the handler is in its place
    assert receive.__name__ == "receive"


def refuse(request, reason=""):
    return HttpResponse(status=403)


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_all_the_way():
    """From the wire to the disk and out again, its name and its bytes as they were."""
    person = make_user()
    kept = []

    @uploads.takes_files()
    def take(request):
        kept.append(uploads.store(request.FILES["cv"], owner=person, kinds=["hwp"], most_bytes=uploads.MOST_BYTES))
        return HttpResponse()

    request = RequestFactory().post("/", {"cv": uploaded(make_hwp(), "지원서.hwp")})
    request._dont_enforce_csrf_checks = True
    assert take(request).status_code == 200
    request.close()
    response, content = give_out(kept[0], user=person)
    assert content == make_hwp()
    assert response["Content-Disposition"].endswith("%EC%A7%80%EC%9B%90%EC%84%9C.hwp")
