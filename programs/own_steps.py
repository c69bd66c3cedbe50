"""How one application goes, as steps with their dates: pure functions of rows and a time.

The steps follow its status and the round it stands in: what is staged for it, and what an announcement will say, is
not read here. One that has ended closes its list at the step where it ended.
"""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n
from programs.models.applications import ApplicationStatus as S
from programs.models.applications import ReasonCode
from programs.models.enrolments import EnrolmentStatus
from programs.models.selection import RoundKind
from programs.steps import DONE, NOW, Step, cancelled_cohort, plan_of, stated


def application_steps(application, cohort, milestones, changes, enrolment, now, *, rounds=(), slots=()):
    """How this application goes, as it stands at `now`.

    `changes` are its StateChange rows in their order, `enrolment` its place or None, `rounds` the cohort's review
    rounds and `slots` the interview slots held for it. One that has ended closes its list at the step where it
    ended.
    """
    status = S(application.status)
    times = {change.to_status: change.at for change in changes}
    times[status] = times.get(status) or application.moved_at
    plan = _own_plan(application, cohort, plan_of(cohort, milestones, rounds), times, slots)
    if cohort.cancelled_at and status not in ENDINGS:
        begun = [replace(step, state=DONE) for at, step in plan if step.key in _reached(application, changes)]
        return [*begun, cancelled_cohort(cohort)]
    if status in ENDINGS:
        return _ended(plan, application, changes, times[status])
    if status == S.DRAFT and cohort.has_window and _own_deadline(application, cohort) <= now:
        note = _("The deadline has passed. This application was not submitted.")
        return [Step(pgettext("step", "Not submitted"), note, i18n.moment(cohort.closes_at), NOW, "ended")]
    if status == S.CONFIRMED:
        return _taking_part(plan, cohort, enrolment, now)
    current = _current_key(status, cohort)
    if current == "review" and rounds:
        current = f"round-{application.round_number}"
    return stated(plan, current, now)


ENDINGS = (S.DECLINED, S.EXPIRED, S.RESCINDED, S.CANCELLED, S.REJECTED, S.WITHDRAWN, S.CLOSED_OUT)


def _own_deadline(application, cohort):
    return max(cohort.closes_at, application.extended_until or cohort.closes_at)


def _current_key(status, cohort):
    """The step at which a live application stands before its place is confirmed."""
    return {
        S.DRAFT: "apply",
        S.SUBMITTED: "eligibility" if cohort.is_reviewed else "place",
        S.CHANGES_REQUESTED: "eligibility",
        S.IN_REVIEW: "review",
        S.WAITLISTED: "waitlist",
        S.OFFERED: "confirm",
    }[status]


BEFORE_RESULTS = (S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED)


def passed_rounds(application, rounds):
    """The rounds that an application has passed, in their order: all before the one it stands in."""
    return [round_ for round_ in rounds if round_.number < application.round_number]


def slot_of(application, round_number, slots):
    """The interview slot held for an application in a round it has reached; None where there is none.

    Before it has passed the round before, a slot would tell the result, so it is not shown.
    """
    if application.round_number < round_number:
        return None
    return next((slot for slot in slots if slot.round.number == round_number), None)


def _own_round(application, step, slots):
    """A round, or its results, as one application has it."""
    if step.key.startswith("passed-"):
        if application.round_number > step.round:
            passed = _("Document review passed") if step.kind == RoundKind.DOCUMENT else _("Interview passed")
            return replace(step, title=passed)
        return step
    slot = slot_of(application, step.round, slots)
    if slot is None:
        return step
    place = slot.panel.place or (_("Online") if slot.panel.link else "")
    return replace(step, note=place, when=i18n.span(slot.starts_at, slot.ends_at, times=True))


def _own_plan(application, cohort, plan, times, slots=()):
    """The cohort's plan in the words of one application: its own dates, and the waitlist if it was on it."""
    status = S(application.status)
    if status not in BEFORE_RESULTS:  # rounds it was never in are none of its own
        plan = [
            (at, step)
            for at, step in plan
            if not step.round or step.round + step.key.startswith("passed-") <= application.round_number
        ]
    keys = [step.key for _at, step in plan]
    if "apply" not in keys:
        plan = [(None, Step("", key="apply")), *plan]
    if "confirm" not in keys and "place" not in keys:
        plan = [plan[0], (None, Step(_("Place confirmed"), key="place")), *plan[1:]]
    own = []
    for at, step in plan:
        if step.key == "apply":
            own.append((at, _own_apply(application, cohort, step)))
            continue
        if step.key == "eligibility" and status == S.CHANGES_REQUESTED:
            step = replace(
                step,
                title=S.CHANGES_REQUESTED.label,
                note=_("Add what is missing and submit again."),
                when=i18n.deadline(application.changes_by),
            )
        if step.round:
            step = _own_round(application, step, slots)
        if step.key in ("confirm", "place"):
            if application.waitlist_number is not None:
                own.append((at, _waitlist(application, cohort, times)))
            step = _own_confirm(application, step, times)
        own.append((at, step))
    return own


