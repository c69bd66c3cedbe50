"""The public results of a cohort, by receipt number."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.public import public_page
from programs import cohort_page, results
from programs.models.cohorts import Cohort


@require_safe
@public_page
def cohort_results(request, program, cohort):
    """Who was selected, by receipt number alone, and how the selection went; 404 until something is announced."""
    rows = Cohort.objects.published().select_related("program")
    cohort = get_object_or_404(rows, program__slug=program, slug=cohort)
    rounds = list(cohort.rounds.all())
    if not results.are_out(cohort, rounds):
        raise Http404
    lists = results.lists(cohort, rounds)
    context = {
        "cohort": cohort,
        "program": cohort.program,
        "is_final": cohort.released_at is not None,
        "going_out": cohort.releases.filter(finished_at=None).exists(),
        "lists": lists,
        "query": request.GET.get("q", "")[:100],
        "found": results.find(request.GET.get("q", ""), lists),
        "figures": results.figures(cohort, lists),
        "dates": results.dates(cohort, rounds),
        "comments": results.comments(cohort, rounds),
        "selection": cohort_page.selection(cohort, rounds),
        "criteria": None if rounds else cohort_page.criteria(cohort),
    }
    return render(request, "programs/results.html", context)
