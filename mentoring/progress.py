"""How a pair goes, as steps, a pill and a panel for whoever looks: pure functions of rows already read."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mentoring import form_progress, zones
from mentoring.models.actions import Owner
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.pairs import EndKind
from portal import clock, i18n, pills

MENTOR, MENTEE, STAFF = "mentor", "mentee", "staff"
DONE, NOW, NEXT = "done", "now", "next"
NONE, DRAFT, SUBMITTED, SHARED = "none", "draft", "submitted", "shared"
URGENCY = (DRAFT, SUBMITTED, NONE, SHARED)  # what a mentor does first
SIDES = {MENTOR: Owner.MENTOR, MENTEE: Owner.MENTEE}


@dataclass(frozen=True)
class Step:
    """One step as components/steps.html shows it."""

    title: str
    note: str = ""
    when: str = ""
    state: str = NEXT


def name_html(name):
    """A person's name as it stands in a page: in its own language."""
    return format_html("<span data-user-content{}>{}</span>", _foreign(i18n.language_of_text(name)), name)


def _foreign(code):
    return "" if code == i18n.language() else format_html(' lang="{}"', code)


def with_name(text, name):
    """`text` with the person's name at `%(name)s`."""
    return mark_safe(escape(text) % {"name": name_html(name)})  # both parts are escaped


def evaluation_state(pairing, viewer):
    """How far the evaluation is, as far as `viewer` may know.

    A draft is its author's alone, and the mentee learns of an evaluation when it is shared.
    """
    evaluation = pairing.begun_evaluation
    if evaluation is None:
        return NONE
    if evaluation.shared_at is not None:
        return SHARED
    if viewer == MENTEE:
        return NONE
    if evaluation.status == EvaluationStatus.SUBMITTED:
        return SUBMITTED
    return DRAFT if viewer == MENTOR else NONE


def is_evaluation_due(pairing):
    """Whether the letter is to be written now: its day is within a week, has passed, or there is none."""
    due_at = form_progress.letter_at(pairing)
    return due_at is None or due_at - clock.now() <= form_progress.SOON


def form_due(pairing, viewer):
    """The evaluation by a form that the one of the two who looks has to write now, goals being set; else None."""
    if viewer not in SIDES or not pairing.goals.all():
        return None
    return form_progress.next_due(pairing, SIDES[viewer])


def anchor_of(pairing):
    """The part of a pair's page in which its mentor has something to do next."""
    if pairing.awaits_answer:
        return "answer"
    if form_due(pairing, MENTOR):
        return "form-evaluations"
    if evaluation_state(pairing, MENTOR) != NONE:
        return "evaluation"
    if not pairing.goals.all():
        return "goals"
    return "evaluation" if is_evaluation_due(pairing) else "meetings"


def pill(pairing, viewer):
    """The one pill of a pair: ended, or how far its evaluation is."""
    state = evaluation_state(pairing, viewer)
    if not pairing.is_live and state != SHARED:
        return pills.pill(pills.PAIRING_PILLS, "ended", pgettext("pair", "Ended"))
    if state == NONE:
        if viewer == MENTEE:
            return pills.pill(pills.PAIRING_PILLS, "active", pgettext("pair", "In progress"))
        return {"tone": "soon", "icon": "ring", "label": _("No evaluation yet")}
    labels = {
        DRAFT: _("Evaluation: draft"),
        SUBMITTED: _("Evaluation: submitted"),
        SHARED: _("Evaluation: shared"),
    }
    return pills.pill(pills.EVALUATION_PILLS, state, labels[state])


def told(moment, pairing, viewer):
    """A moment on the clock of the one of the two who looks, and on Seoul's; staff have Seoul's alone."""
    person = {MENTOR: pairing.mentor.user, MENTEE: pairing.enrolment.person}.get(viewer)
    return zones.own_moment(moment, zones.zone_of(person))


