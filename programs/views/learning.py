"""The page of one's place in a cohort."""

from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal import clock
from programs import learning as reads
from programs.models.enrolments import Enrolment


@require_safe
def learning(request, code):
    """Where and when it meets next, the whole schedule, and everything else about the place.

    Staff read it without what only its person can do, and without who has answered a survey.
    """
    rows = Enrolment.objects.visible_to(request.user).select_related("cohort__program", "person", "application")
    found = get_object_or_404(rows, code=code)
    now = clock.now()
    is_own = found.person_id == request.user.pk
    parts = reads.parts(found, now, is_own=is_own)
    context = {
        "enrolment": found,
        "cohort": found.cohort,
        "is_own": is_own,
        "panel": reads.panel(found, now, is_own=is_own),
        "parts": [
            render_to_string(part["template"], part | {"part": part, "is_own": is_own}, request) for part in parts
        ],
        "steps": reads.steps_of(found, now),
        "application_url": reverse("application", args=[found.application.code]) if found.application else "",
    }
    return render(request, "programs/learning/page.html", context)
