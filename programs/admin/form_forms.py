"""What staff fill in while they build a form: titles, a section, a question of any type, a copy, mended wording."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from accounts.admin_tools import MomentField
from accounts.models import Profile
from portal import i18n
from portal.fields import CleanCharField
from portal.rows import Column, RowsField
from programs.form_problems import FITS, MOST_CHARACTERS, MOST_CHOICES, MOST_ITEMS, values_of
from programs.models.cohorts import Cohort
from programs.models.forms import (
    COUNTED,
    MAY_DECIDE,
    MOST_MEGABYTES,
    USUAL_CHARACTERS,
    USUAL_ITEMS,
    WITH_CHOICES,
    Audience,
    QuestionType,
)

T = QuestionType
NAME_OF_LANGUAGE = {"ko": _("Korean"), "en": _("English")}
NOTES = {  # what each type is for, where it is chosen
    T.SHORT: _("One line, such as a log line or a title."),
    T.LONG: _("Several paragraphs, with a counter."),
    T.SINGLE: _("Exactly one of the choices you give."),
    T.MULTIPLE: _("Any of the choices you give."),
    T.RANKED: _("First, second and third choice, such as mentors."),
    T.YES_NO: _("Yes or no; other questions can depend on it."),
    T.NUMBER: _("A whole number within bounds."),
    T.DATE: _("A day."),
    T.EMAIL: _("A further address; the one people log in with is known."),
    T.PHONE: _("Korean and foreign numbers."),
    T.LINKS: _("Addresses on the web, such as a showreel."),
    T.REGION: _("One of the seventeen provinces and cities, or abroad."),
    T.CREDITS: _("A table of works: year, title, role, platform."),
    T.CAREER: _("A table of employments."),
    T.FILE: _("PDF, DOCX, HWP, HWPX or images."),
    T.STATEMENT: _("A sentence with one box to tick."),
    T.REFEREE: _("A person whom we ask for a letter by mail."),
    T.LIKERT: _("A sentence to agree with, in five steps; for surveys."),
    T.NPS: _("Whether one would recommend it, in eleven steps; for surveys."),
}
CHOICE_COLUMNS = (
    Column("ko", _("Korean"), limit=120),
    Column("en", _("English"), limit=120),
    Column(
        "key",
        pgettext_lazy("of a choice", "Key"),
        limit=40,
        hint=_("Leave the key of a new choice empty. A key that has been answered with stays as it is."),
    ),
)


def pair_of(name, label, limit, **options):
    """The two fields of a text, one for each language, as a dict."""
    fields = {}
    for code, language in NAME_OF_LANGUAGE.items():
        field = CleanCharField(
            label=f"{label} · {language}", required=options.get("required", False), max_length=limit,
            multiline=options.get("multiline", False), help_text=options.get("help_text", ""),
        )  # fmt: skip
        field.widget.attrs["lang"] = code
        if options.get("multiline"):
            field.widget.attrs["rows"] = 4
        fields[f"{name}_{code}"] = field
    return fields


def side_by_side(name):
    """The two languages of a text beside each other, where there is room."""
    return Div(*(f"{name}_{code}" for code in i18n.LANGUAGES), css_class="pair")


def helper_for(*layout):
    """How the fields are laid out; the form's own tag stands in the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper


class TitlesForm(DeedForm):
    """The titles of a form."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.update(pair_of("title", gettext("Title"), 80, required=True))
        self.helper = helper_for(side_by_side("title"))

    def titles(self):
        """Both titles by language."""
        return {code: self.cleaned_data[f"title_{code}"] for code in i18n.LANGUAGES}


class NewForm(TitlesForm):
    """A new form."""

    slug = forms.SlugField(label=_("Short name"), max_length=50, help_text=_("Such as reboot-camp."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper_for(side_by_side("title"), "slug")

    def clean_slug(self):
        """In small letters."""
        return self.cleaned_data["slug"].lower()


class CopyForm(NewForm):
    """Where a copy goes: the next version of the same form, or a new one."""

    SAME, OTHER = "same", "other"

    where = forms.ChoiceField(label=_("The copy becomes"), widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = [
            (self.SAME, gettext("the next version of the same form")),
            (self.OTHER, gettext("the first version of a new form, such as next year's")),
        ]
        self.initial.setdefault("where", self.SAME)
        for name in ("slug", "title_ko", "title_en"):
            self.fields[name].required = False
        self.helper = helper_for("where", Fieldset(gettext("Only for a new form"), side_by_side("title"), "slug"))

    def clean(self):
        """A new form has its titles and its short name."""
        if self.cleaned_data.get("where") == self.OTHER:
            for name in ("title_ko", "title_en", "slug"):
                if not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return self.cleaned_data


class CohortChoice(forms.ModelChoiceField):
    """A cohort by its program and its own name."""

    def label_from_instance(self, cohort):
        """Such as `리부트캠프 2027년 1기`."""
        return f"{cohort.program.title} {cohort.label}"


class CohortForm(forms.Form):
    """Which cohort gets the form: one the person runs whose applications are not over."""

    cohort = CohortChoice(label=_("Cohort"), queryset=Cohort.objects.none())

    def __init__(self, cohorts, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts
        self.helper = helper_for("cohort")


class OptionalReasonForm(DeedForm):
    """Why, if there is anything to say."""

    reason = CleanCharField(label=_("Reason"), max_length=300, required=False)


class SectionForm(DeedForm):
    """The title and the introduction of a section."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.update(pair_of("title", gettext("Title"), 80))
        self.fields.update(pair_of("intro", gettext("Introduction"), 2000, multiline=True))
        self.helper = helper_for(side_by_side("title"), side_by_side("intro"))