def steps(pairing, viewer):
    """All steps of a pair; the first that is not done is the current one. An ended pair ends with its end."""
    state = evaluation_state(pairing, viewer)
    evaluation = pairing.begun_evaluation
    goals = len(pairing.goals.all())
    day = form_progress.letter_day(pairing)
    by_end = _("To be written by %(day)s.") % {"day": i18n.day(day)} if day and state in (NONE, DRAFT) else ""
    rows = [(_("Paired"), "", i18n.day(pairing.paired_at), True)]
    if pairing.answer_until is not None:
        until = _("By %(moment)s.") % {"moment": told(pairing.answer_until, pairing, viewer)}
        answered = pairing.accepted_at is not None
        when = i18n.day(pairing.accepted_at) if answered else ""
        rows.append((_("Accepted by the mentor"), "" if answered else until, when, answered))
    rows += [
        (
            pgettext("step", "Goals"),
            _("%(count)s set") % {"count": goals}
            if goals
            else _("Set by the mentee and the mentor, at most five."),
            "",
            goals > 0,
        ),
    ]
    rows += [form_step(asked, pairing, viewer) for asked in form_progress.asked_of(pairing)]
    if viewer != MENTEE:
        rows.append(
            (
                _("Evaluation submitted"),
                by_end,
                i18n.day(evaluation.submitted_at) if state in (SUBMITTED, SHARED) else "",
                state in (SUBMITTED, SHARED),
            )
        )
    rows.append(
        (
            _("Evaluation shared with the mentee"),
            "" if state == SHARED else _("From then on the mentee can read it, and is told by mail."),
            i18n.day(evaluation.shared_at) if state == SHARED else "",
            state == SHARED,
        )
    )
    if not pairing.is_live:
        done = [row for row in rows if row[3]]
        rows = [*done, (pgettext("pair", "Ended"), "", i18n.day(pairing.ended_at), True)]
    first_open = next((number for number, row in enumerate(rows) if not row[3]), None)
    return [
        Step(title, note, when, DONE if done else NOW if number == first_open else NEXT)
        for number, (title, note, when, done) in enumerate(rows)
    ]


def form_step(asked, pairing, viewer):
    """An evaluation by a form as a step: one's own, or for staff that of both."""
    sides = [SIDES[viewer]] if viewer in SIDES else list(Owner)
    rows = [form_progress.own(pairing, asked.stage, side) for side in sides]
    done = [row for row in rows if row is not None and row.is_submitted]
    is_done = len(done) == len(sides)
    note = _("Due by %(day)s") % {"day": i18n.day(asked.due_on)}
    if viewer == STAFF and done and not is_done:
        note = " · ".join([note, _("One of two handed in")])
    when = i18n.day(max(row.submitted_at for row in done)) if is_done else ""
    return asked.stage.label, "" if is_done else note, when, is_done


def next_thing(pairing, viewer):
    """What the mentor or the mentee does next, in a few words; empty where nothing is left."""
    if viewer == MENTOR and pairing.awaits_answer:
        return _("Accept or decline")
    if form_due(pairing, viewer):
        return form_words(viewer)
    state = evaluation_state(pairing, viewer)
    has_goals = bool(pairing.goals.all())
    if viewer == MENTEE:
        if state == SHARED:
            return _("Read the evaluation")
        return _("Set your goals") if pairing.is_live and not has_goals else ""
    if not pairing.is_live:
        return ""
    if state == NONE:
        if not has_goals:
            return _("Agree on goals")
        return _("Write the evaluation") if is_evaluation_due(pairing) else _("Go to the meetings")
    return {
        SHARED: "",
        SUBMITTED: _("Share the evaluation"),
        DRAFT: _("Finish the evaluation"),
    }[state]


def form_words(viewer):
    """What the mentor or the mentee does about an evaluation by a form that is due."""
    return _("Write your self-assessment") if viewer == MENTEE else _("Fill in the evaluation form")


