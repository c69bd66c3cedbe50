"""Everything that changes an evaluation by the program's form, and its reminders. Each is one transaction."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import due, form_progress, permissions
from mentoring.emails import forms as form_emails
from mentoring.forms import evaluations as evaluation_forms
from mentoring.models.actions import Owner
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.form_evaluations import FormEvaluation, Stage
from mentoring.models.pairs import GoalState, Pairing
from mentoring.models.rounds import MentoringRound
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit, clock, mail
from portal.errors import Refused
from programs.operations.applications import lock_version
from programs.operations.drafts import Stale
from programs.operations.surveys import refuse_unfit, standard_version
from programs.questions.loading import questions_of

BEFORE, AFTER = timedelta(days=3), timedelta(days=1)  # of the due day: whoever still has to write is reminded
LATE_FOR = timedelta(days=7)  # after which nobody is reminded of what was due


def standard_form():
    """The newest version of the form that stands ready, made where there is none."""
    return standard_version(evaluation_forms.STANDARD, evaluation_forms.TITLES, evaluation_forms.SECTIONS)


def fix_questions(version):
    """Hold the questions of a form that a round asks: from now on its wording alone may be mended."""
    refuse_unfit(version)
    lock_version(version.pk)


def evaluated(pairing):
    """The goals that get a score: all but the dropped ones."""
    return list(pairing.goals.exclude(state=GoalState.DROPPED))


def _side(by, pairing):
    """The side of `by`, one of the two, while they work together."""
    refuse_ended(pairing)
    if not permissions.works_in(by, pairing):
        raise Refused(_("Only the mentor and the mentee write here, once the mentor has accepted."))
    return Owner.MENTOR if permissions.is_mentor(by, pairing) else Owner.MENTEE


def _draft(pairing_id, stage, *, by):
    """The pair, and the evaluation of `by` behind the lock on the pair; not saved yet where it is new."""
    pairing = lock(pairing_id)
    side = _side(by, pairing)
    found = FormEvaluation.objects.filter(pairing=pairing, stage=stage, side=side).first()
    if found is None:
        asked = next((asked for asked in form_progress.asked_of(pairing) if asked.stage == stage), None)
        if asked is None:
            raise Refused(_("There is no such evaluation in this cohort."))
        found = FormEvaluation(stage=stage, side=side, author=by, form_version_id=asked.version_id)
    found.pairing = pairing
    return found


def _keep(found, typed, base, *, by):
    """Put what was typed on the draft, unless another window has changed the same after revision `base`."""
    changed = {key: value for key, value in typed.items() if (found.draft.get(key) or "") != (value or "")}
    if base is not None:
        clashing = [key for key in changed if found.stamps.get(key, 0) > base]
        if clashing:
            raise Stale(clashing)
    is_new = found.pk is None
    if not changed and not is_new:
        return found
    found.revision += 1
    found.draft = {**found.draft, **changed}
    found.stamps = {**found.stamps, **dict.fromkeys(changed, found.revision)}
    found.saved_at = clock.now()
    found.save()
    if is_new:
        audit.record("formevaluation.begun", target=found, by=by, after=found.stage)
    return found


@transaction.atomic
def save(pairing_id, stage, *, by, typed, base=None):
    """Keep what one of the two has typed (raw values by key); nothing need be complete. Returns the FormEvaluation.

    `base` is the revision on which it was written, None to keep it in any case. Raises Stale where another window
    has changed one of the keys since.
    """
    found = _draft(pairing_id, stage, by=by)
    if found.is_submitted:
        raise Refused(_("The evaluation is submitted and can no longer be changed."))
    return _keep(found, typed, base, by=by)


@transaction.atomic
def submit(pairing_id, stage, *, by, typed=None, base=None):
    """Hand in one's draft with what was typed last, whole and right; from then on it stays as it is.

    Twice is the same as once; other words than those handed in are refused. Raises Stale as `save` does.
    """
    found = _draft(pairing_id, stage, by=by)
    if found.is_submitted and not typed:
        return found
    if found.is_submitted:
        raise Refused(_("The evaluation is submitted and can no longer be changed."))
    _keep(found, typed or {}, base, by=by)
    now = clock.now()
    questions = evaluation_forms.asked_of(questions_of(found.form_version_id), found.side)
    form = evaluation_forms.checked(questions, found.draft, evaluated(found.pairing), now)
    if not form.is_valid():
        raise Refused(_("Something is missing or not right yet. What you typed is kept."))
    found.answers, found.goal_scores = form.answers(), form.goal_scores()
    found.draft, found.stamps = {}, {}
    found.status, found.submitted_at = EvaluationStatus.SUBMITTED, now
    found.save()
    audit.record("formevaluation.submitted", target=found, by=by, after=found.stage)
    return found


@transaction.atomic
def share(evaluation_id, *, by):
    """Show a mentor's evaluation to the mentee, who is told by mail. Twice is the same as once."""
    pairing_id = FormEvaluation.objects.values_list("pairing", flat=True).get(pk=evaluation_id)
    pairing = lock(pairing_id)
    found = FormEvaluation.objects.get(pk=evaluation_id)
    found.pairing = pairing
    if found.side != Owner.MENTOR or not permissions.may_share(by, found):
        raise Refused(_("Only its author, or staff who run the cohort, can share an evaluation."))
    if not found.is_submitted:
        raise Refused(_("An evaluation can be shared once it is submitted."))
    if found.shared_at is None:
        found.shared_at = clock.now()
        found.save(update_fields=["shared_at"])
        audit.record("formevaluation.shared", target=found, by=by, after=found.stage)
        form_emails.form_shared(found)
    return found


