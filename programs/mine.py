"""What one person's page shows of programs: live applications with their steps, places, and what has ended."""

from django.db.models import Count, Prefetch
from django.db.models.expressions import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import i18n, pills
from programs import own_steps, status, steps
from programs.models.applications import LIVE, Application, ApplicationStatus, StateChange
from programs.models.cohorts import Milestone
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.interviews import InterviewSlot
from programs.models.selection import ReviewRound

ANSWER_WANTED = (ApplicationStatus.OFFERED, ApplicationStatus.CHANGES_REQUESTED)


def applications_of(person):
    """Every application of `person` with all that its steps need, in six queries whatever their number."""
    ahead = (
        Application.objects.filter(
            cohort=OuterRef("cohort"),
            status=ApplicationStatus.WAITLISTED,
            waitlist_number__lt=OuterRef("waitlist_number"),
        )
        .order_by()
        .values("cohort")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Application.objects.filter(applicant=person)
        .select_related("cohort__program", "enrolment")
        .annotate(ahead=Coalesce(Subquery(ahead), 0))
        .prefetch_related(
            Prefetch("changes", StateChange.objects.order_by("at", "pk")),
            Prefetch("cohort__milestones", Milestone.objects.order_by("at", "pk")),
            Prefetch("cohort__rounds", ReviewRound.objects.order_by("number")),
            Prefetch("slots", InterviewSlot.objects.select_related("panel", "round")),
        )
        .order_by("-moved_at", "-pk")
    )


def overview(person, now):
    """The parts of the page: those `waiting` for the person, `current` applications, `learning`, `ended` ones."""
    waiting, choosing, current, learning, ended = [], [], [], [], []
    for application in applications_of(person):
        enrolment = getattr(application, "enrolment", None)
        over = enrolment is not None and enrolment.ended_at is not None
        if application.status not in LIVE or over or _missed(application, now):
            ended.append(_line(application, enrolment))
            continue
        held = {"rounds": list(application.cohort.rounds.all()), "slots": list(application.slots.all())}
        all_steps = own_steps.application_steps(
            application,
            application.cohort,
            application.cohort.milestones.all(),
            application.changes.all(),
            enrolment,
            now,
            **held,
        )
        following = steps.next_step(all_steps)
        current.append(_item(application, all_steps, following))
        if application.status in ANSWER_WANTED:
            panel = status.panel(application, following, now, ahead=application.ahead, **held)
            waiting.append({**panel, "id": f"now-{application.code}", "text": _about(application, panel["text"])})
        elif until := status.choosing_until(application, now, **held):
            choosing.append(_interview_to_choose(application, until))
        if enrolment is not None:
            learning.append(_place(enrolment, application.cohort))
    learning += [_place(enrolment, enrolment.cohort) for enrolment in brought_in(person)]
    return {"waiting": waiting + choosing, "current": current, "learning": learning, "ended": ended}


def _interview_to_choose(application, until):
    """The panel of somebody who has to choose an interview time."""
    address = reverse("application-interview", args=[application.code])
    return {
        "id": f"now-{application.code}",
        "pill": status.pill(application),
        "title": _("Choose a time for the interview"),
        "text": _about(application, _("You can choose and change your time %(until)s.") % {"until": until}),
        "facts": [],
        "actions": [{"label": _("Choose a time"), "url": address, "look": "primary"}],
    }


def _missed(application, now):
    return application.status == ApplicationStatus.DRAFT and not status.can_edit(application, now)


def _about(application, text):
    return f"{application.cohort.program.title} · {text}"


def _item(application, all_steps, following):
    program = application.cohort.program
    done = sum(step.state == "done" for step in all_steps)
    return {
        "url": application.get_absolute_url(),
        "title": program.title,
        "lang": i18n.language_of(program, "title"),
        "label": application.cohort.label,
        "receipt_number": application.receipt_number,
        "pill": status.pill(application),
        "place": _("Step %(current)s of %(total)s")
        % {"current": min(done + 1, len(all_steps)), "total": len(all_steps)},
        "next": following.title if following else "",
        "when": following.when if following else "",
        "steps": all_steps,
    }


def _line(application, enrolment):
    program = application.cohort.program
    ended = enrolment is not None and enrolment.ended_at is not None
    return {
        "url": application.get_absolute_url(),
        "title": program.title,
        "title_lang": i18n.language_of(program, "title"),
        "note": application.cohort.label,
        "when": i18n.day(enrolment.ended_at if ended else application.moved_at),
        "pill": (
            pills.pill(pills.ENROLMENT_PILLS, enrolment.status, EnrolmentStatus(enrolment.status).label)
            if ended
            else status.pill(application)
        ),
    }


def brought_in(person):
    """The places of `person` that came from no application here, but from the table of an earlier year."""
    rows = Enrolment.objects.filter(person=person, application=None).counted()
    return rows.select_related("cohort__program").order_by("-ended_at", "-pk")


def _place(enrolment, cohort):
    return {
        "url": reverse("learning", args=[enrolment.code]),
        "title": cohort.program.title,
        "title_lang": i18n.language_of(cohort.program, "title"),
        "note": " · ".join(part for part in (cohort.label, cohort.place) if part),
        "when": steps.dates(cohort),
        "pill": pills.pill(pills.ENROLMENT_PILLS, enrolment.status, EnrolmentStatus(enrolment.status).label),
    }
