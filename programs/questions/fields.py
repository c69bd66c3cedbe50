"""A form field for each type of question. What a field takes from a request is kept in the draft as it is; its
`clean` is idempotent, so that a cleaned answer can be written on as a draft."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _

from portal import regions, rows
from portal.fields import CleanCharField
from portal.i18n import language, other
from portal.phones import PhoneField
from portal.validators import clean_text, no_resident_number
from programs.models.forms import MOST_MEGABYTES, QuestionType

T = QuestionType
AS_RADIOS = 7  # with more choices than this a list that opens takes less room
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
MOST = 10**9


class TextField(CleanCharField):
    """Text whose characters are counted after NFC, line breaks as one, and never cut."""

    def __init__(self, *, limit, **kwargs):
        super().__init__(**kwargs)
        self.limit = limit
        self.widget.attrs["data-limit"] = limit
        if self.multiline:
            self.widget.attrs["rows"] = 4 if limit <= 300 else 8

    def validate(self, value):
        """Refuse what is longer, and say by how much."""
        super().validate(value)
        if len(value) > self.limit:
            raise ValidationError(
                _("Shorten this to %(limit)s characters. It is %(over)s over."),
                params={"limit": self.limit, "over": len(value) - self.limit},
                code="max_length",
            )


class PartsWidget(forms.MultiWidget):
    """Several inputs under one question, each with a label of its own; its raw value is a list of strings."""

    template_name = "programs/widgets/parts.html"

    def __init__(self, widgets, labels, *, look="", needed=(0,)):
        """`needed` are the inputs without which a required question is not answered."""
        super().__init__(widgets)
        self.labels, self.look, self.needed = labels, look, needed

    def id_for_label(self, id_):
        """Where a link to the question leads: to its first input."""
        return f"{id_}_0"

    def decompress(self, value):
        """The list itself, filled up."""
        return [*(value or []), *[""] * len(self.widgets)][: len(self.widgets)]

    def value_from_datadict(self, data, files, name):
        """What stands in each input."""
        return [value or "" for value in super().value_from_datadict(data, files, name)]

    def value_omitted_from_data(self, data, files, name):
        """Whether none of the inputs was sent."""
        return all(f"{name}{suffix}" not in data for suffix in self.widgets_names)

    def get_context(self, name, value, attrs):
        """Each input with its label."""
        context = super().get_context(name, self.decompress(value), attrs)
        for place, (label, part) in enumerate(zip(self.labels, context["widget"]["subwidgets"], strict=True)):
            part["label"] = label
            if "optgroups" in part:  # a list that opens
                part["attrs"]["class"] = part["attrs"].get("class", "").replace("form-control", "form-select")
            if place not in self.needed:
                part["attrs"].pop("required", None)
        context["widget"]["look"] = self.look
        return context


class PartsField(forms.Field):
    """A field over a PartsWidget: `clean_parts` gets the cleaned strings, as many as there are inputs."""

    def to_python(self, value):
        """One clean line for each input."""
        parts = value if isinstance(value, list) else []
        parts = [clean_text(part, multiline=False) if isinstance(part, str) else "" for part in parts]
        return [*parts, *[""] * len(self.widget.widgets)][: len(self.widget.widgets)]

    def clean(self, value):
        """The checked parts; an empty list where all are blank."""
        parts = self.to_python(value)
        if not any(parts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        for part in parts:
            no_resident_number(part)
        return self.clean_parts(parts)


class RankedField(PartsField):
    """First, second and third choice: without gaps, and nothing twice."""

    def __init__(self, *, choices, most, **kwargs):
        most = min(most, len(choices)) or 1
        options = [("", _("Not chosen")), *choices]
        labels = [_("Choice %(rank)s") % {"rank": rank} for rank in range(1, most + 1)]
        widget = PartsWidget([forms.Select(choices=options) for _label in labels], labels, look="ranks")
        super().__init__(widget=widget, **kwargs)
        self.keys = {key for key, _label in choices}

    def clean_parts(self, parts):
        """The keys in order of preference."""
        chosen = [part for part in parts if part]
        if any(key not in self.keys for key in chosen):
            raise ValidationError(_("Choose from the list."), code="invalid_choice")
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("Choose each only once."), code="twice")
        if parts[: len(chosen)] != chosen:
            raise ValidationError(_("Fill in the choices in order, the first one first."), code="gap")
        return chosen


class LinksField(PartsField):
    """Up to so many addresses on the web."""

    check = URLValidator(schemes=["http", "https"])

    def __init__(self, *, most, **kwargs):
        labels = [_("Link %(number)s") % {"number": number} for number in range(1, most + 1)]
        inputs = [forms.URLInput(attrs={"placeholder": "https://"}) for _label in labels]
        super().__init__(widget=PartsWidget(inputs, labels), **kwargs)

    def clean_parts(self, parts):
        """The addresses, each once; one without a scheme is taken as https."""
        found = []
        for number, part in enumerate(parts, start=1):
            if not part:
                continue
            url = part if ":" in part.split("/", 1)[0] else f"https://{part}"
            try:
                self.check(url)
            except ValidationError as error:
                raise ValidationError(
                    _("Link %(number)s: enter a whole address, such as https://example.com/reel."),
                    params={"number": number},
                    code="invalid",
                ) from error
            if url not in found:
                found.append(url)
        return found


class RefereeField(PartsField):
    """Who is asked for a reference: name, affiliation, e-mail. `own_email` is the applicant's, who cannot be it."""

    check = EmailValidator()
    limits = (60, 120, 254)

    def __init__(self, *, own_email="", **kwargs):
        labels = [
            _("Name of the referee"),
            _("Affiliation of the referee"),
            _("E-mail of the referee"),
        ]
        super().__init__(
            widget=PartsWidget([forms.TextInput(), forms.TextInput(), forms.EmailInput()], labels, needed=(0, 2)),
            **kwargs,
        )
        self.own_email = own_email

    def clean_parts(self, parts):
        """The three of them; name and e-mail are needed."""
        for part, limit in zip(parts, self.limits, strict=True):
            if len(part) > limit:
                raise ValidationError(
                    _("Shorten “%(start)s…” to %(limit)s characters."),
                    params={"start": part[:20], "limit": limit},
                    code="max_length",
                )
        if not parts[0] or not parts[2]:
            raise ValidationError(_("Give the name and the e-mail of the referee."), code="incomplete")
        self.check(parts[2])
        if parts[2].lower() == self.own_email.lower():
            raise ValidationError(
                _("This is your own address. A reference has to come from somebody else."), code="own_email"
            )
        return parts


