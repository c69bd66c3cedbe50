"""The desk of mentors and mentees."""

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mentoring import desk_rows, progress, round_words, zones
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.models.samples import WorkSample
from mentoring.workspace import samples as sample_part
from portal import clock
from programs.models.certificates import Certificate
from programs.models.enrolments import Enrolment


@require_safe
def desk(request):
    """A mentor's mentees, the most urgent first; a mentee's mentors. For anyone else there is no such page.

    Pairs that have ended stay for as long as they may be read.
    """
    mentees = list(Pairing.objects.of_mentor(request.user).for_desk())
    mentors = list(Pairing.objects.of_mentee(request.user).for_desk())
    certificates = Certificate.objects.valid().filter(person=request.user, enrolment=None)
    lets_in = WorkSample.mentors.through.objects.filter(mentorprofile=OuterRef("pk"))
    profiles = MentorProfile.objects.annotate(has_certificate=Exists(certificates), is_let_in=Exists(lets_in))
    profile = profiles.select_related("user__week", "expert").filter(user=request.user).first()
    waits = not mentors and (
        Enrolment.objects.live().filter(person=request.user, cohort__program__has_mentoring=True).exists()
    )
    if not (mentors or profile or waits):
        raise Http404
    now = clock.now()
    person = profile.user if profile else mentors[0].enrolment.person if mentors else request.user
    facts = desk_rows.read(request.user, [*mentees, *mentors], now)
    rows = desk_rows.mentee_rows(mentees, facts)
    live = [pairing for pairing in mentees if pairing.is_live]
    live.sort(key=lambda pairing: desk_rows.urgency(pairing, facts))
    context = {
        "profile": profile,
        "server_now": zones.own_moment(now, zones.zone_of(person), year=True),
        "panel": progress.desk_panel(live),
        "mentees": [row for row in rows if not row["ends"]],
        "former": [row for row in rows if row["ends"]],
        "loads": desk_rows.loads(profile, live) if live else [],
        "mentors": desk_rows.mentor_rows(mentors, facts),
        "samples": sample_part.from_others(request.user, profile),
        "waits": waits,
        "before": round_words.desk_lines(request.user, now),
    }
    return render(request, "mentoring/desk.html", context)
