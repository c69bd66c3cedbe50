"""Reports: frozen, approved by each party, published, corrected; and who reads what of them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from partners import freezing, reporting
from partners.models.commitments import Visibility
from partners.models.reports import Decision, Report, ReportApproval, ReportState
from partners.operations import reports
from portal.errors import Refused
from portal.models import AuditEvent
from tests.make import make_admin, make_agreement, make_commitment, make_organization, make_user
from tests.partners.reports import YEAR, approved, drawn_up, partner_of, published, run
from tests.races import at_once

pytestmark = pytest.mark.django_db

S = ReportState


@pytest.fixture
def boss():
    return make_admin()


@pytest.fixture
def agreement():
    return make_agreement(parties=[make_organization(name_ko="첫 기관"), make_organization(name_ko="둘째 기관")])


@pytest.fixture
def parties(agreement):
    return [signature.organization for signature in agreement.signatures.order_by("position")]


def value(report, slot):
    return next(row["shown"] for row in freezing.entries(report.content) if row["slot"] == slot)


# --- freezing ---------------------------------------------------------------------------------------------------


def test_a_draft_freezes_figures_commitments_and_the_rows_behind_them(agreement, boss):
    _cohort, enrolments = run(agreement, 3)
    commitment = make_commitment(agreement, target=4)
    report = drawn_up(agreement, by=boss)
    assert value(report, "figure:courses.enrolled") == "3"
    promised = report.content["commitments"][0]
    assert (promised["rule"], promised["target"], promised["rate"]) == ("courses.enrolled@1", "4", "75.0")
    rows = report.counted.get(slot=f"commitment:{commitment.pk}").rows
    assert rows == [[row.pk, 1] for row in enrolments]
    assert promised["rows"]["count"] == 3
    assert freezing.is_intact(Report.objects.get(pk=report.pk))
    assert AuditEvent.objects.filter(verb="report.drawn_up", target_id=report.pk).count() == 1


def test_what_was_frozen_is_read_in_both_languages_whatever_is_renamed(agreement, boss):
    commitment = make_commitment(agreement, title_en="Trainees")
    report = drawn_up(agreement, by=boss)
    commitment.title_en = "Renamed"
    commitment.save()
    assert report.content["commitments"][0]["title"] == {"ko": "교육 인원", "en": "Trainees"}
    rule = report.content["rules"]["courses.enrolled@1"]
    assert rule["definition"]["ko"] != rule["definition"]["en"]


def test_the_digest_finds_what_somebody_changed_past_the_portal(agreement, boss):
    run(agreement, 1)
    report = drawn_up(agreement, by=boss)
    rows = report.counted.get(slot="figure:courses.enrolled")
    rows.rows = [[0, 1]]
    rows.save()
    assert not freezing.is_intact(report)
    with pytest.raises(Refused):
        reports.send_for_approval(report.pk, by=boss)
    rows.delete()
    assert not freezing.is_intact(report)


def test_a_draft_is_written_anew_and_anything_later_is_not(agreement, boss):
    run(agreement, 1)
    first = drawn_up(agreement, by=boss)
    run(agreement, 2)
    again = drawn_up(agreement, by=boss)
    assert again.pk == first.pk
    assert value(again, "figure:courses.enrolled") == "3"
    reports.send_for_approval(first.pk, by=boss)
    with pytest.raises(Refused):
        drawn_up(agreement, by=boss)
    with pytest.raises(Refused):
        reports.draw_up_again(first.pk, by=boss)
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("starts", "ends", "parts"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), ["courses"]),
        (*YEAR, []),
        (*YEAR, ["courses", "other"]),
    ],
)
def test_a_report_has_a_period_and_parts(agreement, boss, starts, ends, parts):
    with pytest.raises(Refused):
        reports.draw_up(agreement.pk, starts, ends, parts, by=boss)


def test_a_report_is_on_something_that_was_signed_and_by_an_administrator(agreement, boss):
    with pytest.raises(Refused):
        drawn_up(make_agreement(state="draft", signed_on=None), by=boss)
    with pytest.raises(Refused):
        drawn_up(agreement, by=make_user())


def test_what_only_administrators_read_is_in_no_report_and_what_parties_read_in_no_public_one(agreement, boss):
    make_commitment(agreement, title_ko="내부", visibility=Visibility.STAFF)
    make_commitment(agreement, title_ko="당사자", visibility=Visibility.PARTIES)
    make_commitment(agreement, title_ko="공개")
    report = drawn_up(agreement, "commitments", by=boss)

    def titles(**kwargs):
        return [row["title"] for row in reporting.document(report, **kwargs)["parts"][0]["rows"]]

    assert titles() == ["당사자", "공개"]
    assert titles(public=True) == ["공개"]


# --- approval ---------------------------------------------------------------------------------------------------


def test_every_party_approves_and_then_it_is_published(agreement, parties, boss):
    report = reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    with pytest.raises(Refused):
        reports.publish(report.pk, by=boss)
    one, other = map(partner_of, parties)
    assert reports.approve(report.pk, parties[0].pk, report.digest, by=one).state == S.IN_APPROVAL
    assert reports.approve(report.pk, parties[0].pk, report.digest, by=one).state == S.IN_APPROVAL
    assert reports.approve(report.pk, parties[1].pk, report.digest, by=other).state == S.APPROVED
    assert reports.publish(report.pk, by=boss).state == S.PUBLISHED
    assert reports.publish(report.pk, by=boss).state == S.PUBLISHED
    verbs = list(AuditEvent.objects.filter(target_id=report.pk, target_type="partners.report").order_by("pk"))
    assert [event.verb.partition(".")[2] for event in verbs] == [
        "drawn_up",
        "sent",
        "party_approved",
        "party_approved",
        "approved",
        "published",
    ]


def test_only_people_of_the_party_answer_for_it(agreement, parties, boss):
    report = reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    stranger = partner_of(make_organization())
    for person in (partner_of(parties[1]), stranger, boss):
        with pytest.raises(Refused):
            reports.approve(report.pk, parties[0].pk, report.digest, by=person)
        with pytest.raises(Refused):
            reports.send_back(report.pk, parties[0].pk, report.digest, "아닙니다", by=person)
    with pytest.raises(Refused):
        reports.approve(report.pk, stranger.grants.get().organization_id, report.digest, by=stranger)
    assert not ReportApproval.objects.exclude(decision=Decision.WAITING).exists()


def test_what_is_returned_is_a_draft_again_and_everyone_is_asked_anew(agreement, parties, boss):
    report = reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    one, other = map(partner_of, parties)
    reports.approve(report.pk, parties[0].pk, report.digest, by=one)
    with pytest.raises(Refused):
        reports.send_back(report.pk, parties[1].pk, report.digest, " ", by=other)
    back = reports.send_back(report.pk, parties[1].pk, report.digest, "멘토링이 빠졌습니다.", by=other)
    assert back.state == S.DRAFT
    with pytest.raises(Refused):
        reports.approve(report.pk, parties[1].pk, report.digest, by=other)
    run(agreement, 1)
    old = report.digest
    report = reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    with pytest.raises(Refused):  # what was approved on another page is not what stands now
        reports.approve(report.pk, parties[0].pk, old, by=one)
    assert list(report.approvals.values_list("sending", "decision")) == [
        (2, "waiting"),
        (2, "waiting"),
        (1, "approved"),
        (1, "returned"),
    ]


def test_staff_take_a_report_back_and_parties_that_changed_approve_anew(agreement, boss):
    report = approved(drawn_up(agreement, by=boss), boss)
    agreement.signatures.create(organization=make_organization())
    with pytest.raises(Refused):
        reports.publish(report.pk, by=boss)
    with pytest.raises(Refused):
        reports.withdraw(report.pk, "", by=boss)
    assert reports.withdraw(report.pk, "새 당사자", by=boss).state == S.DRAFT
    assert published(report, boss).approvals.filter(sending=2).count() == 3


def test_without_parties_nobody_could_approve(boss):
    report = drawn_up(make_agreement(), by=boss)
    with pytest.raises(Refused):
        reports.send_for_approval(report.pk, by=boss)


# --- correcting -------------------------------------------------------------------------------------------------


def test_a_correction_takes_the_place_when_it_is_published_and_the_old_one_stays_readable(agreement, boss):
    run(agreement, 1)
    first = published(drawn_up(agreement, by=boss), boss)
    run(agreement, 1)
    with pytest.raises(Refused):
        drawn_up(agreement, by=boss)
    with pytest.raises(Refused):
        reports.supersede(first.pk, " ", by=boss)
    second = reports.supersede(first.pk, "한 과정이 빠져 있었습니다.", by=boss)
    first.refresh_from_db()
    assert (first.state, second.version, second.supersedes) == (S.PUBLISHED, 2, first)
    with pytest.raises(Refused):
        reports.supersede(first.pk, "또 고칩니다.", by=boss)
    second = published(second, boss)
    first.refresh_from_db()
    assert first.state == S.SUPERSEDED
    assert (value(first, "figure:courses.enrolled"), value(second, "figure:courses.enrolled")) == ("1", "2")
    notice = reporting.notices(first)[0]
    assert notice["later"] == second
    assert "한 과정이 빠져 있었습니다." in notice["text"]
    assert list(Report.objects.live()) == [second]
    with pytest.raises(Refused):
        reports.supersede(first.pk, "옛것", by=boss)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "published"},
        {"state": "other"},
        {"ends_on": date(2019, 1, 1)},
        {"digest": ""},
        {"version": 2},
    ],
)
def test_the_database_keeps_a_state_with_its_dates(agreement, boss, fields):
    report = drawn_up(agreement, by=boss)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**fields)


def test_the_database_lets_one_report_hold_and_one_be_made(agreement, boss):
    first = published(drawn_up(agreement, by=boss), boss)
    second = reports.supersede(first.pk, "고칩니다.", by=boss)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=second.pk).update(
            state="published", sent_at=first.sent_at, approved_at=first.sent_at, published_at=first.sent_at
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=first.pk).update(state="draft", sent_at=None, approved_at=None, published_at=None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_approvals_and_two_publishings_at_once(agreement, parties, boss):
    report = reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    people = [partner_of(party) for party in parties]
    jobs = [
        lambda party=party, person=person: reports.approve(report.pk, party.pk, report.digest, by=person)
        for party, person in zip(parties, people, strict=True)
        for _ in range(2)
    ]
    assert not [found for found in at_once(jobs) if isinstance(found, Refused)]
    report.refresh_from_db()
    assert report.state == S.APPROVED
    at_once([lambda: reports.publish(report.pk, by=boss)] * 3)
    verbs = AuditEvent.objects.filter(target_id=report.pk, target_type="partners.report").values_list(
        "verb", flat=True
    )
    assert sorted(verbs).count("report.party_approved") == 2
    assert (sorted(verbs).count("report.approved"), sorted(verbs).count("report.published")) == (1, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_approving_and_returning_at_once_leaves_one_answer(agreement, parties, boss):
    report = reports.send_for_approval(drawn_up(agreement, by=boss).pk, by=boss)
    person = partner_of(parties[0])
    found = at_once(
        [
            lambda: reports.approve(report.pk, parties[0].pk, report.digest, by=person),
            lambda: reports.send_back(report.pk, parties[0].pk, report.digest, "아닙니다", by=person),
        ]
    )
    assert len([one for one in found if isinstance(one, Refused)]) == 1
    report.refresh_from_db()
    answer = report.approvals.get(organization=parties[0]).decision
    assert (answer, report.state) in (("approved", S.IN_APPROVAL), ("returned", S.DRAFT))
