"""What is done with a version as a whole: seen, tried, compared, copied, given to a cohort, mended in words."""

from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from accounts.admin_deeds import object_deed
from portal import clock, i18n, rows
from portal.errors import Refused
from portal.i18n import speaking
from programs.admin.form_forms import CohortForm, CopyForm, OptionalReasonForm, WordingForm
from programs.admin.form_pages import ASK, READ, FormPages, cohort_links, version_name
from programs.admin.form_trying import steps_to_show, tried
from programs.form_compare import compare
from programs.form_problems import form_problems
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Cohort
from programs.models.forms import FormVersion
from programs.operations import adoption
from programs.operations import forms as operations
from programs.permissions import may_build
from programs.questions.building import wordings
from programs.questions.loading import questions_of

S = ApplicationStatus


def cohorts_to_come(user, now):
    """The cohorts that `user` runs and whose applications are not over."""
    return (
        Cohort.objects.managed_by(user)
        .filter(Q(closes_at=None) | Q(closes_at__gt=now), cancelled_at=None)
        .select_related("program")
        .order_by("opens_at", "pk")
    )


class FormDeeds(FormPages):
    """Adds the pages that show a version or do something with all of it."""

    pages = FormPages.pages | {
        "preview": ("version/<int:pk>/preview/", "preview_view"),
        "try": ("version/<int:pk>/try/", "try_view"),
        "compare": ("version/<int:pk>/compare/", "compare_view"),
        "copy": ("version/<int:pk>/copy/", "copy_view"),
        "adopt": ("version/<int:pk>/adopt/", "adopt_view"),
        "wording": ("version/<int:pk>/wording/", "wording_view"),
    }

    # as the applicant sees it

    @READ
    def preview_view(self, request, pk):
        """Every step on one page, in either language, with the questions that are asked only sometimes."""
        version = self.find_version(request, pk)
        with speaking(self.language_asked(request)):
            steps = steps_to_show(questions_of(version.pk), {}, clock.now())
            return self.portal_page(request, version, "preview", steps=steps)

    @ASK
    def try_view(self, request, pk):
        """The form to fill in and to check, as often as one likes; nothing of it is kept."""
        version = self.find_version(request, pk)
        questions = questions_of(version.pk)
        now = clock.now()
        with speaking(self.language_asked(request)):
            if request.method != "POST":
                steps = steps_to_show(questions, {}, now)
                return self.portal_page(request, version, "try", steps=steps)
            more = rows.more_asked(request.POST)
            context = tried(questions, request.POST, request.FILES, now, check=not more)
            return self.portal_page(request, version, "try", is_checked=not more, **context)

    def language_asked(self, request):
        """The language of a preview: the one named, else the reader's."""
        wanted = request.GET.get("lang", "")
        return wanted if wanted in i18n.LANGUAGES else i18n.language()

    def portal_page(self, request, version, name, **context):
        """A page in the look of the portal, made while its language is the active one."""
        here = i18n.language()
        return render(
            request,
            f"admin/programs/form/{name}.html",
            {
                "version": version,
                "name": version_name(version),
                "back_url": self.version_url(version),
                "languages": [
                    {"code": code, "label": label, "current": code == here, "url": f"{request.path}?lang={code}"}
                    for code, label in (("ko", "한국어"), ("en", "English"))
                ],
                "language": here,
                "twin_url": f"{request.path}?lang={i18n.other(here)}",
                **context,
            },
        )

    # compared

    @READ
    def compare_view(self, request, pk):
        """What a version asks that another one does not, and the other way round."""
        version = self.find_version(request, pk)
        others = FormVersion.objects.filter(Q(form=version.form) | Q(pk=version.copied_from_id)).exclude(
            pk=version.pk
        )
        others = list(others.select_related("form").order_by("form", "number"))
        older = self.compared_with(request, version, others)
        return self.page(
            request,
            "admin/programs/form/compare.html",
            version.form,
            title=gettext("Compare"),
            version=version,
            name=version_name(version),
            older=version_name(older) if older else "",
            chips=[
                {"label": version_name(other), "url": f"{request.path}?with={other.pk}", "current": other == older}
                for other in others
            ],
            comparison=compare(older, version) if older else None,
        )

    def compared_with(self, request, version, others):
        """The version asked for; else the one it was copied from, the one before, or any."""
        wanted = request.GET.get("with", "")
        if wanted:
            found = next((other for other in others if str(other.pk) == wanted), None)
            if found is None:
                raise Http404
            return found
        near = [other for other in others if other.pk == version.copied_from_id]
        near += [
            other
            for other in reversed(others)
            if other.form_id == version.form_id and other.number < version.number
        ]
        return next(iter(near + others), None)

    # copied

    @ASK
    def copy_view(self, request, pk):
        """A copy to be changed: the next version, or the first one of a new form."""
        version = self.find_version(request, pk)
        if not self.may("add", request):
            raise Http404
        form = CopyForm(request.POST if request.method == "POST" else None)
        may_same = all(may_build(request.user, other) for other in version.form.versions.all())
        if not may_same:  # a form of others gets no version from us, but may well be taken as a model
            form.fields["where"].choices = form.fields["where"].choices[1:]
            form.initial["where"] = CopyForm.OTHER
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                if data["where"] == CopyForm.SAME:
                    copy = operations.copy_version(version.pk, by=request.user)
                else:
                    copy = operations.copy_to_new_form(version.pk, data["slug"], form.titles(), by=request.user)
            except Refused as refusal:
                form.add_error("slug", str(refusal))
            else:
                self.message_user(request, gettext("Copied. Change what has to change, then give it to a cohort."))
                return HttpResponseRedirect(self.version_url(copy))
        return self.edit_page(
            request,
            version.form,
            form,
            title=gettext("Copy"),
            intro=gettext(
                "Every section and question is copied; their keys stay, so that answers can be compared."
            ),
            version=version,
            submit=gettext("Copy"),
            back_url=self.version_url(version),
        )

    # given to a cohort

    @ASK
    def adopt_view(self, request, pk):
        """First which cohort, then what that means for those who write already, then it is done."""
        version = self.find_version(request, pk)
        cohorts = cohorts_to_come(request.user, clock.now())
        if "cohort" not in request.GET:
            return self.cohort_page(request, version, CohortForm(cohorts))
        choice = CohortForm(cohorts, request.GET)
        if not choice.is_valid():
            return self.cohort_page(request, version, choice)
        cohort = choice.cleaned_data["cohort"]

        def perform(data):
            result = adoption.adopt_version(cohort.pk, version.pk, by=request.user, reason=data["reason"])
            if not result.moved:
                return gettext("The cohort has this form now.")
            text = ngettext(
                "The cohort has this form now. %(count)s draft has moved over.",
                "The cohort has this form now. %(count)s drafts have moved over.",
                result.moved,
            )
            return text % {"count": result.moved}

        return object_deed(
            self,
            request,
            cohort,
            label=gettext("Give this form to the cohort"),
            note=self.adoption_note(version, cohort),
            facts=self.adoption_facts(version, cohort),
            form_class=OptionalReasonForm,
            perform=perform,
            back_url=self.version_url(version),
        )

    def cohort_page(self, request, version, form):
        """The choice of a cohort, or what has to be mended before there is one."""
        problems = form_problems(version)
        return self.edit_page(
            request,
            version.form,
            None if problems else form,
            title=gettext("Give it to a cohort"),
            intro=gettext("This form is not finished yet. Mend what is listed on its page first.")
            if problems
            else gettext("Choose the cohort. Nothing happens before the next page has been confirmed."),
            version=version,
            method="get",
            submit="" if problems else gettext("Continue"),
            back_url=self.version_url(version),
        )

    def adoption_note(self, version, cohort):
        """What happens, in a sentence."""
        if cohort.form_version_id == version.pk:
            return gettext("The cohort has this form already; nothing changes.")
        return gettext(
            "From now on the cohort asks what this form asks. Drafts move over with their answers, and their "
            "writers are told by mail; what is no longer asked in the same way is kept beside the new questions. "
            "What was submitted stays as it was."
        )

    def adoption_facts(self, version, cohort):
        """How many it concerns, and which questions' answers are set aside."""
        now = cohort.form_version
        drafts = adoption.drafts_of(cohort).count() if now != version else 0
        sent = Application.objects.filter(cohort=cohort).exclude(status=S.DRAFT).count()
        facts = [
            (gettext("Form"), version_name(version)),
            (gettext("Form until now"), version_name(now) if now else "–"),
            (gettext("Drafts that move over"), drafts),
            (gettext("Submitted, staying as they are"), sent),
        ]
        if drafts and now:
            aside = adoption.set_aside(questions_of(now.pk), questions_of(version.pk))
            labels = ", ".join(question.label for question in aside)
            facts.append((gettext("Asked differently or no longer"), labels or gettext("Nothing")))
        return facts

    # wording

    @ASK
    def wording_view(self, request, pk):
        """The texts of a version in use, to be mended by who may, and what was mended before."""
        version = self.find_version(request, pk)
        if not version.is_locked:
            raise Http404
        may_change = self.may("change", request) and may_build(request.user, version)
        if request.method == "POST" and not may_change:
            raise Http404
        form = None
        if may_change:
            texts = wordings(version.sections.all(), questions_of(version.pk))
            form = WordingForm(texts, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                fixes = operations.fix_wording(
                    version.pk, by=request.user, reason=data["reason"], texts=form.texts()
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                count = len(fixes)
                text = ngettext("%(count)s text has been mended.", "%(count)s texts have been mended.", count)
                self.message_user(request, text % {"count": count})
                return HttpResponseRedirect(request.path)
        fixes = version.fixes.select_related("question", "section", "by").order_by("-at", "-pk")
        return self.page(
            request,
            "admin/programs/form/wording.html",
            version.form,
            title=gettext("Mend the wording"),
            version=version,
            name=version_name(version),
            form=form,
            fixes=fixes,
            cohorts=cohort_links(version),
            back_url=self.version_url(version),
        )
