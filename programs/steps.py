"""How a cohort and an application go, as steps with their dates: pure functions of rows and a time.

Exactly one step is `now`, except before anything has begun and once everything is done. An application's steps
follow its status alone: what is staged for it, and what an announcement will say, is not read here.
"""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from portal import i18n
from programs.models.applications import ApplicationStatus as S
from programs.models.applications import ReasonCode
from programs.models.cohorts import Phase, answer_time
from programs.models.enrolments import EnrolmentStatus
from programs.models.programs import ProgramKind

DONE, NOW, NEXT = "done", "now", "next"
KEPT = "\u00a0"  # a space at which no line breaks
NAMED = {"eligibility": "Eligibility check", "review": "Document review"}
EVENTS = (ProgramKind.NETWORKING, ProgramKind.TALK)


@dataclass(frozen=True)
class Step:
    """One step as components/steps.html shows it: ready texts, and `done`, `now` or `next`."""

    title: str
    note: str = ""
    when: str = ""
    state: str = NEXT
    key: str = ""


def next_step(steps):
    """The first step still to come, or None."""
    return next((step for step in steps if step.state == NEXT), None)


def current_step(steps):
    """The step at which things stand, or None."""
    return next((step for step in steps if step.state == NOW), None)


# --- texts -----------------------------------------------------------------------------------------


def window(start, end):
    """`11월 9일 (월) 10:00 ~ 12월 4일 (금) 17:00` / `Mon, 9 November, 10:00 – Fri, 4 December, 17:00 KST`."""
    if i18n.language() == i18n.KO:
        first, between, last = i18n.moment(start), "~", i18n.moment(end)
    else:
        first, between, last = f"{i18n.day(start)}, {i18n.clock_time(start)}", "–", i18n.moment(end)
    return f"{first} {between} {last}".replace(" ", KEPT).replace(f"{between}{KEPT}", f"{between} ")


def dates(cohort):
    """When the cohort meets, no more exact than it is known; empty where it is not."""
    if not cohort.starts_at:
        return ""
    if cohort.dates_precision != "day":
        return i18n.dated(i18n.as_seoul(cohort.starts_at), cohort.dates_precision)
    return i18n.span(cohort.starts_at, cohort.ends_at, times=True)


