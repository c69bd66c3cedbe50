"""The form of an application as staff fill it in for somebody. Nothing here is written anywhere."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.utils.translation import gettext_lazy as _

from programs.forms import AnswerForm
from programs.models.forms import QuestionType
from programs.questions.conditions import is_blank
from programs.questions.fields import FilesWidget


class StaffFilesWidget(FilesWidget):
    """The files there are, each with a box that takes it out, and room for new ones in the same sending."""

    template_name = "programs/widgets/staff_files.html"


class StaffForm(AnswerForm):
    """All questions of a form over a draft; one that is required may stay open, a wrong answer is never taken."""

    unconsented = _("This person has not agreed to the collection of optional items. Leave this empty.")

    def __init__(self, questions, draft, *, now, files=None, check=False, own_email="", refused=frozenset()):
        super().__init__(
            questions,
            draft,
            now=now,
            with_names=True,
            files=files,
            check=check,
            own_email=own_email,
            refused=refused,
        )
        for question in questions:
            if question.type == QuestionType.FILE:
                self.use_staff_files(question, (files or {}).get(question.key, ()))

    def use_staff_files(self, question, files):
        """Give a question that takes files the widget for staff."""
        field = self.fields[question.key]
        field.widget = StaffFilesWidget(
            files=files, most=question.items, megabytes=question.megabytes, is_confidential=question.is_confidential
        )
        field.widget.is_required = field.required

    def full_clean(self):
        """Check the questions asked, as if none of them were required."""
        required = [self.fields[key] for key in self.questions if self.fields[key].required]
        for field in required:
            field.required = False
        super().full_clean()
        for field in required:
            field.required = True

    def helper_of(self, keys):
        """How crispy shows some of the fields."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(*(self.placed(key) for key in keys))
        return helper

    def open_questions(self):
        """The questions of a valid form that are required of the applicant and have no answer."""
        return [
            question
            for key, question in self.questions.items()
            if key in self.asked and self.fields[key].required and is_blank(self.cleaned_data.get(key))
        ]