def _own_apply(application, cohort, step):
    if application.status == S.DRAFT:
        when = i18n.deadline(_own_deadline(application, cohort)) if cohort.has_window else ""
        return replace(step, note=_("Saved, not submitted yet."), when=when)
    title = pgettext("step", "Submitted") if cohort.is_reviewed else pgettext("step", "Registered")
    note = _("Receipt number %(number)s") % {"number": application.receipt_number}
    return replace(step, title=title, note=note, when=i18n.moment(application.submitted_at))


def _waitlist(application, cohort, times):
    title = _("Waitlisted (no. %(number)s)") % {"number": application.waitlist_number}
    note = _("When a place becomes free, you get a mail and have %(hours)s hours to confirm.")
    at = times.get(S.WAITLISTED)
    return Step(title, note % {"hours": cohort.offer_hours}, i18n.moment(at) if at else "", key="waitlist")


def _own_confirm(application, step, times):
    status = application.status
    if status == S.OFFERED:
        note = _("After that the place goes to the next on the waitlist.")
        return replace(step, title=_("Confirm your place"), note=note, when=i18n.deadline(application.answer_by))
    if times.get(S.CONFIRMED):
        return replace(step, title=_("Place confirmed"), note="", when=i18n.moment(times[S.CONFIRMED]))
    if application.waitlist_number is not None:
        return replace(step, when="")  # its own deadline is set when a place is offered
    return step


def _taking_part(plan, cohort, enrolment, now):
    """A confirmed place: standing there until the program begins, then taking part, then complete or not."""
    status = EnrolmentStatus(enrolment.status) if enrolment else EnrolmentStatus.ENROLLED
    if status == EnrolmentStatus.COMPLETED:
        return [
            replace(step, state=DONE, when=i18n.day(enrolment.ended_at) if step.key == "completion" else step.when)
            for _at, step in plan
        ]
    if status in (EnrolmentStatus.NOT_COMPLETED, EnrolmentStatus.DROPPED, EnrolmentStatus.NO_SHOW):
        shown = [replace(step, state=DONE) for _at, step in plan if step.key not in ("program", "completion")]
        if status == EnrolmentStatus.NOT_COMPLETED:
            shown += [replace(step, state=DONE) for _at, step in plan if step.key == "program"]
        return [*shown, Step(status.label, enrolment.end_reason, i18n.day(enrolment.ended_at), NOW, "ended")]
    keys = [step.key for _at, step in plan]
    if status == EnrolmentStatus.ACTIVE or (cohort.starts_at and cohort.starts_at <= now):
        over = cohort.ends_at and cohort.ends_at < now and "completion" in keys
        return stated(plan, "completion" if over else "program", now)
    return stated(plan, "confirm", now)


REVIEWED = ("apply", "eligibility", "review")
REACHED = {
    S.SUBMITTED: ("apply",),
    S.IN_REVIEW: ("apply", "eligibility"),
    S.CHANGES_REQUESTED: ("apply",),
    S.WAITLISTED: (*REVIEWED, "results"),
    S.OFFERED: (*REVIEWED, "results", "waitlist"),
    S.CONFIRMED: (*REVIEWED, "results", "waitlist", "confirm", "place"),
}


def _reached(application, changes):
    """The steps an application had behind it before its last move."""
    before = changes[-1].from_status if changes else S.SUBMITTED
    if application.status not in ENDINGS:
        before = application.status
    return _with_rounds(REACHED.get(S(before), ()), application)


def _with_rounds(reached, application):
    """The steps in `reached`, where the review stands for the rounds that the application has been through.

    One that was given up in a later round has the rounds before it behind it.
    """
    passed = [f"{kind}-{number}" for number in range(1, application.round_number) for kind in ("round", "passed")]
    if "review" in reached:
        passed.append(f"round-{application.round_number}")
    return (*reached, *passed)


def _ended(plan, application, changes, at):
    """What was reached, then the end itself."""
    status = S(application.status)
    reached = _reached(application, changes)
    if status == S.REJECTED and application.reason_code != ReasonCode.NOT_ELIGIBLE:
        reached = _with_rounds(REVIEWED, application)
    if status == S.CLOSED_OUT:
        reached = (*reached, "waitlist")
    shown = [replace(step, state=DONE) for _at, step in plan if step.key in reached]
    held = [
        replace(step, state=DONE)
        for begun, step in plan
        if step.key == "milestone"
        and begun
        and begun <= at
        and "review" in reached
        and begun >= application.submitted_at
    ]
    if held:
        place = next((n for n, step in enumerate(shown) if step.key == "results"), len(shown))
        shown[place:place] = held
    return [*shown, Step(str(application.label), _end_note(status), i18n.moment(at), NOW, "ended")]


def _end_note(status):
    return {
        S.DECLINED: _("The place went to the next on the waitlist."),
        S.EXPIRED: _("The place was not confirmed in time and went to the next on the waitlist."),
        S.CANCELLED: _("The place was given up."),
        S.CLOSED_OUT: _("The program began and no place had become free."),
    }.get(status, "")
