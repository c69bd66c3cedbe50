"""Mails whose reason has gone before they left, each of them; and reminders of deadlines that move."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail as outbox

from portal import clock, mail
from portal.mail_events import EVENTS
from portal.models import MailStatus, OutgoingMail
from programs import emails, mails_wanted
from programs.models.applications import Application, ApplicationStatus, Decision, Offer, StateChange
from programs.models.applying import ReferenceRequest
from programs.models.eligibility import Appeal, Restriction
from programs.models.selection import Release, ReleaseItem, ReviewRound
from programs.operations import applications, decisions, releases, review, seats
from tests import make

S = ApplicationStatus
pytestmark = pytest.mark.django_db


def test_each_mail_about_a_program_has_its_row_in_the_table():
    rows = [event for events in mails_wanted.TABLE.values() for event in events]
    ours = {name for name, event in EVENTS.items() if event.template.startswith("programs/")}
    # Where others declare a mail they say in their own module whether something may drop it.
    assert {*rows, *mails_wanted.ALWAYS} <= ours
    assert len(rows) == len(set(rows))
    assert set(emails_here()) <= {*rows, *mails_wanted.ALWAYS}


def emails_here():
    """The mails that `programs.emails` declares."""
    source = Path(emails.__file__).read_text(encoding="utf-8")
    return [name for name in EVENTS if f'"{name}"' in source and EVENTS[name].template.startswith("programs/")]


def left(row):
    """What became of a mail once the worker came to it."""
    mail.deliver(row.pk)
    row.refresh_from_db()
    return row.status


def change_of(application, status=None):
    return StateChange.objects.create(
        application=application, from_status="submitted", to_status=status or application.status, at=clock.now()
    )


def set_status(application, status, **fields):
    Application.objects.filter(pk=application.pk).update(status=status, **({"answer_by": None} | fields))


# Each mail of a change: the state that it tells, and a state that makes it untrue.
OF_CHANGES = {
    "received": (S.SUBMITTED, S.WITHDRAWN),
    "changes_requested": (S.CHANGES_REQUESTED, S.SUBMITTED),
    "changes_reminder": (S.CHANGES_REQUESTED, S.WITHDRAWN),
    "offer_expired": (S.EXPIRED, S.IN_REVIEW),
    "waitlisted": (S.WAITLISTED, S.CONFIRMED),
    "waitlist_closed": (S.CLOSED_OUT, S.WITHDRAWN),
    "rejected": (S.REJECTED, S.IN_REVIEW),
    "confirmed": (S.CONFIRMED, S.CANCELLED),
    "declined": (S.DECLINED, S.IN_REVIEW),
}
NEEDS = {
    S.CHANGES_REQUESTED: {"changes_note": "1"},
    S.WAITLISTED: {"waitlist_number": 1},
    S.CLOSED_OUT: {"waitlist_number": 1},
}


@pytest.mark.parametrize("message", OF_CHANGES)
@pytest.mark.parametrize("goes_on", [False, True])
def test_a_change_is_told_while_it_stands(message, goes_on):
    told, later = OF_CHANGES[message]
    application = make.make_application(status=told, **NEEDS.get(told, {}))
    row = getattr(emails, message)(change_of(application))
    if goes_on:
        set_status(application, later, reason_code="", changes_by=None)
        change_of(application, later)
    assert left(row) == (MailStatus.DROPPED if goes_on else MailStatus.SENT)


def test_a_change_that_came_again_is_told_by_its_own_mail():
    application = make.make_application(status=S.WAITLISTED, waitlist_number=1)
    first = emails.waitlisted(change_of(application))
    second = emails.waitlisted(change_of(application))
    assert (left(first), left(second)) == (MailStatus.DROPPED, MailStatus.SENT)


@pytest.mark.parametrize("message", ["rescinded", "withdrawn", "cancelled", "cohort_cancelled"])
def test_what_is_final_is_always_told(message):
    application = make.make_application(status=S.WITHDRAWN)
    assert left(getattr(emails, message)(change_of(application))) == MailStatus.SENT


def test_a_receipt_stays_true_in_review():
    application = make.make_application(status=S.SUBMITTED)
    row = emails.received(change_of(application))
    set_status(application, S.IN_REVIEW)
    assert left(row) == MailStatus.SENT


def reviewed_application(**fields):
    cohort = make.make_cohort(phase="announced", capacity=1)
    return make.make_application(cohort, status="in_review", **fields)


def sent_subjects():
    return [message.subject for message in outbox.outbox]


def test_offered_and_taken_back_before_anything_was_sent_is_one_mail_the_right_one():
    boss = make.make_admin()
    application = reviewed_application()
    decisions.stage_decisions([application.pk], "offer", by=boss)
    releases.release_decisions(application.cohort_id, by=boss)
    seats.rescind_offer(application.pk, by=boss, reason="1")
    mail.deliver_waiting()
    assert [row.reason for row in OutgoingMail.objects.filter(status="sent")] == ["rescinded"]
    assert [row.reason for row in OutgoingMail.objects.filter(status="dropped")] == ["offered"]
    assert len(outbox.outbox) == 1


def test_confirmed_before_the_offer_was_told_is_one_mail():
    boss = make.make_admin()
    application = reviewed_application()
    decisions.stage_decisions([application.pk], "offer", by=boss)
    releases.release_decisions(application.cohort_id, by=boss)
    seats.confirm_offer(application.pk, by=application.applicant)
    mail.deliver_waiting()
    assert [row.reason for row in OutgoingMail.objects.filter(status="sent")] == ["confirmed"]


def test_rejected_and_reopened_is_no_mail():
    boss = make.make_admin()
    application = reviewed_application()
    decisions.stage_decisions([application.pk], "reject", by=boss, reason_code="score")
    releases.release_decisions(application.cohort_id, by=boss)
    review.reopen_application(application.pk, by=boss, reason="1")
    assert mail.deliver_waiting() == 0
    assert OutgoingMail.objects.get().status == MailStatus.DROPPED


def offer_of(application, days=3):
    now = clock.now()
    until = now + timedelta(days=days)
    Application.objects.filter(pk=application.pk).update(answer_by=until)
    application.answer_by = until
    return Offer.objects.create(application=application, kind="first", made_at=now, expires_at=until)


@pytest.mark.parametrize("waitlist_number", [None, 1])
def test_an_offer_whose_deadline_moves_is_told_with_the_new_one(waitlist_number):
    application = make.make_application(status=S.OFFERED, waitlist_number=waitlist_number)
    offer = offer_of(application)
    row = emails.offered(offer)
    assert emails.offered(offer).pk == row.pk
    offer.expires_at += timedelta(days=1)
    offer.save()
    set_status(application, S.OFFERED, answer_by=offer.expires_at)
    assert left(row) == MailStatus.DROPPED
    assert left(emails.offered(offer)) == MailStatus.SENT


def test_the_reminder_of_an_offer_follows_its_deadline(settings):
    settings.DEMO_NOW = clock.now()
    application = make.make_application(status=S.OFFERED)
    offer = offer_of(application, days=2)
    settings.DEMO_NOW += timedelta(days=1)
    assert [seats.remind_offers(clock.now()), seats.remind_offers(clock.now())] == [1, 0]
    old = OutgoingMail.objects.get()
    offer.expires_at += timedelta(days=4)
    offer.save()
    set_status(application, S.OFFERED, answer_by=offer.expires_at)
    assert seats.remind_offers(clock.now()) == 0
    assert left(old) == MailStatus.DROPPED
    settings.DEMO_NOW += timedelta(days=2)
    assert [seats.remind_offers(clock.now()), seats.remind_offers(clock.now())] == [1, 0]
    assert left(OutgoingMail.objects.latest("pk")) == MailStatus.SENT
    set_status(application, S.CONFIRMED)
    assert seats.remind_offers(clock.now()) == 0


def draft_due(days, **cohort):
    now = clock.now()
    cohort = make.make_cohort(phase="open", opens_at=now - timedelta(days=30), closes_at=now + days, **cohort)
    application = make.make_application(cohort, status="draft")
    Application.objects.update(created_at=now - timedelta(days=20))
    return application


def test_the_reminder_of_a_draft_follows_its_deadline(settings):
    settings.DEMO_NOW = clock.now()
    application = draft_due(timedelta(days=2))
    assert [applications.remind_drafts(clock.now()), applications.remind_drafts(clock.now())] == [1, 0]
    old = OutgoingMail.objects.get()
    assert old.reason == "draft_reminder_3"
    moved = application.cohort.closes_at + timedelta(days=10)
    type(application.cohort).objects.update(closes_at=moved)
    assert applications.remind_drafts(clock.now()) == 0
    assert left(old) == MailStatus.DROPPED
    settings.DEMO_NOW = moved - timedelta(days=2)
    assert [applications.remind_drafts(clock.now()), applications.remind_drafts(clock.now())] == [1, 0]
    new = OutgoingMail.objects.latest("pk")
    assert (new.deadline_at, left(new)) == (moved, MailStatus.SENT)


def test_a_reminder_that_was_sent_comes_again_for_another_deadline_and_a_dropped_one_for_the_same(settings):
    settings.DEMO_NOW = clock.now()
    application = draft_due(timedelta(days=2))
    cohorts = type(application.cohort).objects
    first = application.cohort.closes_at
    applications.remind_drafts(clock.now())
    cohorts.update(closes_at=first + timedelta(hours=5))
    assert mail.deliver_waiting() == 0  # of the first deadline, dropped
    assert applications.remind_drafts(clock.now()) == 1
    assert mail.deliver_waiting() == 1
    cohorts.update(closes_at=first)
    assert [applications.remind_drafts(clock.now()), applications.remind_drafts(clock.now())] == [1, 0]
    assert mail.deliver_waiting() == 1
    assert len(outbox.outbox) == 2


def test_a_draft_that_is_told_by_hand_is_told_once():
    application = draft_due(timedelta(days=2))
    assert [emails.draft_reminder(application, 3), emails.draft_reminder(application, 3)] == [1, 0]


@pytest.mark.parametrize("what", ["submitted", "gone"])
def test_a_draft_that_is_none_any_more_is_not_reminded(what):
    application = draft_due(timedelta(days=2))
    emails.draft_reminder(application, 3)
    if what == "gone":
        application.delete()
    else:
        set_status(application, S.SUBMITTED, receipt_number="A-1", receipt_serial=1, submitted_at=clock.now())
    assert left(OutgoingMail.objects.get()) == MailStatus.DROPPED


def test_the_reminder_of_changes_follows_its_deadline(settings):
    settings.DEMO_NOW = clock.now()
    application = make.make_application(status=S.IN_REVIEW)
    review.request_changes(application.pk, by=make.make_admin(), note="1", until=clock.now() + timedelta(days=3))
    settings.DEMO_NOW += timedelta(days=2, hours=1)
    assert [applications.remind_changes(clock.now()), applications.remind_changes(clock.now())] == [1, 0]
    first, reminder = OutgoingMail.objects.order_by("pk")
    Application.objects.update(changes_by=clock.now() + timedelta(days=5))
    assert applications.remind_changes(clock.now()) == 0
    assert (left(first), left(reminder)) == (MailStatus.DROPPED, MailStatus.DROPPED)
    settings.DEMO_NOW += timedelta(days=4, hours=1)
    assert [applications.remind_changes(clock.now()), applications.remind_changes(clock.now())] == [1, 0]
    assert left(OutgoingMail.objects.latest("pk")) == MailStatus.SENT


def extended():
    application = draft_due(timedelta(days=2))
    until = clock.now() + timedelta(days=9)
    applications.extend_deadline(application.pk, until, by=make.make_admin(), reason="1")
    return application, OutgoingMail.objects.get()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, MailStatus.SENT),
        ({"extended_until": None}, MailStatus.DROPPED),
        ({"status": S.WITHDRAWN}, MailStatus.DROPPED),
    ],
)
def test_an_extension_is_told_while_it_can_be_used(fields, status):
    application, row = extended()
    if "status" in fields:
        fields = fields | {"receipt_number": "A-1", "receipt_serial": 1, "submitted_at": clock.now()}
    if fields:
        Application.objects.filter(pk=application.pk).update(**fields)
    assert left(row) == status


def test_an_extension_of_a_draft_that_is_gone_is_not_told():
    application, row = extended()
    Application.objects.filter(pk=application.pk).delete()
    assert left(row) == MailStatus.DROPPED


@pytest.mark.parametrize("what", ["written", "withdrawn", "other form", "gone"])
def test_a_form_that_changed_is_told_while_it_is_written(what):
    application = draft_due(timedelta(days=2))
    row = emails.form_changed(application, application.form_version)
    if what == "withdrawn":
        set_status(application, S.WITHDRAWN, receipt_number="A", receipt_serial=1, submitted_at=clock.now())
    elif what == "other form":
        Application.objects.update(form_version=make.make_cohort().form_version)
    elif what == "gone":
        application.delete()
    assert left(row) == (MailStatus.SENT if what == "written" else MailStatus.DROPPED)


@pytest.mark.parametrize("withdrawn", [False, True])
@pytest.mark.parametrize("message", ["entered", "fixed"])
def test_what_staff_did_is_told_unless_withdrawn(message, withdrawn):
    application = make.make_application(status=S.SUBMITTED)
    copy = application.submissions.create(
        number=1, form_version=application.form_version, full_name="1", at=clock.now(), by=make.make_admin()
    )
    row = emails.entered(copy, "1") if message == "entered" else emails.fixed(copy, "1", [])
    if withdrawn:
        set_status(application, S.WITHDRAWN)
    assert left(row) == (MailStatus.DROPPED if withdrawn else MailStatus.SENT)


@pytest.mark.parametrize("what", ["there", "next round", "decided", "gone"])
def test_the_next_round_is_told_while_it_runs(what):
    application = make.make_application(status=S.IN_REVIEW)
    cohort = application.cohort
    dates = {"starts_at": clock.now(), "due_at": clock.now() + timedelta(days=1)}
    first = ReviewRound.objects.create(cohort=cohort, number=1, **dates)
    ReviewRound.objects.create(cohort=cohort, number=2, kind="interview", **dates)
    decision = Decision.objects.create(application=application, outcome="advance")
    release = Release.objects.create(cohort=cohort, round=first)
    item = ReleaseItem.objects.create(release=release, decision=decision, position=1)
    application.round_number = 2
    application.save()
    row = emails.advanced(decision, application)
    if what == "next round":
        Application.objects.update(round_number=3)
    elif what == "decided":
        set_status(application, S.WITHDRAWN)
    elif what == "gone":
        item.delete()
        decision.delete()
    assert left(row) == (MailStatus.SENT if what == "there" else MailStatus.DROPPED)


# --- letters and restrictions ------------------------------------------------------------------------------


LETTERS = {
    "reference_asked": ({}, {"ended_at": True}),
    "reference_reminder": ({}, {"received_at": True, "text": "1"}),
    "reference_received": ({"received_at": True, "text": "1"}, None),
    "reference_declined": ({"declined_at": True}, {"ended_at": True}),
}


def filled(fields):
    return {name: clock.now() if value is True else value for name, value in fields.items()}


@pytest.mark.parametrize("message", LETTERS)
@pytest.mark.parametrize("goes_on", [False, True])
def test_letters_are_told_of_while_it_is_so(message, goes_on):
    before, after = LETTERS[message]
    request = make.make_reference()
    ReferenceRequest.objects.update(**filled(before))
    request.refresh_from_db()
    row = getattr(emails, message)(request)
    if goes_on and after:
        ReferenceRequest.objects.update(**filled(after))
    elif goes_on:
        set_status(request.application, S.WITHDRAWN)
    assert left(row) == (MailStatus.DROPPED if goes_on else MailStatus.SENT)


def test_a_letter_that_is_there_no_more_is_not_told_of():
    row = emails.reference_received(make.make_reference())
    assert left(row) == MailStatus.DROPPED


def test_the_reminder_of_a_letter_is_dropped_where_its_time_has_moved():
    request = make.make_reference()
    row = emails.reference_reminder(request)
    cohort = request.application.cohort
    cohort.references_until = clock.now() + timedelta(days=90)
    cohort.save()
    assert left(row) == MailStatus.DROPPED


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("message", ["restricted", "restriction_lifted", "appeal_received", "appeal_decided"])
def test_restrictions_are_told_while_they_hold(message, goes_on):
    appeal = make.make_appeal()
    appeal.is_accepted, appeal.answer = False, "1"
    row = getattr(emails, message)(appeal if message.startswith("appeal") else appeal.restriction)
    if goes_on:
        Restriction.objects.update(lifted_at=clock.now())
        Appeal.objects.update(decided_at=clock.now(), is_accepted=True)
    dropped = goes_on and message in ("restricted", "appeal_received")
    assert left(row) == (MailStatus.DROPPED if dropped else MailStatus.SENT)


def test_a_mail_whose_object_is_gone_is_dropped():
    application = make.make_application(status=S.OFFERED)
    rows = [emails.offered(offer_of(application)), emails.declined(change_of(application))]
    OutgoingMail.objects.update(target_id=999_999)
    assert [left(row) for row in rows] == [MailStatus.DROPPED, MailStatus.DROPPED]


def test_of_nothing_nobody_is_told():
    assert mail.told("offer_expiring", []).rows == set()


def test_mails_from_before_deadlines_were_written_down_count_as_told():
    application = make.make_application(status=S.OFFERED)
    offer = offer_of(application)
    emails.offer_expiring(offer)
    OutgoingMail.objects.update(nonce="", deadline_at=None)
    assert emails.offer_expiring(offer) == 0
    assert left(OutgoingMail.objects.get()) == MailStatus.SENT
