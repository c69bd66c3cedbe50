"""What staff do with applications, each with its page between that shows facts, rows and refusals."""

from collections import Counter

from django import forms
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_deeds import Deed, DeedForm, DeedReasonForm
from accounts.admin_tools import MomentField
from portal import clock, pills
from portal.fields import CleanCharField
from programs import seating
from programs.models.applications import REOPENABLE, ApplicationStatus, Outcome, ReasonCode
from programs.operations import applications, decisions, review, seats
from programs.questions.loading import questions_of

S = ApplicationStatus
SHOWN_COHORTS = 5


def seats_words(counted, *, waiting=True):
    """Seats in one line, as `seating.seats` counts them; what there is none of is left out where it is rare."""
    parts = [_("%(capacity)s · confirmed %(confirmed)s · offered %(offered)s · free %(free)s") % counted._asdict()]
    if counted.pending:
        parts.append(_("about to be offered %(count)s") % {"count": counted.pending})
    if counted.reserved:
        parts.append(_("kept for partners %(count)s") % {"count": counted.reserved})
    if waiting:
        parts.append(_("waiting %(count)s") % {"count": counted.waiting})
    return " · ".join(parts)


def seats_text(cohort, now):
    """A cohort's seats in one line."""
    return seats_words(seating.seats(cohort, now))


def staged_text(counts):
    """Staged decisions by outcome in one line; `counts` as `releases.release_preview` gives them."""
    if counts["advanced"]:  # before the last round nobody is offered a place
        return _("advance %(advanced)s · do not select %(rejected)s · undecided %(undecided)s") % {
            name: counts[name] for name in ("advanced", "rejected", "undecided")
        }
    return _(
        "offer %(offered)s · waitlist %(waitlisted)s · do not select %(rejected)s · undecided %(undecided)s"
    ) % {name: counts[name] for name in ("offered", "waitlisted", "rejected", "undecided")}


def application_line(application):
    """An application as a line of a page."""
    return {
        "title": str(application),
        "note": f"{application.full_name} · {application.cohort.program.title} {application.cohort.label}",
        "pill": pills.pill(pills.APPLICATION_PILLS, application.status, application.label),
        "user": True,
    }


class ApplicationDeed(Deed):
    """A deed for applications in certain states."""

    statuses = ()

    def refusal(self, row):
        """Only from the states that allow it; the operation looks again behind its lock."""
        if row.status in self.statuses:
            return ""
        return _("This is not possible while the application is “%(label)s”.") % {"label": row.label}

    def line(self, row):
        """Receipt number, name, cohort, status."""
        return application_line(row)

    def facts(self, request, rows):
        """How many, and the seats of their cohorts."""
        now = clock.now()
        cohorts = {row.cohort_id: row.cohort for row in rows}
        facts = [(_("Applications"), len(rows))]
        for cohort in list(cohorts.values())[:SHOWN_COHORTS]:
            facts += self.cohort_facts(cohort, [row for row in rows if row.cohort_id == cohort.pk], now)
        return facts

    def cohort_facts(self, cohort, rows, now):
        """What to know about one cohort; `rows` are the chosen applications to it."""
        return [(f"{cohort.program.title} {cohort.label}", seats_text(cohort, now))]


# --- up to the results ----------------------------------------------------------------------------


class StartReview(ApplicationDeed):
    """Moves submitted applications into review."""

    name = "start_review"
    label = gettext_lazy("Move to review")
    note = gettext_lazy("From then on the applicants read that their application is under review.")
    statuses = (S.SUBMITTED,)

    def refusal(self, row):
        """Submitted, and to a cohort whose seats are given by selection."""
        if not row.cohort.is_reviewed:
            return _("Seats of this cohort are not given by selection.")
        return super().refusal(row)

    def perform_all(self, rows, *, by, data):
        """All in one."""
        review.start_review([row.pk for row in rows], by=by)
        return []

    def done(self, count):
        """How many."""
        text = ngettext("%(count)s application moved to review.", "%(count)s applications moved to review.", count)
        return text % {"count": count}


