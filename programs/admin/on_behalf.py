"""The pages on which staff write for an applicant: what came on paper is entered, what was sent is put right."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ScopedAdmin
from portal import clock, i18n
from portal.errors import Refused
from portal.fields import CleanCharField
from portal.uploads import takes_files
from programs import checking, consents
from programs.eligibility import NotEligible
from programs.forms import NAMES
from programs.models.applications import ApplicationStatus
from programs.models.forms import QuestionType
from programs.operations import on_behalf as operations
from programs.operations.files import chosen_codes
from programs.questions import drafts
from programs.questions.drafts import as_draft
from programs.questions.loading import in_details, parts_of, questions_of
from programs.staff_form import StaffForm

PREFIX = "by.staff"  # no question can have a key with a dot


class OnBehalfForm(forms.Form):
    """What staff say beside the answers."""

    use_required_attribute = False
    reason = CleanCharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Why you write for the applicant, and why a question stays open if one does. They read it."),
    )
    override = forms.BooleanField(
        label=_("Take it although a condition to apply is not met"),
        required=False,
        help_text=_("The reason has to say why. It is written down which condition was passed over."),
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, prefix=PREFIX, **kwargs)


class EntryForm(OnBehalfForm):
    """Whose application it is."""

    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("Whoever has no account yet gets one without a password, and a mail that says so."),
    )
    language = forms.ChoiceField(
        label=_("Language of the mails"),
        choices=[("ko", "한국어"), ("en", "English")],
        help_text=_("For a new account. Whoever has one is written to in their own."),
    )
    is_of_age = forms.BooleanField(
        label=_("The person is 14 or older"),
        error_messages={"required": _("Nobody under 14 can have an account.")},
    )
    field_order = ["email", "language", "is_of_age", "reason", "override"]


class FixForm(OnBehalfForm):
    """Whether what was asked for is there now."""

    completes = forms.BooleanField(
        label=_("Nothing is missing any more"),
        required=False,
        help_text=_("The application counts as submitted again, and the request for more is over."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    field_order = ["reason", "completes", "override"]

    def __init__(self, data=None, *, is_sent_back, **kwargs):
        super().__init__(data, **kwargs)
        if not is_sent_back:
            del self.fields["completes"]


class Sheet:
    """The questions of a form on one page, over what stands there already and what the request holds."""

    def __init__(self, request, questions, base, files, *, own_email=""):
        self.request, self.questions, self.base, self.files = request, questions, base, files
        self.own_email = own_email
        self.now = clock.now()
        self.is_posted = request.method == "POST"
        self.typed, self.lost = self.read() if self.is_posted else ({}, {})

    def read(self):
        """What the request says to the questions, those too long to be kept apart."""
        form = StaffForm(self.questions, self.base, now=self.now, files=self.files)
        typed, lost = drafts.read(form, self.request.POST, self.request.FILES)
        for question in self.questions:
            if question.type == QuestionType.FILE:
                taken_out = set(self.request.POST.getlist(f"drop:{question.key}"))
                codes = chosen_codes(self.base, question.key)
                typed[question.key] = [code for code in codes if code not in taken_out]
        return typed, lost

    @property
    def new_files(self):
        """The files that came with the request, by the key of their question."""
        keys = [question.key for question in self.questions if question.type == QuestionType.FILE]
        return {key: self.request.FILES.getlist(key) for key in keys if self.request.FILES.getlist(key)}

    @cached_property
    def form(self):
        """The form with what was typed, checked where something was."""
        draft = self.base | self.typed | self.lost
        return StaffForm(
            self.questions,
            draft,
            now=self.now,
            files=self.files,
            check=self.is_checked,
            own_email=self.own_email,
        )

    @property
    def is_checked(self):
        """Whether errors are to be shown: not where only another row was asked for."""
        return self.is_posted and "more" not in self.request.POST

    def is_valid(self):
        """Whether it can be taken as far as the form alone can tell."""
        for key in self.lost:
            self.form.add_error(key, gettext("This is too long to be kept. Please shorten it."))
        if getattr(self.request, "upload_too_large", False):
            self.form.add_error(None, gettext("A file was too large, and was not taken."))
        return self.form.is_valid()

    def parts(self):
        """The fields in the parts of the form, each with its title."""
        more = self.request.POST.get("more", "")
        if more in self.form.fields:
            self.form.fields[more].widget.opened = True
        details = [*NAMES, *(question.key for question in self.questions if in_details(question))]
        helper = self.form.helper_of
        parts = [{"title": gettext("Details"), "lang": "", "intro": "", "helper": helper(details)}]
        for _key, section, rows in parts_of(self.questions):
            parts.append(
                {
                    "title": section.title,
                    "lang": i18n.language_of(section, "title"),
                    "intro": section.intro,
                    "helper": helper(question.key for question in rows),
                }
            )
        return parts


def say_refusal(refusal, sheet, own, consent_form=None):
    """Put a refusal where it belongs: at the field it is about, or above all."""
    if isinstance(refusal, NotEligible):
        conditions = " · ".join(str(finding.rule) for finding in refusal.findings)
        own.add_error("override", gettext("Not met: %(conditions)s") % {"conditions": conditions})
        return
    if not isinstance(refusal, operations.Unfit):
        own.add_error(None, str(refusal))
        return
    for key, message in refusal.problems:
        if consent_form is not None and key in consent_form.fields:
            consent_form.add_error(key, message)
        else:
            sheet.form.add_error(key if key in sheet.form.fields else None, message)


class ConsentOnPaperForm(forms.Form):
    """Which consents lie there in writing."""

    use_required_attribute = False

    def __init__(self, rows, data=None):
        super().__init__(data)
        self.rows = rows
        for row in rows:
            self.fields[row["field"]] = forms.BooleanField(
                label=row["version"].title,
                required=row["required"],
                error_messages={"required": _("Without this consent nothing may be entered.")},
            )

    def given(self):
        """The texts agreed to; one that was left out on paper was not answered."""
        return {row["version"]: True for row in self.rows if self.cleaned_data[row["field"]]}

    def items(self):
        """What stood under each of them."""
        return {row["version"]: "\n".join(row["items"]) for row in self.rows}


def errors_of(form):
    """What is wrong in a form, each with its field's name and the way to it."""
    found = [{"text": message} for message in form.non_field_errors()]
    for field in form:
        for message in field.errors:
            url = f"#{field.id_for_label or field.auto_id}"
            found.append({"text": message, "label": field.label, "url": url})
    return found