class NumberField(forms.IntegerField):
    """A whole number within bounds."""

    def __init__(self, *, lowest, highest, **kwargs):
        super().__init__(
            min_value=-MOST if lowest is None else lowest,
            max_value=MOST if highest is None else highest,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages={"invalid": _("Enter a whole number.")},
            **kwargs,
        )

    def to_python(self, value):
        """The number; a comma between thousands is no fault."""
        return super().to_python(value.replace(",", "") if isinstance(value, str) else value)


class DayField(forms.DateField):
    """A day, as `2000-01-31`."""

    def __init__(self, **kwargs):
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            input_formats=["%Y-%m-%d", "%Y.%m.%d", "%Y. %m. %d", "%Y. %m. %d.", "%Y/%m/%d", "%Y%m%d"],
            error_messages={"invalid": _("Enter a day, such as 2000-01-31.")},
            **kwargs,
        )

    def clean(self, value):
        """The day in ISO's spelling."""
        day = super().clean(value)
        if day is None:
            return ""
        if not EARLIEST <= day <= LATEST:
            raise ValidationError(_("This day cannot be right."), code="invalid")
        return day.isoformat()


class EmailField(forms.EmailField):
    """An e-mail address, in one line."""

    default_validators = [EmailValidator(), no_resident_number]

    def to_python(self, value):
        """The address without what cannot be seen."""
        return super().to_python(clean_text(value, multiline=False) if isinstance(value, str) else value)


class ListField(forms.MultipleChoiceField):
    """Several of several, at most so many."""

    def __init__(self, *, most, **kwargs):
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)
        self.most = most

    def validate(self, value):
        """Refuse more than allowed."""
        super().validate(value)
        if self.most and len(value) > self.most:
            raise ValidationError(_("Choose at most %(most)s."), params={"most": self.most}, code="too_many")

    def clean(self, value):
        """The keys in the order of the choices."""
        chosen = super().clean(value)
        return [key for key, _label in self.choices if key in chosen]


