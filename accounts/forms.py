"""What may be typed about oneself. Most are allauth's forms with our labels, without hints inside the fields."""

from zoneinfo import available_timezones

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import passwords, profiles
from accounts.models import AffiliationKind, User
from portal import clock
from portal.fields import CleanCharField
from portal.i18n import EN, KO
from portal.models import Channel
from portal.phones import PhoneField
from portal.regions import REGIONS
from portal.rows import CAREER, CREDITS, RowsField

LONGEST_PASSWORD = 1000
EMAIL, PASSWORD = gettext_lazy("E-mail"), gettext_lazy("Password")
ZONES = {
    "Asia/Seoul": gettext_lazy("Seoul"),
    "Asia/Tokyo": gettext_lazy("Tokyo"),
    "Asia/Shanghai": gettext_lazy("Beijing, Shanghai"),
    "Asia/Hong_Kong": gettext_lazy("Hong Kong"),
    "Asia/Taipei": gettext_lazy("Taipei"),
    "Asia/Singapore": gettext_lazy("Singapore"),
    "Asia/Bangkok": gettext_lazy("Bangkok, Hanoi"),
    "Asia/Jakarta": gettext_lazy("Jakarta"),
    "Asia/Kolkata": gettext_lazy("Mumbai, New Delhi"),
    "Asia/Dubai": gettext_lazy("Dubai"),
    "Australia/Sydney": gettext_lazy("Sydney"),
    "Pacific/Auckland": gettext_lazy("Auckland"),
    "Europe/London": gettext_lazy("London"),
    "Europe/Paris": gettext_lazy("Paris, Brussels"),
    "Europe/Berlin": gettext_lazy("Berlin, Amsterdam"),
    "Europe/Madrid": gettext_lazy("Madrid"),
    "Europe/Rome": gettext_lazy("Rome"),
    "Europe/Stockholm": gettext_lazy("Stockholm, Copenhagen"),
    "Africa/Johannesburg": gettext_lazy("Johannesburg"),
    "America/New_York": gettext_lazy("New York, Toronto"),
    "America/Chicago": gettext_lazy("Chicago"),
    "America/Los_Angeles": gettext_lazy("Los Angeles, Vancouver"),
    "America/Mexico_City": gettext_lazy("Mexico City"),
    "America/Sao_Paulo": gettext_lazy("São Paulo"),
}