def panel(pairing, viewer, *, next_meeting="", may_book=False):
    """The panel on top of a pair's page: where it stands and what to do, as components/now.html takes it.

    `next_meeting` is when the two meet next, in words; `may_book` whether the reader could book a meeting now.
    """
    state = evaluation_state(pairing, viewer)
    has_goals = bool(pairing.goals.all())
    title, text, target, label = _words(pairing, viewer, state, has_goals)
    url = f"#{target}"
    is_free = has_goals and state != SHARED and not form_due(pairing, viewer)  # nothing of their own is due
    if viewer == MENTEE and is_free and (next_meeting or may_book):
        title, text, url, label = _meeting_words(pairing, next_meeting)
    cohort = pairing.enrolment.cohort
    facts = [{"term": _("Paired"), "value": i18n.day(pairing.paired_at)}]
    if pairing.is_live and cohort.ends_at:
        facts.append({"term": _("Cohort ends"), "value": i18n.day(cohort.ends_at)})
    elif not pairing.is_live:
        facts.append({"term": pgettext("pair", "Ended"), "value": i18n.day(pairing.ended_at)})
        if viewer == MENTOR:
            facts.append({"term": _("Readable until"), "value": told(pairing.read_until, pairing, viewer)})
    actions = [{"label": label, "url": url, "look": "primary"}] if label else []
    if pairing.end_kind == EndKind.FINISHED:
        actions.append({"label": _("What was reached"), "url": reverse("pairing-closing", args=[pairing.code])})
    return {"pill": pill(pairing, viewer), "title": title, "text": text, "facts": facts, "actions": actions}


def _meeting_words(pairing, next_meeting):
    """Title, text, address and label for a mentee whose goals are set: the next meeting, or the way to book it."""
    if next_meeting:
        return _("Your next meeting is booked."), next_meeting, "#meetings", _("Go to the meetings")
    text = _("Agree on your next meeting: choose a time that both of you have free.")
    book = reverse("meeting-book", args=[pairing.code])
    return _("The mentoring is in progress."), text, book, _("Book a meeting")


def _words(pairing, viewer, state, has_goals):
    """Title, text, target and label of the panel."""
    if pairing.awaits_answer and viewer == MENTOR:
        return (
            _("A new mentee waits for your answer."),
            _("Please accept or decline by %(moment)s.") % {"moment": told(pairing.answer_until, pairing, MENTOR)},
            "answer",
            _("Go to the answer"),
        )
    if pairing.awaits_answer:
        return _("The mentor's answer is awaited."), _("Until then no meeting is booked."), "", ""
    asked = form_due(pairing, viewer)
    if asked:
        return _form_title(asked), _form_text(asked, viewer), "form-evaluations", form_words(viewer)
    if viewer == MENTEE:
        if state == SHARED:
            return (
                _("Your mentor's evaluation is here."),
                _("It names your strengths, the next steps, and a score for each goal."),
                "evaluation",
                _("Read the evaluation"),
            )
        if not pairing.is_live:
            return _("This mentoring has ended."), "", "", ""
        if not has_goals:
            return (
                _("Say what you want out of the mentoring."),
                _("Your mentor prepares by your goals and evaluates by them."),
                "goals",
                _("Set your goals"),
            )
        return _("The mentoring is in progress."), _("We write to you when the evaluation is shared."), "", ""
    if state == SHARED:
        return _("The evaluation is with the mentee."), "", "evaluation", _("Read the evaluation")
    if viewer == MENTOR and not pairing.is_live:
        return _("This mentoring has ended."), _("You can still read this page. Nothing can be written."), "", ""
    if state == SUBMITTED:
        return (
            _("The evaluation is submitted."),
            _("The mentee does not see it yet. Share it when the time has come."),
            "evaluation",
            _("Go to the evaluation"),
        )
    if not pairing.is_live:
        return _("This mentoring has ended."), _("No evaluation was submitted."), "", ""
    if viewer == STAFF:
        return _("The mentoring is in progress."), _("The evaluation has not been submitted yet."), "", ""
    if state == DRAFT:
        return (
            _("You have begun the evaluation."),
            _("Only you see it until you submit it."),
            "evaluation",
            _("Finish the evaluation"),
        )
    if not has_goals:
        return (
            _("There are no goals yet."),
            _("Agree on them with the mentee first: the evaluation gives each a score."),
            "goals",
            _("Add a goal"),
        )
    if not is_evaluation_due(pairing):
        text = _("Agree on your next meeting. The evaluation is written towards the end, by %(day)s.")
        day = i18n.day(form_progress.letter_day(pairing))
        return _("The mentoring is in progress."), text % {"day": day}, "meetings", _("Go to the meetings")
    return (
        _("The evaluation is still to be written."),
        _("It names strengths, next steps, and a score for each goal."),
        "evaluation",
        _("Write the evaluation"),
    )


