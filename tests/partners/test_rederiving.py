"""Deriving reports again: the same figures, or what changed and why; and two rules beside each other."""

from dataclasses import replace

import pytest

from partners import metrics, rederiving
from partners.models.commitments import CommitmentScope
from partners.models.reports import Report
from partners.operations import commitments as operations
from partners.operations import reports
from partners.rederiving import Kind
from portal import audit, clock
from programs.models.enrolments import Enrolment, EnrolmentStatus
from tests.make import make_admin, make_agreement, make_commitment, make_enrolment, make_organization
from tests.partners.reports import drawn_up, published, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make_admin()


@pytest.fixture
def agreement():
    return make_agreement(parties=[make_organization()])


@pytest.fixture
def stricter():
    """A second version of the enrolled: only those who have completed."""
    first = metrics.get("courses.enrolled")

    def rows(scope):
        return first.rows(scope).filter(status=EnrolmentStatus.COMPLETED)

    second = replace(first, version=2, rows=rows)
    metrics.register(second)
    yield second
    metrics.forget(second)


def by_slot(differences):
    return {found.entry["slot"]: found for found in differences}


def test_where_nothing_has_changed_the_same_figures_come_out(agreement, boss):
    run(agreement, 3)
    make_commitment(agreement)
    every = ["courses", "programs", "experts", "mentoring", "internships", "events", "commitments", "headlines"]
    report = Report.objects.get(pk=drawn_up(agreement, *every, by=boss).pk)
    assert len(report.content["figures"]) == len(metrics.everything())
    assert rederiving.rederive(report) == []


def test_one_enrolment_less_changes_exactly_the_figures_that_count_it(agreement, boss):
    _cohort, enrolments = run(agreement, 3)
    report = published(drawn_up(agreement, by=boss), boss)
    gone = enrolments[1].pk
    enrolments[1].delete()
    found = by_slot(rederiving.rederive(report))
    figure = found["figure:courses.enrolled"]
    assert (figure.before.text, figure.after.text, figure.counts) == ("3", "2", {Kind.GONE: 1})
    row = figure.rows[0]
    assert (row.row.key, row.is_deleted) == (f"enrolment:{gone}", True)
    assert "figure:courses.run" not in found
    assert "figure:courses.hours" not in found
    assert [(part.before.text, part.after.text) for part in figure.cohorts] == [("3", "2")]


def test_what_was_written_down_since_is_the_reason(agreement, boss):
    cohort, enrolments = run(agreement, 2)
    report = drawn_up(agreement, by=boss)
    Enrolment.objects.filter(pk=enrolments[0].pk).update(status=EnrolmentStatus.NO_SHOW, ended_at=clock.now())
    audit.record("enrolment.no_show", target=enrolments[0], by=boss, reason="오지 않았습니다.")
    late = make_enrolment(cohort, status="active")
    found = by_slot(rederiving.rederive(report))["figure:courses.enrolled"]
    assert (found.before.part, found.after.part) == (2, 2)  # the same figure over other rows is told as well
    gone, new = found.rows
    assert (gone.kind, gone.is_deleted, gone.event.reason) == (Kind.GONE, False, "오지 않았습니다.")
    assert (new.kind, new.row.key, new.event) == (Kind.NEW, f"enrolment:{late.pk}", None)
    assert rederiving.reason_of(gone) != rederiving.reason_of(new)


def test_a_row_that_is_counted_with_another_value_is_told(agreement, boss):
    cohort, enrolments = run(agreement, 2, hours=10)
    report = drawn_up(agreement, by=boss)
    Enrolment.objects.filter(pk=enrolments[0].pk).update(status=EnrolmentStatus.COMPLETED, ended_at=clock.now())
    cohort.hours = 12
    cohort.save()
    found = by_slot(rederiving.rederive(report))
    rate, hours = found["figure:courses.completion_rate"], found["figure:courses.hours"]
    assert (rate.before.text, rate.after.text, rate.counts) == ("0.0", "50.0", {Kind.OTHERWISE: 1})
    assert (hours.before.text, hours.after.text, hours.counts) == ("10", "12", {Kind.OTHERWISE: 1})
    assert "figure:courses.enrolled" not in found


