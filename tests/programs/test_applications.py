"""Begin, save, submit, edit, withdraw: through the operations, with what each leaves behind."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ConsentRecord, Term, TermVersion
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.models.applications import LIVE, NEXT, Application, ApplicationStatus, StateChange
from programs.models.enrolments import Enrolment
from programs.operations import applications as operations
from programs.operations import moves as moves_module
from programs.operations.drafts import Stale, save_draft
from tests.make import make_admin, make_application, make_cohort, make_enrolment, make_session, make_user
from tests.races import at_once

pytestmark = pytest.mark.django_db
S = ApplicationStatus


def mails(person):
    return sorted(OutgoingMail.objects.filter(person=person).values_list("reason", flat=True))


def moves(application):
    return list(application.changes.values_list("from_status", "to_status"))


def ready(cohort=None, **fields):
    return make_application(cohort, status=S.DRAFT, **fields)


def test_a_draft_takes_the_names_of_the_profile_and_is_made_once():
    cohort, person = make_cohort(), make_user(full_name="남궁별", romanized_name="Namgung Byeol")

    first = operations.start_application(cohort.pk, by=person)
    again = operations.start_application(cohort.pk, by=person)

    assert first == again
    assert (first.status, first.form_version) == (S.DRAFT, cohort.form_version)
    assert first.draft == {"full_name": "남궁별", "romanized_name": "Namgung Byeol"}
    assert first.receipt_number is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_clicks_that_begin_at_once_share_one_draft():
    cohort, person = make_cohort(), make_user()
    outcomes = at_once([lambda: operations.start_application(cohort.pk, by=person)] * 4)
    assert outcomes == [Application.objects.get()] * 4


def test_the_other_of_two_clicks_is_found(monkeypatch):
    cohort, person = make_cohort(), make_user()
    monkeypatch.setattr(
        operations, "lock_version", lambda pk: Application.objects.create(cohort=cohort, applicant=person)
    )
    assert operations.start_application(cohort.pk, by=person) == Application.objects.get()


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("scheduled", "Applications open on"),
        ("closed", "Applications are closed."),
        ("in_review", "Applications are closed."),
        ("running", "Applications are closed."),
        ("draft", "Applications are closed."),
        ("cancelled", "Applications are closed."),
    ],
)
def test_only_an_open_cohort_takes_applications(phase, words, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(Refused, match=words):
        operations.start_application(make_cohort(phase=phase).pk, by=make_user())


def test_one_live_application_a_person_and_cohort():
    application = make_application()
    with pytest.raises(Refused):
        operations.start_application(application.cohort_id, by=application.applicant)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_application(application.cohort, application.applicant)


def test_whoever_withdrew_may_apply_again():
    application = make_application()
    operations.withdraw_application(application.pk, by=application.applicant)

    again = operations.start_application(application.cohort_id, by=application.applicant)

    assert again != application
    assert again.status == S.DRAFT


def test_submitting_gives_a_receipt_and_one_mail():
    application = ready(cohort=make_cohort(receipt_prefix="RB27"), motivation="새 동기")

    operations.submit_application(application.pk, by=application.applicant)
    operations.submit_application(application.pk, by=application.applicant)  # a double click

    application.refresh_from_db()
    assert application.status == S.SUBMITTED
    assert application.receipt_number == "RB27-0001"
    assert application.answers == {"motivation": "새 동기", "career": "동시녹음 3년"}
    assert application.full_name == application.applicant.full_name
    assert application.submitted_at is not None
    assert moves(application) == [("draft", "submitted")]
    assert mails(application.applicant) == ["received"]


def test_what_is_sent_is_frozen_each_time():
    application = ready(motivation="첫 글")
    operations.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    save_draft(application, typed={"motivation": "고친 글"})
    application.refresh_from_db()
    assert application.answers["motivation"] == "첫 글"  # what was sent counts until it is sent again

    operations.submit_application(application.pk, by=application.applicant)
    application.applicant.full_name = "새이름"
    application.applicant.save()

    kept = list(application.submissions.values_list("number", "answers__motivation", "full_name", "by"))
    name = application.full_name
    assert kept == [(1, "첫 글", name, application.applicant_id), (2, "고친 글", name, application.applicant_id)]
    assert mails(application.applicant) == ["received"]


def test_a_consent_that_is_missing_or_has_a_new_wording_holds_it_back():
    application = ready()
    term = Term.objects.get(slug="application")
    newer = TermVersion.objects.create(term=term, number=900, title_ko="새 동의", in_force_at=clock.now())
    with pytest.raises(operations.Incomplete) as refusal:
        operations.submit_application(application.pk, by=application.applicant)
    assert [problem.key for problem in refusal.value.checked.problems] == ["consent_application"]

    operations.give_consents(application.pk, by=application.applicant, consents={newer: True})
    operations.submit_application(application.pk, by=application.applicant)

    given = ConsentRecord.objects.filter(user=application.applicant, version=newer, given=True)
    assert [record.cohort for record in given] == [application.cohort]


def test_consents_are_given_while_it_is_written():
    application = make_application(status=S.IN_REVIEW)
    with pytest.raises(Refused):
        operations.give_consents(application.pk, by=application.applicant, consents={})


def test_what_the_person_saw_is_what_is_sent():
    application = ready()
    with pytest.raises(Stale):
        operations.submit_application(application.pk, by=application.applicant, revision=application.revision + 1)
    operations.submit_application(application.pk, by=application.applicant, revision=application.revision)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_hundred_submissions_of_one_draft_are_one():
    application = ready()
    outcomes = at_once([lambda: operations.submit_application(application.pk, by=application.applicant)] * 200)
    assert {type(outcome) for outcome in outcomes} == {Application}
    assert len({outcome.receipt_number for outcome in outcomes}) == 1
    assert mails(application.applicant) == ["received"]
    assert application.submissions.count() == 1
    assert application.changes.count() == 1


def test_receipt_numbers_count_within_a_cohort():
    cohort = make_cohort(receipt_prefix="AB")
    numbers = [
        operations.submit_application(application.pk, by=application.applicant).receipt_number
        for application in [ready(cohort) for _ in range(3)]
    ]
    assert numbers == ["AB-0001", "AB-0002", "AB-0003"]


@pytest.mark.parametrize("typed", [{"full_name": " "}, {"motivation": ""}, {"motivation": "가" * 501}])
def test_an_incomplete_application_stays_a_draft(typed):
    application = save_draft(ready(), typed=typed)
    with pytest.raises(operations.Incomplete) as refusal:
        operations.submit_application(application.pk, by=application.applicant)
    assert [problem.key for problem in refusal.value.checked.problems] == list(typed)
    application.refresh_from_db()
    assert application.status == S.DRAFT
    assert mails(application.applicant) == []


def test_the_second_before_the_deadline_counts_and_the_deadline_itself_does_not(settings):
    cohort = make_cohort()
    early, late = ready(cohort), ready(cohort)

    settings.DEMO_NOW = cohort.closes_at - timedelta(seconds=1)
    operations.submit_application(early.pk, by=early.applicant)
    settings.DEMO_NOW = cohort.closes_at
    with pytest.raises(Refused):
        operations.submit_application(late.pk, by=late.applicant)

    late.refresh_from_db()
    assert late.status == S.DRAFT


def test_a_personal_extension_holds_until_its_own_end(settings):
    cohort = make_cohort()
    application, staff = ready(cohort), make_admin()
    until = cohort.closes_at + timedelta(days=1)
    operations.extend_deadline(application.pk, until, by=staff, reason="정전")

    settings.DEMO_NOW = until - timedelta(seconds=1)
    operations.submit_application(application.pk, by=application.applicant)

    application.refresh_from_db()
    assert application.status == S.SUBMITTED
    event = AuditEvent.objects.get(verb="application.extended")
    assert (event.by, event.target_id, event.reason) == (staff, application.pk, "정전")


def test_an_extension_that_has_run_out_opens_nothing(settings):
    cohort = make_cohort()
    application = ready(cohort)
    until = cohort.closes_at + timedelta(days=1)
    operations.extend_deadline(application.pk, until, by=make_admin(), reason="정전")
    settings.DEMO_NOW = until
    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=application.applicant)


def test_extensions_refuse_nonsense():
    application = ready()
    later = application.cohort.closes_at + timedelta(days=1)
    with pytest.raises(Refused):
        operations.extend_deadline(application.pk, later, by=make_admin(), reason=" ")
    with pytest.raises(Refused):
        operations.extend_deadline(application.pk, application.cohort.closes_at, by=make_admin(), reason="x")
    with pytest.raises(Refused):
        operations.extend_deadline(make_application(status=S.CONFIRMED).pk, later, by=make_admin(), reason="x")


def test_changes_are_submitted_by_their_own_deadline(settings):
    application = make_application(make_cohort(phase="in_review"), status=S.CHANGES_REQUESTED)
    receipt = application.receipt_number
    save_draft(application, typed={"career": "새 경력"})

    operations.submit_application(application.pk, by=application.applicant)

    application.refresh_from_db()
    assert (application.status, application.receipt_number) == (S.SUBMITTED, receipt)
    assert application.changes_by is None
    assert application.answers["career"] == "새 경력"


def test_changes_come_too_late(settings):
    application = make_application(make_cohort(phase="in_review"), status=S.CHANGES_REQUESTED)
    settings.DEMO_NOW = application.changes_by
    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=application.applicant)


def test_a_submitted_application_can_be_edited_until_the_deadline(settings):
    application = make_application()
    save_draft(application, typed={"motivation": "고친 글"})
    operations.submit_application(application.pk, by=application.applicant)
    operations.submit_application(application.pk, by=application.applicant)  # nothing new to send
    application.refresh_from_db()
    assert (application.answers["motivation"], application.status) == ("고친 글", S.SUBMITTED)
    assert AuditEvent.objects.filter(verb="application.edited", target_id=application.pk).count() == 1

    save_draft(application, typed={"motivation": "늦은 글"})
    settings.DEMO_NOW = application.cohort.closes_at
    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert application.answers["motivation"] == "고친 글"


def test_an_edit_leaves_it_whole():
    application = make_application()
    save_draft(application, typed={"motivation": ""})
    with pytest.raises(operations.Incomplete):
        operations.submit_application(application.pk, by=application.applicant)


def test_changes_that_were_not_sent_can_be_given_up():
    application = make_application()
    save_draft(application, typed={"motivation": "고친 글"})
    operations.discard_changes(application.pk, by=application.applicant)
    operations.discard_changes(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert application.draft["motivation"] == application.answers["motivation"]
    assert application.sent_revision == application.revision
    with pytest.raises(Refused):
        operations.discard_changes(ready().pk, by=make_user())


def test_a_draft_thrown_away_in_another_window_is_refused():
    application = ready()
    operations.discard_draft(application.pk, by=application.applicant)
    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=application.applicant)


def test_a_draft_thrown_away_while_another_waits_for_the_lock(monkeypatch):
    application = ready()
    lock = moves_module.lock_cohort

    def and_meanwhile(cohort_id):
        Application.objects.all().delete()
        return lock(cohort_id)

    monkeypatch.setattr(moves_module, "lock_cohort", and_meanwhile)
    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=application.applicant)


def test_a_draft_can_be_thrown_away_and_nothing_else():
    application = ready()
    operations.discard_draft(application.pk, by=application.applicant)
    operations.discard_draft(application.pk, by=application.applicant)
    assert not Application.objects.exists()
    with pytest.raises(Refused):
        operations.discard_draft(make_application().pk, by=make_user())


@pytest.mark.parametrize("status", [S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED, S.WAITLISTED])
def test_an_application_can_be_withdrawn_also_after_the_deadline(status):
    application = make_application(make_cohort(phase="in_review"), status=status)
    operations.withdraw_application(application.pk, by=application.applicant)
    operations.withdraw_application(application.pk, by=application.applicant)  # twice is once

    application.refresh_from_db()
    assert application.status == S.WITHDRAWN
    assert moves(application) == [(status, "withdrawn")]
    assert mails(application.applicant) == ["withdrawn"]


@pytest.mark.parametrize("status", [S.DRAFT, S.CONFIRMED, S.REJECTED, S.OFFERED])
def test_what_cannot_be_withdrawn(status):
    application = make_application(status=status)
    with pytest.raises(Refused):
        operations.withdraw_application(application.pk, by=application.applicant)


# --- first come, first served -------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["first_come", "rsvp"])
def test_the_seat_after_the_last_goes_to_the_waitlist(mode):
    cohort = make_cohort(registration_mode=mode, capacity=2)
    people = [ready(cohort, motivation="") for _ in range(4)]
    for application in people:
        operations.submit_application(application.pk, by=application.applicant)
        application.refresh_from_db()

    assert [application.status for application in people] == [S.CONFIRMED, S.CONFIRMED, S.WAITLISTED, S.WAITLISTED]
    assert [application.waitlist_number for application in people] == [None, None, 1, 2]
    assert moves(people[0]) == [("draft", "submitted"), ("submitted", "confirmed")]
    assert mails(people[0].applicant) == ["confirmed"]
    assert mails(people[2].applicant) == ["waitlisted"]
    assert list(Enrolment.objects.values_list("person", flat=True)) == [a.applicant_id for a in people[1::-1]]


def test_nobody_passes_those_who_wait():
    cohort = make_cohort(registration_mode="first_come", capacity=2)
    make_application(cohort, status=S.WAITLISTED, waitlist_number=1)
    application = ready(cohort)
    operations.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert (application.status, application.waitlist_number) == (S.WAITLISTED, 2)


def test_a_registration_submitted_twice_is_one():
    application = ready(make_cohort(registration_mode="rsvp"))
    operations.submit_application(application.pk, by=application.applicant)
    operations.submit_application(application.pk, by=application.applicant)
    assert Enrolment.objects.count() == 1


def test_an_ended_application_is_not_submitted_again():
    application = make_application(status=S.REJECTED)
    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=application.applicant)


def test_two_places_do_not_overlap():
    taken = make_cohort(phase="open")
    make_session(taken)
    person = make_enrolment(taken).person
    cohort = make_cohort(registration_mode="first_come")
    make_session(cohort, starts_at=taken.starts_at + timedelta(hours=2))
    application = ready(cohort, applicant=person)

    with pytest.raises(Refused):
        operations.submit_application(application.pk, by=person)

    application.refresh_from_db()
    assert application.status == S.DRAFT


def test_one_place_may_follow_on_the_other():
    taken = make_cohort(phase="open")
    make_session(taken)
    person = make_enrolment(taken).person
    cohort = make_cohort(registration_mode="first_come")
    make_session(cohort, starts_at=taken.starts_at + timedelta(hours=3))
    application = ready(cohort, applicant=person)

    operations.submit_application(application.pk, by=person)

    application.refresh_from_db()
    assert application.status == S.CONFIRMED


# --- the table of moves -----------------------------------------------------------------------------------


def test_the_table_names_every_status_and_nothing_live_is_a_dead_end():
    assert set(NEXT) == set(S)
    assert all(NEXT[status] for status in LIVE)


@pytest.mark.parametrize("status", S)
def test_every_status_can_be_kept(status):
    make_application(status=status)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "nonsense"},
        {"status": "submitted", "receipt_number": None},
        {"status": "offered", "answer_by": None},
        {"status": "waitlisted", "waitlist_number": None},
        {"status": "rejected", "reason_code": ""},
        {"status": "changes_requested", "changes_by": None},
        {"status": "confirmed", "reason_code": "score"},
        {"status": "draft", "submitted_at": "2026-11-24T00:00Z"},
    ],
)
def test_the_database_refuses_a_status_without_its_evidence(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_application(**fields)


def test_a_change_is_between_known_statuses():
    with pytest.raises(IntegrityError), transaction.atomic():
        StateChange.objects.create(application=make_application(), from_status="draft", to_status="nonsense")
