"""How a cohort goes, as steps with their dates: pure functions of rows and a time.

Exactly one step is `now`, except before anything has begun and once everything is done. A cohort whose selection
has rounds shows each with its dates, and when the results of those before the last come. How an application goes is
in `programs/own_steps.py`.
"""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from portal import i18n
from programs.models.cohorts import Phase, answer_time
from programs.models.programs import ProgramKind
from programs.models.selection import RoundKind

DONE, NOW, NEXT = "done", "now", "next"
KEPT = "\u00a0"  # a space at which no line breaks
NAMED = {
    "eligibility": ("Eligibility check",),
    "review": ("Document review",),
    RoundKind.DOCUMENT: ("Document review",),
    RoundKind.INTERVIEW: ("Interview", "Interviews"),
}
EVENTS = (ProgramKind.NETWORKING, ProgramKind.TALK)


@dataclass(frozen=True)
class Step:
    """One step as components/steps.html shows it: ready texts, and `done`, `now` or `next`."""

    title: str
    note: str = ""
    when: str = ""
    state: str = NEXT
    key: str = ""
    round: int = 0  # the number of the review round it belongs to, if it does
    kind: str = ""  # the kind of that round


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


def plan_of(cohort, milestones, rounds):
    """The steps without states, in order, each with the instant at which it begins (None: with the one before)."""
    plan = []
    if cohort.is_reviewed:
        plan += _selection(cohort, milestones, rounds)
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


def _selection(cohort, milestones, rounds):
    """Applying, the checks and reviews, the results, the answer."""
    opens, closes, announced = cohort.opens_at, cohort.closes_at, cohort.released_at or cohort.announce_at
    steps = []
    if cohort.has_window:
        began = cohort.review_began_at if cohort.review_began_at and cohort.review_began_at >= closes else None
        before = [m.at for m in milestones if m.at >= closes and (announced is None or m.at < announced)]
        until = min([moment for moment in [*before, announced] if moment], default=None)
        reviewed = i18n.span(began or closes, until) if until and until >= (began or closes) else ""
        if rounds:
            began = max(rounds[0].starts_at, closes)
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
        ]
        if not rounds:
            review = Step(_("Document review"), _("By the criteria on this page."), reviewed, key="review")
            steps.append((began or closes, review))
    steps += _of_rounds(rounds)
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


def round_titles(rounds):
    """What each round is called, by its number: by its kind, and counted where a kind comes more than once."""
    kinds = [round_.kind for round_ in rounds]
    titles = {}
    for place, round_ in enumerate(rounds):
        title = str(round_.get_kind_display())
        if kinds.count(round_.kind) > 1:
            nth = kinds[: place + 1].count(round_.kind)
            title = _("%(round)s, part %(number)s") % {"round": title, "number": nth}
        titles[round_.number] = title
    return titles


def _of_rounds(rounds):
    """Each round with its dates; after any but the last also its results."""
    titles, steps = round_titles(rounds), []
    for place, round_ in enumerate(rounds, 1):
        own = {"round": round_.number, "kind": round_.kind}
        note = _("By the criteria on this page.") if round_.kind == RoundKind.DOCUMENT else ""
        when = i18n.span(round_.starts_at, round_.due_at)
        steps.append(
            (round_.starts_at, Step(titles[round_.number], note, when, key=f"round-{round_.number}", **own))
        )
        if place == len(rounds):
            break
        announced = round_.released_at or round_.announce_at
        title = _("%(round)s: results") % {"round": titles[round_.number]}
        when = i18n.moment(announced) if announced else _("The date will be announced.")
        steps.append((announced, Step(title, "", when, key=f"passed-{round_.number}", **own)))
    return steps


def _is_named(milestone, step):
    """Whether a milestone bears the name of a step of every selection, in either language."""
    key = step.kind if step.key.startswith("round-") else step.key
    names = NAMED.get(key, ())
    if milestone.title_en in names:
        return True
    with override(i18n.KO):
        return milestone.title_ko in [_(name) for name in names]


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


def stated(plan, current, now):
    """The plan's steps with their states: all before `current` done, it now, the rest next.

    A milestone after the deadline and before the results moves the current step on; any other only tells by its
    own time whether it is over.
    """
    keys = [step.key for _at, step in plan]
    here = next((keys.index(key) for key in (current, INSTEAD.get(current)) if key in keys), -1)
    if current == "review" or (current or "").startswith("round-"):
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


INSTEAD = {
    "confirm": "place",
    "eligibility": "apply",
    "review": "apply",
    "round-1": "apply",
}  # where a plan lacks the step
CURRENT = {
    Phase.OPEN: "apply",
    Phase.CLOSING: "apply",
    Phase.IN_REVIEW: "review",
    Phase.ANNOUNCED: "confirm",
    Phase.RUNNING: "program",
}


def cohort_steps(cohort, milestones, now, rounds=()):
    """How the cohort goes, from applying to completion, as it stands at `now`; a cancelled one stops there.

    `rounds` are its review rounds in their order.
    """
    phase = cohort.phase_at(now)
    plan = plan_of(cohort, milestones, rounds)
    if phase == Phase.CANCELLED:
        begun = [replace(step, state=DONE) for at, step in plan if at and at <= cohort.cancelled_at]
        return [*begun, cancelled_cohort(cohort)]
    if phase == Phase.FINISHED:
        return [replace(step, state=DONE) for _at, step in plan]
    if phase == Phase.CLOSED:
        return stated(plan, "eligibility" if cohort.is_reviewed else "place", now)
    current = CURRENT.get(phase)
    if current == "review" and rounds:
        current = _current_round(rounds, now)
    return stated(plan, current, now)


def _current_round(rounds, now):
    """The step of the round under way: the first that is not released, or the results of the one before it."""
    at = next((place for place, round_ in enumerate(rounds) if round_.released_at is None), len(rounds) - 1)
    if at and now < rounds[at].starts_at:
        return f"passed-{rounds[at - 1].number}"
    return f"round-{rounds[at].number}"


def cancelled_cohort(cohort):
    """The step at which everything stopped."""
    return Step(
        pgettext("cohort", "Cancelled"), cohort.cancel_reason, i18n.day(cohort.cancelled_at), NOW, "cancelled"
    )