def completion_rule(cohort, days=0):
    """What it takes to complete: 80 % of the hours of a short course, of the days (if known) of a longer one."""
    if cohort.hours is None:
        return ""
    if not cohort.completes_by_days:
        return _("80%% or more of %(hours)s hours") % {"hours": cohort.hours}
    if days:
        return _("%(needed)s of %(days)s days or more") % {"needed": -(-days * 4 // 5), "days": days}
    return _("80% or more of the days")


def _milestone_when(milestone):
    if milestone.until is None or milestone.until == milestone.at:
        return i18n.moment(milestone.at)
    return i18n.span(milestone.at, milestone.until, times=True)


# --- the plan of a cohort --------------------------------------------------------------------------


def _plan(cohort, milestones):
    """The steps without states, in order, each with the instant at which it begins (None: with the one before)."""
    plan = []
    if cohort.is_reviewed:
        plan += _selection(cohort, milestones)
    elif cohort.has_window:
        plan.append(
            (
                cohort.opens_at,
                Step(
                    pgettext("step", "Register"),
                    _("Online only. Places go in the order of registration."),
                    window(cohort.opens_at, cohort.closes_at),
                    key="apply",
                ),
            )
        )
        plan.append(
            (
                cohort.closes_at,
                Step(
                    _("Place confirmed"),
                    _("At once while there are places; after that you join the waitlist and move up in order."),
                    key="place",
                ),
            )
        )
    is_event = cohort.program.kind in EVENTS
    program = Step(
        pgettext("step", "Event") if is_event else pgettext("step", "Program"),
        "" if is_event else cohort.place,
        dates(cohort) or _("The dates will be announced."),
        key="program",
    )
    plan.append((cohort.starts_at, program))
    if cohort.hours is not None and not is_event:
        plan.append((cohort.ends_at, Step(_("Completion"), completion_rule(cohort), key="completion")))
    return _with_milestones(plan, milestones)


def _selection(cohort, milestones):
    """Applying, the checks and reviews, the results, the answer."""
    opens, closes, announced = cohort.opens_at, cohort.closes_at, cohort.released_at or cohort.announce_at
    steps = []
    if cohort.has_window:
        began = cohort.review_began_at if cohort.review_began_at and cohort.review_began_at >= closes else None
        before = [m.at for m in milestones if m.at >= closes and (announced is None or m.at < announced)]
        until = min([moment for moment in [*before, announced] if moment], default=None)
        reviewed = i18n.span(began or closes, until) if until and until >= (began or closes) else ""
        steps = [
            (
                opens,
                Step(
                    pgettext("step", "Apply"),
                    _("Online only. You can edit or withdraw until the deadline."),
                    window(opens, closes),
                    key="apply",
                ),
            ),
            (
                closes,
                Step(
                    _("Eligibility check"),
                    _("If something is missing, you are asked to add it."),
                    i18n.span(closes, began) if began else _("After the deadline"),
                    key="eligibility",
                ),
            ),
            (
                began or closes,
                Step(_("Document review"), _("By the criteria on this page."), reviewed, key="review"),
            ),
        ]
    if announced or cohort.has_window:
        results = Step(
            _("Results announced"),
            _("With the order of the waitlist. Nobody sees a result before then."),
            i18n.moment(announced) if announced else _("The date will be announced."),
            key="results",
        )
        confirm = Step(
            _("Confirm your place"),
            _("A place that is not confirmed goes to the next on the waitlist."),
            i18n.deadline(answer_time(cohort, announced)) if announced else "",
            key="confirm",
        )
        steps += [(announced, results), (announced, confirm)]
    return steps


def _is_named(milestone, step):
    """Whether a milestone bears the name of a step of every selection, in either language."""
    msgid = NAMED.get(step.key)
    if msgid is None:
        return False
    with override(i18n.KO):
        return milestone.title_ko == _(msgid) or milestone.title_en == msgid


def _with_milestones(plan, milestones):
    """`plan` with each milestone where its time says; one that bears a step's name gives that step its dates."""
    milestones = sorted(milestones, key=lambda one: one.at)
    anchored, last = [], None
    for begins, step in plan:
        own = next((one for one in milestones if _is_named(one, step)), None)
        if own is not None:
            milestones.remove(own)
            begins = own.at
            step = replace(step, title=own.title, note=own.note or step.note, when=_milestone_when(own))
        last = begins or last
        anchored.append((last, step))
    for milestone in milestones:
        place = next((n for n, (at, _step) in enumerate(anchored) if at and at > milestone.at), len(anchored))
        step = Step(milestone.title, milestone.note, _milestone_when(milestone), key="milestone")
        anchored.insert(place, (milestone.at, step))
    return anchored


def _stated(plan, current, now):
    """The plan's steps with their states: all before `current` done, it now, the rest next.

    A milestone after the deadline and before the results moves the current step on; any other only tells by its
    own time whether it is over.
    """
    keys = [step.key for _at, step in plan]
    here = next((keys.index(key) for key in (current, INSTEAD.get(current)) if key in keys), -1)
    if current == "review":
        while here + 1 < len(plan) and keys[here + 1] == "milestone" and plan[here + 1][0] <= now:
            here += 1
    steps = []
    for n, (at, step) in enumerate(plan):
        if n == here:
            state = NOW
        elif n < here or (step.key == "milestone" and at <= now and current is not None):
            state = DONE
        else:
            state = NEXT
        steps.append(replace(step, state=state))
    return steps


INSTEAD = {"confirm": "place", "eligibility": "apply", "review": "apply"}  # where a plan lacks the step
CURRENT = {
    Phase.OPEN: "apply",
    Phase.CLOSING: "apply",
    Phase.IN_REVIEW: "review",
    Phase.ANNOUNCED: "confirm",
    Phase.RUNNING: "program",
}


def cohort_steps(cohort, milestones, now):
    """How the cohort goes, from applying to completion, as it stands at `now`; a cancelled one stops there."""
    phase = cohort.phase_at(now)
    plan = _plan(cohort, milestones)
    if phase == Phase.CANCELLED:
        begun = [replace(step, state=DONE) for at, step in plan if at and at <= cohort.cancelled_at]
        return [*begun, _cancelled_cohort(cohort)]
    if phase == Phase.FINISHED:
        return [replace(step, state=DONE) for _at, step in plan]
    if phase == Phase.CLOSED:
        return _stated(plan, "eligibility" if cohort.is_reviewed else "place", now)
    return _stated(plan, CURRENT.get(phase), now)


def _cancelled_cohort(cohort):
    return Step(
        pgettext("cohort", "Cancelled"), cohort.cancel_reason, i18n.day(cohort.cancelled_at), NOW, "cancelled"
    )


# --- an application --------------------------------------------------------------------------------


def application_steps(application, cohort, milestones, changes, enrolment, now):
    """How this application goes, as it stands at `now`.

    `changes` are its StateChange rows in their order, `enrolment` its place or None. One that has ended closes
    its list at the step where it ended.
    """
    status = S(application.status)
    times = {change.to_status: change.at for change in changes}
    times[status] = times.get(status) or application.moved_at
    plan = _own_plan(application, cohort, _plan(cohort, milestones), times)
    if cohort.cancelled_at and status not in ENDINGS:
        begun = [replace(step, state=DONE) for at, step in plan if step.key in _reached(application, changes)]
        return [*begun, _cancelled_cohort(cohort)]
    if status in ENDINGS:
        return _ended(plan, application, changes, times[status])
    if status == S.DRAFT and cohort.has_window and _own_deadline(application, cohort) <= now:
        note = _("The deadline has passed. This application was not submitted.")
        return [Step(pgettext("step", "Not submitted"), note, i18n.moment(cohort.closes_at), NOW, "ended")]
    if status == S.CONFIRMED:
        return _taking_part(plan, cohort, enrolment, now)
    return _stated(plan, _current_key(status, cohort), now)


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


def _own_plan(application, cohort, plan, times):
    """The cohort's plan in the words of one application: its own dates, and the waitlist if it was on it."""
    status = S(application.status)
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
        return _stated(plan, "completion" if over else "program", now)
    return _stated(plan, "confirm", now)


REACHED = {
    S.SUBMITTED: ("apply",),
    S.IN_REVIEW: ("apply", "eligibility"),
    S.CHANGES_REQUESTED: ("apply",),
    S.WAITLISTED: ("apply", "eligibility", "review", "results"),
    S.OFFERED: ("apply", "eligibility", "review", "results", "waitlist"),
    S.CONFIRMED: ("apply", "eligibility", "review", "results", "waitlist", "confirm", "place"),
}


def _reached(application, changes):
    """The steps an application had behind it before its last move."""
    before = changes[-1].from_status if changes else S.SUBMITTED
    if application.status not in ENDINGS:
        before = application.status
    return REACHED.get(S(before), ())


def _ended(plan, application, changes, at):
    """What was reached, then the end itself."""
    status = S(application.status)
    reached = _reached(application, changes)
    if status == S.REJECTED and application.reason_code != ReasonCode.NOT_ELIGIBLE:
        reached = ("apply", "eligibility", "review")
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
