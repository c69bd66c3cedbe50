"""What stands in the papers of a pair, for the data that a person takes along.

Of notes that is one's own, and what was shared; the mentor's notes for mentors and staff are the mentor's, and a
private note is nobody's but its author's.
"""

from mentoring.models.actions import Owner
from mentoring.models.form_evaluations import FormEvaluation
from mentoring.models.notes import NoteDraft, PrivateNote, SharedNote, StaffNote


def of_mentee(pairing):
    """For the mentee of the pair."""
    forms = FormEvaluation.objects.visible_to(pairing.enrolment.person).filter(pairing=pairing)
    return _notes(pairing, pairing.enrolment.person_id) | _work(pairing) | _forms(forms)


def of_mentor(pairing, *, own_only=False):
    """For the mentor of the pair: what they wrote, and unless `own_only` what the mentee shared."""
    mentor = pairing.mentor.user_id
    own = StaffNote.objects.filter(pairing=pairing, author=mentor)
    notes = _notes(pairing, mentor, own_only=own_only)
    forms = FormEvaluation.objects.filter(pairing=pairing, side=Owner.MENTOR, author=mentor)
    return notes | {"notes_for_staff": [note.text for note in own]} | _forms(forms)


def _forms(rows):
    """Evaluations by a form: what was handed in, or has been typed so far."""
    return {
        "evaluations": [
            {
                "stage": row.stage,
                "by": row.side,
                "submitted_at": row.submitted_at,
                "answers": row.answers or row.draft,
                "scores": row.goal_scores,
            }
            for row in rows
        ]
    }


def _notes(pairing, person_id, *, own_only=False):
    """One's private notes, one's draft, and the shared notes of the pair with who of the two wrote each."""
    own = {"pairing": pairing, "author": person_id}
    shared = SharedNote.objects.filter(**own if own_only else {"pairing": pairing}).prefetch_related("earlier")
    return {
        "private_notes": [note.text for note in PrivateNote.objects.filter(**own)],
        "draft_note": "".join(NoteDraft.objects.filter(**own).values_list("text", flat=True)),
        "shared_notes": [
            {
                "by": "mentor" if note.author_id == pairing.mentor.user_id else "mentee",
                "written_at": note.written_at,
                "text": note.text,
                "earlier": [wording.text for wording in note.earlier.all()],
            }
            for note in shared
        ],
    }


def _work(pairing):
    """What the two have agreed on."""
    return {
        "milestones": [
            {"text": milestone.text, "due_on": milestone.due_on, "done_at": milestone.done_at}
            for goal in pairing.goals.all()
            for milestone in goal.milestones.all()
        ],
        "actions": [
            {"text": action.text, "owner": action.owner, "due_on": action.due_on, "done_at": action.done_at}
            for action in pairing.actions.all()
        ],
    }
