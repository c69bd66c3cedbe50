"""What the page from which staff run a cohort says, and the index of the admin about all of them."""

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from portal import clock, i18n, pills
from programs.admin.deeds import seats_words, staged_text
from programs.admin.words import next_moment
from programs.models.applications import ApplicationStatus
from programs.models.cohorts import Cohort, Phase, PromotionStop
from programs.operations import seats

S = ApplicationStatus
OVER = (Phase.FINISHED, Phase.CANCELLED, Phase.DRAFT)


def phase_pill(cohort):
    """Where a cohort stands."""
    phase = Phase(cohort.current_phase)
    return pills.pill(pills.PHASE_PILLS, phase, phase.label)


def name_of(cohort):
    """The program and which run of it."""
    return f"{cohort.program.title} {cohort.label}"


def status_counts(cohort):
    """How many applications stand where."""
    rows = cohort.applications.order_by().values("status").annotate(n=Count("pk"))
    return {row["status"]: row["n"] for row in rows}


def applications_url(cohort, **query):
    """The list of its applications, filtered."""
    address = reverse("admin:programs_application_changelist")
    return "&".join([f"{address}?cohort={cohort.pk}", *[f"{name}={value}" for name, value in query.items()]])


def facts(cohort, counts, counted, now):
    """The four facts at the top."""
    ahead = next_moment(cohort, now)
    submitted = sum(n for status, n in counts.items() if status != S.DRAFT)
    return [
        {"term": gettext("Next"), "value": f"{i18n.moment(ahead['at'])} {ahead['what']}" if ahead else "–"},
        {
            "term": gettext("Seats"),
            "value": seats_words(counted, waiting=False),
        },
        {
            "term": gettext("Applications"),
            "value": gettext("%(count)s submitted · %(withdrawn)s withdrawn · %(drafts)s begun")
            % {
                "count": submitted,
                "withdrawn": counts.get(S.WITHDRAWN, 0),
                "drafts": counts.get(S.DRAFT, 0),
            },
        },
        {"term": gettext("Waitlist"), "value": counted.waiting},
        form_fact(cohort),
    ]


def form_fact(cohort):
    """What it asks its applicants, and where that is built; without a form, where one is chosen."""
    if cohort.form_version is None:
        url = reverse("admin:programs_form_changelist")
        return {"term": gettext("Form"), "value": gettext("None yet"), "url": url}
    url = reverse("admin:programs_form_version", args=[cohort.form_version_id])
    return {"term": gettext("Form"), "value": str(cohort.form_version), "url": url, "user": True}


def todo_lines(cohort, counts, counted, preview, now):
    """What waits for staff: each with where to do it."""
    page = {name: reverse(f"admin:programs_cohort_{name}", args=[cohort.pk]) for name in ("release", "promote")}
    lines = []

    def add(count, title, note, url, label):
        if count:
            lines.append({"title": title % {"count": count}, "note": note, "url": url, "label": label})

    if not cohort.published_at and not cohort.cancelled_at:
        url = reverse("admin:programs_cohort_publish", args=[cohort.pk])
        note = gettext("Nobody but staff can see it.")
        lines.append(
            {"title": gettext("The cohort is a draft"), "note": note, "url": url, "label": gettext("Publish")}
        )
    closed = cohort.closes_at is None or cohort.closes_at <= now
    if cohort.is_reviewed and closed:
        add(
            counts.get(S.SUBMITTED, 0),
            ngettext(
                "%(count)s application waits for its review",
                "%(count)s applications wait for their review",
                counts.get(S.SUBMITTED, 0),
            ),
            gettext("Check the conditions, then move them to review."),
            applications_url(cohort, status=S.SUBMITTED.value),
            gettext("View"),
        )
    sent_back = cohort.applications.filter(status=S.CHANGES_REQUESTED).aggregate(first=Min("changes_by"))
    add(
        counts.get(S.CHANGES_REQUESTED, 0),
        ngettext(
            "%(count)s application is to be completed by the applicant",
            "%(count)s applications are to be completed by the applicants",
            counts.get(S.CHANGES_REQUESTED, 0),
        ),
        i18n.deadline(sent_back["first"]) if sent_back["first"] else "",
        applications_url(cohort, status=S.CHANGES_REQUESTED.value),
        gettext("View"),
    )
    if preview:
        add(
            preview["undecided"],
            ngettext(
                "%(count)s application is undecided",
                "%(count)s applications are undecided",
                preview["undecided"],
            ),
            staged_text(preview),
            applications_url(cohort, status=S.IN_REVIEW.value, staged="none"),
            gettext("View"),
        )
        staged = preview["offered"] + preview["waitlisted"] + preview["advanced"] + preview["rejected"]
        due = preview["announce_at"]
        announced = i18n.moment(due) if due else gettext("No announcement is set.")
        add(
            staged,
            ngettext(
                "%(count)s decision waits for the announcement",
                "%(count)s decisions wait for the announcement",
                staged,
            ),
            announced,
            page["release"],
            gettext("Preview"),
        )
    answers = cohort.applications.filter(status=S.OFFERED).aggregate(last=Max("answer_by"))
    add(
        counts.get(S.OFFERED, 0),
        ngettext(
            "%(count)s offer is unanswered",
            "%(count)s offers are unanswered",
            counts.get(S.OFFERED, 0),
        ),
        i18n.deadline(answers["last"]) if answers["last"] else "",
        applications_url(cohort, status=S.OFFERED.value),
        gettext("View"),
    )
    if counted.free and counted.waiting:
        add(
            counted.waiting,
            ngettext(
                "%(count)s person waits while seats are free",
                "%(count)s people wait while seats are free",
                counted.waiting,
            ),
            (seats.stop_of(cohort, now) or PromotionStop(cohort.promotion_stop)).label,
            page["promote"],
            gettext("Promote"),
        )
    return lines


def funnel_rows(cohort, counts):
    """How many stand where, each with the way to their list; the bar is a share of all that were submitted."""
    whole = sum(n for status, n in counts.items() if status != S.DRAFT)
    return [
        {
            "label": status.label,
            "count": counts[status],
            "percent": round(100 * counts[status] / whole, 2),
            "url": applications_url(cohort, status=status.value),
            "tone": "accent" if status == S.CONFIRMED else "",
        }
        for status in S
        if status != S.DRAFT and counts.get(status)
    ]


def today(request):
    """The cohorts that are under way, for the index: where each stands and what comes next."""
    now = clock.now()
    cohorts = Cohort.objects.managed_by(request.user).with_counts(now).with_phase(now).select_related("program")
    under_way = cohorts.exclude(phase__in=OVER).order_by("closes_at", "pk")[:20]
    lines = []
    for cohort in under_way:
        ahead = next_moment(cohort, now)
        counts = gettext("%(applied)s applied · %(taken)s of %(capacity)s seats taken · %(waiting)s waiting") % {
            "applied": cohort.applied,
            "taken": cohort.seats_taken,
            "capacity": cohort.capacity,
            "waiting": cohort.waiting,
        }
        lines.append(
            {
                "title": name_of(cohort),
                "url": reverse("admin:programs_cohort_overview", args=[cohort.pk]),
                "note": f"{i18n.moment(ahead['at'])} {ahead['what']} · {counts}" if ahead else counts,
                "pill": phase_pill(cohort),
            }
        )
    return lines
