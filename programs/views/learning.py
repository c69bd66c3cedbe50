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
    """Where and when it meets next, the whole schedule, and everything else about the place."""
    rows = Enrolment.objects.visible_to(request.user).select_related("cohort__program", "person", "application")
    found = get_object_or_404(rows, code=code)
    now = clock.now()
    parts = reads.parts(found, now)
    context = {
        "enrolment": found,
        "cohort": found.cohort,
        "is_own": found.person_id == request.user.pk,
        "panel": reads.panel(found, now),
        "parts": [render_to_string(part["template"], part | {"part": part}, request) for part in parts],
        "steps": reads.steps_of(found, now),
        "application_url": reverse("application", args=[found.application.code]) if found.application else "",
    }
    return render(request, "programs/learning/page.html", context)
