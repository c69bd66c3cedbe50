"""A mentor's own profile."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.consent_form import ConsentForm
from mentoring import feedback, rounds
from mentoring.forms.profiles import MentorProfileForm
from mentoring.models.mentors import MentorProfile
from mentoring.operations.profiles import confirm_profile
from mentoring.public_profiles import public_profile
from portal.errors import Refused


def consent_rows(user):
    """The texts that mentors agree to, as `accounts.consent_form.ConsentForm` takes them."""
    return [
        row | {"field": f"consent_{row['term'].slug}", "required": True, "items": [], "error": ""}
        for row in rounds.mentor_terms(user)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def mentor_profile(request):
    """What others read of a mentor, limits, pledge and code of conduct. For anyone else there is no such page."""
    mentor = MentorProfile.objects.select_related("user", "expert").filter(user=request.user).first()
    if mentor is None:
        raise Http404
    every = consent_rows(request.user)
    asked = [row for row in every if not row["given"]]
    data = request.POST if request.method == "POST" else None
    form, consents = MentorProfileForm(data, mentor=mentor), ConsentForm(asked, data)
    for row in asked:
        consents.fields[row["field"]].error_messages["required"] = _("You cannot be a mentor without this.")
    if request.method == "POST" and all([form.is_valid(), consents.is_valid()]):
        try:
            confirm_profile(mentor.pk, by=request.user, consents=consents.answers(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your profile is saved and confirmed."))
            return redirect("mentor-profile")
    context = {
        "mentor": mentor,
        "form": form,
        "consents": consents.rows,
        "agreed": [row for row in every if row["given"]],
        "shown": public_profile(mentor),
        "mean": feedback.mean_of(mentor),
        "least": feedback.LEAST,
        "is_confirmed": mentor.confirmed_at is not None and not asked,
    }
    return render(request, "mentoring/before/profile.html", context)