class QuestionForm(forms.Form):
    """A question of one type: the fields that mean something for it. `question` may be unsaved."""

    def __init__(self, question, sections, before, *args, is_inherited=False, **kwargs):
        """`before` are the questions asked earlier, among which are those it may depend on."""
        self.question, self.is_inherited = question, is_inherited
        self.deciders = [other for other in before if other.type in MAY_DECIDE]
        super().__init__(*args, **kwargs)
        parts = [
            Fieldset(gettext("What is asked"), *self.add_texts(sections)),
            Fieldset(gettext("What is answered"), *self.add_answer()),
            Fieldset(gettext("When it is asked"), *self.add_conditions()),
            Fieldset(gettext("What becomes of the answer"), *self.add_data()),
            Fieldset(gettext("Its key"), *self.add_key()),
        ]
        self.helper = helper_for(*(part for part in parts if part.fields))
        self.initial = self.stored() | self.initial

    # the fields, part by part; each returns what stands in the layout

    def add_texts(self, sections):
        """Label and help, and the section where there are several."""
        self.fields |= pair_of("label", gettext("Question"), 300)
        self.fields |= pair_of("help", gettext("Help"), 300)
        layout = [side_by_side("label"), side_by_side("help")]
        if len(sections) > 1:
            choices = [(section.pk, section.title) for section in sections]
            self.fields["section"] = forms.TypedChoiceField(label=gettext("Section"), choices=choices, coerce=int)
            layout.append("section")
        return layout

    def add_answer(self):
        """Choices and limits."""
        kind = self.question.type
        names = []
        if kind in WITH_CHOICES:
            self.fields["choices"] = RowsField(
                CHOICE_COLUMNS, MOST_CHOICES, label=gettext("Choices"), required=False
            )
            names.append("choices")
        if kind in COUNTED:
            usual = gettext("Spaces count. Left empty: %(usual)s.") % {"usual": USUAL_CHARACTERS[kind]}
            names += self.add_number("most_characters", gettext("Most characters"), 1, MOST_CHARACTERS, usual)
        if kind in MOST_ITEMS:
            labels = {
                T.MULTIPLE: (gettext("At most so many choices"), gettext("Left empty: any number.")),
                T.RANKED: (gettext("How many choices are ranked"), ""),
                T.LINKS: (gettext("At most so many links"), ""),
                T.FILE: (gettext("At most so many files"), ""),
            }
            label, note = labels.get(kind, (gettext("At most so many rows"), ""))
            note = note or gettext("Left empty: %(usual)s.") % {"usual": USUAL_ITEMS[kind]}
            names += self.add_number("most_items", label, 1, MOST_ITEMS[kind], note)
        if kind == T.FILE:
            note = gettext("Left empty: %(usual)s.") % {"usual": MOST_MEGABYTES}
            names += self.add_number("most_megabytes", gettext("Largest file, in MB"), 1, MOST_MEGABYTES, note)
        if kind == T.NUMBER:
            names += self.add_number("lowest", gettext("Lowest number"), -(10**9), 10**9)
            names += self.add_number("highest", gettext("Highest number"), -(10**9), 10**9)
        return names

    def add_number(self, name, label, lowest, highest, note=""):
        """A whole number that may be left empty."""
        self.fields[name] = forms.IntegerField(
            label=label, min_value=lowest, max_value=highest, required=False, help_text=note,
            widget=forms.NumberInput(attrs={"class": "short"}),
        )  # fmt: skip
        return [name]

    def add_conditions(self):
        """Required or not, from when, and on what it depends."""
        self.fields["is_required"] = forms.BooleanField(label=gettext("An answer is required"), required=False)
        self.fields["required_from"] = MomentField(
            label=gettext("Required only from"),
            required=False,
            help_text=gettext("Who submits earlier may leave it empty. Left empty: required from the beginning."),
        )
        names = ["is_required", "required_from"]
        if self.deciders:
            self.fields["condition"] = forms.MultipleChoiceField(
                label=gettext("Ask it only after one of these answers"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=gettext("All ticked answers belong to one question. Nothing ticked: it is always asked."),
                choices=[
                    (other.label, [(f"{other.pk}:{value}", label) for value, label in values_of(other)])
                    for other in self.deciders
                ],
            )
            names.append("condition")
        return names

    def add_data(self):
        """Who reads it, whether it is about a person, why, how long it is kept, where else it is known."""
        kind = self.question.type
        self.fields["audience"] = forms.ChoiceField(
            label=gettext("Who reads the answer"), choices=Audience.choices, widget=forms.RadioSelect
        )
        self.fields["is_personal"] = forms.BooleanField(
            label=gettext("Personal data"),
            required=False,
            help_text=gettext("It is listed in the consent to collection and use."),
        )
        note = gettext("Shown at the question. Needed for personal data.")
        self.fields |= pair_of("why", gettext("Why it is asked"), 200, help_text=note)
        names = ["audience", "is_personal", side_by_side("why")]
        names += self.add_number(
            "kept_days",
            gettext("Erased so many days after the cohort's end"),
            1,
            10_000,
            gettext("Left empty: as long as the application is kept."),
        )
        fitting = [field for field, fit in FITS.items() if fit == kind]
        if fitting:
            choices = [(name, Profile._meta.get_field(name).verbose_name) for name in fitting]
            self.fields["profile_field"] = forms.ChoiceField(
                label=gettext("Taken over from the profile"),
                choices=[("", gettext("No")), *choices],
                required=False,
                help_text=gettext(
                    "Such a question stands beside the name, filled in with what the person has told."
                ),
            )
            names.append("profile_field")
        if kind == T.FILE:
            self.fields["is_confidential"] = forms.BooleanField(
                label=gettext("Confidential work: the writer sees who opened it"), required=False
            )
            names.append("is_confidential")
        return names

    def add_key(self):
        """The name under which answers are kept, and whether they go on under it."""
        note = gettext(
            "Made from the English question where it is left empty. “goals” holds the goals for mentoring."
        )
        if self.is_inherited:
            note = gettext("It stays over versions, so that earlier answers are known as answers to this question.")
        self.fields["key"] = CleanCharField(
            label=gettext("Key"), max_length=40, required=False, disabled=self.is_inherited, help_text=note
        )
        if not self.is_inherited:
            return ["key"]
        self.fields["is_new_meaning"] = forms.BooleanField(
            label=gettext("It asks for something else than before"),
            required=False,
            help_text=gettext("It gets a new key, and no earlier answer is taken over."),
        )
        return ["key", "is_new_meaning"]

    # values

    def stored(self):
        """What the question holds now."""
        question = self.question
        found = {name: getattr(question, name) for name in self.fields if hasattr(question, name)}
        found["section"] = question.section_id
        found["condition"] = [f"{question.shown_if_id}:{value}" for value in question.shown_if_values]
        return found

    def clean_condition(self):
        """Answers to one and the same question."""
        chosen = self.cleaned_data["condition"]
        if len({value.partition(":")[0] for value in chosen}) > 1:
            raise forms.ValidationError(gettext("Choose answers to one question only."), code="two_questions")
        return chosen

    def clean(self):
        """What the profile knows is about a person."""
        if self.cleaned_data.get("profile_field"):
            self.cleaned_data["is_personal"] = True
        return self.cleaned_data

    def columns(self):
        """The cleaned values as `operations.save_question` takes them."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("section", "condition")}
        chosen = self.cleaned_data.get("condition") or []
        deciders = {str(other.pk): other for other in self.deciders}
        data["shown_if"] = deciders[chosen[0].partition(":")[0]] if chosen else None
        data["shown_if_values"] = [value.partition(":")[2] for value in chosen]
        return data | {"type": self.question.type}

    def add_faults(self, faults):
        """Say at its field what the operation refused."""
        for fault in faults:
            is_own = fault.field in self.fields and fault.question and fault.question.pk == self.question.pk
            self.add_error(fault.field if is_own else None, fault.text)


class WordingForm(forms.Form):
    """Every text of a locked version that may be mended, and why it is."""

    reason = CleanCharField(
        label=_("Reason"), max_length=300, help_text=_("Such as a typing error. It stays on record.")
    )

    def __init__(self, wordings, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.wordings = {wording.name: wording for wording in wordings}
        for name, wording in self.wordings.items():
            is_long = wording.column == "intro"
            field = CleanCharField(
                label=self.label_of(wording), required=wording.is_needed, max_length=wording.limit or 2000,
                multiline=is_long, initial=wording.text,
            )  # fmt: skip
            field.widget.attrs["lang"] = wording.code
            if is_long:
                field.widget.attrs["rows"] = 3
            self.fields[name] = field
        self.order_fields([*self.wordings, "reason"])
        self.helper = helper_for(*self.groups(), "reason")

    def label_of(self, wording):
        """What a text is: such as `Question · Korean`."""
        names = {
            "title": gettext("Title"),
            "intro": gettext("Introduction"),
            "label": gettext("Question"),
            "help": gettext("Help"),
            "why": gettext("Why it is asked"),
            "choices": gettext("Choice %(key)s") % {"key": wording.choice},
        }
        return f"{names[wording.column]} · {NAME_OF_LANGUAGE[wording.code]}"

    def groups(self):
        """A fieldset for each section and question, with the languages beside each other."""
        by_row = {}
        for name, wording in self.wordings.items():
            by_row.setdefault((type(wording.row).__name__, wording.row.pk), (wording.row, []))[1].append(name)
        for (kind, _pk), (row, names) in by_row.items():
            pairs = [Div(*names[place : place + 2], css_class="pair") for place in range(0, len(names), 2)]
            title = gettext("Section: %(title)s") if kind == "Section" else "%(title)s"
            yield Fieldset(title % {"title": str(row)}, *pairs)

    def texts(self):
        """The texts by the names of their wordings."""
        return {name: self.cleaned_data[name] for name in self.wordings}
