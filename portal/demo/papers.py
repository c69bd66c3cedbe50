"""What the pairs of the running camp write down: milestones, actions, notes; and who asks for another mentor."""

from datetime import timedelta

from mentoring.models.actions import Action, Owner
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.notes import PrivateNote, SharedNote, StaffNote
from mentoring.models.pairs import Goal, GoalMilestone
from mentoring.models.rematches import DECIDED_WITHIN, RematchCause, RematchRequest
from portal.demo.days import local_day, weekday
from portal.demo.ledger import dice, texts


def tell(world, pairings):
    """Add the papers of pairs that have met."""
    met = {}
    for meeting in world.ledger.rows[Meeting]:
        if meeting.status == MeetingStatus.HELD:
            met.setdefault(id(meeting.pairing), []).append(meeting)
    having = [pairing for pairing in pairings if pairing.ended_at is None and id(pairing) in met]
    for pairing in having:
        write(world, pairing, met[id(pairing)])
    if having:
        ask(world, having[-1], met[id(having[-1])][0].settled_at)


def write(world, pairing, meetings):
    """The papers of one pair: after the first meeting what is to be done, after each a note."""
    rng, words = dice("papers", pairing.code), texts("papers")
    mentor, mentee = pairing.mentor.user, pairing.enrolment.person
    first, own = meetings[0].settled_at, mentee.language
    facts = {"pairing": pairing, "added_by": mentor, "added_at": first, "due_set_at": first}
    for owner in (Owner.MENTEE, Owner.MENTOR):
        is_done = owner == Owner.MENTOR and rng.random() < 0.5
        world.ledger.add(
            Action(
                code=world.ledger.new_code(),
                text=rng.choice(words[owner])[own],
                owner=owner,
                due_on=weekday(local_day(first), rng.randint(1, 3)),
                done_at=first if is_done else None,
                done_by=mentor if is_done else None,
                **facts,
            )
        )
    for goal in [goal for goal in world.ledger.rows[Goal] if goal.pairing is pairing][:1]:
        for place, text in enumerate(words["milestones"]):
            world.ledger.add(
                GoalMilestone(
                    code=world.ledger.new_code(),
                    goal=goal,
                    text=text[own],
                    due_on=weekday(local_day(first), 1 + 2 * place),
                    done_at=first if place == 0 else None,
                )
            )
    for meeting in meetings:
        add_note(world, SharedNote, meeting, mentor, rng.choice(words["shared"])[own])
    add_note(world, StaffNote, meetings[0], mentor, rng.choice(words["staff"])[mentor.language])
    add_note(world, PrivateNote, meetings[0], mentee, rng.choice(words["private"])[own])


def add_note(world, model, meeting, author, text):
    """A note about a meeting, written when it was settled."""
    world.ledger.add(
        model(
            code=world.ledger.new_code(),
            pairing=meeting.pairing,
            meeting=meeting,
            author=author,
            text=text,
            written_at=meeting.settled_at,
        )
    )


def ask(world, pairing, met_at):
    """A mentee who asks for another mentor, a little after the first meeting."""
    asked_at = min(met_at + timedelta(hours=2), world.now)
    mentee = pairing.enrolment.person
    world.ledger.add(
        RematchRequest(
            code=world.ledger.new_code(),
            pairing=pairing,
            asker=mentee,
            side=Owner.MENTEE,
            cause=RematchCause.OTHER,
            text=texts("papers")["rematch"][mentee.language],
            asked_at=asked_at,
            due_at=asked_at + DECIDED_WITHIN,
        )
    )
