"""The check that anyone can make, one's own certificates, and what staff do."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from portal.codes import new_checked_code, shown_code
from portal.models import AuditEvent, FileAccess
from programs import certificate_gates, certificate_part
from programs.models.certificates import Certificate, CertificateFile, CertificateRun
from programs.operations import certificates as operations
from tests import make
from tests.reading import Page, untranslated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def certificate():
    organization = make.make_organization(name_ko="한국콘텐츠진흥원", name_en="Korea Creative Content Agency")
    program = make.make_program(partners=[organization], title_ko="사운드 과정", title_en="Sound Course")
    cohort = make.make_cohort(program, phase="finished", hours=35, receipt_prefix="SO26")
    person = make.make_user(full_name="김서연", romanized_name="Kim Seoyeon", email="seoyeon@example.com")
    return make.make_certificate(make.make_enrolment(cohort, person, status="completed"))


def address(name, *args, language="ko"):
    with override(language):
        return reverse(name, args=args)


def check(client, language="ko", **query):
    return client.get(address("certificate-verify", language=language), query)


# --- the check --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "name"), [("ko", "김*연"), ("en", "K** S.")])
def test_number_and_code_together_show_what_holds_and_nothing_more(client, certificate, language, name):
    response = check(client, language, number=certificate.number, code=shown_code(certificate.code))
    text = response.text
    for part in (certificate.number, name, "35"):
        assert part in text
    assert ("사운드 과정" if language == "ko" else "Sound Course") in text
    for part in ("김서연", "Seoyeon", "seoyeon@example.com", certificate.enrolment.code):
        assert part not in text
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    page = Page(text)
    assert untranslated(page, language) == []
    assert page.broken == []


def test_typed_as_people_type(client, certificate):
    number = certificate.number.lower().replace("-", " ")
    response = check(client, number=number, code=f" {shown_code(certificate.code).lower()} ")
    assert response.context["result"]["state"] == "valid"


def test_the_qr_code_leads_there_in_the_visitors_language(client, certificate):
    short = f"/c/{certificate.code}/"
    for language in ("ko", "en"):
        response = client.get(short, headers={"Accept-Language": language})
        assert response.status_code == 302
        assert response.url == f"/{language}/certificates/verify/?code={certificate.code}"
        page = client.get(response.url)
        assert page.context["result"]["state"] == "valid"
        assert certificate.number in page.text
    assert client.get("/c/nothing/").status_code == 302  # it says nothing about the code itself


def test_whatever_is_unknown_gets_the_same_answer(client, certificate):
    other, code = new_checked_code(), shown_code(certificate.code)
    asked = (
        {"number": certificate.number, "code": other},
        {"number": "GC-2099-X-0001", "code": other},
        {"number": "GC-2099-X-0001", "code": code},
        {"number": certificate.number, "code": "nonsense"},
        {"code": other},
    )
    answers = []
    for query in asked:
        response = check(client, **query)
        assert response.status_code == 200
        text = response.text
        assert "김*연" not in text
        answers.append((response.context["result"]["title"], response.context["result"]["text"]))
    assert len(set(answers)) == 1


def test_the_number_alone_reveals_nothing(client, certificate):
    response = check(client, number=certificate.number, code="")
    assert response.context["result"] is None
    assert response.context["form"].errors
    assert "김*연" not in response.text
    response = check(client, number=certificate.number)
    assert response.context["result"] is None


def test_a_blank_number_is_asked_for_where_the_form_was_used(client, certificate):
    response = check(client, number="", code=certificate.code)
    assert response.context["result"] is None
    assert "number" in response.context["form"].errors


def test_superseded_and_revoked_say_so_without_the_rest(client, certificate):
    boss = make.make_admin()
    second = operations.reissue(certificate.pk, by=boss, reason="개명했음")
    for row, state in ((certificate, "superseded"), (second, "valid")):
        response = check(client, number=row.number, code=row.code)
        assert response.context["result"]["state"] == state
        if state == "superseded":
            assert second.number not in response.text
            assert "김*연" not in response.text
    operations.revoke(second.pk, by=boss, reason="착오 발급")
    response = check(client, number=second.number, code=second.code)
    assert response.context["result"]["state"] == "revoked"
    assert "착오 발급" not in response.text
    assert "김*연" not in response.text


def test_guessing_is_slowed_down(client, certificate, settings):
    settings.RATE_LIMITS = "on"
    statuses = [check(client, code=new_checked_code()).status_code for _ in range(22)]
    assert statuses == [200] * 20 + [429] * 2
    assert check(client, code=certificate.code).status_code == 200  # who knows it still gets in …
    statuses = [check(client, code=certificate.code).status_code for _ in range(40)]
    assert statuses[-1] == 429  # … but not for ever


def test_the_empty_check_is_a_public_page_that_a_cache_may_keep(client):
    response = client.get(address("certificate-verify"))
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert "noindex" not in response.text


@pytest.mark.parametrize("query", ["code=%EF%BF%BF", "number=" + "9" * 999, "code=" + "a" * 999, "code=%00"])
def test_no_input_breaks_it(client, query):
    assert client.get(f"{address('certificate-verify')}?{query}").status_code in (200, 400)


# --- one's own --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
def test_ones_own_list_with_what_can_be_done(client, certificate, language):
    boss = make.make_admin()
    second = operations.reissue(certificate.pk, by=boss, reason="개명")
    operations.make_documents(second.run_id)
    client.force_login(certificate.enrolment.person)
    response = client.get(address("my-certificates", language=language))
    states = [(item["certificate"].number, item["holds"]) for item in response.context["items"]]
    assert states == [(second.number, True), (certificate.number, False)]
    page = Page(response.text)
    assert address("certificate-document", second.code, language=language) in page.links
    assert address("certificate-document", certificate.code, language=language) not in page.links
    added = next(link for link in page.links if "linkedin" in link)
    query = parse_qs(urlsplit(added).query)
    assert query["certId"] == [second.number]
    assert query["certUrl"][0].endswith(f"/c/{second.code}/")
    assert untranslated(page, language) == []
    assert page.broken == []


def test_nobody_elses_certificates_are_there(client, certificate):
    client.force_login(make.make_user())
    assert client.get(address("my-certificates")).context["items"] == []
    for name in ("certificate-document", "certificate-badge"):
        assert client.get(address(name, certificate.code)).status_code == 404
    assert client.post(address("certificate-make", certificate.code)).status_code == 404


def test_the_document_is_an_attachment_with_the_bytes_of_the_day_of_issue(client, certificate):
    client.force_login(certificate.enrolment.person)
    response = client.get(address("certificate-document", certificate.code))
    assert response.content == bytes(certificate.file.content)
    assert response["Content-Disposition"] == f'attachment; filename="{certificate.number}.pdf"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not FileAccess.objects.exists()


def test_bytes_that_were_changed_are_not_given_out(client, certificate, caplog):
    CertificateFile.objects.update(content=b"%PDF-1.7 something else")
    client.force_login(certificate.enrolment.person)
    assert client.get(address("certificate-document", certificate.code)).status_code == 404
    assert "not as it was issued" in caplog.text


def test_staff_who_open_it_are_written_down_and_others_of_the_staff_get_404(client, certificate):
    organization = certificate.cohort.program.partners.get()
    manager = make.make_manager(organization)
    client.force_login(manager)
    assert client.get(address("certificate-document", certificate.code)).status_code == 200
    access = FileAccess.objects.get()
    assert (access.by, access.owner, access.code) == (manager, certificate.enrolment.person, certificate.code)
    assert client.get(address("certificate-badge", certificate.code)).status_code == 404  # it is the person's own
    client.force_login(make.make_manager(make.make_organization()))
    assert client.get(address("certificate-document", certificate.code)).status_code == 404


def test_what_no_longer_holds_is_not_given_out(client, certificate):
    operations.revoke(certificate.pk, by=make.make_admin(), reason="x")
    client.force_login(certificate.enrolment.person)
    for name in ("certificate-document", "certificate-badge"):
        assert client.get(address(name, certificate.code)).status_code == 404


def test_a_person_can_have_a_missing_document_made(client, certificate, monkeypatch):
    CertificateFile.objects.all().delete()
    client.force_login(certificate.enrolment.person)
    assert address("certificate-make", certificate.code) in client.get(address("my-certificates")).text
    with monkeypatch.context() as patch:
        patch.setattr(operations, "document", lambda row: 1 / 0)
        client.post(address("certificate-make", certificate.code))
        assert not CertificateFile.objects.exists()
    client.post(address("certificate-make", certificate.code))
    assert client.get(address("certificate-document", certificate.code)).status_code == 200


# --- the part of the page of one's own learning -----------------------------------------------------------------


def rendered(enrolment, language="ko"):
    with override(language):
        part = certificate_part.part(enrolment, clock.now())
        return part and render_to_string(part["template"], part)


def test_the_part_of_learning(certificate, monkeypatch):
    enrolment = certificate.enrolment
    text = rendered(enrolment)
    assert certificate.number in text
    assert address("certificate-document", certificate.code) in text
    operations.revoke(certificate.pk, by=make.make_admin(), reason="x")
    assert address("certificate-document", certificate.code) not in rendered(enrolment)
    assert rendered(make.make_enrolment(status="active")) is None
    fresh = make.make_enrolment(status="completed")
    assert "being prepared" in rendered(fresh, "en")
    monkeypatch.setattr(
        certificate_gates, "GATES", (lambda cohort, rows: {row.pk: "Answer first." for row in rows},)
    )
    assert "Answer first." in rendered(fresh, "en")


# --- staff ------------------------------------------------------------------------------------------------------


@pytest.fixture
def boss(client):
    admin = make.make_admin()
    client.force_login(admin)
    return admin


def test_issuing_to_a_cohort_asks_first_and_shows_how_far_it_is(client, boss):
    cohort = make.make_cohort(phase="finished")
    for _ in range(3):
        make.make_enrolment(cohort, status="completed")
    ask = reverse("admin:programs_cohort_certify", args=[cohort.pk])
    assert client.get(ask).status_code == 200
    assert not Certificate.objects.exists()
    shown = reverse("admin:programs_cohort_certifying", args=[cohort.pk])
    assert client.post(ask).url == shown
    assert Certificate.objects.count() == 3
    page = client.get(shown)
    assert (page.context["done"], page.context["total"], page.context["running"]) == (0, 3, True)
    assert 'data-progress="running"' in page.text
    operations.make_documents(CertificateRun.objects.get().pk)
    page = client.get(shown)
    assert (page.context["done"], page.context["running"]) == (3, False)
    assert 'data-progress="done"' in page.text
    assert client.post(ask).status_code == 200  # nobody is left: the refusal stands on the page
    assert Certificate.objects.count() == 3


def test_missing_documents_are_made_by_a_button(client, boss):
    certificate = make.make_certificate(is_made=False)
    Certificate.objects.update(run=None)
    CertificateRun.objects.all().delete()
    shown = reverse("admin:programs_cohort_certifying", args=[certificate.cohort_id])
    assert client.get(shown).context["missing"]
    assert client.post(shown).status_code == 302
    operations.make_documents(CertificateRun.objects.get().pk)
    assert not client.get(shown).context["missing"]
    client.post(shown)
    assert CertificateRun.objects.count() == 1
    assert client.put(shown).status_code == 404


def run_action(client, model, action, rows, **data):
    url = reverse(f"admin:programs_{model}_changelist")
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    asked = client.post(url, chosen)
    assert asked.status_code == 200
    return client.post(url, chosen | {"confirm": "yes"} | data, follow=True), asked


def test_the_deed_on_enrolments_names_who_gets_none(client, boss):
    cohort = make.make_cohort(phase="finished")
    ready, failed = (make.make_enrolment(cohort, status=status) for status in ("completed", "not_completed"))
    has = make.make_certificate(make.make_enrolment(cohort, status="completed"), is_made=False).enrolment
    _done, asked = run_action(client, "enrolment", "issue_certificate", [ready, failed, has])
    assert len(asked.context["rows"]) == 1
    assert len(asked.context["refused"]) == 2
    assert ready.certificates.count() == 1
    assert not failed.certificates.exists()


@pytest.mark.parametrize(("action", "status"), [("reissue", "superseded"), ("revoke", "revoked")])
def test_issuing_again_and_revoking_ask_for_a_reason(client, boss, certificate, action, status):
    run_action(client, "certificate", action, [certificate], reason="")
    certificate.refresh_from_db()
    assert certificate.status == "valid"
    run_action(client, "certificate", action, [certificate], reason="개명")
    certificate.refresh_from_db()
    assert (certificate.status, certificate.end_reason) == (status, "개명")
    _done, asked = run_action(client, "certificate", action, [certificate], reason="개명")
    assert asked.context["refused"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_admin_shows_what_there_is(client, certificate, language):
    boss = make.make_admin(language=language)
    client.force_login(boss)
    second = operations.reissue(certificate.pk, by=boss, reason="개명")
    listed = client.get(reverse("admin:programs_certificate_changelist"))
    assert certificate.number in listed.text
    assert second.number in client.get(f"{reverse('admin:programs_certificate_changelist')}?status=valid").text
    for row in (certificate, second):
        page = client.get(reverse("admin:programs_certificate_change", args=[row.pk]))
        assert row.number in page.text
        assert language == "en" or untranslated(Page(page.text), language) == []
    history = client.get(reverse("admin:programs_certificate_history", args=[certificate.pk]))
    assert "개명" in history.text
    cohort = client.get(reverse("admin:programs_cohort_overview", args=[certificate.cohort_id]))
    assert reverse("admin:programs_cohort_certify", args=[certificate.cohort_id]) in cohort.text


def test_a_manager_of_others_reaches_nothing(client, certificate):
    client.force_login(make.make_manager(make.make_organization()))
    for name in ("certify", "certifying"):
        url = reverse(f"admin:programs_cohort_{name}", args=[certificate.cohort_id])
        assert client.get(url).status_code == 404
        assert client.post(url).status_code == 404
    assert certificate.number not in client.get(reverse("admin:programs_certificate_changelist")).text


def test_the_audit_holds_no_name(certificate):
    operations.reissue(certificate.pk, by=make.make_admin(), reason="x")
    text = json.dumps(list(AuditEvent.objects.values("verb", "before", "after", "reason")), ensure_ascii=False)
    assert "김서연" not in text
    assert certificate.number in text
