"""The pages on which a form is built: one for a version, small ones for its sections and questions."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin_deeds import object_deed
from accounts.admin_tools import ScopedAdmin, event_line, moment_or_dash
from portal import audit, rows
from portal.errors import Refused
from programs.admin.form_forms import NOTES, NewForm, QuestionForm, SectionForm, TitlesForm
from programs.form_compare import condition_of, with_deciders
from programs.form_problems import form_problems
from programs.models.forms import COUNTED, FormVersion, Question, QuestionType, Section
from programs.operations import forms as operations
from programs.permissions import cohorts_of_form, may_build

READ = method_decorator(require_safe)
ASK = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
POST = method_decorator(require_POST)
RECORD_ROWS = 10


def state_pill(version):
    """Whether a version may still be changed."""
    if version.is_locked:
        return {"tone": "plain", "icon": "lock", "label": gettext("In use: wording only")}
    return {"tone": "soon", "icon": "pencil", "label": gettext("Being built")}


def version_name(version):
    """Such as `리부트캠프 · 버전 2`."""
    return gettext("%(form)s · version %(number)s") % {"form": version.form, "number": version.number}


def cohort_links(version):
    """The cohorts that a version concerns, each with the page from which it is run."""
    return [
        {
            "title": f"{cohort.program.title} {cohort.label}",
            "url": reverse("admin:programs_cohort_overview", args=[cohort.pk]),
        }
        for cohort in cohorts_of_form(version).select_related("program").order_by("-starts_at", "pk")
    ]


def facts_of_question(question):
    """What staff need to know of a question at a glance, in a few words."""
    found = [str(question.get_type_display())]
    if question.is_required:
        found.append(gettext("required"))
    if question.type in COUNTED:
        count = question.characters
        text = ngettext("up to %(count)s character", "up to %(count)s characters", count)
        found.append(text % {"count": f"{count:,}"})
    if question.choices:
        count = len(question.choices)
        found.append(ngettext("%(count)s choice", "%(count)s choices", count) % {"count": count})
    if question.is_personal:
        found.append(gettext("personal data"))
    if question.profile_field:
        found.append(gettext("from the profile"))
    condition = condition_of(question)
    if condition:
        found.append(gettext("only if %(condition)s") % {"condition": condition})
    found.append(question.key)
    return " · ".join(found)


class FormPages(ScopedAdmin):
    """Adds the pages of forms, versions, sections and questions; every address holds one number."""

    pages = {
        "titles": ("<int:pk>/titles/", "titles_view"),
        "version": ("version/<int:pk>/", "version_view"),
        "section_add": ("version/<int:pk>/section/", "section_add_view"),
        "section": ("section/<int:pk>/", "section_view"),
        "section_move": ("section/<int:pk>/move/", "section_move_view"),
        "section_remove": ("section/<int:pk>/remove/", "section_remove_view"),
        "question_add": ("version/<int:pk>/question/", "question_add_view"),
        "question": ("question/<int:pk>/", "question_view"),
        "question_move": ("question/<int:pk>/move/", "question_move_view"),
        "question_remove": ("question/<int:pk>/remove/", "question_remove_view"),
    }

    def get_urls(self):
        """Ours before Django's own, which take anything for a number."""
        own = [
            path(address, self.admin_site.admin_view(getattr(self, view)), name=f"programs_form_{name}")
            for name, (address, view) in self.pages.items()
        ]
        return own + super().get_urls()

    # finding

    def find_version(self, request, pk):
        """A version, for staff; else 404."""
        if not self.may("view", request):
            raise Http404
        return get_object_or_404(FormVersion.objects.select_related("form", "copied_from__form"), pk=pk)

    def find_part(self, request, model, pk):
        """A section or a question with its version, for who may change it; else 404."""
        part = get_object_or_404(model, pk=pk)
        return part, self.find_own(request, part.version_id)

    def find_own(self, request, pk):
        """A version for who may change it; else 404."""
        version = self.find_version(request, pk)
        if not self.may("change", request) or not may_build(request.user, version):
            raise Http404
        return version

    def version_url(self, version, anchor=""):
        """The page of a version."""
        return reverse("admin:programs_form_version", args=[version.pk]) + (f"#{anchor}" if anchor else "")

    def url(self, name, pk):
        """The address of one of the pages."""
        return reverse(f"admin:programs_form_{name}", args=[pk])

    # forms

    def add_view(self, request, form_url="", extra_context=None):
        """A new form: its titles and its short name."""
        if not self.has_add_permission(request):
            raise Http404
        form = NewForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                version = operations.make_form(form.cleaned_data["slug"], form.titles(), by=request.user)
            except Refused as refusal:
                form.add_error("slug", str(refusal))
            else:
                return HttpResponseRedirect(self.version_url(version))
        return self.edit_page(
            request, None, form, title=gettext("New form"), submit=gettext("Create"), back_url=self.changelist_url()
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A form and its versions, the newest first."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        form = self.find(request, object_id)
        versions = list(form.versions.prefetch_related("questions", "cohorts__program").order_by("-number"))
        lines = [
            {
                "title": gettext("Version %(number)s") % {"number": version.number},
                "url": self.version_url(version),
                "pill": state_pill(version),
                "note": self.note_of(version),
            }
            for version in versions
        ]
        buttons = []
        if self.may("change", request) and all(may_build(request.user, version) for version in versions):
            buttons.append({"label": gettext("Rename"), "url": self.url("titles", form.pk), "small": True})
        history = reverse("admin:programs_form_history", args=[form.pk])
        buttons.append({"label": gettext("History"), "url": history, "small": True})
        return self.page(
            request,
            "admin/programs/form/form.html",
            form,
            title=form.title,
            facts=[
                {"term": gettext("Title (Korean)"), "value": form.title_ko, "lang": "ko"},
                {"term": gettext("Title (English)"), "value": form.title_en, "lang": "en"},
                {"term": gettext("Short name"), "value": form.slug},
            ],
            lines=lines,
            buttons=buttons,
        )

    def note_of(self, version):
        """How much a version asks, and where."""
        count = len(version.questions.all())
        parts = [ngettext("%(count)s question", "%(count)s questions", count) % {"count": count}]
        parts += [f"{cohort.program.title} {cohort.label}" for cohort in version.cohorts.all()]
        return " · ".join(parts)

    @ASK
    def titles_view(self, request, pk):
        """Other titles for a form."""
        form_row = self.find(request, pk)
        if not all(may_build(request.user, version) for version in form_row.versions.all()):
            raise Http404
        start = {"title_ko": form_row.title_ko, "title_en": form_row.title_en}
        form = TitlesForm(request.POST if request.method == "POST" else None, initial=start)
        if request.method == "POST" and form.is_valid():
            operations.rename_form(form_row.pk, form.titles(), by=request.user)
            return redirect(self.change_url(form_row.pk))
        return self.edit_page(
            request, form_row, form, title=gettext("Rename"), back_url=self.change_url(form_row.pk)
        )

    def timeline(self, obj):
        """What was done to a form and to its versions, newest first."""
        lines = [event_line(event) for event in audit.history(obj)]
        for version in obj.versions.all():
            for event in audit.history(version):
                line = event_line(event)
                number = gettext("Version %(number)s") % {"number": version.number}
                lines.append(line | {"title": f"{number}: {line['title']}"})
        return sorted(lines, key=lambda line: line["at"], reverse=True)

    # a version

    @READ
    def version_view(self, request, pk):
        """All of a version: what is wrong with it, its sections and its questions, and what can be done."""
        version = self.find_version(request, pk)
        may_change = self.may("change", request) and may_build(request.user, version)
        questions = with_deciders(version)
        sections = [
            {
                "row": section,
                "questions": [
                    {"row": question, "number": number, "facts": facts_of_question(question)}
                    for number, question in enumerate(questions, start=1)
                    if question.section_id == section.pk
                ],
            }
            for section in version.sections.all()
        ]
        return self.page(
            request,
            "admin/programs/form/version.html",
            version.form,
            title=version_name(version),
            version=version,
            pill=state_pill(version),
            facts=self.facts_of(version),
            cohorts=cohort_links(version),
            problems=[self.problem_line(fault) for fault in form_problems(version)],
            sections=sections,
            may_change=may_change,
            can_edit=may_change and not version.is_locked,
            buttons=self.buttons(version, may_change),
            lines=[event_line(event) for event in audit.history(version)[:RECORD_ROWS]],
        )

    def facts_of(self, version):
        """When it was made, since when it is locked, what it was copied from."""
        facts = [
            {"term": gettext("Made"), "value": moment_or_dash(version.made_at)},
            {"term": gettext("In use since"), "value": moment_or_dash(version.locked_at)},
        ]
        if version.copied_from:
            source = version.copied_from
            value, url = version_name(source), self.version_url(source)
            facts.append({"term": gettext("Copied from"), "value": value, "url": url})
        return facts

    def problem_line(self, fault):
        """A problem with the page on which it is mended."""
        row = fault.question or fault.section
        name = "question" if fault.question else "section"
        anchor = f"#id_{fault.field}" if fault.field else ""
        return {"label": str(row), "text": fault.text, "url": self.url(name, row.pk) + anchor}

    def buttons(self, version, may_change):
        """What can be done with a version as a whole, as links to the pages that do it."""
        chosen = [("preview", gettext("Preview")), ("try", gettext("Try it"))]
        chosen += [("adopt", gettext("Give it to a cohort")), ("copy", gettext("Copy"))]
        if version.copied_from_id or version.number > 1:
            chosen.append(("compare", gettext("Compare")))
        if version.is_locked:
            chosen.append(("wording", gettext("Mend the wording") if may_change else gettext("Mended wording")))
        return [{"label": label, "url": self.url(name, version.pk), "small": True} for name, label in chosen]

    def back_if_locked(self, request, version):
        """The way back where a version can no longer be changed, with the reason; else None."""
        if not version.is_locked:
            return None
        messages.error(request, operations.locked_text(version))
        return HttpResponseRedirect(self.version_url(version))

    def edit_page(self, request, obj, form, **context):
        """A small page with one form; `context` has its title and where it leads back to."""
        return self.page(
            request,
            "admin/programs/form/edit.html",
            obj,
            form=form,
            **{"submit": gettext("Save"), "version": None, **context},
        )

    # sections

    @ASK
    def section_add_view(self, request, pk):
        """A further section."""
        version = self.find_own(request, pk)
        return self.section_page(request, version, None, title=gettext("New section"))

    @ASK
    def section_view(self, request, pk):
        """The texts of a section."""
        section, version = self.find_part(request, Section, pk)
        return self.section_page(request, version, section, title=section.title)

    def section_page(self, request, version, section, *, title):
        """The page of a section, saved or new."""
        back = self.back_if_locked(request, version)
        if back is not None:
            return back
        names = operations.SECTION_FIELDS
        start = {name: getattr(section, name) for name in names} if section else {}
        form = SectionForm(request.POST if request.method == "POST" else None, initial=start)
        if request.method == "POST" and form.is_valid():
            try:
                if section is None:
                    section = operations.add_section(version.pk, by=request.user, **form.cleaned_data)
                else:
                    operations.change_section(section.pk, by=request.user, **form.cleaned_data)
            except operations.Faulty as faulty:
                for fault in faulty.faults:
                    form.add_error(fault.field if fault.field in form.fields else None, fault.text)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return HttpResponseRedirect(self.version_url(version, f"section-{section.pk}"))
        return self.edit_page(
            request, version.form, form, title=title, version=version, back_url=self.version_url(version)
        )

    @POST
    def section_move_view(self, request, pk):
        """One place up or down."""
        section, version = self.find_part(request, Section, pk)
        return self.move(request, version, operations.move_section, section, f"section-{section.pk}")

    def move(self, request, version, operation, row, anchor):
        """Move a section or a question, and say so where that cannot be."""
        try:
            operation(row.pk, up=request.POST.get("to") == "up", by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self.version_url(version, anchor))

    @ASK
    def section_remove_view(self, request, pk):
        """Take an empty section away."""
        section, version = self.find_part(request, Section, pk)
        return self.remove(request, version, operations.remove_section, section, gettext("Remove the section"))

    def remove(self, request, version, operation, row, label):
        """Ask before a section or a question goes."""

        def perform(data):
            operation(row.pk, by=request.user)
            return gettext("“%(title)s” has been removed.") % {"title": row}

        return object_deed(
            self, request, row, label=label, perform=perform, back_url=self.version_url(version), danger=True
        )

    # questions

    @ASK
    def question_add_view(self, request, pk):
        """A further question: first its type, then the rest."""
        version = self.find_own(request, pk)
        sections = list(version.sections.all())
        wanted = request.GET.get("section", "")
        section = next((row for row in sections if str(row.pk) == wanted), sections[-1] if sections else None)
        if section is None:
            messages.error(request, gettext("Add a section first."))
            return HttpResponseRedirect(self.version_url(version))
        place = operations.next_position(section)
        question = Question(version=version, section=section, position=place, type=request.GET.get("type", ""))
        return self.question_page(request, version, question, sections)

    @ASK
    def question_view(self, request, pk):
        """One question, as its type or, with `?type=`, as another one."""
        question, version = self.find_part(request, Question, pk)
        question.type = request.GET.get("type", question.type)
        return self.question_page(request, version, question, list(version.sections.all()))

    def question_page(self, request, version, question, sections):
        """The page of a question, saved or new; where no type is chosen, the choice of one."""
        back = self.back_if_locked(request, version)
        if back is not None:
            return back
        if question.type not in QuestionType.values:
            return self.type_page(request, version, question)
        form = self.question_form(request, version, question, sections)
        is_asking_for_rows = request.method == "POST" and bool(rows.more_asked(request.POST))
        if request.method == "POST" and not is_asking_for_rows and form.is_valid():
            section = form.cleaned_data.get("section") or question.section_id
            try:
                saved = operations.save_question(
                    version.pk, section, question.pk, by=request.user, **form.columns()
                )
            except operations.Faulty as faulty:
                form.add_faults(faulty.faults)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, gettext("“%(title)s” has been saved.") % {"title": saved})
                if "another" in request.POST:
                    query = f"?section={saved.section_id}"
                    return HttpResponseRedirect(self.url("question_add", version.pk) + query)
                return HttpResponseRedirect(self.version_url(version, f"question-{saved.pk}"))
        if is_asking_for_rows:
            form = self.question_form(request, version, question, sections, initial=rows.as_typed(form))
        return self.edit_page(
            request,
            version.form,
            form,
            title=question.label or gettext("New question"),
            version=version,
            kind=QuestionType(question.type).label,
            kind_url=f"{request.path}?section={question.section_id}&type=",
            is_new=question.pk is None,
            back_url=self.version_url(version, f"question-{question.pk}" if question.pk else ""),
        )

    def question_form(self, request, version, question, sections, initial=None):
        """The form of a question: bound to what was posted, or over `initial`."""
        before = operations.asked_before(question, with_deciders(version))
        return QuestionForm(
            question,
            sections,
            before,
            request.POST if request.method == "POST" and initial is None else None,
            is_inherited=question.pk is not None and operations.is_inherited(question),
            initial=initial or {},
        )

    def type_page(self, request, version, question):
        """The types there are, each with what it is for."""
        query = f"?section={question.section_id}&type="
        return self.page(
            request,
            "admin/programs/form/types.html",
            version.form,
            title=gettext("What kind of answer?"),
            version=version,
            question=question if question.pk else None,
            types=[
                {"title": kind.label, "note": NOTES[kind], "url": f"{request.path}{query}{kind.value}"}
                for kind in QuestionType
            ],
            back_url=self.version_url(version),
        )

    @POST
    def question_move_view(self, request, pk):
        """One place up or down."""
        question, version = self.find_part(request, Question, pk)
        return self.move(request, version, operations.move_question, question, f"question-{question.pk}")

    @ASK
    def question_remove_view(self, request, pk):
        """Take a question away."""
        question, version = self.find_part(request, Question, pk)
        return self.remove(request, version, operations.remove_question, question, gettext("Remove the question"))
