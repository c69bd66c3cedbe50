"""Feedback on a meeting that was held: a page of its own for each of the two."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mentoring import feedback, zones
from mentoring.forms.feedback import FeedbackForm
from mentoring.models.feedback import MeetingFeedback
from mentoring.operations.feedback import give
from mentoring.views.meetings import find, names
from mentoring.views.pairs import viewer_of
from portal import clock
from portal.errors import Refused


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_feedback(request, code):
    """One's own feedback: asked for, or as it was given. Where none was given or is asked for, there is no page."""
    found = find(request, code)
    if feedback.side_of(request.user, found.pairing) is None:
        raise Http404
    given = MeetingFeedback.objects.filter(meeting=found, author=request.user).first()
    if given is None and not feedback.is_asked(found, clock.now()):
        raise Http404
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            give(found.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you for your feedback."))
            return redirect(f"{found.pairing.get_absolute_url()}#meetings")
    context = {
        "meeting": found,
        "pairing": found.pairing,
        "cohort": found.pairing.enrolment.cohort,
        "names": names(found.pairing, viewer_of(request.user, found.pairing)),
        "when": zones.times(found.starts_at, found.ends_at, zones.zones_for(request.user, found.people)),
        "form": form if given is None or form.is_bound else None,
        "given": given,
        "is_mentee": feedback.side_of(request.user, found.pairing) == "mentee",
    }
    response = render(request, "mentoring/feedback.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
