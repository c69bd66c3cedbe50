"""What two people have of a pair goes over to the one in which they are together again, as it was.

For operations that begin the same two anew; they hold the locks on both pairs and on their people.
"""

from django.utils.translation import gettext as _

from mentoring import slots
from mentoring.emails import meetings as emails
from mentoring.meeting_labels import PAIR_ENDED
from mentoring.models.actions import Action
from mentoring.models.evaluations import Evaluation
from mentoring.models.form_evaluations import FormEvaluation
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.notes import NoteDraft, PrivateNote, SharedNote, StaffNote
from mentoring.models.pairs import Goal
from mentoring.models.samples import WorkSample
from mentoring.operations.meeting_moves import write
from mentoring.operations.meetings import interpreter_clash
from portal import audit, clock
from portal.errors import Refused

CONTENT = (
    Goal,
    Action,
    PrivateNote,
    StaffNote,
    SharedNote,
    NoteDraft,
    Evaluation,
    FormEvaluation,
    WorkSample,
    Meeting,
)


def hand_on(former, pairing, *, by):
    """Move goals, actions, notes, evaluations, samples and meetings of an ended pair to `pairing`, of the same two.

    Meetings still ahead that fell with the pair take place again, where both are free by now; who was told that
    they do not is told so.
    """
    if (former.mentor_id, former.enrolment_id) != (pairing.mentor_id, pairing.enrolment_id):
        raise Refused(_("These are not the same two people."))
    for model in CONTENT:
        model.objects.filter(pairing=former).update(pairing=pairing)
    audit.record("pairing.handed_on", target=pairing, by=by, before=f"pairing {former.pk}")
    fallen = Meeting.objects.select_for_update(of=("self",), no_key=True).for_page()
    fallen = fallen.filter(pairing=pairing, status=MeetingStatus.CANCELLED, called_off_reason=PAIR_ENDED)
    for meeting in fallen.filter(starts_at__gt=clock.now()).order_by("pk"):
        others = slots.meetings_of(meeting.people, meeting)
        if not others.overlapping(meeting.starts_at, meeting.ends_at).exists():
            _take_place(meeting, by=by)


def _take_place(meeting, *, by):
    """Let a cancelled meeting stand again, without an interpreter who has something else to do by now."""
    interpreter = meeting.interpreter
    if interpreter and interpreter_clash(interpreter, meeting.starts_at, meeting.ends_at, besides=meeting):
        interpreter = None
    write(
        meeting,
        status=MeetingStatus.SCHEDULED,
        interpreter=interpreter,
        sequence=meeting.sequence + 1,
        called_off_by=None,
        called_off_reason="",
    )
    audit.record("meeting.stands_again", target=meeting, by=by)
    for person in meeting.people:
        if emails.was_told_off(meeting, person):
            emails.again(meeting, person)
