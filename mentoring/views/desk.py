"""The desk of mentors and mentees."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mentoring import progress, round_words, summaries
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from portal import clock
from programs.models.enrolments import Enrolment


@require_safe
def desk(request):
    """A mentor's active mentees and what to do next; a mentee's mentors. For anyone else there is no such page."""
    mentees = list(Pairing.objects.of_mentor(request.user).for_desk())
    mentors = list(Pairing.objects.of_mentee(request.user).for_desk())
    profile = MentorProfile.objects.select_related("user", "expert").filter(user=request.user).first()
    waits = not mentors and (
        Enrolment.objects.live().filter(person=request.user, cohort__program__has_mentoring=True).exists()
    )
    if not (mentors or profile or waits):
        raise Http404
    context = {
        "profile": profile,
        "panel": progress.desk_panel(mentees),
        "mentees": [summaries.mentee_row(pairing) for pairing in mentees],
        "mentors": [summaries.mentor_row(pairing) for pairing in mentors],
        "waits": waits,
        "before": round_words.desk_lines(request.user, clock.now()),
    }
    return render(request, "mentoring/desk.html", context)