class FilesWidget(forms.ClearableFileInput):
    """A file input beside the files there are; the raw value is a list of codes, which no request can set."""

    template_name = "programs/widgets/files.html"
    needs_multipart_form = True
    renders_itself = True  # templates/bootstrap5/field.html leaves it to the template above

    def __init__(self, *, files=(), most=1, megabytes=MOST_MEGABYTES, is_confidential=False):
        super().__init__()
        self.files, self.most, self.megabytes, self.is_confidential = files, most, megabytes, is_confidential

    def value_from_datadict(self, data, files, name):
        """Files are given one by one, never with the other answers."""
        return None

    def value_omitted_from_data(self, data, files, name):
        """Never among what is typed."""
        return True

    def get_context(self, name, value, attrs):
        """The files that count, each with its name and size."""
        context = forms.Widget.get_context(self, name, None, attrs)
        attrs, here = context["widget"]["attrs"], context["widget"]["attrs"].get("id", name)
        described = [attrs.get("aria-describedby"), f"{here}_kinds", f"{here}_upload_error"]
        attrs["aria-describedby"] = " ".join(filter(None, described))
        chosen = value if isinstance(value, list) else []
        context["widget"] |= {
            "type": "file",
            "files": [file for file in self.files if file.code in chosen],
            "most": self.most,
            "megabytes": self.megabytes,
            "bytes": self.megabytes * 1024 * 1024,
            "is_confidential": self.is_confidential,
        }
        context["widget"]["is_full"] = len(context["widget"]["files"]) >= self.most
        return context


class FilesField(forms.Field):
    """The files of a question, by the codes of their uploads; only the application's own count."""

    def __init__(self, *, files=(), most=1, megabytes=MOST_MEGABYTES, is_confidential=False, **kwargs):
        widget = FilesWidget(files=files, most=most, megabytes=megabytes, is_confidential=is_confidential)
        super().__init__(widget=widget, **kwargs)
        self.codes, self.most = [file.code for file in files], most

    def clean(self, value):
        """The codes of the files there are."""
        codes = [code for code in self.codes if isinstance(value, list) and code in value][: self.most]
        if self.required and not codes:
            raise ValidationError(_("Add a file."), code="required")
        return codes


def choices_of(question):
    """The choices of a question as pairs of key and label, in the active language."""
    here, there = language(), other(language())
    return [(choice["key"], choice.get(here) or choice.get(there, "")) for choice in question.choices]


def answers_of(question):
    """The answers on which another question may depend, as pairs of key and label."""
    if question.type == T.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    return list(regions.REGIONS) if question.type == T.REGION else choices_of(question)


def steps_of(question):
    """The steps of a scale as pairs of key and words: agreement from 5 to 1, a recommendation from 0 to 10."""
    if question.type == T.NPS:
        return [(str(step), str(step)) for step in range(11)]
    words = (_("Strongly agree"), _("Agree"), _("Neither"), _("Disagree"), _("Strongly disagree"))
    return [(str(step), label) for step, label in zip(range(5, 0, -1), words, strict=True)]


def field_of(question, *, required, files=(), own_email=""):
    """The form field of `question`. `files` are the uploads given to it, `own_email` is the applicant's address.

    Nothing is kept by the field itself.
    """
    common = {"label": question.label, "help_text": help_of(question), "required": required}
    match question.type:
        case T.SHORT:
            return TextField(limit=question.characters, **common)
        case T.LONG:
            return TextField(limit=question.characters, multiline=True, **common)
        case T.SINGLE:
            return single_field(choices_of(question), common)
        case T.MULTIPLE:
            return ListField(choices=choices_of(question), most=question.most_items, **common)
        case T.RANKED:
            return RankedField(choices=choices_of(question), most=question.items, **common)
        case T.YES_NO:
            return single_field(answers_of(question), common)
        case T.NUMBER:
            return NumberField(lowest=question.lowest, highest=question.highest, **common)
        case T.DATE:
            return DayField(**common)
        case T.EMAIL:
            return EmailField(**common)
        case T.PHONE:
            return PhoneField(**common)
        case T.LINKS:
            return LinksField(most=question.items, **common)
        case T.REGION:
            return forms.ChoiceField(choices=[("", _("Choose")), *regions.REGIONS], **common)
        case T.CREDITS:
            return rows.RowsField(columns=rows.CREDITS, most=question.items, **common)
        case T.CAREER:
            return rows.RowsField(columns=rows.CAREER, most=question.items, **common)
        case T.FILE:
            return FilesField(
                files=files,
                most=question.items,
                megabytes=question.megabytes,
                is_confidential=question.is_confidential,
                **common,
            )
        case T.STATEMENT:
            return forms.BooleanField(error_messages={"required": _("Please tick this box to go on.")}, **common)
        case T.REFEREE:
            return RefereeField(own_email=own_email, **common)
        case T.LIKERT | T.NPS:
            return forms.ChoiceField(choices=steps_of(question), widget=forms.RadioSelect, **common)
    raise ValueError(f"no field for a question of type {question.type!r}")


def single_field(choices, common):
    """One of `choices`: as radio buttons while they are few."""
    if len(choices) <= AS_RADIOS:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", _("Choose")), *choices], **common)


def help_of(question):
    """Help and the reason for asking, as one text."""
    why = _("Why we ask: %(reason)s") % {"reason": question.why} if question.why else ""
    return " ".join(part for part in (question.help, why) if part)
