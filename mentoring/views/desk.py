"""The desk of mentors and mentees."""

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mentoring import desk_rows, progress, round_words, sample_part
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.models.samples import WorkSample
from portal import clock
from programs.models.enrolments import Enrolment


@require_safe
def desk(request):
    """A mentor's mentees, the most urgent first; a mentee's mentors. For anyone else there is no such page.

    Pairs that have ended stay for as long as they may be read.
    """
    mentees = list(Pairing.objects.of_mentor(request.user).for_desk())
    mentors = list(Pairing.objects.of_mentee(request.user).for_desk())
    lets_in = WorkSample.mentors.through.objects.filter(mentorprofile=OuterRef("pk"))
    profiles = MentorProfile.objects.select_related("user", "expert").annotate(is_let_in=Exists(lets_in))
    profile = profiles.filter(user=request.user).first()
    waits = not mentors and (
        Enrolment.objects.live().filter(person=request.user, cohort__program__has_mentoring=True).exists()
    )
    if not (mentors or profile or waits):
        raise Http404
    facts = desk_rows.read(request.user, [*mentees, *mentors], clock.now())
    rows = desk_rows.mentee_rows(mentees, facts)
    live = [pairing for pairing in mentees if pairing.is_live]
    live.sort(key=lambda pairing: desk_rows.urgency(pairing, facts))
    context = {
        "profile": profile,
        "panel": progress.desk_panel(live),
        "mentees": [row for row in rows if not row["ends"]],
        "former": [row for row in rows if row["ends"]],
        "loads": desk_rows.loads(profile, live) if live else [],
        "mentors": desk_rows.mentor_rows(mentors, facts),
        "samples": sample_part.from_others(request.user, profile),
        "waits": waits,
        "before": round_words.desk_lines(request.user, clock.now()),
    }
    return render(request, "mentoring/desk.html", context)
