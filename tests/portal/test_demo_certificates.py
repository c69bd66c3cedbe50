"""The certificates of the demonstration: everyone who completed, the cast's documents, one name that changed."""

import pytest
from django.test import Client

from portal.models import OutgoingMail
from programs import certificates
from programs.models.certificates import Certificate, CertificateRun
from programs.models.enrolments import Enrolment
from programs.operations.certificates import resume_runs
from tests import documents
from tests.portal.demo_season import NOW, loaded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loaded():
        yield


def test_everybody_who_completed_has_one_that_holds():
    completed = Enrolment.objects.filter(
        status="completed", cohort__program__kind__in=certificates.TITLES, cohort__is_demo_season=False
    )
    valid = Certificate.objects.valid().filter(cohort__is_demo_season=False)
    assert set(valid.values_list("enrolment", flat=True)) == set(completed.values_list("pk", flat=True))
    for cohort in {row.cohort for row in Certificate.objects.select_related("cohort")}:
        serials = list(cohort.certificates.order_by("serial").values_list("serial", flat=True))
        assert serials == list(range(1, len(serials) + 1))
    assert not OutgoingMail.objects.exists()


def test_who_changed_her_name_has_a_new_one_and_the_old_number_is_invalid(settings):
    settings.DEMO_NOW = NOW
    old = Certificate.objects.get(status="superseded")
    new = old.superseded_by
    assert (old.snapshot["ko"]["name"], new.snapshot["ko"]["name"]) == ("배다솜", "배소담")
    assert old.ended_at == new.issued_at
    client = Client()
    for row, state in ((old, "superseded"), (new, "valid")):
        response = client.get("/ko/certificates/verify/", {"number": row.number, "code": row.code})
        assert response.context["result"]["state"] == state


def test_the_clock_makes_the_documents_of_the_cast_and_of_nobody_else(settings, tmp_path):
    settings.DEMO_NOW, settings.VAR_DIR = NOW, tmp_path
    assert resume_runs(NOW) > 3
    made = Certificate.objects.filter(file__isnull=False).select_related("enrolment__person", "file")
    assert {"applicant@example.com", "sodam.bae@example.com", "irum.jeong@example.com"} <= {
        row.enrolment.person.email for row in made
    }
    assert made.count() < 12
    assert not CertificateRun.objects.filter(finished_at=None).exists()
    row = made.get(enrolment__person__email="irum.jeong@example.com")
    assert "정이룸" in documents.text_of(bytes(row.file.content))
    assert not OutgoingMail.objects.exists()
