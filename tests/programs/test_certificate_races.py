"""Two who issue, re-issue, revoke or make documents at the same moment (PostgreSQL)."""

import pytest

from portal.models import OutgoingMail
from programs.models.certificates import Certificate, CertificateFile, CertificateRun
from programs.operations import certificates
from tests.make import make_admin, make_certificate, make_cohort, make_enrolment
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def serials(cohort):
    return list(cohort.certificates.order_by("serial").values_list("serial", flat=True))


def test_two_issue_to_a_whole_cohort():
    cohort, staff = make_cohort(phase="finished"), make_admin()
    for _ in range(12):
        make_enrolment(cohort, status="completed")
    at_once([lambda: certificates.issue_all(cohort.pk, by=staff)] * 2)
    assert serials(cohort) == list(range(1, 13))
    assert CertificateRun.objects.count() == 1


def test_many_issue_to_one_each_and_to_the_same_person():
    cohort, staff = make_cohort(phase="finished"), make_admin()
    rows = [make_enrolment(cohort, status="completed") for _ in range(4)]
    jobs = [lambda row=row: certificates.issue(row.pk, by=staff) for row in rows]
    jobs += [lambda: certificates.issue(rows[0].pk, by=staff)] * 2
    at_once([*jobs, lambda: certificates.issue_all(cohort.pk, by=staff)])
    assert serials(cohort) == [1, 2, 3, 4]
    assert all(row.certificates.count() == 1 for row in rows)


def test_issued_again_while_it_is_revoked():
    staff = make_admin()
    first = make_certificate()
    at_once(
        [
            lambda: certificates.reissue(first.pk, by=staff, reason="1"),
            lambda: certificates.reissue(first.pk, by=staff, reason="2"),
            lambda: certificates.revoke(first.pk, by=staff, reason="3"),
        ]
    )
    first.refresh_from_db()
    assert first.status in ("superseded", "revoked")
    assert first.enrolment.certificates.valid().count() == (first.status == "superseded")
    assert serials(first.cohort) == ([1, 2] if first.status == "superseded" else [1])


def test_two_processes_make_the_documents_of_one_run():
    cohort, staff = make_cohort(phase="finished"), make_admin()
    for _ in range(30):
        make_enrolment(cohort, status="completed")
    run = certificates.issue_all(cohort.pk, by=staff)
    made = at_once(
        [
            lambda: certificates.make_documents(run.pk),
            lambda: certificates.make_documents(run.pk, from_end=True),
            lambda: certificates.revoke(cohort.certificates.first().pk, by=staff, reason="x"),
        ]
    )
    assert sum(count for count in made if isinstance(count, int)) == CertificateFile.objects.count()
    assert CertificateFile.objects.count() in (29, 30)
    told = OutgoingMail.objects.filter(event="certificate_issued")
    assert told.count() == CertificateFile.objects.count()
    assert not Certificate.objects.waiting().exists()
    run.refresh_from_db()
    assert run.finished_at is not None
