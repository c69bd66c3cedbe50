"""Issuing, issuing again, revoking; what stands on the document, whoever's name it is."""

import hashlib
import io
import logging
import unicodedata
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from accounts import privacy
from portal import clock, mail, pdf
from portal.codes import shown_code, typed_code
from portal.errors import Refused
from portal.i18n import speaking
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs import certificate_documents, certificate_gates, certificates
from programs.models.certificates import Certificate, CertificateFile, CertificateRun
from programs.models.enrolments import Enrolment
from programs.operations import certificates as operations
from tests import documents, make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with speaking("en"):
        yield


@pytest.fixture
def boss():
    return make.make_admin()


@pytest.fixture
def cohort():
    organization = make.make_organization(name_ko="한국콘텐츠진흥원", name_en="Korea Creative Content Agency")
    program = make.make_program(
        partners=[organization], title_ko="VFX 프로듀서 양성", title_en="VFX Producer Training"
    )
    return make.make_cohort(program, phase="finished", receipt_prefix="VP24", hours=35)


def completed(cohort, name="김다별", romanized="Kim Dabyeol", **fields):
    person = make.make_user(full_name=name, romanized_name=romanized)
    return make.make_enrolment(cohort, person, **({"status": "completed"} | fields))


def numbers(cohort):
    return list(cohort.certificates.order_by("serial").values_list("number", flat=True))


# --- issuing ----------------------------------------------------------------------------------------------------


def test_everyone_who_completed_gets_one_numbered_by_name_and_without_a_gap(cohort, boss):
    for name in ("하나", "가람", "다솜"):
        completed(cohort, name)
    for status in ("not_completed", "dropped", "active"):
        completed(cohort, "안됨", status=status)
    run = operations.issue_all(cohort.pk, by=boss)
    year = cohort.ends_at.year
    assert numbers(cohort) == [f"GC-{year}-VP24-{serial:04d}" for serial in (1, 2, 3)]
    rows = list(cohort.certificates.order_by("serial"))
    assert [row.snapshot["ko"]["name"] for row in rows] == ["가람", "다솜", "하나"]
    assert (run.total, run.finished_at) == (3, None)
    assert all(typed_code(row.code) == row.code for row in rows)
    assert AuditEvent.objects.filter(verb="certificate.issued", by=boss).count() == 3

    assert operations.make_documents(run.pk) == 3
    run.refresh_from_db()
    assert run.finished_at is not None
    assert OutgoingMail.objects.filter(event="certificate_issued").count() == 3
    assert operations.make_documents(run.pk) == 0
    assert OutgoingMail.objects.filter(event="certificate_issued").count() == 3


def test_a_second_time_only_who_is_new_gets_one(cohort, boss):
    completed(cohort, "가람")
    operations.issue_all(cohort.pk, by=boss)
    with pytest.raises(Refused, match="Nobody"):
        operations.issue_all(cohort.pk, by=boss)
    completed(cohort, "가가")
    operations.issue_all(cohort.pk, by=boss)
    assert [row.snapshot["ko"]["name"] for row in cohort.certificates.order_by("serial")] == ["가람", "가가"]


def test_issuing_twice_to_one_person_is_the_same_as_once(cohort, boss):
    enrolment = completed(cohort)
    first = operations.issue(enrolment.pk, by=boss)
    assert operations.issue(enrolment.pk, by=boss) == first
    assert Certificate.objects.count() == CertificateRun.objects.count() == 1


@pytest.mark.parametrize("status", ["enrolled", "active", "dropped", "no_show", "not_completed"])
def test_whoever_has_not_completed_gets_none(cohort, boss, status):
    enrolment = completed(cohort, status=status)
    with pytest.raises(Refused, match="completed"):
        operations.issue(enrolment.pk, by=boss)


@pytest.mark.parametrize("kind", ["networking", "talk"])
def test_there_are_none_for_evenings_and_talks(boss, kind):
    cohort = make.make_cohort(make.make_program(kind=kind), phase="finished")
    enrolment = completed(cohort)
    with pytest.raises(Refused, match="kind"):
        operations.issue(enrolment.pk, by=boss)
    with pytest.raises(Refused, match="kind"):
        operations.issue_all(cohort.pk, by=boss)


