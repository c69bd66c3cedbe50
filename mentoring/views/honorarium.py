"""A mentor's own statements of honorarium."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from mentoring.care import honorarium
from mentoring.models.honorarium import Statement
from mentoring.models.mentors import MentorProfile
from portal import i18n


@require_safe
def statements(request):
    """What was approved and paid, newest month first. For anyone who is no mentor there is no such page."""
    if not MentorProfile.objects.filter(user=request.user).exists():
        raise Http404
    rows = Statement.objects.of_mentor(request.user).select_related("round__cohort__program")
    return render(request, "mentoring/honorarium/list.html", {"rows": [row_of(row) for row in rows]})


def row_of(statement):
    """A statement as a line."""
    cohort = statement.round.cohort
    return {
        "code": statement.code,
        "month": honorarium.month_words(statement.month),
        "cohort": cohort,
        "time": honorarium.hours_words(statement.minutes),
        "amount": honorarium.won(statement.amount),
        "paid": i18n.day(statement.paid_on, year=True) if statement.paid_on else "",
        "pill": honorarium.pill_of(statement),
    }


@require_safe
def statement(request, code):
    """One statement with its lines, to read and to print."""
    found = get_object_or_404(
        Statement.objects.of_mentor(request.user).select_related("round__cohort__program", "mentor__user"),
        code=code,
    )
    context = {
        "row": row_of(found),
        "lines": honorarium.line_rows(honorarium.written(found)),
    }
    return render(request, "mentoring/honorarium/statement.html", context)