def full_name_field():
    """The one name by which a person is called (성명)."""
    return CleanCharField(
        label=gettext_lazy("Full name"),
        max_length=60,
        help_text=gettext_lazy("As it should stand on your certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def romanized_name_field():
    """The name in Latin letters; typed by the person, never made from the other one."""
    return CleanCharField(
        label=gettext_lazy("Name in English"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("As in your passport, for example Hong Gildong. Leave it empty if you have none."),
    )


class Tidy:
    """For allauth's forms: our labels, no hints inside fields, lengths that the database holds."""

    labels = {"login": EMAIL, "email": EMAIL, "password": PASSWORD, "password1": PASSWORD}
    help_texts = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)  # what is typed once is not asked again; a code by mail mends a slip
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            if isinstance(field.widget, forms.PasswordInput):
                field.help_text = ""
                field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
            if isinstance(field, forms.EmailField):
                field.validators.append(MaxLengthValidator(254))
            field.help_text = self.help_texts.get(name, field.help_text)
            if name == "code":
                field.widget.attrs.update(inputmode="numeric", autocapitalize="off", spellcheck="false")


class LoginForm(Tidy, allauth_forms.LoginForm):
    """Address and password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Tidy, allauth_forms.SignupForm):
    """Name, address, password, and a box of its own, unticked, for each text that must be agreed to."""

    full_name = full_name_field()
    romanized_name = romanized_name_field()
    agree_terms = forms.BooleanField(
        label=gettext_lazy("I agree to the terms of use"),
        error_messages={"required": gettext_lazy("You can sign up only if you agree to the terms of use.")},
    )
    agree_privacy = forms.BooleanField(
        label=gettext_lazy("I agree that my personal information is collected and used"),
        error_messages={
            "required": gettext_lazy("You can sign up only if you agree that these items are collected and used.")
        },
    )

    field_order = ["full_name", "romanized_name", "email", "password1", "agree_terms", "agree_privacy"]
    help_texts = {"password1": passwords.HELP}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        link = '<a href="{}" target="_blank">{}</a>'
        self.fields["agree_terms"].help_text = format_html(
            link, reverse("terms"), _("Terms of use (opens in a new window)")
        )
        self.fields["agree_privacy"].help_text = format_html(
            "{} {}<br><strong>{}</strong><br>{}<br>" + link,
            _("Items: full name, e-mail address, password, language, the time of your answer about your age."),
            _("Optional: name in English."),
            _("Purpose: your account and notices. Kept until you close the account."),
            _("You may refuse; then you cannot sign up."),
            reverse("privacy"),
            _("Privacy policy (opens in a new window)"),
        )

    def clean(self):
        """The password is also held against the name."""
        cleaned = super().clean()
        if "password1" in cleaned:
            person = User(full_name=cleaned.get("full_name", ""), romanized_name=cleaned.get("romanized_name", ""))
            try:
                get_adapter().clean_password(cleaned["password1"], user=person)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request):
        """Take as long for a known address as for a new one; of two sign-ups at once the later finds it known."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            return super().try_save(request)
        except IntegrityError:  # somebody has signed up with the address a moment ago
            self.account_already_exists = True
            return super().try_save(request)


class ChangeEmailForm(Tidy, allauth_forms.AddEmailForm):
    """The address that will replace the present one."""

    labels = {"email": gettext_lazy("New e-mail address")}


class ChangePasswordForm(Tidy, allauth_forms.ChangePasswordForm):
    """The old password, then the new one."""

    labels = {"oldpassword": gettext_lazy("Current password"), "password1": gettext_lazy("New password")}
    help_texts = {"password1": passwords.HELP}


class SetPasswordForm(Tidy, allauth_forms.SetPasswordForm):
    """A first password."""

    labels = {"password1": gettext_lazy("New password")}
    help_texts = {"password1": passwords.HELP}


class ResetPasswordForm(Tidy, allauth_forms.ResetPasswordForm):
    """Where to send the code."""


class NewPasswordForm(Tidy, allauth_forms.ResetPasswordKeyForm):
    """The new password after a code; void when the address the code went to is no longer the person's."""

    labels = {"password1": gettext_lazy("New password")}
    help_texts = {"password1": passwords.HELP}

    def clean(self):
        """Refuse when the address has changed since."""
        cleaned = super().clean()
        state = context.request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY, {})
        address = state.get("email", "")
        if self.user and self.user.email != address and not self.has_address(address):
            raise forms.ValidationError(_("The address of this account has changed. Please ask for a new code."))
        return cleaned

    def has_address(self, address):
        """Whether the person can be reached there."""
        return EmailAddress.objects.filter(user=self.user, email=address).exists()


class EmailCodeForm(Tidy, allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code from the mail that checks an address."""

    labels = {"code": gettext_lazy("Code from the e-mail")}


class PasswordCodeForm(Tidy, allauth_forms.ConfirmPasswordResetCodeForm):
    """The code from the mail that lets a password be set anew."""

    labels = {"code": gettext_lazy("Code from the e-mail")}


class ReauthenticateForm(Tidy, allauth_forms.ReauthenticateForm):
    """The password once more."""


class SecondFactorForm(Tidy, mfa_forms.AuthenticateForm):
    """A code of the authenticator app, or a recovery code."""

    labels = {"code": gettext_lazy("Code from the app")}
    help_texts = {"code": gettext_lazy("Without your phone, use one of your recovery codes.")}


class SecondFactorAgainForm(Tidy, mfa_forms.ReauthenticateForm):
    """The same, in the middle of a session."""

    labels = {"code": gettext_lazy("Code from the app")}
    help_texts = {"code": gettext_lazy("Without your phone, use one of your recovery codes.")}


class ActivateSecondFactorForm(Tidy, ActivateTOTPForm):
    """The first code of the app that was just set up."""

    labels = {"code": gettext_lazy("Code from the app")}


class LanguageSelect(forms.Select):
    """Each language by its own name, marked as such."""

    def create_option(self, name, value, *args, **kwargs):
        """The option, with its `lang`."""
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["lang"] = value
        return option


NOT_SAID = ("", pgettext_lazy("choice", "Not given"))
YOUNGEST, OLDEST = 14, 120


class ProfileForm(forms.Form):
    """What a person says about themselves, and how the portal speaks to them. All but the name may stay empty."""

    full_name = full_name_field()
    romanized_name = romanized_name_field()
    language = forms.ChoiceField(
        label=pgettext_lazy("of mails", "Language"),
        choices=[(KO, "한국어"), (EN, "English")],
        widget=LanguageSelect,
        help_text=gettext_lazy("For mails and for pages without a language of their own."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Shown beside Seoul time for mentoring and exchanges."),
    )
    phone = PhoneField(
        label=gettext_lazy("Phone number"),
        required=False,
        help_text=gettext_lazy("For example 010-1234-5678; from outside Korea with + and the country code."),
    )
    told_by = forms.ChoiceField(
        label=gettext_lazy("Also tell me by phone"),
        required=False,
        choices=[
            ("", gettext_lazy("No, by e-mail only")),
            (Channel.ALIMTALK, gettext_lazy("Alimtalk (KakaoTalk)")),
            (Channel.SMS, gettext_lazy("Text message")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Offers, deadlines, requests for changes and interviews of what you applied for; never advertising."
        ),
    )
    birth_on = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Please check the date of birth.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
    )
    region = forms.ChoiceField(label=gettext_lazy("Where you live"), required=False, choices=[NOT_SAID, *REGIONS])
    affiliation_kind = forms.ChoiceField(
        label=gettext_lazy("Present situation"), required=False, choices=[NOT_SAID, *AffiliationKind.choices]
    )
    affiliation = CleanCharField(
        label=gettext_lazy("Company or school"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    position_title = CleanCharField(
        label=gettext_lazy("Position, or major and year"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    career_years = forms.IntegerField(
        label=gettext_lazy("Years of experience"),
        required=False,
        min_value=0,
        max_value=profiles.LONGEST_CAREER,
        help_text=gettext_lazy("In your field, in whole years; 0 if it is less than one."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), gettext_lazy("Please write a whole number from 0 to 60.")
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    languages = CleanCharField(
        label=gettext_lazy("Languages you work in"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For example Korean, English (meetings)."),
    )
    credits = RowsField(
        CREDITS,
        profiles.MOST_CREDITS,
        label=gettext_lazy("Credits"),
        required=False,
        help_text=gettext_lazy("The works that say most about you, the latest first."),
    )
    career = RowsField(
        CAREER,
        profiles.MOST_CAREER,
        label=gettext_lazy("Career"),
        required=False,
        help_text=gettext_lazy("Where you have worked, the latest first."),
    )

    PARTS = (
        ("name", gettext_lazy("Name and language"), ("full_name", "romanized_name", "language", "time_zone")),
        ("contact", pgettext_lazy("of a person", "Contact"), ("phone", "told_by", "birth_on", "region")),
        (
            "work",
            gettext_lazy("Work"),
            ("affiliation_kind", "affiliation", "position_title", "career_years", "languages"),
        ),
        ("experience", gettext_lazy("Credits and career"), ("credits", "career")),
    )

    def __init__(self, *args, user, initial=None, **kwargs):
        if initial is None:
            own = {"language": user.language, "time_zone": user.time_zone, "told_by": profiles.told_by(user)}
            initial = profiles.of(user) | own
        super().__init__(*args, initial=initial, **kwargs)
        choices = dict(ZONES)
        if user.time_zone in available_timezones():
            choices.setdefault(user.time_zone, user.time_zone)
        self.fields["time_zone"].choices = list(choices.items())

    def parts(self):
        """The parts of the page, each {id, title, fields}."""
        return [
            {"id": name, "title": title, "fields": [self[field] for field in fields]}
            for name, title, fields in self.PARTS
        ]

    def clean(self):
        """Who is to be told by phone has to say under which number."""
        data = super().clean()
        if data.get("told_by") and "phone" in data and not data["phone"]:
            self.add_error("phone", _("Please write the number at which we may tell you."))
        return data

    def clean_birth_on(self):
        """A day on which somebody who may be here was born."""
        day = self.cleaned_data["birth_on"]
        if day is None:
            return None
        today = clock.now().astimezone(clock.SEOUL).date()
        age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
        if not 0 <= age <= OLDEST:
            raise forms.ValidationError(_("Please check the date of birth."), code="invalid")
        if age < YOUNGEST:
            raise forms.ValidationError(
                _("You must be 14 or older to use this portal. Please check the date of birth."), code="too_young"
            )
        return day
