"""Certificates of mentoring: who gets one, for how many hours, and that they are checked like all others."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from mentoring.models.meetings import Meeting
from mentoring.operations.closing import certify_mentors, close_round
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs import badges, certificate_documents
from programs import certificates as words
from programs.models.certificates import Certificate, CertificateFile
from programs.operations import certificates
from tests import documents, make
from tests.mentoring.meetings import DAY, NOW, make_pair

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def staff():
    return make.make_admin(language="en")


@pytest.fixture
def pairing():
    return make_pair()


@pytest.fixture
def round_(pairing):
    return pairing.enrolment.cohort.mentoring_round


def meet(pairing, minutes, *, days=3, **fields):
    meeting = make.make_meeting(pairing, starts_at=NOW - days * DAY)
    values = {"status": "held", "minutes": minutes, "settled_at": NOW} | fields
    Meeting.objects.filter(pk=meeting.pk).update(**values)


def certified(round_, staff):
    close_round(round_.pk, by=staff)
    run = certify_mentors(round_.pk, by=staff)
    certificates.make_documents(run.pk)
    return run.certificates.get()


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def test_a_mentor_is_certified_for_what_was_held_in_the_cohort(pairing, round_, staff):
    meet(pairing, 50)
    second = make_pair(pairing.mentor, cohort=round_.cohort, mentee=make.make_user())
    meet(second, 55, days=4)
    meet(second, None, days=5, status="mentee_absent")
    meet(make_pair(pairing.mentor, mentee=make.make_user()), 60, days=6)  # another cohort
    idle = make_pair(make.make_mentor(), cohort=round_.cohort, mentee=make.make_user())
    certificate = certified(round_, staff)
    held = certificate.snapshot
    assert (certificate.person, certificate.enrolment) == (pairing.mentor.user, None)
    assert (held["kind"], held["hours"], held["minutes"]) == ("mentoring", 1, 45)
    assert certificate.number.endswith("-0001")
    assert not Certificate.objects.filter(person=idle.mentor.user).exists()
    text = documents.text_of(bytes(CertificateFile.objects.get().content))
    assert "Certificate of Mentoring" in text
    assert "1 hour 45 minutes" in text
    told = OutgoingMail.objects.get(event="certificate_issued")
    assert told.person == pairing.mentor.user


def test_numbers_go_on_after_those_of_the_mentees(pairing, round_, staff):
    meet(pairing, 60)
    enrolment = make.make_enrolment(round_.cohort, status="completed")
    assert certificates.issue(enrolment.pk, by=staff).serial == 1
    assert certified(round_, staff).serial == 2
    assert round_.cohort.certificates.valid().count() == 2


def test_only_a_closed_round_is_certified_and_each_mentor_once(pairing, round_, staff):
    meet(pairing, 60)
    refusal(certify_mentors, round_.pk, by=staff)
    close_round(round_.pk, by=staff)
    refusal(certify_mentors, round_.pk, by=make.make_user())
    run = certify_mentors(round_.pk, by=staff)
    assert run.total == 1
    refusal(certify_mentors, round_.pk, by=staff)
    certificates.revoke(run.certificates.get().pk, by=staff, reason="1")
    refusal(certify_mentors, round_.pk, by=staff)
    assert AuditEvent.objects.filter(verb="certificates.issued").count() == 1


def test_nobody_is_certified_without_hours(pairing, round_, staff):
    close_round(round_.pk, by=staff)
    refusal(certify_mentors, round_.pk, by=staff)


def test_one_is_issued_again_under_the_new_name_with_the_same_hours(pairing, round_, staff):
    meet(pairing, 75)
    first = certified(round_, staff)
    pairing.mentor.user.full_name = "어진"
    pairing.mentor.user.save()
    meet(pairing, 60, days=4)
    again = certificates.reissue(first.pk, by=staff, reason="개명")
    first.refresh_from_db()
    assert (first.status, again.supersedes) == ("superseded", first)
    assert again.snapshot["ko"]["name"] == "어진"
    assert (again.snapshot["hours"], again.snapshot["minutes"]) == (1, 15)


def test_the_database_takes_one_valid_certificate_a_mentor(pairing, round_, staff):
    meet(pairing, 60)
    first = certified(round_, staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            number="GC-2", serial=99, cohort=first.cohort, person=first.person, snapshot=first.snapshot
        )


def test_an_employer_checks_it_and_its_holder_finds_it(pairing, round_, staff, client):
    meet(pairing, 60)
    certificate = certified(round_, staff)
    asked = {"number": certificate.number, "code": certificate.code}
    checked = client.get(reverse("certificate-verify").replace("/ko/", "/en/"), asked).text
    assert "This certificate is valid." in checked
    assert "Certificate of Mentoring" in checked
    assert pairing.mentor.user.full_name not in checked
    client.force_login(pairing.mentor.user)
    assert certificate.number in client.get("/en/my/certificates/").text
    assert client.get(reverse("certificate-document", args=[certificate.code])).status_code == 200
    assert client.get(reverse("certificate-badge", args=[certificate.code])).status_code == 200
    assert "/my/certificates/" in client.get("/en/mentoring/").text
    assert "To your certificate" in client.get(f"/en/mentoring/{pairing.code}/closing/").text
    client.force_login(pairing.enrolment.person)
    assert client.get(reverse("certificate-document", args=[certificate.code])).status_code == 404
    assert "To your certificate" not in client.get(f"/en/mentoring/{pairing.code}/closing/").text


def test_the_badge_says_served_and_not_completed(pairing, round_, staff):
    meet(pairing, 60)
    certificate = certified(round_, staff)
    told = badges.credential(certificate, "a@example.com", "salt", "kid")["credentialSubject"]["achievement"]
    assert told["criteria"]["narrative"].startswith("Served as a mentor in")
    assert "Certificate of Mentoring" in told["description"]
    content = certificate_documents.content_of(certificate)
    assert content["ko"]["rows"][-1][1] == "1시간"
    assert words.is_service(certificate.snapshot)


def test_it_is_in_the_data_of_its_holder_and_its_name_goes_with_the_account(pairing, round_, staff):
    meet(pairing, 60)
    certificate = certified(round_, staff)
    certificates.forget_person(pairing.mentor.user)
    certificate.refresh_from_db()
    assert certificate.snapshot["is_masked"]
    assert not CertificateFile.objects.exists()


def test_staff_issue_them_from_the_page_of_the_round(pairing, round_, staff, client):
    meet(pairing, 90)
    client.force_login(staff)
    address = reverse("admin:mentoring_mentoringround_certify", args=[round_.pk])
    assert "Close the pairs of this round first." in client.post(address).text
    close_round(round_.pk, by=staff)
    assert "1 hour 30 minutes" in client.get(address).text
    assert client.post(address).status_code == 302
    certificate = Certificate.objects.get(enrolment=None)
    listed = client.get(reverse("admin:programs_certificate_changelist")).text
    assert certificate.number in listed
    shown = client.get(reverse("admin:programs_certificate_change", args=[certificate.pk]))
    assert shown.status_code == 200
