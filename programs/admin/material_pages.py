"""What is handed out in a cohort: listed, added and taken away by those who run it."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ScopedAdmin, name_verbs
from portal import clock
from programs import materials as reads
from programs.admin.overview import name_of
from programs.operations import materials as operations
from programs.views.materials import take

name_verbs({"material.added": _("Material handed out"), "material.removed": _("Material taken away")})


class MaterialPages(ScopedAdmin):
    """Adds the page of a cohort's materials to its admin."""

    def materials_view(self, request, cohort_id):
        """All materials of a cohort, and the form that adds to them; posting `remove` takes one away."""
        cohort = self.find(request, cohort_id)
        sessions = list(cohort.sessions.all())
        form = reads.MaterialForm(sessions=sessions)
        if request.method == "POST":
            if "remove" in request.POST:
                found = get_object_or_404(cohort.materials, code=request.POST["remove"])
                operations.remove_material(found.pk, by=request.user)
                self.message_user(request, gettext("It is taken away."), messages.SUCCESS)
                return HttpResponseRedirect(request.path)
            form = take(request, cohort, sessions=sessions)
            if form is None:
                return HttpResponseRedirect(request.path)
        now = clock.now()
        return self.page(
            request,
            "admin/programs/cohort/materials.html",
            cohort,
            title=gettext("Materials"),
            cohort_name=name_of(cohort),
            lines=[reads.managed_line(row, now) for row in reads.rows().filter(cohort=cohort)],
            form=form,
            back_url=self.overview_url(cohort),
        )
