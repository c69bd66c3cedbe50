"""`manage.py run_due`: the clock. Does everything that has come due, again and again, or once."""

import logging
import time
from datetime import UTC, datetime, timedelta
from functools import wraps

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from mentoring import pair_surveys
from mentoring.operations import (
    absences,
    actions,
    answers,
    form_evaluations,
    meeting_words,
    rematches,
    safeguarding,
    samples,
)
from mentoring.operations import rounds as mentoring_rounds
from partners.operations import commitments
from portal import clock, mail, uploads
from programs.operations import (
    applications,
    certificates,
    completion,
    enrolments,
    excuses,
    imports,
    interview_news,
    references,
    releases,
    retention,
    seats,
    surveys,
)

logger = logging.getLogger(__name__)
INTERVAL_SECONDS = 15
HOUR_SECONDS = 60 * 60
STUCK_AFTER = timedelta(minutes=10)
MAX_TRIES = 3
KEEP_RESULTS = timedelta(days=14)
_taken: dict[str, float] = {}  # the steps of every hour: when each was last taken


def deliver_mail(now):
    """Send what waits, whether or not its task was lost."""
    return mail.deliver_waiting()


def really_now():
    """The time by which the task table lives; unlike the portal's it is never frozen."""
    return datetime.fromtimestamp(time.time(), UTC)


def free_stuck_tasks(now):
    """Queue a task again whose worker died with it; give it up after three tries. Returns how many."""
    stuck = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=really_now() - STUCK_AFTER)
    freed = 0
    for result in stuck:
        if len(result.worker_ids) < MAX_TRIES:
            fields = {"status": TaskResultStatus.READY, "started_at": None}
        else:
            fields = {"status": TaskResultStatus.FAILED, "finished_at": really_now()}
        freed += DBTaskResult.objects.filter(pk=result.pk, status=TaskResultStatus.RUNNING).update(**fields)
    return freed


def forget_old_tasks(now):
    """Delete the results of tasks that ended two weeks ago. Returns how many."""
    old = DBTaskResult.objects.finished().filter(finished_at__lte=really_now() - KEEP_RESULTS)
    return old.delete()[0]


def hourly(step):
    """`step`, taken once an hour by this process: it looks through much and seldom finds anything."""

    @wraps(step)
    def taken(now):
        at = time.monotonic()
        if step.__name__ in _taken and at - _taken[step.__name__] < HOUR_SECONDS:
            return 0
        _taken[step.__name__] = at
        return step(now)

    return taken


# In this order: a result that comes out now may free a seat, and a freed seat is offered before its list closes.
STEPS = (
    releases.resume_releases,
    releases.release_due,
    seats.expire_offers,
    seats.promote_due,
    seats.close_waitlists,
    enrolments.activate_enrolments,
    seats.remind_offers,
    applications.remind_drafts,
    applications.remind_changes,
    references.remind,
    interview_news.remind,
    interview_news.tell_panels,
    mentoring_rounds.ask_mentees,
    mentoring_rounds.remind,
    actions.remind,
    form_evaluations.remind,
    hourly(completion.warn),
    hourly(excuses.delete_evidence),
    certificates.resume_runs,
    meeting_words.settle_silent,
    meeting_words.remind,
    meeting_words.ask,
    pair_surveys.name_people_due,
    answers.remind,
    rematches.ask_again,
    surveys.invite_due,
    surveys.remind_due,
    hourly(retention.forget_due),
    hourly(absences.follow_up),
    hourly(safeguarding.forget_closed),
    hourly(samples.clear_over),
    hourly(imports.forget_rows),
    hourly(commitments.take_snapshots),
    deliver_mail,
    free_stuck_tasks,
    forget_old_tasks,
    uploads.sweep_orphans,
)


def run_due(now):
    """Take every step for the moment `now`. A step that fails is logged and holds up none of the others."""
    failed = []
    for step in STEPS:
        try:
            step(now)
        except Exception:
            logger.exception("%s failed", step.__name__)
            failed.append(step.__name__)
    return failed


class Command(BaseCommand):
    """The clock of the portal."""

    help = "Do everything that has come due, every 15 seconds."

    def add_arguments(self, parser):
        """Declare the options."""
        parser.add_argument("--once", action="store_true", help="one pass, then return")

    def handle(self, *, once, **options):
        """Run until stopped; with --once the exit status says whether every step went well."""
        try:
            while True:
                failed = run_due(clock.now())
                if once:
                    break
                time.sleep(INTERVAL_SECONDS)
                close_old_connections()
        except KeyboardInterrupt:
            return
        if failed:
            raise SystemExit(f"Failed: {', '.join(failed)}")