# --- the clock --------------------------------------------------------------------------------------------------


def _moments(day, person, now):
    """Which reminders of a day are due to `person` at `now`, by the mornings where they live."""
    first, late = due.morning_of(day - BEFORE, person), due.morning_of(day + AFTER, person)
    if first <= now < form_progress.end_of(day):
        yield form_emails.SOON
    if late <= now < late + LATE_FOR:
        yield form_emails.LATE


def _owed(round_, pairing):
    """What each of the two has still to write, as (stage, side, day); the letter where it is the final one."""
    for side in Owner.values:
        for asked in form_progress.waiting(pairing, side):
            yield asked.stage, side, asked.due_on
    if round_.final_due is not None and round_.final_form_id is None and not form_progress.final_is_in(pairing):
        yield Stage.FINAL, Owner.MENTOR, round_.final_due


def remind(now):
    """Remind whoever has not handed in, three days before the day and one day after it; once each for each day.

    Returns how many mails were queued.
    """
    today = now.date()
    near = (today - AFTER - LATE_FOR - timedelta(days=1), today + BEFORE + timedelta(days=1))
    rounds = MentoringRound.objects.filter(cohort__cancelled_at=None)
    found = rounds.filter(mid_due__range=near) | rounds.filter(final_due__range=near)
    return sum(_remind(round_, now) for round_ in found.select_related("cohort__program"))


def _remind(round_, now):
    """The reminders of one round."""
    pairs = list(
        Pairing.objects.live()
        .filter(enrolment__cohort=round_.cohort_id)
        .select_related(
            "mentor__user__week",
            "mentor__expert",
            "enrolment__person__week",
            "enrolment__cohort__program",
            "enrolment__cohort__mentoring_round",
            "evaluation",
        )
    )
    form_progress.attach(pairs)
    wanted = {}
    for pairing in pairs:
        for stage, side, day in () if pairing.awaits_answer else _owed(round_, pairing):
            for when in _moments(day, form_emails.person_of(pairing, side), now):
                wanted.setdefault((stage, side, when, day), []).append(pairing)
    sent = 0
    for (stage, side, when, day), owing in wanted.items():
        told = mail.told(form_emails.reason_of(stage, side, when), owing)
        for pairing in owing:
            if not told.of(pairing, form_progress.end_of(day)):
                with transaction.atomic():
                    form_emails.form_due(pairing, stage, side, when, day)
                sent += 1
    return sent
