"""People are paired from the list of enrolments, which gets a deed and a filter for it."""

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm
from mentoring.admin.shared import cohort_name
from mentoring.goal_lines import goals_in
from mentoring.mentor_places import Places
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.operations.pairs import pair
from portal import pills
from programs.admin.enrolments import EnrolmentAdmin
from programs.models.enrolments import ENDED


def mentors_and_places(request):
    """The mentors who take mentees, and their Places; read once a request."""
    if not hasattr(request, "mentors_and_places"):
        found = MentorProfile.objects.filter(is_paused=False, user__is_active=True)
        mentors = list(found.select_related("user", "expert").order_by("user__full_name", "pk"))
        request.mentors_and_places = mentors, Places(mentors)
    return request.mentors_and_places


class PairForm(DeedForm):
    """A mentor for each of the chosen mentees, among those with a free place in the cohort."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.mentors, self.places = mentors_and_places(self.request)
        for row in self.rows:
            goals = goals_in(row.application.goals) if row.application else []
            self.fields[f"mentor_{row.pk}"] = forms.TypedChoiceField(
                label=row.person.display_name,
                help_text=" / ".join(goals) or _("No goals in the application."),
                choices=[("", _("Choose a mentor")), *self.choices(row)],
                coerce=int,
            )

    def choices(self, row):
        """The mentors for one mentee, each with the places that are left."""
        for mentor in self.mentors:
            free = self.places.free(mentor, row.cohort_id)
            if free > 0 and mentor.user_id != row.person_id:
                places = ngettext("%(count)s place free", "%(count)s places free", free) % {"count": free}
                yield mentor.pk, f"{mentor.name} · {mentor.focus} · {places}"

    def clean(self):
        """No mentor gets more mentees than there are places."""
        data = super().clean()
        left = {}
        for row in self.rows:
            chosen = data.get(f"mentor_{row.pk}")
            mentor = next((mentor for mentor in self.mentors if mentor.pk == chosen), None)
            if mentor is None:
                continue
            key = mentor.pk, row.cohort_id
            left[key] = left.get(key, self.places.free(mentor, row.cohort_id)) - 1
            if left[key] < 0:
                self.add_error(f"mentor_{row.pk}", gettext("This mentor has no free place in the cohort."))
        return data


class PairDeed(Deed):
    """Gives each chosen mentee a mentor."""

    name = "pair"
    label = _("Pair with a mentor")
    button = _("Pair")
    note = _("Each mentor and each mentee is told by mail. The goals come from the applications.")
    form_class = PairForm

    def rows(self, request, queryset, *, as_posted):
        """With the mentor whom each has already."""
        live = Pairing.objects.live().select_related("mentor__user", "mentor__expert")
        queryset = queryset.prefetch_related(Prefetch("pairings", live, to_attr="live_pairings"))
        return super().rows(request, queryset, as_posted=as_posted)

    def refusal(self, row):
        """Those who take part in a program with mentoring, and have no mentor."""
        if not row.cohort.program.has_mentoring:
            return gettext("This program has no mentoring.")
        if row.status in ENDED:
            return gettext("This person no longer takes part in the cohort.")
        if row.live_pairings:
            return gettext("Paired already with %(mentor)s.") % {"mentor": row.live_pairings[0].mentor.name}
        return ""

    def line(self, row):
        """Who, in which cohort, and how it stands."""
        return {
            "title": row.person.display_name,
            "note": cohort_name(row.cohort),
            "pill": pills.pill(pills.ENROLMENT_PILLS, row.status, row.get_status_display()),
        }

    def facts(self, request, rows):
        """How many people, and the places that their cohorts' mentors have left."""
        cohorts = {row.cohort_id: row.cohort for row in rows}
        mentors, places = mentors_and_places(request)
        facts = [(gettext("People"), len(rows))]
        for cohort in cohorts.values():
            free = sum(max(places.free(mentor, cohort.pk), 0) for mentor in mentors)
            facts.append((gettext("Free places with mentors: %(cohort)s") % {"cohort": cohort_name(cohort)}, free))
        return facts

    def perform(self, row, *, by, data):
        """Pair one."""
        pair(row.pk, data[f"mentor_{row.pk}"], by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s pair made.", "%(count)s pairs made.", count) % {"count": count}


class HasMentorFilter(admin.SimpleListFilter):
    """Those who take part in a program with mentoring, with or without a mentor."""

    title = _("mentor")
    parameter_name = "mentor"

    def lookups(self, request, model_admin):
        """Two."""
        return [("no", _("No mentor yet")), ("yes", _("With a mentor"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        paired = Exists(Pairing.objects.live().filter(enrolment=OuterRef("pk")))
        if self.value() == "yes":
            return queryset.filter(paired)
        if self.value() == "no":
            return queryset.live().filter(~paired, cohort__program__has_mentoring=True)
        return queryset


EnrolmentAdmin.actions.append(PairDeed.action())
EnrolmentAdmin.list_filter.append(HasMentorFilter)
