"""What the pages of the pairing desk share: finding a round and its run, their addresses, the frame."""

from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from accounts.admin_tools import ReadOnlyAdmin
from mentoring.admin.shared import cohort_name
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import MentoringRound, PairingMode
from mentoring.models.runs import PairingRun, RunKind
from mentoring.pairing.input import mentor_id
from mentoring.pairing.people import People
from mentoring.pairing.run_answers import Answer
from portal import clock, i18n
from portal.fields import CleanCharField


class LockForm(DeedForm):
    """Why a pair is locked; asked for where a rule stands against it."""

    reason = CleanCharField(label=_("Reason"), max_length=300, required=False)


class DeskBase(ReadOnlyAdmin):
    """Finds rounds and runs for who runs their cohort; what a person may not see does not exist for them."""

    def desk_paths(self, pages, prefix=""):
        """Addresses under a round; each of `pages` is (address, name, view)."""
        return [
            path(
                f"rounds/<int:round_id>/{prefix}{address}",
                self.admin_site.admin_view(view),
                name=f"mentoring_pairing_{name}",
            )
            for address, name, view in pages
        ]

    def find_round(self, request, round_id):
        """A round whose cohort the person runs; else 404."""
        rounds = MentoringRound.objects.managed_by(request.user).select_related("cohort__program")
        round_ = rounds.filter(pk=round_id).first()
        if round_ is None or not self.has_view_permission(request):
            raise Http404
        return round_

    def find_run(self, request, round_id, number):
        """A round of that kind and one of its runs; else 404."""
        round_ = self.find_round(request, round_id)
        run = round_.runs.select_related("made_by", "published_by", "undone_by").filter(number=number).first()
        if run is None:
            raise Http404
        run.round = round_
        return round_, run

    def desk_url(self, round_, page="desk", **more):
        """An address of the desk."""
        return reverse(f"admin:mentoring_pairing_{page}", kwargs={"round_id": round_.pk, **more})

    def run_url(self, run, page="run"):
        """An address of a run."""
        return self.desk_url(run.round, page, number=run.number)

    def named(self, obj):
        """A round or a run in words."""
        if isinstance(obj, PairingRun):
            return run_name(obj)
        return cohort_name(obj.cohort) if isinstance(obj, MentoringRound) else super().named(obj)

    def desk_page(self, request, template, round_, *, title, here="", **context):
        """A page in the frame of the desk; `here` is the way that is marked."""
        desk_title = gettext("Pairing desk")
        return self.page(
            request,
            f"admin/mentoring/pairing/{template}.html",
            round_,
            title=title or desk_title,
            desk_title=desk_title,
            desk_url=self.desk_url(round_),
            cohort_name=cohort_name(round_.cohort),
            overview_url=reverse("admin:programs_cohort_overview", args=[round_.cohort_id]),
            ways=self.ways(round_, here),
            **{"note": cohort_name(round_.cohort), **context},
        )

    def ways(self, round_, here):
        """The pages of the desk; a repair once something is published."""
        pages = [("desk", gettext("Overview")), ("history", gettext("Runs"))]
        if live_pairs(round_).exists():
            pages.append(("repair", gettext("Repair")))
        return [
            {"label": label, "url": self.desk_url(round_, page), "current": page == here} for page, label in pages
        ]

    def run_tabs(self, run, here):
        """The pages of one run."""
        pages = [
            ("run", gettext("Pairs")),
            ("board", gettext("Board")),
            ("what_if", gettext("What if")),
            ("compare", gettext("Compare")),
            ("difference", gettext("Against what is published")),
        ]
        return [{"label": label, "url": self.run_url(run, page), "current": page == here} for page, label in pages]

    def answer_of(self, run):
        """The run as it is read."""
        return Answer(run.problem, run.plan, run.facts)

    def people_of(self, round_, facts):
        """The names behind the ids of a round's snapshot."""
        return People(round_, facts["mentors"])

    def only_reading(self, request):
        """404 for whatever is not a look at a page."""
        if request.method not in ("GET", "HEAD"):
            raise Http404

    def published_now(self, round_):
        """The mentor of each mentee that is paired now, as runs call them."""
        found = live_pairs(round_).values_list("enrolment__code", "mentor")
        return {code: mentor_id(pk) for code, pk in found}

    def locks_now(self, round_):
        """The locked mentor of each mentee that has one now, as runs call them."""
        return {code: mentor_id(pk) for code, pk in round_.locks.values_list("enrolment__code", "mentor")}

    def mentee_url(self, round_, mentee):
        """The page of a mentee."""
        return self.desk_url(round_, "mentee", mentee=mentee)


def live_pairs(round_):
    """The pairs of the round's cohort that live."""
    return Pairing.objects.live().filter(enrolment__cohort=round_.cohort_id)


def run_name(run):
    """A run by its number and what it was asked for."""
    return gettext("Run %(number)s · %(kind)s") % {"number": run.number, "kind": kind_of(run)}


def kind_of(run):
    """What it was asked for: how, or after an announcement which of the three ways."""
    if run.kind == RunKind.NEW:
        return run.get_mode_display()
    kind = run.get_kind_display()
    return f"{kind} · {run.get_mode_display()}" if run.mode == PairingMode.STABLE else kind


def run_pill(run):
    """Whether it is published, as a pill; None for one that never was."""
    if run.undone_at:
        return {"tone": "done", "icon": "back", "label": pgettext("run", "Undone")}
    if run.published_at:
        return {"tone": "good", "icon": "check", "label": pgettext("run", "Published")}
    return None


def made_text(run):
    """When it was made, by whom."""
    return f"{i18n.moment(run.made_at)} · {run.made_by.display_name}"


def can_undo(run):
    """Whether its publishing can still be taken back."""
    return bool(run.published_at and not run.undone_at and clock.now() < run.undo_until)
