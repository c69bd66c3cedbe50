"""Statement 44: a full disk is said honestly, leaves no half application, and once there is room all goes on."""

import errno
import hashlib
import os
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from portal import disk, mail, uploads
from portal.models import MailStatus, OutgoingMail, Upload
from programs.models.applications import Application, ApplicationStatus, StateChange
from programs.models.applying import ApplicationFile, Submission
from programs.models.enrolments import Enrolment
from tests import make
from tests.files import make_pdf, uploaded

S = ApplicationStatus
LONG = "현장에서 배운 것을 여기에 적습니다. " * 20  # more than a page of the database has left


@contextmanager
def full_disk():
    """A file is half written when the disk is full."""
    real = os.fsync

    def flush(handle):
        if any(path.stat().st_size for path in Path(settings.MEDIA_ROOT).rglob("*.part")):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with mock.patch.object(disk.os, "fsync", flush):
        yield


@contextmanager
def full_database():
    """SQLite may not grow by a single page, as on a full disk: "database or disk is full"."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page is left free inside
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.fixture(autouse=True)
def empty_folder(settings, tmp_path):
    """A folder of its own: what other tests have left in doubt is settled by the first request that can."""
    settings.MEDIA_ROOT = tmp_path / "files"


def files_there():
    return [path for path in Path(settings.MEDIA_ROOT, uploads.FOLDER).rglob("*") if path.is_file()]


def rows_there():
    return [
        model.objects.count()
        for model in (StateChange, Submission, Enrolment, OutgoingMail, Upload, ApplicationFile)
    ]


def page(application, name, query=""):
    return reverse(f"application-{name}", args=[application.code]) + query


@pytest.fixture
def draft(client):
    questions = [*make.usual_questions(is_reviewed=False), {"key": "script", "type": "file"}]
    version = make.make_form_version(questions=questions)
    cohort = make.make_cohort(form_version=version, registration_mode="first_come", capacity=1)
    application = make.make_application(cohort, status=S.DRAFT, motivation=LONG[:400], career=LONG[:400])
    client.force_login(application.applicant)
    client.raise_request_exception = False
    return application


def says_so(answer):
    """An error page in both languages, without anything of the inside."""
    assert answer.status_code == 500
    assert "잠시 뒤에 다시 시도해 주세요" in answer.text
    assert "Please try again in a moment" in answer.text
    assert "OperationalError" not in answer.text


@pytest.mark.django_db(transaction=True)
def test_trust_44_a_file_that_finds_no_room_is_refused_and_taken_later(client, draft):
    content = make_pdf("대본")
    posted = {"question": "script", "file": uploaded(content, "대본.pdf")}
    before, others = Application.objects.values().get(pk=draft.pk), files_there()
    with full_disk():
        answer = client.post(page(draft, "files"), posted)
    assert answer.status_code == 400
    assert "지금은 파일을 저장하지 못했어요" in answer.json()["error"]
    assert Application.objects.values().get(pk=draft.pk) == before
    assert (rows_there(), files_there()) == ([0] * 6, others)

    posted["file"].seek(0)
    answer = client.post(page(draft, "files"), posted)
    assert answer.status_code == 200
    kept = Upload.objects.get(code=answer.json()["code"])
    with default_storage.open(kept.file.name) as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == kept.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_trust_44_without_a_script_what_was_typed_beside_the_file_is_kept(client, draft):
    posted = {"motivation": "새 동기", "career": "", "upload": "script", "script": uploaded(make_pdf(), "대본.pdf")}
    others = files_there()
    with full_disk():
        answer = client.post(page(draft, "edit", "?step=part-1"), posted)
    assert answer.status_code == 200
    assert "지금은 파일을 저장하지 못했어요" in answer.text
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "새 동기"
    assert (ApplicationFile.objects.count(), files_there()) == (0, others)


@pytest.mark.django_db(transaction=True)
def test_trust_44_an_application_that_finds_no_room_stays_a_draft_and_is_sent_later(client, draft):
    before = Application.objects.values().get(pk=draft.pk)
    with full_database():
        says_so(client.post(page(draft, "submit")))
        assert client.get(page(draft, "edit", "?step=check")).status_code == 200  # reading goes on
    assert Application.objects.values().get(pk=draft.pk) == before
    assert rows_there() == [0] * 6

    assert client.post(page(draft, "submit")).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.receipt_serial) == (S.CONFIRMED, 1)
    assert draft.submissions.get().answers["motivation"] == draft.answers["motivation"]
    assert Enrolment.objects.count() == OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_trust_44_what_was_saved_before_stays_when_saving_finds_no_room(client, draft):
    typed = {"motivation": "가" * 500, "career": "나" * 500}
    with full_database():
        answer = client.post(page(draft, "edit", "?step=part-1"), typed, headers={"X-Autosave": "1"})
        assert answer.status_code == 500
    draft.refresh_from_db()
    assert draft.draft["motivation"] == LONG[:400]

    answer = client.post(page(draft, "edit", "?step=part-1"), typed, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "가" * 500


@pytest.mark.django_db
def test_trust_44_a_mail_that_finds_no_room_waits_and_is_sent_later(client, draft, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "portal.mail.FolderBackend", tmp_path
    client.post(page(draft, "submit"))
    row = OutgoingMail.objects.get()
    with mock.patch.object(Path, "write_bytes", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        mail.deliver(row.pk)
    row.refresh_from_db()
    assert (row.status, list(tmp_path.iterdir())) == (MailStatus.WAITING, [])

    settings.DEMO_NOW = row.queued_at + timedelta(days=1)
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.status == MailStatus.SENT
    assert os.listdir(tmp_path) == [f"{row.pk:08d}.eml"]
