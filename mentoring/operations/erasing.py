"""What becomes of the papers of a pair when one of the two is erased."""

from mentoring.models.actions import Action
from mentoring.models.form_evaluations import FormEvaluation
from mentoring.models.notes import (
    NoteDraft,
    PrivateNote,
    SharedNote,
    SharedWording,
    StaffNote,
    StaffWording,
)
from mentoring.models.pairs import Goal, GoalMilestone

GONE = "–"  # stands where a text was that a row cannot be without


def erase_papers(user):
    """Take away the texts about a person as a mentee, whoever wrote them, and what nobody but the person reads.

    What a mentor shared with others about their mentees is those mentees' and stays.
    """
    of_mentee = {"pairing__enrolment__person": user}
    Goal.objects.filter(**of_mentee).exclude(state_word="").update(state_word=GONE)
    Goal.objects.filter(**of_mentee).update(text=GONE)
    GoalMilestone.objects.filter(goal__pairing__enrolment__person=user).delete()
    Action.objects.filter(**of_mentee).update(text=GONE)
    forms = FormEvaluation.objects.filter(**of_mentee)
    forms.update(draft={}, stamps={}, answers={}, goal_scores=[])
    for model, wording in ((StaffNote, StaffWording), (SharedNote, SharedWording)):
        wording.objects.filter(note__pairing__enrolment__person=user).delete()
        model.objects.filter(**of_mentee).update(text=GONE)
    for model in (PrivateNote, NoteDraft):
        model.objects.filter(**of_mentee).delete()
        model.objects.filter(author=user).delete()
