"""The page of a pair that is complete: what the two have reached together."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from mentoring import closing as reading
from mentoring import progress, slots
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.pairs import EndKind
from mentoring.views.meetings import names
from mentoring.views.pairs import find, readable_evaluation, viewer_of
from mentoring.workspace import goals as goal_part
from portal import i18n
from programs.models.certificates import Certificate


@require_safe
def closing(request, code):
    """What was reached, for the two once staff have closed the pair, and for staff at any time."""
    pairing = find(request, code)
    viewer = viewer_of(request.user, pairing)
    is_finished = pairing.end_kind == EndKind.FINISHED
    if viewer != progress.STAFF and not is_finished:
        raise Http404
    evaluation = readable_evaluation(request.user, pairing)
    if evaluation is not None and evaluation.status != EvaluationStatus.SUBMITTED:
        evaluation = None
    reached = reading.reached_by([pairing])[pairing.pk]
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "names": names(pairing, viewer),
        "viewer_role": viewer,
        "panel": {
            "pill": progress.pill(pairing, viewer),
            "title": _("The mentoring is complete.") if is_finished else _("What has been reached so far."),
            "text": _("Thank you for the time and the work.") if is_finished else "",
            "facts": reading.facts(reached, slots.round_of(pairing)),
        },
        "facts": dates(pairing, viewer),
        "unsettled": reading.unsettled_words(reached.unsettled) if viewer == progress.STAFF else "",
        "goals": goal_part.rows_of(request.user, pairing),
        "evaluation": evaluation,
        "has_certificate": has_certificate(request.user, pairing, viewer),
    }
    return render(request, "mentoring/closing.html", context)


def dates(pairing, viewer):
    """From when to when, and until when its mentor reads it."""
    found = [{"term": _("Paired"), "value": i18n.day(pairing.paired_at, year=True)}]
    if not pairing.is_live:
        found.append({"term": pgettext("pair", "Ended"), "value": i18n.day(pairing.ended_at, year=True)})
    if viewer == progress.MENTOR and not pairing.is_live:
        until = progress.told(pairing.read_until, pairing, viewer)
        found.append({"term": _("Readable until"), "value": until})
    return found


def has_certificate(user, pairing, viewer):
    """Whether the reader, one of the two, holds a certificate of the cohort for what they did in it."""
    if viewer == progress.STAFF:
        return False
    own = Certificate.objects.valid().filter(person=user, cohort=pairing.enrolment.cohort_id)
    return own.filter(enrolment__isnull=viewer == progress.MENTOR).exists()