def test_shares_are_taken_from_the_report_and_a_changed_target_has_its_reason(agreement, boss):
    cohort, _enrolments = run(agreement, 4)
    commitment = make_commitment(agreement)
    CommitmentScope.objects.create(commitment=commitment, program=cohort.program, share=50)
    report = drawn_up(agreement, "commitments", by=boss)
    assert report.content["commitments"][0]["shown"] == "2"
    commitment.scopes.all().delete()
    assert rederiving.rederive(report) == []
    operations.note_changes(commitment.pk, [("target", 10, 12)], by=boss, reason="과정이 늘었습니다.")
    commitment.target = 12
    commitment.save()
    (found,) = rederiving.rederive(report)
    assert (found.targets, found.counts) == (("10", "12"), {})
    assert [change.reason for change in found.changes] == ["과정이 늘었습니다."]


def test_a_rule_that_changes_leaves_published_reports_and_shows_a_draft_the_rows(agreement, boss, stricter):
    cohort, enrolments = run(agreement, 3)
    make_enrolment(cohort, status="completed")
    metrics.forget(stricter)
    report = published(drawn_up(agreement, "courses", by=boss), boss)
    before = (report.digest, report.content)
    metrics.register(stricter)
    report.refresh_from_db()
    assert (report.digest, report.content) == before
    assert rederiving.rederive(report) == []
    draft = reports.supersede(report.pk, "새 기준으로 셉니다.", by=boss)
    assert draft.content["figures"][0]["rule"] != stricter.name
    assert by_slot(rederiving.against_newest(report)).keys() == {"figure:courses.enrolled"}
    found = by_slot(rederiving.against_newest(report))["figure:courses.enrolled"]
    assert (found.rule, found.newest) == ("courses.enrolled@1", "courses.enrolled@2")
    assert (found.before.part, found.after.part, found.counts) == (4, 1, {Kind.GONE: 3})
    assert {row.row.key for row in found.rows} == {f"enrolment:{row.pk}" for row in enrolments}
    rules = {row["slot"]: row["rule"] for row in draft.content["figures"]}
    assert rules["figure:courses.enrolled"] == stricter.name
    assert rederiving.against_newest(draft) == []


def test_a_commitment_keeps_the_rule_it_was_agreed_with(agreement, boss, stricter):
    run(agreement, 2)
    make_commitment(agreement)
    report = drawn_up(agreement, "commitments", by=boss)
    assert (report.content["commitments"][0]["rule"], report.content["commitments"][0]["shown"]) == (
        "courses.enrolled@1",
        "2",
    )
    (found,) = rederiving.against_newest(report)
    assert (found.before.part, found.after.part) == (2, 0)


def test_a_rule_over_other_rows_shares_none_with_the_one_before(agreement, boss):
    run(agreement, 2)
    report = drawn_up(agreement, "courses", by=boss)
    other = replace(metrics.get("courses.run"), key="courses.enrolled", version=2)
    metrics.register(other)
    try:
        (found,) = rederiving.against_newest(report)
    finally:
        metrics.forget(other)
    assert found.counts == {Kind.GONE: 2, Kind.NEW: 1}


def test_a_rule_that_is_no_longer_known_is_said_to_be(agreement, boss):
    run(agreement, 2)
    report = drawn_up(agreement, "courses", by=boss)
    rule = metrics.get("courses.enrolled")
    metrics.forget(rule)
    try:
        (found,) = rederiving.rederive(report)
        assert rederiving.against_newest(report) == []
    finally:
        metrics.register(rule)
    assert (found.entry["slot"], found.before.part, found.after) == ("figure:courses.enrolled", 2, None)
