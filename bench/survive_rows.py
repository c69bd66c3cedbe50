"""The rows of `survive.py`: those it begins with, and whether what was answered is there. Needs Django set up."""

import hashlib
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from bench import first_come_rows
from portal import clock, uploads
from portal.models import Upload
from programs.models.applications import Application
from programs.models.applying import ApplicationFile
from tests import make


def prepare(people):
    """A cohort that asks for a file, with a seat for everybody: (cohort, visitors)."""
    questions = [*make.usual_questions(is_reviewed=False), {"key": "script", "type": "file", "is_required": True}]
    version = make.make_form_version(questions=questions)
    cohort, visitors = first_come_rows.prepare(people, people, form_version=version)
    for visitor in visitors:
        del visitor.form["revision"]  # the file makes it another one
    return cohort, visitors


def wrong(cohort, visitors, answers, digests):
    """What does not hold, a line each. `answers` are the codes of files answered as taken, by visitor."""
    found, _counts = first_come_rows.wrong(cohort, visitors)
    rows = {row.code: row for row in Application.objects.filter(cohort=cohort).prefetch_related("submissions")}
    for visitor in visitors:
        row = rows[visitor.address.rstrip("/").split("/")[-2]]
        sent = [file["sha256"] for copy in row.submissions.all() for file in copy.files]
        if sent != [digests[visitor.number]]:
            found.append(f"{row}: its copy does not name the file")
        uploads_there = Upload.objects.filter(code=answers.get(visitor.number))
        if [digest_of(upload.file.name) for upload in uploads_there] != [digests[visitor.number]]:
            found.append(f"{row}: the file answered as taken is not whole")
    uploads.DOUBT_ENDS_AFTER = timedelta(0)
    uploads.sweep_orphans(clock.now())
    there = {path.name for path in Path(settings.MEDIA_ROOT, uploads.FOLDER).rglob("*") if path.is_file()}
    if there != {Path(name).name for name in Upload.objects.values_list("file", flat=True)}:
        found.append("there are files that no row knows, after the sweep")
    if ApplicationFile.objects.count() != len(visitors):
        found.append("somebody has more than the file that counts")
    return found


def digest_of(name):
    """The SHA-256 of a file as it lies on the disk; empty where there is none."""
    try:
        with default_storage.open(name) as content:
            return hashlib.sha256(content.read()).hexdigest()
    except FileNotFoundError:
        return ""