def test_a_gate_keeps_back_whom_it_names_until_it_opens(cohort, boss, monkeypatch):
    late, ready = completed(cohort, "늦음"), completed(cohort, "됨")
    closed = {late.pk}
    gate = lambda cohort, rows: {row.pk: "Answer the survey first." for row in rows if row.pk in closed}  # noqa: E731
    monkeypatch.setattr(certificate_gates, "GATES", (lambda cohort, rows: {}, gate))
    assert operations.preview(cohort) == (1, {"Answer the survey first.": 1})
    operations.issue_all(cohort.pk, by=boss)
    assert [row.enrolment_id for row in cohort.certificates.all()] == [ready.pk]
    with pytest.raises(Refused, match="survey"):
        operations.issue(late.pk, by=boss)
    closed.clear()
    assert operations.issue(late.pk, by=boss).serial == 2


def test_a_person_without_a_name_is_left_out(cohort, boss):
    enrolment = completed(cohort, "", "")
    with pytest.raises(Refused, match="name"):
        operations.issue(enrolment.pk, by=boss)


def test_one_valid_certificate_an_enrolment_is_held_by_the_database(cohort, boss):
    first = make.make_certificate(completed(cohort), by=boss)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            number="GC-1",
            serial=99,
            cohort=cohort,
            person=first.person,
            enrolment=first.enrolment,
            snapshot=first.snapshot,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=first.pk).update(status="revoked")


# --- what it says -----------------------------------------------------------------------------------------------


def test_the_snapshot_outlives_every_change_of_its_sources(cohort, boss):
    certificate = make.make_certificate(completed(cohort), by=boss)
    before = documents.text_of(bytes(certificate.file.content))
    person = certificate.enrolment.person
    person.full_name = "박새이름"
    person.save()
    cohort.program.title_ko, cohort.hours = "다른 과정", 99
    cohort.program.save()
    cohort.save()
    again = Certificate.objects.select_related("cohort__program").get(pk=certificate.pk)
    assert documents.text_of(certificate_documents.document(again).content) == before
    assert hashlib.sha256(bytes(again.file.content)).hexdigest() == again.file.sha256
    assert again.file.size == len(bytes(again.file.content))


def test_the_same_certificate_always_makes_the_same_bytes(cohort):
    certificate = make.make_certificate(completed(cohort))
    assert certificate_documents.document(certificate).content == bytes(certificate.file.content)


def test_the_document_is_whole_tagged_titled_and_says_everything_in_both_languages(cohort, tmp_path):
    certificate = make.make_certificate(completed(cohort, "남궁다별", "Namgung Dabyeol"))
    content = bytes(certificate.file.content)
    text, facts = documents.text_of(content), documents.facts_of(content)
    for part in (
        certificate.number,
        shown_code(certificate.code),
        "남궁다별",
        "Namgung Dabyeol",
        "VFX 프로듀서 양성",
        "VFX Producer Training",
        "35 hours",
        "한국콘텐츠진흥원",
        "Korea Creative Content Agency",
        "Certificate of Completion",
    ):
        assert part in text
    with speaking("ko"):
        for part in (certificates.title_of(certificate.snapshot), certificates.hours(certificate.snapshot)):
            assert str(part) in text
    assert (facts["Tagged"], facts["UA"], facts["Pages"], facts["Size"]) == (True, "1", 1, (595, 842))  # A4
    assert facts["Lang"].startswith("ko")
    assert "Certificate of Completion" in facts["Title"]
    assert documents.is_whole(content)
    assert documents.fonts_of(content)
    assert all(documents.fonts_of(content).values())
    picture = Image.open(io.BytesIO(documents.picture_of(content, tmp_path / "certificate")))
    assert picture.size == (497, 702)
    dark = sum(picture.convert("L").histogram()[:128])
    assert 0.005 < dark / (497 * 702) < 0.2  # something stands on it, and it is no black page


@pytest.mark.parametrize("kind", ["course", "masterclass", "internship", "workshop", "exchange"])
def test_each_kind_has_its_words(kind):
    cohort = make.make_cohort(make.make_program(kind=kind), phase="finished", hours=None)
    text = documents.text_of(bytes(make.make_certificate(completed(cohort)).file.content))
    assert str(certificates.TITLES[kind]) in text
    assert "Hours" not in text  # an internship counts none


