"""Evaluations by the program's form: as the pair's page lists them, and what their own page shows. Reads only."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mentoring import form_progress, permissions, progress
from mentoring.forms import evaluations as evaluation_forms
from mentoring.models.actions import Owner
from mentoring.models.evaluations import EvaluationStatus, Score
from mentoring.models.form_evaluations import FormEvaluation
from portal import i18n, pills
from programs.questions.loading import questions_of
from programs.questions.showing import shown


def part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_form_evaluations.html` takes; None where the round asks for no form."""
    asked = form_progress.asked_of(pairing)
    if not asked or pairing.awaits_answer:
        return None
    readable = {(row.stage, row.side): row for row in readable_of(user, pairing)}
    return {
        "template": "mentoring/workspace/_form_evaluations.html",
        "stages": [stage_of(one, pairing, viewer, readable, now) for one in asked],
    }


def readable_of(user, pairing):
    """The evaluations of a pair that a person may read, their own drafts too."""
    return FormEvaluation.objects.visible_to(user).filter(pairing=pairing)


def stage_of(asked, pairing, viewer, readable, now):
    """One stage: until when, how far either side is as far as one may know, and where it is written or read."""
    side = progress.SIDES.get(viewer)
    own = readable.get((asked.stage, side))
    may_write = side is not None and pairing.is_live and (own is None or not own.is_submitted)
    rows = [
        {"label": label_of(each, viewer), "pill": pill_of(readable.get((asked.stage, each)), each, viewer)}
        for each in (Owner.MENTEE, Owner.MENTOR)
    ]
    can_read = any(row.is_submitted for (stage, _side), row in readable.items() if stage == asked.stage)
    label = ""
    if may_write:
        label = _("Go on writing") if own is not None else pgettext("evaluation", "Write it")
    elif can_read:
        label = pgettext("evaluation", "Read")
    return {
        "title": asked.stage.label,
        "day": i18n.day(asked.due_on),
        "is_late": may_write and asked.due_at <= now,
        "rows": rows,
        "url": reverse("form-evaluation", args=[pairing.code, asked.stage]) if label else "",
        "label": label,
        "is_wanted": may_write and asked.due_at - now <= form_progress.SOON,
    }


def label_of(side, viewer):
    """What a side writes."""
    if side == Owner.MENTEE:
        return _("My self-assessment") if viewer == progress.MENTEE else _("Self-assessment of the mentee")
    return _("My evaluation") if viewer == progress.MENTOR else _("Evaluation by the mentor")


def pill_of(row, side, viewer):
    """How far a side is. Of a draft only its author knows, and of the mentor's the mentee once it is shared."""
    if row is None:
        hidden = viewer == progress.MENTEE and side == Owner.MENTOR
        label = _("Not shared yet") if hidden else _("Not handed in yet")
        return {"tone": "soon", "icon": "ring", "label": label}
    if row.shared_at is not None:
        return pills.pill(pills.EVALUATION_PILLS, "shared", _("Shared"))
    label = _("Handed in") if row.is_submitted else EvaluationStatus.DRAFT.label
    return pills.pill(pills.EVALUATION_PILLS, row.status, label)


# --- the page of one stage ----------------------------------------------------------------------------------------


def read_rows(user, pairing, stage, viewer):
    """The evaluations of a stage that are handed in and may be read, the mentee's first, ready to be shown."""
    rows = [row for row in readable_of(user, pairing).filter(stage=stage) if row.is_submitted]
    return [shown_of(row, pairing, viewer, user) for row in sorted(rows, key=lambda row: row.side)]


def shown_of(row, pairing, viewer, user):
    """One that is handed in, as `mentoring/_form_evaluation.html` shows it."""
    row.pairing = pairing
    questions = evaluation_forms.asked_of(questions_of(row.form_version_id), row.side)
    may_share = row.side == Owner.MENTOR and row.shared_at is None and permissions.may_share(user, row)
    return {
        "id": row.side,
        "title": label_of(row.side, viewer),
        "submitted_at": row.submitted_at,
        "shared_at": row.shared_at,
        "is_hidden": row.side == Owner.MENTOR and row.shared_at is None,
        "scores": [
            {"goal": each["goal"], "score": each["score"], "label": Score(each["score"]).label}
            for each in row.goal_scores
        ],
        "answers": shown(questions, row.answers),
        "may_share": may_share,
    }
