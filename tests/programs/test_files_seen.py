"""Whoever hands in confidential work sees who opened it and when."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock, uploads
from portal.models import FileAccess, UploadKind
from programs import files_seen
from programs.operations.on_behalf import fix_application
from tests import make
from tests.files import make_pdf, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    cohort = make.make_cohort(phase="in_review")
    make.make_question(cohort.form_version, "script", "file", is_confidential=True, most_items=3)
    make.make_question(cohort.form_version, "photo", "file")
    return make.make_application(cohort)


def give(application, key="script", name="대본.pdf", *, is_confidential=True):
    """A file that was sent with the application."""
    upload = uploads.store(
        uploaded(make_pdf(name), name),
        owner=application.applicant,
        kinds=UploadKind.values,
        most_bytes=10**7,
        is_confidential=is_confidential,
    )
    application.files.create(question_key=key, upload=upload)
    application.answers[key] = [*application.answers.get(key, []), upload.code]
    application.save(update_fields=["answers"])
    return upload


def opened(upload, by, at=None):
    return FileAccess.objects.create(
        upload=upload, code=upload.code, owner=upload.owner, by=by, way="download", at=at or clock.now()
    )


def seen(application):
    return [(line["title"], line["note"], line["side"]) for line in files_seen.lines(application)]


def test_each_opening_by_somebody_else_newest_first(application):
    upload = give(application)
    kocca = make.make_organization(name_ko="한국콘텐츠진흥원")
    manager, mentor = make.make_manager(kocca, full_name="윤새봄"), make.make_user(full_name="어진솔")
    make.make_grant(mentor, "mentor", application.cohort)
    opened(upload, manager, clock.now() - timedelta(hours=2))
    opened(upload, mentor, clock.now() - timedelta(hours=1))
    opened(upload, application.applicant)
    assert seen(application) == [
        ("어진솔", "대본.pdf", "멘토"),
        ("윤새봄", "대본.pdf", "기수 담당자 한국콘텐츠진흥원"),
    ]


def test_only_confidential_files_are_told_of(application):
    opened(give(application, "photo", "사진.pdf", is_confidential=False), make.make_admin())
    assert seen(application) == []
    give(application)
    assert seen(application) == []


def test_the_role_is_the_one_held_then(application):
    upload = give(application)
    person = make.make_admin()
    person.grants.update(to_at=clock.now() - timedelta(minutes=5))
    make.make_grant(person, "partner", make.make_organization())
    opened(upload, person, clock.now() - timedelta(minutes=10))
    opened(upload, person)
    assert [side for _title, _note, side in seen(application)] == ["운영 담당", "관리자"]


def test_a_file_that_was_replaced_is_not_forgotten(application):
    upload = give(application)
    boss = make.make_admin()
    fix_application(application.pk, {"career": "고침"}, by=boss, reason="본인 요청")
    opened(upload, boss)
    opened(give(application, "photo", "사진.pdf", is_confidential=False), boss)
    fix_application(application.pk, {"script": [], "photo": []}, by=boss, reason="본인 요청")
    assert not application.files.exists()
    assert [(name, note) for name, note, _side in seen(application)] == [(boss.full_name, "대본.pdf")]


def test_another_application_of_the_same_person_is_apart(application):
    other = make.make_application(applicant=application.applicant)
    opened(give(application), make.make_admin())
    assert seen(other) == []


def test_it_costs_the_same_for_many(application):
    upload = give(application)
    counts = []
    for more in (1, 12):
        for _time in range(more):
            opened(upload, make.make_admin())
        with CaptureQueriesContext(connection) as queries:
            files_seen.lines(application)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_whoever_reviews_the_application_is_not_named(application):
    reviewer = make.make_reviewer(make.make_round(application.cohort), make.make_user(full_name="하예람")).user
    make.make_review(
        application.cohort.rounds.get(), application, reviewer, ended_at=clock.now(), end_reason="left"
    )
    opened(give(application), reviewer)
    assert seen(application) == [("심사위원", "대본.pdf", "")]