HOSTILE = [
    '#eval("1") *x* _y_ $z$ @a <b> // c',
    "\\u{1F3AC} ${x} {{ y }} [z](w)",
    'O\'Neill "Jack" <script>alert(1)</script>',
    "가" * 60,
    "W" * 60,
    "洪吉童 남궁다별",
    "م",
    "Ségolène Łukasz Đặng",
    "Łucja Žižek Ğül Сергей Νίκη",
    unicodedata.normalize("NFD", "김다별"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_the_name_it_stands_there_literally_on_one_page(cohort, name):
    certificate = make.make_certificate(completed(cohort, name, name))
    content = bytes(certificate.file.content)
    text = unicodedata.normalize("NFC", documents.text_of(content))
    assert "".join(unicodedata.normalize("NFC", name).split()) in "".join(text.split())
    assert documents.facts_of(content)["Pages"] == 1
    assert documents.is_whole(content)


@pytest.mark.parametrize("name", ["김다별 🎬", "สมชาย"])
def test_a_sign_without_a_font_makes_a_plain_pdf_and_a_line_in_the_log_without_the_name(cohort, caplog, name):
    with caplog.at_level(logging.WARNING, logger="portal.pdf"):
        certificate = make.make_certificate(completed(cohort, name, "Kim"))
    assert not certificate.file.is_tagged
    assert documents.is_whole(bytes(certificate.file.content))
    assert certificate.number in caplog.text
    assert name not in caplog.text


def test_another_fault_of_a_template_is_not_swallowed():
    with pytest.raises(Exception, match="dictionary does not contain key"):
        pdf.make(certificate_documents.TEMPLATE, {"ko": {}, "en": {}}, about="x")


def test_a_document_that_cannot_be_made_holds_up_no_other(cohort, boss, monkeypatch, caplog):
    for name in ("가", "나", "다"):
        completed(cohort, name)
    run = operations.issue_all(cohort.pk, by=boss)
    real = operations.document

    def broken(certificate):
        if certificate.serial == 2:
            raise RuntimeError("no paper")
        return real(certificate)

    monkeypatch.setattr(operations, "document", broken)
    assert operations.make_documents(run.pk) == 2
    run.refresh_from_db()
    assert run.finished_at is None
    assert "0002 cannot be made" in caplog.text
    monkeypatch.setattr(operations, "document", real)
    assert operations.resume_runs(clock.now()) == 1
    run.refresh_from_db()
    assert run.finished_at is not None
    assert CertificateFile.objects.count() == OutgoingMail.objects.filter(event="certificate_issued").count() == 3


def test_a_run_that_fails_altogether_is_logged_and_the_next_goes_on(cohort, boss, monkeypatch, caplog):
    completed(cohort)
    operations.issue_all(cohort.pk, by=boss)
    monkeypatch.setattr(operations, "keep", lambda pairs: 1 / 0)
    assert operations.resume_runs(clock.now()) == 1
    assert "cannot go on" in caplog.text


# --- again, and no more -----------------------------------------------------------------------------------------


def test_issued_again_it_takes_the_new_name_and_the_earlier_number_holds_no_more(cohort, boss):
    first = make.make_certificate(completed(cohort, "배소담", "Bae Sodam"), by=boss)
    person = first.enrolment.person
    person.full_name, person.romanized_name = "배새별", "Bae Saebyeol"
    person.save()
    second = operations.reissue(first.pk, by=boss, reason="개명")
    assert operations.reissue(first.pk, by=boss, reason="다시") == second
    operations.make_documents(second.run_id)
    first.refresh_from_db()
    assert (first.status, first.end_reason, first.ended_by) == ("superseded", "개명", boss)
    assert (second.supersedes, second.serial, second.status) == (first, 2, "valid")
    assert first.code != second.code
    assert first.snapshot["ko"]["name"] == "배소담"
    assert "배새별" in documents.text_of(bytes(second.file.content))
    told = OutgoingMail.objects.get(event="certificate_reissued")
    assert first.number in told.body
    assert second.number in told.body
    with pytest.raises(Refused, match="re-issued"):
        operations.revoke(first.pk, by=boss, reason="x")


def test_revoked_it_holds_no_more_and_the_person_is_told_once(cohort, boss):
    certificate = make.make_certificate(completed(cohort), by=boss)
    for _time in range(2):
        operations.revoke(certificate.pk, by=boss, reason="출석 기록 오류")
    certificate.refresh_from_db()
    assert (certificate.status, certificate.end_reason) == ("revoked", "출석 기록 오류")
    assert "출석 기록 오류" in OutgoingMail.objects.get(event="certificate_revoked").body
    with pytest.raises(Refused, match="revoked"):
        operations.reissue(certificate.pk, by=boss, reason="x")
    assert operations.preview(cohort) == (0, {})  # not again by itself …
    assert operations.issue(certificate.enrolment_id, by=boss).serial == 2  # … but where staff say so


@pytest.mark.parametrize("deed", [operations.reissue, operations.revoke])
@pytest.mark.parametrize("reason", ["", "  ", "가" * 301])
def test_a_reason_is_needed_and_fits(cohort, boss, deed, reason):
    certificate = make.make_certificate(completed(cohort), is_made=False)
    with pytest.raises(Refused):
        deed(certificate.pk, by=boss, reason=reason)
    certificate.refresh_from_db()
    assert certificate.status == "valid"


def test_revoked_before_its_document_was_made_it_gets_none_and_the_run_ends(cohort, boss):
    enrolment = completed(cohort)
    certificate = operations.issue(enrolment.pk, by=boss)
    operations.revoke(certificate.pk, by=boss, reason="x")
    assert operations.make_documents(certificate.run_id) == 0
    assert CertificateRun.objects.get().finished_at is not None
    assert not OutgoingMail.objects.filter(event="certificate_issued").exists()


def test_a_mail_about_what_no_longer_holds_is_dropped(cohort, boss):
    certificate = make.make_certificate(completed(cohort), by=boss)
    waiting = OutgoingMail.objects.get(event="certificate_issued")
    operations.revoke(certificate.pk, by=boss, reason="x")
    mail.deliver(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == MailStatus.DROPPED


# --- what no run makes ------------------------------------------------------------------------------------------


def test_documents_without_a_run_are_made_when_asked_and_nobody_is_told(cohort, boss):
    for name in ("가", "나"):
        completed(cohort, name)
    operations.issue_all(cohort.pk, by=boss)
    cohort.certificates.update(run=None)
    CertificateRun.objects.all().delete()
    assert operations.resume_runs(clock.now()) == 0
    first = cohort.certificates.first()
    assert operations.make_missing(first.pk)
    assert operations.make_missing(first.pk)
    run = operations.make_all_missing(cohort.pk, by=boss)
    assert run.total == 1
    assert operations.make_documents(run.pk) == 1
    assert operations.make_all_missing(cohort.pk, by=boss) is None
    assert not OutgoingMail.objects.exists()
    assert not operations.make_missing(0)


# --- the person's data ------------------------------------------------------------------------------------------


def test_a_person_takes_certificates_along(cohort):
    certificate = make.make_certificate(completed(cohort))
    person = certificate.enrolment.person
    (told,) = privacy.export(person)["programs"]["certificates"]
    assert (told["number"], told["code"]) == (certificate.number, certificate.code)
    ((_part, name, stored),) = list(privacy.files(person))
    assert name == f"{certificate.number}.pdf"
    assert stored.open("rb").read() == bytes(certificate.file.content)


def test_with_the_account_the_name_goes_and_the_check_still_answers(cohort):
    certificate = make.make_certificate(completed(cohort, "남궁다별", "Namgung Dabyeol"))
    person = certificate.enrolment.person
    with transaction.atomic():
        privacy.erase(person)
        privacy.erase(person)
    certificate = Certificate.objects.get()
    assert "다별" not in str(certificate.snapshot)
    assert not CertificateFile.objects.exists()
    with speaking("ko"):
        assert certificates.masked_name(certificate) == "남궁*별"
    with speaking("en"):
        assert certificates.masked_name(certificate) == "N** D."
    assert certificate.status == "valid"
    assert not Certificate.objects.waiting().exists()


def test_who_took_part_elsewhere_has_a_number_of_that_cohort(boss):
    end = clock.now() - timedelta(days=400)
    cohort = make.make_cohort(
        phase="finished", receipt_prefix="OLD", starts_at=end - timedelta(days=2), ends_at=end
    )
    certificate = make.make_certificate(completed(cohort), is_made=False)
    assert certificate.number == f"GC-{end.astimezone(clock.SEOUL).year}-OLD-0001"
    assert Enrolment.objects.get(certificates=certificate).cohort == cohort
