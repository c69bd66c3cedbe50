"""A person's own restrictions: until when and why, and the appeal (소명) against one."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal import clock, i18n
from portal.errors import Refused
from portal.fields import CleanCharField
from programs import restrictions as reading
from programs.models.eligibility import Restriction
from programs.operations import restrictions as operations


class AppealForm(forms.Form):
    """What the person has to say; each restriction has a form of its own on the page."""

    text = CleanCharField(
        label=gettext_lazy("Your appeal"),
        multiline=True,
        max_length=operations.APPEAL_LIMIT,
        help_text=gettext_lazy("What happened, and why the restriction should not stand."),
        widget=forms.Textarea(attrs={"rows": 6, "data-limit": operations.APPEAL_LIMIT}),
        error_messages={"required": gettext_lazy("Write what we should know.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def my_restrictions(request):
    """One's own restrictions, the running one first, each with its appeals; on POST an appeal against one."""
    rows = list(Restriction.objects.filter(person=request.user).prefetch_related("appeals"))
    posted, form = None, None
    if request.method == "POST":
        posted = next((row for row in rows if str(row.pk) == request.POST.get("restriction")), None)
        if posted is None:
            raise Http404
        form = form_for(posted, request.POST)
        if form.is_valid():
            try:
                operations.appeal(posted.pk, form.cleaned_data["text"], by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, _("Your appeal has been received. We will tell you the decision by mail.")
                )
                return redirect("my-restrictions")
    now = clock.now()
    items = [item_of(row, now, form if row is posted else None) for row in rows]
    items.sort(key=lambda item: not item["holds"])
    return render(request, "programs/restrictions.html", {"items": items})


def form_for(restriction, data=None):
    """The form of one restriction; its ids differ from those of another's."""
    return AppealForm(data, auto_id=f"id_{restriction.pk}_%s")


def item_of(restriction, now, form):
    """One restriction as the page shows it: how it stands, its appeals, and the form where one can appeal now."""
    holds = restriction.holds_at(now)
    appeals = restriction.appeals.all()
    if form is None and holds and all(appeal.decided_at for appeal in appeals):
        form = form_for(restriction)
    facts = [
        {"term": _("Restricted from"), "value": i18n.moment(restriction.from_at, year=True)},
        {"term": _("Restricted until"), "value": i18n.moment(restriction.until, year=True)},
    ]
    if restriction.lifted_at is not None:
        facts.append({"term": _("Lifted on"), "value": i18n.moment(restriction.lifted_at, year=True)})
    return {
        "restriction": restriction,
        "holds": holds,
        "title": _("You cannot apply before %(moment)s.") % {"moment": i18n.moment(restriction.until)}
        if holds
        else i18n.span(restriction.from_at, restriction.until, year=True),
        "pill": reading.pill_of(restriction, now),
        "facts": [*facts, {"term": _("Reason"), "value": restriction.reason, "user": True}],
        "appeals": [appeal_of(appeal) for appeal in appeals],
        "form": form,
    }


def appeal_of(appeal):
    """One appeal: what was said, how it was decided, what staff answered."""
    return {
        "when": i18n.moment(appeal.made_at, year=True),
        "text": appeal.text,
        "pill": reading.appeal_pill(appeal),
        "decided": i18n.moment(appeal.decided_at, year=True) if appeal.decided_at else "",
        "answer": appeal.answer,
    }
