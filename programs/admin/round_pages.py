"""The pages of one round of review: who reviews, who has what, what is missing, and the deeds that change it."""

from collections import Counter

from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedReasonForm, object_deed
from accounts.admin_tools import ScopedAdmin, moment_or_dash, name_verbs, notes_people, word_values
from portal import i18n
from programs import assigning, conflicts
from programs.admin import overview
from programs.admin.round_forms import AssignForm, ConflictForm, InviteForm, LimitsForm, SpreadForm, round_choices
from programs.models.applications import Application
from programs.models.cohorts import Cohort
from programs.models.selection import Conflict, ConflictKind, Review, ReviewEnd, Reviewer, ReviewRound, RoundKind
from programs.operations import reviewers as operations

SHOWN_GAPS = 100

name_verbs(
    {
        "reviewer.invited": _("Reviewer invited"),
        "reviewer.changed": _("Reviewer's limits changed"),
        "reviewer.ended": _("Reviewer taken off the round"),
        "reviewer.pledged": _("Confidentiality pledged"),
        "reviews.spread": _("Reviews assigned"),
        "review.handed_in": _("Review handed in"),
        "review.given_back": _("File given back by its reviewer"),
        "review.assigned": _("Review assigned by hand"),
        "review.removed": _("Review taken back"),
        "review.set_aside": _("Score set aside for a conflict of interest"),
        "conflict.noted": _("Conflict of interest written down"),
    }
)
notes_people(
    "reviewer.invited", "reviewer.changed", "reviewer.ended", "review.assigned", "review.removed", "conflict.noted"
)


def conflict_words(before, after):
    """Whose conflict, and of which kind."""
    who, _space, kind = after.rpartition(" ")
    return f"{who} · {ConflictKind(kind).label}" if kind in ConflictKind.values else after


word_values({"conflict.noted": conflict_words})


