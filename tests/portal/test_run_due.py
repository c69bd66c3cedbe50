"""The clock: every step is taken, and one that fails holds up none of the others."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from portal import clock, mail
from portal.management.commands import run_due
from portal.models import MailStatus, OutgoingMail
from programs.models.applications import ApplicationStatus, Decision, Outcome
from tests.make import make_application, make_cohort, make_enrolment, make_session, make_user

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=15)


def make_result(**fields):
    now = datetime.now(UTC)
    defaults = {
        "args_kwargs": {"args": [], "kwargs": {}},
        "task_path": "portal.mail.deliver_mail",
        "backend_name": "default",
        "run_after": get_date_max(),
        "started_at": now - timedelta(minutes=11),
        "worker_ids": ["one"],
        "status": TaskResultStatus.RUNNING,
    }
    return DBTaskResult.objects.create(**(defaults | fields))


def test_one_pass_does_everything_that_is_due(settings):
    cohort = make_cohort(phase="in_review", capacity=1)
    chosen, spare = (make_application(cohort=cohort, status="in_review") for _ in range(2))
    now = clock.now()
    Decision.objects.create(application=chosen, outcome=Outcome.OFFER, at=now)
    Decision.objects.create(application=spare, outcome=Outcome.WAITLIST, rank=1, at=now)
    settings.DEMO_NOW = cohort.announce_at + timedelta(minutes=1)
    call_command("run_due", once=True)
    chosen.refresh_from_db()
    spare.refresh_from_db()
    assert (chosen.status, spare.status) == (ApplicationStatus.OFFERED, ApplicationStatus.WAITLISTED)
    assert OutgoingMail.objects.filter(status=MailStatus.SENT).count() == 2
    settings.DEMO_NOW = chosen.answer_by
    call_command("run_due", once=True)
    chosen.refresh_from_db()
    spare.refresh_from_db()
    assert (chosen.status, spare.status) == (ApplicationStatus.EXPIRED, ApplicationStatus.OFFERED)


def test_a_second_pass_changes_nothing(mailoutbox):
    enrolment = make_enrolment()
    cohort = enrolment.cohort
    make_session(cohort)
    cohort.starts_at, cohort.ends_at = clock.now() - timedelta(hours=1), clock.now() + timedelta(days=1)
    cohort.save()
    for _ in range(2):
        assert run_due.run_due(clock.now()) == []
    enrolment.refresh_from_db()
    assert enrolment.status == "active"
    assert mailoutbox == []


def test_a_step_that_fails_is_logged_and_the_others_are_taken(monkeypatch, caplog):
    taken = []

    def fails(now):
        raise ValueError("on purpose")

    def works(now):
        taken.append(now)

    monkeypatch.setattr(run_due, "STEPS", (fails, works))
    with pytest.raises(SystemExit, match="fails"):
        call_command("run_due", once=True)
    assert len(taken) == 1
    assert "fails failed" in caplog.text


def test_without_once_it_goes_on_until_ctrl_c(monkeypatch):
    passes = []

    def stop(seconds):
        passes.append(seconds)
        if len(passes) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(run_due, "STEPS", ())
    monkeypatch.setattr(run_due, "close_old_connections", lambda: None)  # the test's own must stay
    monkeypatch.setattr(time, "sleep", stop)
    call_command("run_due")
    assert passes == [run_due.INTERVAL_SECONDS] * 3


def test_mail_is_sent_even_if_its_task_was_lost(mailoutbox):
    person = make_user()
    OutgoingMail.objects.create(
        reason="x",
        target_type="x",
        target_id=1,
        person=person,
        to=person.email,
        language="ko",
        subject="x",
        body="x",
    )
    assert run_due.deliver_mail(clock.now()) == 1
    assert len(mailoutbox) == 1
    assert mail.deliver_waiting() == 0


def test_a_task_whose_worker_died_is_queued_again():
    stuck, busy = make_result(), make_result(started_at=datetime.now(UTC) - timedelta(minutes=9))
    assert run_due.free_stuck_tasks(clock.now()) == 1
    stuck.refresh_from_db()
    busy.refresh_from_db()
    assert (stuck.status, stuck.started_at) == (TaskResultStatus.READY, None)
    assert busy.status == TaskResultStatus.RUNNING


def test_a_task_that_kills_its_worker_is_given_up():
    stuck = make_result(worker_ids=["one", "two", "three"])
    run_due.free_stuck_tasks(clock.now())
    stuck.refresh_from_db()
    assert stuck.status == TaskResultStatus.FAILED
    assert stuck.finished_at is not None


def test_old_results_are_forgotten():
    now = datetime.now(UTC)
    make_result(status=TaskResultStatus.SUCCESSFUL, finished_at=now - LONG_AGO)
    kept = make_result(status=TaskResultStatus.FAILED, finished_at=now - timedelta(days=1))
    waiting = make_result(status=TaskResultStatus.READY, started_at=None)
    assert run_due.forget_old_tasks(clock.now()) == 1
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {kept.pk, waiting.pk}