def _form_title(asked):
    """That an evaluation by a form is due, or late."""
    text = _("%(evaluation)s: overdue") if asked.due_at <= clock.now() else _("%(evaluation)s: due soon")
    return text % {"evaluation": asked.stage.label}


def _form_text(asked, viewer):
    """Until when, and who reads it."""
    day = {"day": i18n.day(asked.due_on)}
    if viewer == MENTEE:
        return _("It is due by %(day)s, Seoul time. Your mentor and the staff read it.") % day
    return _("It is due by %(day)s, Seoul time. The mentee reads it once you share it.") % day


def desk_panel(pairs):
    """What a mentor does next over all active mentees; None without any."""
    if not pairs:
        return None
    state_of = {pairing.pk: evaluation_state(pairing, MENTOR) for pairing in pairs}
    asked_of = {pairing.pk: form_due(pairing, MENTOR) for pairing in pairs}
    first = min(
        pairs,
        key=lambda pairing: (
            not pairing.awaits_answer,
            asked_of[pairing.pk] is None,
            URGENCY.index(state_of[pairing.pk]),
        ),
    )
    state = state_of[first.pk]
    name = first.enrolment.person.display_name
    if state == SHARED and not first.awaits_answer and not asked_of[first.pk]:
        title, text, actions = (
            _("Every evaluation is with its mentee."),
            _("Nothing is left to do for now."),
            [],
        )
    else:
        title, text = _desk_words(first, state)
        label = next_thing(first, MENTOR)
        url = reverse("pairing", args=[first.code]) + f"#{anchor_of(first)}"
        actions = [{"label": label, "url": url, "look": "primary", "hidden": name}]
        title = with_name(title, name)
    submitted = sum(state in (SUBMITTED, SHARED) for state in state_of.values())
    facts = [
        {
            "term": _("Mentees"),
            "value": ngettext("%(count)s person", "%(count)s people", len(pairs)) % {"count": len(pairs)},
        },
        {
            "term": _("Evaluations submitted"),
            "value": pgettext("evaluations", "%(part)s of %(whole)s") % {"part": submitted, "whole": len(pairs)},
        },
    ]
    if first.enrolment.cohort.ends_at:
        facts.append({"term": _("Cohort ends"), "value": i18n.day(first.enrolment.cohort.ends_at)})
    return {"pill": pill(first, MENTOR), "title": title, "text": text, "facts": facts, "actions": actions}


def _desk_words(pairing, state):
    """Title with `%(name)s`, and text, for the pair that comes first."""
    if pairing.awaits_answer:
        return (
            _("%(name)s waits for your answer."),
            _("Please accept or decline by %(moment)s.") % {"moment": told(pairing.answer_until, pairing, MENTOR)},
        )
    asked = form_due(pairing, MENTOR)
    if asked:
        title = _("%(evaluation)s of %(name)s")
        return title % {"evaluation": asked.stage.label, "name": "%(name)s"}, _form_text(asked, MENTOR)
    if state == DRAFT:
        return _("You have begun the evaluation of %(name)s."), _("Only you see it until you submit it.")
    if state == SUBMITTED:
        return (
            _("The evaluation of %(name)s is submitted."),
            _("The mentee does not see it yet. Share it when the time has come."),
        )
    if not pairing.goals.all():
        return (
            _("%(name)s has no goals yet."),
            _("Agree on them with the mentee first: the evaluation gives each a score."),
        )
    if not is_evaluation_due(pairing):
        text = _("Agree on your next meeting. The evaluation is written towards the end, by %(day)s.")
        return _("The mentoring of %(name)s is in progress."), text % {
            "day": i18n.day(form_progress.letter_day(pairing))
        }
    return (
        _("The evaluation of %(name)s is still to be written."),
        _("It names strengths, next steps, and a score for each goal."),
    )
