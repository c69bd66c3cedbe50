"""Attendance and completion of one cohort: sessions with their rosters, the rule, the decision on everyone."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from portal import clock, i18n
from portal.errors import Refused
from programs import attending, rosters
from programs import completion_words as words
from programs.admin.meeting_pages import MeetingPages
from programs.admin.overview import name_of
from programs.completion import Verdict
from programs.models.attendance import PERCENT, Basis, Completion, Excuse
from programs.models.cohorts import Session
from programs.operations import completion


class RuleForm(DeedForm):
    """The numbers of the next version of a completion rule."""

    basis = forms.ChoiceField(label=_("counted"), choices=Basis.choices, widget=forms.RadioSelect)
    threshold = forms.IntegerField(
        label=_("percent needed"), validators=PERCENT, help_text=_("Exactly this much is enough.")
    )
    day_percent = forms.IntegerField(
        label=_("percent of a day"),
        validators=PERCENT,
        help_text=_("A day counts from this much of its minutes on."),
    )
    slips_per_absence = forms.IntegerField(
        label=_("slips that make one absence"),
        min_value=1,
        max_value=100,
        help_text=_("Late, left early and stepped out count together."),
    )
    needs_survey = forms.BooleanField(label=_("survey before the certificate"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rule = attending.rule_of(self.rows[0], clock.now())
        self.initial |= {name: getattr(rule, name) for name in completion.NUMBERS}


class AttendancePages(MeetingPages):
    """Adds the pages on attendance and completion to those of a cohort."""

    def get_urls(self):
        """The pages of the cohort, and those of one of its sessions."""
        views = [
            ("attendance", "attendance", self.attendance_view),
            ("rule", "rule", self.rule_view),
            ("complete", "complete", self.complete_view),
            ("roster", "sessions/<int:session_id>", self.roster_view),
            ("sheet", "sessions/<int:session_id>/sheet", self.sheet_view),
        ]
        own = [
            path(f"<int:cohort_id>/{part}/", self.admin_site.admin_view(view), name=f"programs_cohort_{name}")
            for name, part, view in views
        ]
        return own + super().get_urls()

    def attendance_url(self, cohort):
        """The page on attendance and completion."""
        return reverse("admin:programs_cohort_attendance", args=[cohort.pk])

    def roster_url(self, session):
        """The roster of a session."""
        return reverse("admin:programs_cohort_roster", args=[session.cohort_id, session.pk])

    def find_session(self, request, cohort_id, session_id):
        """The cohort and one of its sessions, if the person may see them; else 404."""
        cohort = self.find(request, cohort_id)
        session = Session.objects.filter(cohort=cohort, pk=session_id).first()
        if session is None:
            raise Http404
        session.cohort = cohort
        return cohort, session

    def attendance_view(self, request, cohort_id):
        """The sessions, who stands where, and how it was decided."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        cohort = self.find(request, cohort_id)
        now = clock.now()
        found = completion.preview(cohort, now)
        sessions = attending.sessions_of(cohort)
        decided = Completion.objects.filter(enrolment__cohort=cohort).select_related("enrolment__person")
        waiting = Excuse.objects.waiting().filter(enrolment__cohort=cohort).count()
        return self.page(
            request,
            "admin/programs/cohort/attendance.html",
            cohort,
            title=gettext("Attendance and completion"),
            cohort_name=name_of(cohort),
            overview_url=self.overview_url(cohort),
            facts=self.rule_facts(cohort, found, waiting),
            rule=words.rule_text(found.rule, basis_of(cohort, found, sessions)),
            buttons=self.attendance_buttons(cohort, found, waiting),
            sessions=rosters.session_lines(sessions, now, self.roster_url),
            rows=[standing_row(row) for row in sorted(found.rows, key=lambda row: RISK[row.standing.verdict])],
            decided=[decision_row(row) for row in decided],
        )

    def rule_facts(self, cohort, found, waiting):
        """The rule in force, and how many stand where."""
        version = str(found.rule) if found.rule.pk else gettext("the usual one")
        return [
            {"term": gettext("Completion rule"), "value": version},
            {"term": gettext("Taking part"), "value": len(found.rows)},
            {"term": gettext("Reached"), "value": found.count(True)},
            {"term": gettext("Not reached"), "value": found.count(False)},
            {"term": gettext("Not decided by the rule yet"), "value": found.count(None)},
            {"term": gettext("Requests to be excused"), "value": waiting},
        ]

    def attendance_buttons(self, cohort, found, waiting):
        """What can be done now, as links to the pages that ask."""
        pages = [("rule", gettext("Change the rule"))]
        if not found.why_not and (found.count(True) or found.count(False)):
            pages.insert(0, ("complete", gettext("Decide completion")))
        buttons = [
            {"label": label, "url": reverse(f"admin:programs_cohort_{name}", args=[cohort.pk]), "small": True}
            for name, label in pages
        ]
        if waiting:
            url = f"{reverse('admin:programs_excuse_changelist')}?cohort={cohort.pk}&state=waiting"
            buttons.append({"label": gettext("Requests to be excused"), "url": url, "small": True})
        return buttons

    def rule_view(self, request, cohort_id):
        """A new version of the rule."""

        def perform(cohort, data):
            rule = completion.change_rule(cohort.pk, by=request.user, **data)
            return gettext("%(version)s of the completion rule is in force.") % {"version": rule}

        cohort = self.find(request, cohort_id)
        return self.ask(
            request,
            cohort,
            label=gettext("Change the rule"),
            note=gettext(
                "The next version holds from now on for everyone in the cohort; earlier ones stay on record. Once "
                "completion has been decided, the rule stays as it is."
            ),
            form_class=RuleForm,
            perform=perform,
            done_url=self.attendance_url(cohort),
        )

    def complete_view(self, request, cohort_id):
        """Decides about everyone about whom the rule says something; first shows what it would decide."""
        cohort = self.find(request, cohort_id)
        if request.method == "POST":
            try:
                counted = completion.decide_cohort(cohort.pk, by=request.user, stamp=request.POST.get("stamp", ""))
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                said = dict(zip(("completed", "others"), counted, strict=True))
                text = gettext("Decided: completed %(completed)s, not completed %(others)s.") % said
                messages.success(request, text)
            return redirect(self.attendance_url(cohort))
        found = completion.preview(cohort, clock.now())
        able = [row for row in found.rows if not row.why_not]
        return self.page(
            request,
            "admin/action_confirm.html",
            cohort,
            title=gettext("Decide completion"),
            intro=gettext(
                "Each person's part ends with what the rule computes, and the person reads the sums. It is final. "
                "To decide otherwise about somebody, do that first, on the list of enrolments, with a reason."
            ),
            warning=found.why_not or ("" if found.rows else gettext("Nobody waits for a decision.")),
            counts=[
                (gettext("Completed"), found.count(True)),
                (gettext("Not completed"), found.count(False)),
                (gettext("Not decided by the rule yet"), found.count(None)),
            ],
            rows=[confirm_row(row, share(row)) for row in able],
            refused=[confirm_row(row, row.why_not) for row in found.rows if row.why_not],
            hidden=[("stamp", found.stamp)],
            submit=gettext("Decide completion") if able and not found.why_not else "",
            danger=True,
            back_url=self.attendance_url(cohort),
        )

    # one session

    def roster_view(self, request, cohort_id, session_id):
        """The roster of a session, as instructors have it; staff can also excuse, and mark at any later time."""
        cohort, session = self.find_session(request, cohort_id, session_id)
        roster = rosters.Roster(
            session, request.user, clock.now(), is_staff=True, with_minutes="minutes" in request.GET
        )
        if request.method == "POST":
            text = roster.take(request.POST)
            if text:
                messages.success(request, text)
                return redirect(request.get_full_path())
        return self.page(
            request,
            "admin/programs/cohort/roster.html",
            cohort,
            **self.session_context(cohort, session),
            **roster.context(),
            plain_url=request.path,
            minutes_url="?minutes=1",
            import_url=self.import_url(session),
            ways=ways_of(session),
            sheet_url=reverse("admin:programs_cohort_sheet", args=[cohort.pk, session.pk]),
        )

    def sheet_view(self, request, cohort_id, session_id):
        """The list of a session to print and sign."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        cohort, session = self.find_session(request, cohort_id, session_id)
        now = clock.now()
        return self.page(
            request,
            "admin/programs/cohort/sheet.html",
            cohort,
            **self.session_context(cohort, session),
            rows=rosters.Roster(session, request.user, now, is_staff=True).rows(),
            printed=i18n.moment(now),
            back_url=self.roster_url(session),
        )

    def session_context(self, cohort, session):
        """What the pages about one session share."""
        return {
            "title": session.title,
            "when": i18n.span(session.starts_at, session.ends_at, times=True),
            "cohort_name": name_of(cohort),
            "attendance_url": self.attendance_url(cohort),
        }


def ways_of(session):
    """What else there is of a session, as links."""
    pages = [
        (gettext("Session"), reverse("admin:programs_session_change", args=[session.pk])),
        (gettext("Check-in at the door"), reverse("teaching-check-in", args=[session.code])),
        (gettext("Materials"), reverse("teaching-materials", args=[session.code])),
    ]
    return [{"label": label, "url": url, "small": True} for label, url in pages]


RISK = {
    Verdict.UNREACHABLE: 0,
    Verdict.NOT_REACHED: 1,
    Verdict.ONE_MORE: 2,
    Verdict.WITHIN: 3,
    Verdict.REACHED: 4,
}  # who needs a look stands first


def basis_of(cohort, found, sessions):
    """In what the cohort is counted."""
    return attending.standing(found.rule, sessions, [], cohort.hours).basis


def share(row):
    """What the sums come to, in a line."""
    found = row.standing
    return words.share_text(found.basis, found.present, found.total)


def confirm_row(row, note):
    """A person on the page that asks."""
    return {"text": row.enrolment.person.display_name, "note": note, "pill": words.pill(row.standing)}


def standing_row(row):
    """A person who still takes part, with the way to them."""
    found = row.standing
    return {
        "name": row.enrolment.person.display_name,
        "url": reverse("admin:programs_enrolment_change", args=[row.enrolment.pk]),
        "present": share(row),
        "best": words.share_text(found.basis, found.best, found.total) if found.open else "–",
        "slips": found.sum.slips,
        "open": len(found.open),
        "pill": words.pill(found),
    }


def decision_row(row):
    """A decision that was made, with its reason where it goes against the rule."""
    enrolment = row.enrolment
    return {
        "title": enrolment.person.display_name,
        "url": reverse("admin:programs_enrolment_change", args=[enrolment.pk]),
        "note": " · ".join(
            part for part in (words.share_text(row.basis, row.present, row.total), row.reason) if part
        ),
        "pill": words.outcome_pill(enrolment),
        "user": True,
    }


def todo_lines(cohort, now):
    """What of attendance waits for staff, as lines of the cohort's overview; four queries at most."""
    lines = []
    url = reverse("admin:programs_cohort_attendance", args=[cohort.pk])
    waiting = Excuse.objects.waiting().filter(enrolment__cohort=cohort).count()
    if waiting:
        text = ngettext("%(count)s request to be excused waits", "%(count)s requests to be excused wait", waiting)
        lines.append(
            {
                "title": text % {"count": waiting},
                "note": "",
                "url": f"{reverse('admin:programs_excuse_changelist')}?cohort={cohort.pk}&state=waiting",
                "label": gettext("View"),
            }
        )
    live = cohort.enrolments.live().count()
    if not live or cohort.cancelled_at:
        return lines
    over = cohort.sessions.filter(ends_at__lte=now, is_required=True, cancelled_at=None)
    unmarked = over.count() - over.filter(attendance__isnull=False).distinct().count()
    if unmarked:
        text = ngettext("%(count)s session has no attendance", "%(count)s sessions have no attendance", unmarked)
        lines.append(
            {
                "title": text % {"count": unmarked},
                "note": gettext("Nobody has been marked."),
                "url": url,
                "label": gettext("View"),
            }
        )
    if not completion.too_early(cohort, now):
        text = ngettext(
            "Completion of %(count)s person is not decided", "Completion of %(count)s people is not decided", live
        )
        lines.append({"title": text % {"count": live}, "note": "", "url": url, "label": gettext("View")})
    return lines