def kept(form_class, request, **kwargs):
    """The form as it was filled in, before anything is said about it."""
    names = form_class.base_fields
    return form_class(initial={name: request.POST.get(f"{PREFIX}-{name}", "") for name in names}, **kwargs)


class OnBehalfPages(ScopedAdmin):
    """What the two pages have in common: one sheet with all questions, and what staff say beside it."""

    def page_path(self, name, page, view):
        """The address of a page that takes files."""
        return path(
            f"<int:pk>/{page}/", self.admin_site.admin_view(takes_files()(view)), name=f"programs_{name}_{page}"
        )

    def sheet_page(self, request, obj, sheet, own, *, consent_form=None, **context):
        """The page: what staff say, the consents, all questions."""
        there = [form for form in (own, consent_form, sheet.form) if form is not None]
        sheet.form.errors_said = True  # all forms' errors stand together on top
        return self.page(
            request,
            "admin/programs/application/on_behalf.html",
            obj,
            own=own,
            consent_form=consent_form,
            form=sheet.form,
            parts=sheet.parts(),
            errors=[error for form in there for error in errors_of(form)] if sheet.is_checked else [],
            **context,
        )


class EntryPages(OnBehalfPages):
    """For cohorts: an application that came on paper."""

    def get_urls(self):
        """The page, before Django's own addresses."""
        return [self.page_path("cohort", "enter", self.enter_view), *super().get_urls()]

    def enter_view(self, request, pk):
        """Takes down an application for somebody, and sends it."""
        cohort = self.find(request, pk)
        back = reverse("admin:programs_cohort_overview", args=[cohort.pk])
        if cohort.current_phase not in operations.TAKES_ENTRIES:
            messages.error(request, gettext("This cohort takes no applications any more, or not yet."))
            return HttpResponseRedirect(back)
        questions = questions_of(cohort.form_version_id)
        sheet = Sheet(request, questions, {}, {}, own_email=request.POST.get(f"{PREFIX}-email", ""))
        rows = consents.rows(cohort, None, questions)
        if sheet.is_checked:
            own, consent_form = EntryForm(request.POST), ConsentOnPaperForm(rows, request.POST)
            is_valid = [own.is_valid(), consent_form.is_valid(), sheet.is_valid()]
            if all(is_valid) and (application := self.enter(request, cohort, sheet, own, consent_form)):
                messages.success(
                    request,
                    gettext("The application is entered. Receipt number: %(number)s")
                    % {"number": application.receipt_number},
                )
                page = "admin:programs_application_change"
                return HttpResponseRedirect(reverse(page, args=[application.pk]))
        else:
            own = kept(EntryForm, request) if sheet.is_posted else EntryForm()
            consent_form = ConsentOnPaperForm(rows)
            consent_form.initial = {row["field"]: row["field"] in request.POST for row in rows}
        return self.sheet_page(
            request,
            cohort,
            sheet,
            own,
            consent_form=consent_form,
            title=gettext("Enter an application on behalf"),
            note=gettext(
                "For whoever has handed in an application on paper. It is sent at once, also after the deadline; "
                "what is required may stay open, what is wrong is not taken. The person is told by mail."
            ),
            submit=gettext("Enter and submit"),
            back_url=back,
            original_url=back,
        )

    @staticmethod
    def enter(request, cohort, sheet, own, consent_form):
        """Call the operation. Returns the application; None where it was refused, which the forms then say."""
        data = own.cleaned_data
        try:
            return operations.enter_application(
                cohort.pk,
                data["email"],
                sheet.typed,
                by=request.user,
                reason=data["reason"],
                given=consent_form.given(),
                items=consent_form.items(),
                new_files=sheet.new_files,
                language=data["language"],
                override=data["override"],
            )
        except Refused as refusal:
            say_refusal(refusal, sheet, own, consent_form)
            return None


