"""The mails about evaluations by the program's form: that one is due, or late, and that the mentor's is shared."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring import form_progress
from mentoring.emails.pairs import FOLDER, PLACES, queue
from mentoring.models.actions import Owner
from mentoring.models.form_evaluations import FormEvaluation, Stage
from mentoring.models.pairs import Pairing
from portal import clock, i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed
from programs.emails import address

SOON, LATE = "soon", "late"
DUE, OVERDUE = "evaluation_due", "evaluation_overdue"
EVENTS = {SOON: DUE, LATE: OVERDUE}
EVALUATION = needed("evaluation", Kind.TEXT, _("Which evaluation it is."))
DAY = needed("day", Kind.TEXT, _("The day by which it is due, in Seoul."))


def person_of(pairing, side):
    """Who of the two writes on that side."""
    return pairing.mentor.user if side == Owner.MENTOR else pairing.enrolment.person


def reason_of(stage, side, when):
    """Under which reason a reminder is queued; each of the two has reminders of their own."""
    return f"{EVENTS[when]}_{stage}_{side}"


@event(FOLDER, DUE, _("Evaluation due soon"), *PLACES, EVALUATION, DAY)
def _due(pairing, stage, side, day):
    """Three days before."""
    return _reminder(pairing, stage, side, SOON, day)


@event(FOLDER, OVERDUE, _("Evaluation overdue"), *PLACES, EVALUATION, DAY)
def _overdue(pairing, stage, side, day):
    """The day after."""
    return _reminder(pairing, stage, side, LATE, day)


def form_due(pairing, stage, side, when, day):
    """Reminds one of the two of an evaluation that they have not handed in."""
    return (_due if when == SOON else _overdue)(pairing, stage, side, day)


def page_of(pairing, stage, language):
    """Where the evaluation is written: on its own page, or as a letter on the pair's."""
    if any(asked.stage == stage for asked in form_progress.asked_of(pairing)):
        return address("form-evaluation", language, pairing.code, stage)
    with speaking(language):
        return f"{settings.SITE_URL}{pairing.get_absolute_url()}#evaluation"


def _reminder(pairing, stage, side, when, day):
    person = person_of(pairing, side)
    with speaking(person.language):
        more = {
            "evaluation": str(Stage(stage).label),
            "day": i18n.day(day),
            "url": page_of(pairing, stage, person.language),
        }
    return queue(
        EVENTS[when],
        target=pairing,
        pairing=pairing,
        person=person,
        reason=reason_of(stage, side, when),
        deadline_at=form_progress.end_of(day),
        **more,
    )


@mail.still_wanted(DUE, of_mail=True)
@mail.still_wanted(OVERDUE, of_mail=True)
def _still_owed(row):
    """Whether the person has still to hand it in, by that day, which has not passed where it says “due by”."""
    if row.event == DUE and row.deadline_at <= clock.now():
        return False
    pairing = Pairing.objects.live().for_desk().filter(pk=row.target_id).first()
    if pairing is None or pairing.awaits_answer:
        return False
    stage, side = row.reason.split("_")[-2:]
    person = person_of(pairing, side)
    if person.pk != row.person_id or not Pairing.objects.of_person(person).filter(pk=pairing.pk).exists():
        return False
    days = {asked.stage: asked.due_at for asked in form_progress.waiting(pairing, side)}
    has_form = any(asked.stage == stage for asked in form_progress.asked_of(pairing))
    if stage == Stage.FINAL and side == Owner.MENTOR and not has_form and not form_progress.final_is_in(pairing):
        days[stage] = form_progress.letter_at(pairing)
    return days.get(stage) == row.deadline_at


@event(FOLDER, "form_shared", _("Evaluation by form shared"), *PLACES, EVALUATION)
def form_shared(found):
    """Tells the mentee that the mentor's evaluation can be read."""
    person = found.pairing.enrolment.person
    with speaking(person.language):
        label = str(found.get_stage_display())
    return queue(
        "form_shared",
        target=found,
        pairing=found.pairing,
        evaluation=label,
        url=address("form-evaluation", person.language, found.pairing.code, found.stage),
    )


@mail.still_wanted("form_shared")
def _still_shared(evaluation_id):
    return FormEvaluation.objects.filter(pk=evaluation_id, shared_at__isnull=False).exists()
