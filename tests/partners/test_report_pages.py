"""Reports at the partners' desk and in the admin: read and answered by the parties, made and compared by staff."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from partners import metrics
from partners.models.reports import Report, ReportLook, ReportState
from partners.operations import reports
from programs.models.enrolments import EnrolmentStatus
from tests.make import (
    make_admin,
    make_agreement,
    make_commitment,
    make_grant,
    make_manager,
    make_organization,
    make_user,
)
from tests.partners.reports import approved, drawn_up, partner_of, published, run

pytestmark = pytest.mark.django_db

S = ReportState


@pytest.fixture
def boss():
    return make_admin(language="en")


@pytest.fixture
def ours():
    return make_organization(name_ko="우리 기관", name_en="Our organization")


@pytest.fixture
def agreement(ours):
    return make_agreement(parties=[ours, make_organization()], title_ko="우리 협약", title_en="Our agreement")


@pytest.fixture
def sent(agreement, boss):
    run(agreement, 3)
    make_commitment(agreement, title_en="Trainees")
    return reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def address(report, language="en"):
    return f"/{language}/partnering/{report.agreement.slug}/reports/{report.code}/"


def read(client, where, status=200):
    response = client.get(where)
    assert response.status_code == status, where
    return response.content.decode()


def press(client, report, party, button, **data):
    typed = {"party": str(party.pk), "digest": report.digest, button: "1"}
    return client.post(address(report), typed | data, follow=True)


# --- the partners' desk -----------------------------------------------------------------------------------------


def test_a_report_is_found_read_and_approved(ours, agreement, sent):
    client = browser(partner_of(ours))
    assert address(sent) in read(client, "/en/partnering/")
    assert "Awaits your approval" in read(client, f"/en/partnering/{agreement.slug}/")
    html = read(client, address(sent))
    assert "30.0%" in html
    assert "whoever took two counts twice" in html
    assert 'id="rule-courses-enrolled-1"' in html
    assert sent.digest[:16] in html
    assert "You have approved the report." in press(client, sent, ours, "approve").content.decode()
    assert 'name="approve"' not in read(client, address(sent))
    assert address(sent) not in read(client, "/en/partnering/")


def test_returning_takes_a_reason_and_nothing_typed_is_lost(ours, sent):
    client = browser(partner_of(ours))
    field = f"party-{ours.pk}-reason"
    html = press(client, sent, ours, "return", **{field: " "}).content.decode()
    assert "Please say why you return the report." in html
    typed = "The camp is missing. " * 20
    assert typed.strip() in press(client, sent, ours, "return", **{field: typed}).content.decode()
    html = press(client, sent, ours, "return", **{field: "The camp is missing."}).content.decode()
    assert "The report is returned." in html
    assert Report.objects.get().state == S.DRAFT
    read(client, address(sent), status=404)


def test_what_was_drawn_up_anew_in_between_is_not_approved(ours, agreement, sent, boss):
    client = browser(partner_of(ours))
    reports.withdraw(sent.pk, "다시", by=boss)
    run(agreement, 1)
    reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    assert "The report has changed since you opened it." in press(client, sent, ours, "approve").content.decode()
    assert Report.objects.get().state == S.IN_APPROVAL


def test_somebody_who_stands_for_two_parties_answers_for_each(ours, agreement, sent):
    person, other = partner_of(ours), agreement.signatures.exclude(organization=ours).get().organization
    make_grant(person, Role.PARTNER, scope=other)
    client = browser(person)
    assert read(client, address(sent)).count('name="approve"') == 2
    press(client, sent, other, "approve")
    assert read(client, address(sent)).count('name="approve"') == 1


def test_other_partners_drafts_and_other_roles_find_nothing(ours, agreement, sent, boss):
    stranger = partner_of(make_organization())
    for person in (stranger, make_user(), make_manager(ours), boss):
        read(browser(person), address(sent), status=404)
        assert press(browser(person), sent, ours, "approve").status_code == 404
    assert press(browser(partner_of(ours)), sent, make_organization(), "approve").status_code == 404
    other = make_agreement(parties=[ours])
    assert browser(partner_of(ours)).get(address(sent).replace(agreement.slug, other.slug)).status_code == 404
    reports.withdraw(sent.pk, "다시", by=boss)
    client = browser(partner_of(ours))
    read(client, address(sent), status=404)
    assert "No report has been sent to you yet." in read(client, f"/en/partnering/{agreement.slug}/")
    assert not ReportLook.objects.exists()


def test_every_look_is_kept_and_staff_read_whose_it_was(ours, sent, boss):
    person = partner_of(ours)
    client = browser(person)
    read(client, address(sent))
    read(client, address(sent))
    client.head(address(sent))
    assert list(ReportLook.objects.values_list("by", "kind", "report")) == [(person.pk, "page", sent.pk)] * 2
    reports.note_look(sent, by=person, format="pdf")
    html = read(browser(boss), reverse("admin:partners_report_change", args=[sent.pk]))
    assert person.display_name in html
    assert "pdf" in html


def test_what_was_superseded_says_so_and_leads_on(ours, agreement, boss):
    first = published(drawn_up(agreement, by=boss), boss)
    second = published(reports.supersede(first.pk, "한 과정이 빠져 있었습니다.", by=boss), boss)
    client = browser(partner_of(ours))
    html = read(client, address(first))
    assert "This report is superseded." in html
    assert address(second) in html
    assert "This version corrects an earlier one." in read(client, address(second))


def test_an_empty_part_says_so(ours, agreement, boss):
    report = reports.send_for_approval(drawn_up(agreement, "commitments", "headlines", by=boss).pk, by=boss)
    assert read(browser(partner_of(ours)), address(report)).count("There is nothing in this part.") == 2


# --- the admin --------------------------------------------------------------------------------------------------


def test_staff_draw_up_send_publish_and_correct(agreement, boss):
    client = browser(boss)
    add = reverse("admin:partners_report_add")
    run(agreement, 2, label_en="2nd run")
    data = {"agreement": agreement.pk, "starts_on": "2025-12-31", "ends_on": "2025-01-01", "parts": ["courses"]}
    assert "The last day is not before the first." in client.post(add, data).content.decode()
    client.post(add, data | {"starts_on": "2025-01-01", "ends_on": "2039-12-31"})
    report = Report.objects.get()

    def do(name, report=report, **data):
        where = reverse("admin:partners_report_deed", args=[report.pk, name])
        assert client.get(where).status_code == 200
        return client.post(where, data, follow=True).content.decode()

    do("again")
    assert "2nd run" in read(client, reverse("admin:partners_report_change", args=[report.pk]))
    assert "Every party has to approve the report first." in do("publish")
    do("send")
    do("withdraw", reason="다시")
    report.refresh_from_db()
    assert report.state == S.DRAFT
    approved(report, boss)
    do("publish")
    assert "This field is required." in do("supersede")
    do("supersede", reason="고칩니다.")
    assert list(Report.objects.order_by("version").values_list("version", "state")) == [
        (1, "published"),
        (2, "draft"),
    ]
    assert client.get(reverse("admin:partners_report_deed", args=[report.pk, "other"])).status_code == 404
    html = read(client, reverse("admin:partners_report_changelist"))
    assert "Published" in html


def test_the_comparison_says_that_nothing_differs_or_what(agreement, boss):
    _cohort, enrolments = run(agreement, 2)
    report = drawn_up(agreement, "courses", by=boss)
    client, where = browser(boss), reverse("admin:partners_report_compare", args=[report.pk])
    html = read(client, where)
    assert "figures come out the same" in html
    assert "Every rule in it is the newest." in html
    first = metrics.get("courses.enrolled")
    second = replace(
        first, version=2, rows=lambda scope: first.rows(scope).filter(status=EnrolmentStatus.COMPLETED)
    )
    enrolments[0].delete()
    metrics.register(second)
    try:
        html = read(client, where)
        draft = read(client, reverse("admin:partners_report_change", args=[report.pk]))
    finally:
        metrics.forget(second)
    assert "A rule in this draft has a newer version." in draft
    assert "The row was deleted." in html
    assert "courses.enrolled@1 → courses.enrolled@2" in html
    assert enrolments[1].person.display_name in html


def test_managers_find_no_reports(agreement, boss, ours):
    report = drawn_up(agreement, by=boss)
    client = browser(make_manager(ours))
    for name, args in (("changelist", []), ("add", []), ("change", [report.pk]), ("compare", [report.pk])):
        assert client.get(reverse(f"admin:partners_report_{name}", args=args)).status_code == 404
    assert client.post(reverse("admin:partners_report_deed", args=[report.pk, "send"])).status_code == 404