class FixPages(OnBehalfPages):
    """For applications: what was sent is put right."""

    def get_urls(self):
        """The page, before Django's own addresses."""
        return [self.page_path("application", "fix", self.fix_view), *super().get_urls()]

    def fix_view(self, request, pk):
        """Changes what was sent, for its applicant. Nothing of what they have not sent is shown or lost."""
        application = self.find(request, pk)
        back = self.change_url(application.pk)
        if application.status not in operations.FIXABLE:
            messages.error(request, gettext("This application can no longer be changed."))
            return HttpResponseRedirect(back)
        questions = questions_of(application.form_version_id)
        base = as_draft(application.full_name, application.romanized_name, application.answers)
        sheet = Sheet(request, questions, base, sent_files(application), own_email=application.applicant.email)
        is_sent_back = application.status == ApplicationStatus.CHANGES_REQUESTED
        if sheet.is_checked:
            own = FixForm(request.POST, is_sent_back=is_sent_back)
            is_valid = [own.is_valid(), sheet.is_valid()]
            if all(is_valid) and self.fix(request, application, sheet, own):
                messages.success(
                    request, gettext("The application is changed. The applicant is told by mail what, and why.")
                )
                return HttpResponseRedirect(back)
        elif sheet.is_posted:
            own = kept(FixForm, request, is_sent_back=is_sent_back)
        else:
            seen = operations.last_number(application)
            own = FixForm(initial={"seen": seen}, is_sent_back=is_sent_back)
        return self.sheet_page(
            request,
            application,
            sheet,
            own,
            title=gettext("Fix this application"),
            note=gettext(
                "For what the applicant asks you to put right, also after the deadline. What they have changed "
                "without sending it is not shown here, and stays."
            ),
            submit=gettext("Save the changes"),
            back_url=back,
            original_url=back,
        )

    @staticmethod
    def fix(request, application, sheet, own):
        """Call the operation. Returns whether it was done; where it was refused the forms say why."""
        data = own.cleaned_data
        try:
            operations.fix_application(
                application.pk,
                sheet.typed,
                by=request.user,
                reason=data["reason"],
                seen=data["seen"],
                new_files=sheet.new_files,
                completes=data.get("completes", False),
                override=data["override"],
            )
        except Refused as refusal:
            say_refusal(refusal, sheet, own)
            return False
        return True


def sent_files(application):
    """The files that the sent answers name, by the key of their question."""
    found = {}
    for key, rows in checking.files_by_key(application).items():
        codes = chosen_codes(application.answers, key)
        found[key] = [upload for upload in rows if upload.code in codes]
    return found