class ChangesForm(DeedForm):
    """What is missing, of which questions where all chosen applications have the same form, and until when."""

    note = CleanCharField(
        label=gettext_lazy("What is missing"),
        multiline=True,
        max_length=1000,
        help_text=gettext_lazy("The applicant reads this, so write it in their language."),
    )
    keys = forms.MultipleChoiceField(
        label=gettext_lazy("Questions concerned"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only these can be answered then. With none chosen, all of them can."),
    )
    until = MomentField(label=gettext_lazy("To be completed by"), help_text=gettext_lazy("Seoul time."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        versions = {row.form_version_id for row in self.rows}
        questions = questions_of(versions.pop()) if len(versions) == 1 else []
        if questions:
            names = ("full_name", _("Full name and name in English"))
            self.fields["keys"].choices = [names, *((question.key, question.label) for question in questions)]
        else:
            del self.fields["keys"]

    def clean_until(self):
        """Not in the past."""
        if self.cleaned_data["until"] <= clock.now():
            raise forms.ValidationError(_("This lies in the past."))
        return self.cleaned_data["until"]


class RequestChanges(ApplicationDeed):
    """Sends applications back for what is missing."""

    name = "request_changes"
    label = gettext_lazy("Request changes")
    note = gettext_lazy("Each applicant is sent the note and the deadline by mail.")
    statuses = (S.IN_REVIEW,)
    form_class = ChangesForm

    def perform(self, row, *, by, data):
        """Send one back."""
        review.request_changes(row.pk, by=by, note=data["note"], until=data["until"], keys=data.get("keys", ()))

    def done(self, count):
        """How many."""
        return ngettext(
            "Changes requested for %(count)s application.", "Changes requested for %(count)s applications.", count
        ) % {"count": count}


class RejectIneligible(ApplicationDeed):
    """Turns down those who do not meet the conditions."""

    name = "reject_ineligible"
    label = gettext_lazy("Reject as not eligible")
    note = gettext_lazy("The applicants are told at once, before the announcement.")
    danger = True
    statuses = (S.SUBMITTED, S.CHANGES_REQUESTED)

    def perform(self, row, *, by, data):
        """Turn one down."""
        review.reject_ineligible(row.pk, by=by)

    def done(self, count):
        """How many."""
        return ngettext(
            "%(count)s application rejected as not eligible.",
            "%(count)s applications rejected as not eligible.",
            count,
        ) % {"count": count}


class Stage(ApplicationDeed):
    """Stages one outcome; the applicants see nothing of it before the release."""

    outcome = None
    note = gettext_lazy("Nothing is shown to the applicants until the results are released.")
    statuses = (S.IN_REVIEW,)
    before_last = False  # whether it is an outcome of the rounds before the last
    any_round = False  # or of every round

    def refusal(self, row):
        """Under review, and in a round that can end like this."""
        refused = super().refusal(row)
        if not refused and not self.any_round and self.before_last != (row.round_number < row.last_round):
            if self.before_last:
                return _("This is the last round; offer a place, put on the waitlist or do not select.")
            return _("Another review round follows; advance to it or do not select.")
        return refused or decisions.too_late_for(row.cohort, self.outcome, clock.now())

    def cohort_facts(self, cohort, rows, now):
        """What is staged now, and what would be staged with this, against the seats."""
        name = f"{cohort.program.title} {cohort.label}"
        staged = {pk: decision.outcome for pk, decision in decisions.staged(cohort).items()}
        after = {**staged, **dict.fromkeys([row.pk for row in rows], self.outcome)}
        in_review = cohort.applications.filter(status=S.IN_REVIEW).count()
        return [
            (name, seats_text(cohort, now)),
            (_("Staged now"), staged_text(totals(staged, in_review))),
            (_("Staged with this"), staged_text(totals(after, in_review))),
        ]

    def perform_all(self, rows, *, by, data):
        """All in one, in the order of the page."""
        reason = data.get("reason_code", "")
        decisions.stage_decisions([row.pk for row in rows], self.outcome, by=by, reason_code=reason)
        return []

    def done(self, count):
        """How many."""
        return ngettext("%(count)s decision staged.", "%(count)s decisions staged.", count) % {"count": count}


def totals(staged, in_review):
    """Counts by outcome of `staged`, which maps applications to outcomes, out of `in_review`."""
    counts = Counter(staged.values())
    return {
        "advanced": counts[Outcome.ADVANCE],
        "offered": counts[Outcome.OFFER],
        "waitlisted": counts[Outcome.WAITLIST],
        "rejected": counts[Outcome.REJECT],
        "undecided": in_review - len(staged),
    }


class StageAdvance(Stage):
    """Stages that they go on to the next round."""

    name = "stage_advance"
    label = gettext_lazy("Stage: advance to the next round")
    button = gettext_lazy("Stage the advances")
    outcome = Outcome.ADVANCE
    before_last = True


class StageOffer(Stage):
    """Stages an offer."""

    name = "stage_offer"
    label = gettext_lazy("Stage: offer a place")
    button = gettext_lazy("Stage the offers")
    outcome = Outcome.OFFER


class StageWaitlist(Stage):
    """Stages places on the waitlist, in the order of the page."""

    name = "stage_waitlist"
    label = gettext_lazy("Stage: waitlist in the listed order")
    button = gettext_lazy("Stage the waitlist")
    note = gettext_lazy("The waitlist follows the order below, after those staged already.")
    outcome = Outcome.WAITLIST


class ReasonCodeForm(DeedForm):
    """Why they are not selected."""

    reason_code = forms.ChoiceField(label=gettext_lazy("Reason"), choices=ReasonCode.choices)


class StageReject(Stage):
    """Stages a rejection with its reason."""

    name = "stage_reject"
    label = gettext_lazy("Stage: do not select")
    button = gettext_lazy("Stage the rejections")
    outcome = Outcome.REJECT
    any_round = True
    form_class = ReasonCodeForm


# --- seats ----------------------------------------------------------------------------------------


class OfferForm(DeedForm):
    """A reason, needed for whoever does not stand on the waitlist."""

    reason = CleanCharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Needed for whoever is not next on the waitlist."),
    )

    def clean_reason(self):
        """Given where one is needed."""
        reason = self.cleaned_data["reason"]
        if not reason and any(row.status != S.WAITLISTED for row in self.rows):
            raise forms.ValidationError(_("Give a reason for offering a place again."))
        return reason


class OfferSeat(ApplicationDeed):
    """Offers a free seat by hand."""

    name = "offer_seat"
    label = gettext_lazy("Offer a seat")
    note = gettext_lazy("Each is sent an offer with a deadline. Without a free seat it is refused.")
    statuses = (S.WAITLISTED, *REOPENABLE)
    form_class = OfferForm

    def perform_all(self, rows, *, by, data):
        """The waitlisted in the waitlist's own order."""
        return super().perform_all(sorted(rows, key=lambda row: row.waitlist_number or 0), by=by, data=data)

    def perform(self, row, *, by, data):
        """Offer one."""
        seats.offer_seat(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s seat offered.", "%(count)s seats offered.", count) % {"count": count}


class RescindOffer(ApplicationDeed):
    """Takes offers back."""

    name = "rescind_offer"
    label = gettext_lazy("Withdraw the offer")
    note = gettext_lazy("The applicants are sent the reason. The seats go to the waitlist.")
    danger = True
    statuses = (S.OFFERED,)
    form_class = DeedReasonForm

    def perform(self, row, *, by, data):
        """Take one back."""
        seats.rescind_offer(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s offer withdrawn.", "%(count)s offers withdrawn.", count) % {"count": count}


class CancelPlace(ApplicationDeed):
    """Takes confirmed places back."""

    name = "cancel_place"
    label = gettext_lazy("Cancel the place")
    note = gettext_lazy("The participants are sent the reason. The seats go to the waitlist.")
    danger = True
    statuses = (S.CONFIRMED,)
    form_class = DeedReasonForm

    def perform(self, row, *, by, data):
        """Cancel one."""
        seats.cancel_place(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s place cancelled.", "%(count)s places cancelled.", count) % {"count": count}


class Reopen(ApplicationDeed):
    """Brings applications back into review."""

    name = "reopen"
    label = gettext_lazy("Reopen")
    note = gettext_lazy("The applications go back to review, for a new decision.")
    statuses = REOPENABLE
    form_class = DeedReasonForm

    def refusal(self, row):
        """Ended, and to a cohort whose seats are given by selection."""
        if not row.cohort.is_reviewed:
            return _("Seats of this cohort are not given by selection.")
        return super().refusal(row)

    def perform(self, row, *, by, data):
        """Reopen one."""
        review.reopen_application(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s application reopened.", "%(count)s applications reopened.", count) % {
            "count": count
        }


class ExtensionForm(DeedReasonForm):
    """Until when, and why."""

    until = MomentField(label=gettext_lazy("Extended until"), help_text=gettext_lazy("Seoul time."))
    field_order = ["until", "reason"]

    def clean_until(self):
        """Not in the past."""
        if self.cleaned_data["until"] <= clock.now():
            raise forms.ValidationError(_("This lies in the past."))
        return self.cleaned_data["until"]


class ExtendDeadline(ApplicationDeed):
    """Gives people more time to edit what they submitted."""

    name = "extend_deadline"
    label = gettext_lazy("Extend the deadline")
    note = gettext_lazy(
        "They may edit the application until then. For someone who has not submitted, use the cohort's page."
    )
    statuses = (S.SUBMITTED,)
    form_class = ExtensionForm

    def perform(self, row, *, by, data):
        """Extend one."""
        applications.extend_deadline(row.pk, data["until"], by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext(
            "Deadline extended for %(count)s application.", "Deadline extended for %(count)s applications.", count
        ) % {"count": count}


# --- deeds of the whole cohort, reached from its applications ---------------------------------------


class CohortPage(ApplicationDeed):
    """Leads from chosen applications to a page of their cohort, which asks before it acts."""

    page = ""

    def __call__(self, model_admin, request, queryset):
        """To the page, where all belong to one cohort."""
        cohorts = set(queryset.order_by().values_list("cohort", flat=True).distinct()[:2])
        if len(cohorts) != 1:
            model_admin.message_user(request, _("Choose applications of one cohort."), "ERROR")
            return None
        return redirect(reverse(f"admin:programs_cohort_{self.page}", args=cohorts))


class Release(CohortPage):
    """Releases the results of the cohort."""

    name = "release"
    label = gettext_lazy("Release the results of the cohort …")
    page = "release"


class Promote(CohortPage):
    """Runs the promotions of the cohort."""

    name = "promote"
    label = gettext_lazy("Promote from the waitlist of the cohort …")
    page = "promote"


DEEDS = [
    StartReview,
    RequestChanges,
    RejectIneligible,
    StageAdvance,
    StageOffer,
    StageWaitlist,
    StageReject,
    Release,
    OfferSeat,
    Promote,
    RescindOffer,
    CancelPlace,
    Reopen,
    ExtendDeadline,
]
