"""Releasing the results of a round: what it would do, and how far it is."""

import re

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin_tools import word_values
from portal import clock, i18n
from programs.admin import overview, round_overview
from programs.admin.application_page import who
from programs.admin.deeds import seats_text
from programs.models.applications import Outcome
from programs.operations import releases


def released_words(before, after):
    """How many were released to what, from the counts as they are written down."""
    numbers = [int(number) for number in re.findall(r"\d+", after)]
    labels = [outcome.label for outcome in releases.ORDER]
    return " · ".join(f"{label} {number}" for label, number in zip(labels, numbers, strict=False) if number)


word_values({"decisions.released": released_words})


class ReleasePages:
    """Adds the pages of a release to those of a cohort."""

    def release_view(self, request, cohort_id):
        """The results, all at once; before the announcement's time this moves the announcement to now."""
        cohort = self.find(request, cohort_id)
        now = clock.now()
        round_ = releases.to_release(cohort)
        due = releases.announced_at(cohort, round_)
        note = _("Every staged decision takes effect, and each applicant is sent the result by mail.")
        if due and due > now:
            early = _(
                "The announcement is promised for %(moment)s. Releasing now moves it to now; the date on the "
                "public page changes with it."
            ) % {"moment": i18n.moment(due)}
            note = f"{note} {early}"

        def facts(cohort):
            counts = releases.release_preview(cohort)
            is_last = round_ is None or round_.is_last
            rows = [(_("Review round"), f"{round_.number}. {round_.get_kind_display()}")] if round_ else []
            if is_last:
                rows += [(Outcome.OFFER.label, counts["offered"]), (_("Waitlist"), counts["waitlisted"])]
            else:
                rows.append((_("Advance"), counts["advanced"]))
            return [
                *rows,
                (_("Not selected"), counts["rejected"]),
                (_("Undecided, staying under review"), counts["undecided"]),
                (_("Seats"), seats_text(cohort, now)),
            ]

        def perform(cohort, data):
            release = releases.start_release(cohort.pk, by=request.user, seen=request.POST.get("seen", ""))
            releases.carry_out_release.enqueue(release.pk)
            text = ngettext("%(count)s result is going out.", "%(count)s results are going out.", release.total)
            return text % {"count": release.total}

        return self.ask(
            request,
            cohort,
            label=_("Release the results"),
            note=note,
            facts=facts,
            perform=perform,
            done_url=reverse("admin:programs_cohort_releasing", args=[cohort.pk]),
            warning=overdue(cohort, now),
            hidden=[("seen", releases.digest(cohort))],
        )

    def releasing_view(self, request, cohort_id):
        """How far the latest release is; the page looks again by itself while it runs."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        cohort = self.find(request, cohort_id)
        release = cohort.releases.select_related("round", "by").first()
        if release is None:
            raise Http404
        done = release.items.exclude(done_at=None).count()
        running = release.finished_at is None
        return self.page(
            request,
            "admin/programs/releasing.html",
            cohort,
            title=_("Results going out") if running else _("Results released"),
            cohort_name=overview.name_of(cohort),
            overview_url=self.overview_url(cohort),
            pill={"tone": "live", "icon": "play", "label": _("Running")}
            if running
            else {"tone": "good", "icon": "check", "label": _("All are out")},
            running=running,
            warnings=left_undecided(release),
            done=done,
            total=release.total,
            facts=release_facts(release),
        )


def overdue(cohort, now):
    """That the announcement's moment has passed without a release, and why; empty where it has not."""
    why = releases.held_up(cohort, now)
    return f"{round_overview.held_up_text(cohort)}: {why}" if why else ""


def left_undecided(release):
    """Whom the release could not tell anything because it had become too late, in sentences."""
    texts = {
        Outcome.OFFER: lambda count: ngettext(
            "%(count)s offer was not made: the cohort had begun before its turn. The application is undecided.",
            "%(count)s offers were not made: the cohort had begun before their turn. "
            "The applications are undecided.",
            count,
        ),
        Outcome.WAITLIST: lambda count: ngettext(
            "%(count)s person was not put on the waitlist: promotion was over. The application is undecided.",
            "%(count)s people were not put on the waitlist: promotion was over. The applications are undecided.",
            count,
        ),
    }
    found = releases.left_undecided(release)
    return [text(found[outcome]) % {"count": found[outcome]} for outcome, text in texts.items() if outcome in found]


def release_facts(release):
    """When, by whom, what came out so far; those who left the review before their turn."""
    counts = releases.counts_of(release)._asdict()
    fallen = release.items.filter(is_void=True, is_late=False).count()
    labels = {
        "offered": Outcome.OFFER.label,
        "waitlisted": Outcome.WAITLIST.label,
        "advanced": Outcome.ADVANCE.label,
        "rejected": Outcome.REJECT.label,
    }
    facts = [(_("Started"), i18n.moment(release.started_at)), (_("By"), who(release.by))]
    if release.round:
        facts.insert(0, (_("Review round"), f"{release.round.number}. {release.round.get_kind_display()}"))
    if release.finished_at:
        facts.append((_("Finished at"), i18n.moment(release.finished_at)))
    facts += [(label, i18n.number(counts[name])) for name, label in labels.items() if counts[name]]
    if fallen:
        facts.append((_("Fallen away: withdrawn or sent back in the meantime"), i18n.number(fallen)))
    return [{"term": term, "value": value} for term, value in facts]