class RoundPages(ScopedAdmin):
    """Adds the pages of a cohort's rounds to its admin."""

    def get_urls(self):
        """Before Django's own addresses."""
        pages = {
            "": ("round", self.round_view),
            "invite/": ("round_invite", self.invite_view),
            "spread/": ("round_spread", self.spread_view),
            "assign/": ("round_assign", self.assign_view),
            "conflict/": ("round_conflict", self.conflict_view),
            "reviewers/<int:reviewer_id>/": ("round_limits", self.limits_view),
            "reviewers/<int:reviewer_id>/end/": ("round_end", self.end_view),
            "reviews/<str:code>/take-back/": ("round_take_back", self.take_back_view),
        }
        own = [
            path(
                f"<int:cohort_id>/rounds/<int:number>/{address}",
                self.admin_site.admin_view(view),
                name=f"programs_cohort_{name}",
            )
            for address, (name, view) in pages.items()
        ]
        return own + super().get_urls()

    def find_round(self, request, cohort_id, number):
        """The round of a cohort that the person runs; else 404."""
        cohort = self.find(request, cohort_id)
        round_ = cohort.rounds.filter(number=number).first()
        if round_ is None:
            raise Http404
        round_.cohort = cohort
        return round_

    def round_url(self, round_, page="round", **more):
        """An address of a round."""
        place = {"cohort_id": round_.cohort_id, "number": round_.number, **more}
        return reverse(f"admin:programs_cohort_{page}", kwargs=place)

    def round_view(self, request, cohort_id, number):
        """Who reviews, how far they are, and which applications lack reviews."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        round_ = self.find_round(request, cohort_id, number)
        reviews = list(
            round_.reviews.live().values_list("application", "reviewer", "submitted_at", "saved_at", named=True)
        )
        applications = list(
            Application.objects.standing_in(round_).only("pk", "receipt_number", "answers", "applicant")
        )
        return self.page(
            request,
            "admin/programs/cohort/round.html",
            round_.cohort,
            title=self.named(round_),
            cohort_name=overview.name_of(round_.cohort),
            overview_url=self.overview_url(round_.cohort),
            ways=self.round_ways(round_),
            facts=round_facts(round_, applications, reviews),
            buttons=self.round_buttons(round_),
            reviewers=self.reviewer_rows(round_, reviews),
            gaps=self.gap_rows(round_, applications, reviews),
            shown_gaps=SHOWN_GAPS,
            run=run_facts(round_.runs.first()),
            given_back=given_back_lines(round_),
        )

    def named(self, obj):
        """A cohort, a round, a reviewer or a review in words; the rest as it calls itself."""
        if isinstance(obj, Cohort):
            return overview.name_of(obj)
        if isinstance(obj, ReviewRound):
            return f"{obj.get_kind_display()} · {overview.name_of(obj.cohort)}"
        if isinstance(obj, Reviewer):
            return obj.user.display_name
        if isinstance(obj, Review):
            return f"{obj.application.receipt_number} · {obj.reviewer.display_name}"
        return str(obj)

    def round_ways(self, round_):
        """The other pages on which a round is run."""
        ranking = reverse("admin:programs_cohort_ranking", args=[round_.cohort_id])
        ways = [{"label": gettext("Ranking and decisions"), "url": f"{ranking}?round={round_.number}"}]
        if round_.kind == RoundKind.INTERVIEW:
            times = reverse("admin:programs_panel_round", args=[round_.pk])
            ways.append({"label": gettext("Interview times"), "url": times})
        return [{**way, "small": True, "look": "link"} for way in ways]

    def round_buttons(self, round_):
        """What can be done with it now."""
        if round_.released_at is not None:
            return []
        pages = [("round_invite", gettext("Invite a reviewer"))]
        if round_.kind != RoundKind.INTERVIEW:
            pages.append(("round_spread", gettext("Assign reviews")))
        pages += [
            ("round_assign", gettext("Assign one by hand")),
            ("round_conflict", gettext("Write down a conflict of interest")),
        ]
        return [{"label": label, "url": self.round_url(round_, page), "small": True} for page, label in pages]

    def reviewer_rows(self, round_, reviews):
        """Each reviewer with limits and load; whoever is behind stands out by the numbers."""
        assigned = Counter(row.reviewer for row in reviews)
        done = Counter(row.reviewer for row in reviews if row.submitted_at)
        known = Counter(user for (_application, user) in conflicts.conflicts_of(round_))
        labels = dict(round_choices(round_, round_.discipline_key)) | dict(
            round_choices(round_, round_.language_key)
        )
        rows = []
        for one in round_.reviewers.select_related("user", "organization").order_by("ended_at", "pk"):
            limits = [labels.get(value, value) for value in [*one.languages, *one.disciplines]]
            rows.append(
                {
                    "name": one.user.display_name,
                    "affiliation": one.affiliation or (one.organization.name if one.organization else ""),
                    "limits": " · ".join(str(limit) for limit in limits) or gettext("All"),
                    "most": one.most,
                    "assigned": assigned[one.user_id],
                    "done": done[one.user_id],
                    "percent": round(100 * done[one.user_id] / assigned[one.user_id])
                    if assigned[one.user_id]
                    else 0,
                    "conflicts": known[one.user_id],
                    "pledged": moment_or_dash(one.pledged_at),
                    "ended": one.ended_at,
                    "url": self.round_url(round_, "round_limits", reviewer_id=one.pk),
                    "end_url": self.round_url(round_, "round_end", reviewer_id=one.pk),
                }
            )
        return rows

    def gap_rows(self, round_, applications, reviews):
        """The applications with fewer reviewers than asked for, and what rules the others out."""
        counts = Counter(row.application for row in reviews)
        short = [row for row in applications if counts[row.pk] < round_.min_reviews]
        reviewers = list(assigning.reviewers_of(round_)) if short else []
        known = conflicts.conflicts_of(round_) if short else {}
        rows = []
        for application in short[:SHOWN_GAPS]:
            reasons = Counter(assigning.barred(round_, one, application, known) for one in reviewers)
            free = reasons.pop("", 0)
            words = [f"{assigning.reason_text(why)} {count}" for why, count in sorted(reasons.items())]
            rows.append(
                {
                    "title": application.receipt_number,
                    "url": reverse("admin:programs_application_change", args=[application.pk]),
                    "note": " · ".join(words),
                    "side": gettext("%(count)s of %(wanted)s · %(free)s possible")
                    % {"count": counts[application.pk], "wanted": round_.min_reviews, "free": free},
                }
            )
        return {"rows": rows, "count": len(short)}

    def ask_round(self, request, round_, obj, *, label, perform, note="", facts=(), form_class=None, danger=False):
        """A page that asks before something is done in a round."""
        return object_deed(
            self,
            request,
            obj,
            label=label,
            note=note,
            danger=danger,
            facts=facts,
            form_class=form_class,
            perform=perform,
            back_url=self.round_url(round_),
        )

    def invite_view(self, request, cohort_id, number):
        """Invites somebody."""
        round_ = self.find_round(request, cohort_id, number)

        def perform(data):
            reviewer = operations.invite_reviewer(round_.pk, data.pop("email"), by=request.user, **data)
            return gettext("%(name)s is a reviewer of this round.") % {"name": reviewer.user.display_name}

        return self.ask_round(
            request,
            round_,
            round_,
            label=gettext("Invite a reviewer"),
            note=gettext("They are sent a mail with the dates and the way to their desk."),
            form_class=InviteForm,
            perform=perform,
        )

    def limits_view(self, request, cohort_id, number, reviewer_id):
        """Changes what a reviewer can be given."""
        round_ = self.find_round(request, cohort_id, number)
        reviewer = self.find_reviewer(round_, reviewer_id)

        def perform(data):
            operations.change_limits(reviewer.pk, by=request.user, **data)
            return gettext("Saved.")

        return self.ask_round(
            request,
            round_,
            reviewer,
            label=gettext("Change a reviewer's limits"),
            note=gettext("What is assigned already stays."),
            form_class=LimitsForm,
            perform=perform,
        )

    def end_view(self, request, cohort_id, number, reviewer_id):
        """Takes a reviewer off the round."""
        round_ = self.find_round(request, cohort_id, number)
        reviewer = self.find_reviewer(round_, reviewer_id)

        def perform(data):
            operations.end_reviewer(reviewer.pk, by=request.user, reason=data["reason"])
            return gettext("%(name)s no longer reviews in this round.") % {"name": reviewer.user.display_name}

        return self.ask_round(
            request,
            round_,
            reviewer,
            label=gettext("Take off the round"),
            note=gettext("Reviews that are handed in still count; the others are taken back and can be assigned."),
            danger=True,
            form_class=DeedReasonForm,
            perform=perform,
        )

    def find_reviewer(self, round_, reviewer_id):
        """A reviewer of the round; else 404."""
        reviewer = round_.reviewers.select_related("user").filter(pk=reviewer_id).first()
        if reviewer is None:
            raise Http404
        reviewer.round = round_
        return reviewer

    def spread_view(self, request, cohort_id, number):
        """Gives every application its reviewers."""
        round_ = self.find_round(request, cohort_id, number)
        applications = Application.objects.standing_in(round_).count()
        live = round_.reviews.live().count()

        def perform(data):
            run = operations.spread_reviews(round_.pk, by=request.user, moves_unbegun=data["moves_unbegun"])
            made = round_.reviews.live().count() - live
            done = ngettext("%(count)s review assigned.", "%(count)s reviews assigned.", made) % {"count": made}
            if not run.gaps:
                return done
            lacking = len(run.gaps)
            return f"{done} " + ngettext(
                "%(count)s application lacks reviewers.", "%(count)s applications lack reviewers.", lacking
            ) % {"count": lacking}

        return self.ask_round(
            request,
            round_,
            round_,
            label=gettext("Assign reviews"),
            note=gettext(
                "Every application gets its reviewers, evenly, within limits and without conflicts of interest. "
                "The result is proved to be the best there is."
            ),
            facts=[
                (gettext("Applications"), applications),
                (gettext("Reviews of each"), round_.min_reviews),
                (gettext("Reviewers"), assigning.reviewers_of(round_).count()),
                (gettext("Assigned so far"), live),
            ],
            form_class=SpreadForm,
            perform=perform,
        )

    def assign_view(self, request, cohort_id, number):
        """Gives one file to one reviewer."""
        round_ = self.find_round(request, cohort_id, number)

        def perform(data):
            operations.assign_review(
                round_.pk, data["receipt"].pk, data["reviewer"], by=request.user, reason=data["reason"]
            )
            return gettext("Assigned.")

        return self.ask_round(
            request, round_, round_, label=gettext("Assign one by hand"), form_class=AssignForm, perform=perform
        )

    def conflict_view(self, request, cohort_id, number):
        """Writes down a conflict of interest."""
        round_ = self.find_round(request, cohort_id, number)

        def perform(data):
            operations.note_conflict(
                data["receipt"].pk, data["reviewer"], data["kind"], by=request.user, note=data["reason"]
            )
            return gettext("Written down.")

        return self.ask_round(
            request,
            round_,
            round_,
            label=gettext("Write down a conflict of interest"),
            note=gettext(
                "It holds for every round of the cohort. The review ends; a score that was handed in no longer "
                "counts."
            ),
            form_class=ConflictForm,
            perform=perform,
        )

    def take_back_view(self, request, cohort_id, number, code):
        """Takes a file back from its reviewer."""
        round_ = self.find_round(request, cohort_id, number)
        review = (
            Review.objects.live().filter(round=round_, code=code).select_related("reviewer", "application").first()
        )
        if review is None:
            raise Http404

        def perform(data):
            operations.take_back(review.pk, by=request.user, reason=data["reason"])
            return gettext("Taken back.")

        return self.ask_round(
            request,
            round_,
            review,
            label=gettext("Take a review back"),
            note=gettext("Also one that was handed in no longer counts."),
            danger=True,
            form_class=DeedReasonForm,
            perform=perform,
        )


def round_facts(round_, applications, reviews):
    """The facts at the top of a round's page."""
    wanted = round_.min_reviews * len(applications)
    done = sum(1 for row in reviews if row.submitted_at)
    return [
        {"term": pgettext("term", "Reviewing"), "value": i18n.span(round_.starts_at, round_.due_at, times=True)},
        {"term": gettext("Results"), "value": moment_or_dash(round_.announces_at)},
        {"term": gettext("Applications"), "value": len(applications)},
        {
            "term": pgettext("reviews", "Handed in"),
            "value": gettext("%(done)s of %(assigned)s assigned, %(wanted)s wanted")
            % {"done": done, "assigned": len(reviews), "wanted": wanted},
        },
        {"term": pgettext("term", "Names"), "value": gettext("Hidden") if round_.is_blind else gettext("Shown")},
    ]


def run_facts(run):
    """What the last spreading came to, and that it was proved; None where there was none."""
    if run is None:
        return None
    return {
        "when": i18n.moment(run.at),
        "seconds": run.seconds,
        "digest": run.digest[:12],
        "gaps": len(run.gaps),
    }


def given_back_lines(round_):
    """The files that were given back for a conflict of interest, newest first."""
    rows = round_.reviews.filter(end_reason=ReviewEnd.RECUSED).select_related("application", "reviewer")
    notes = {
        (conflict.application_id, conflict.reviewer_id): conflict
        for conflict in Conflict.objects.filter(application__cohort=round_.cohort_id)
    }
    lines = []
    for row in rows.order_by("-ended_at")[:SHOWN_GAPS]:
        conflict = notes.get((row.application_id, row.reviewer_id))
        words = [conflict.get_kind_display(), conflict.note] if conflict else []
        if row.submitted_at is not None:
            words.insert(0, gettext("Its score was set aside"))
        lines.append(
            {
                "when": i18n.moment(row.ended_at),
                "title": f"{row.application.receipt_number} · {row.reviewer.display_name}",
                "note": " · ".join(str(word) for word in words if word),
                "user": True,
            }
        )
    return lines
