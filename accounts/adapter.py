"""How allauth does things here: our mail, our words, limits that lock nobody out, redirects that stay here."""

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from accounts import emails, operations, terms
from accounts.models import TermKind
from portal import i18n

WORDS = {
    "account_inactive": _("This account is closed for now."),
    "duplicate_email": _("This is already your address."),
    "email_password_mismatch": _("The e-mail address or the password is not right. Please check both."),
    "email_taken": _("This address cannot be used. Please give another one."),
    "enter_current_password": _("This is not your current password."),
    "incorrect_code": _("This code is not right. Please check it and try again."),
    "incorrect_password": _("This password is not right."),
    "same_as_current": _("This is the address you have now."),
    "too_many_login_attempts": _("Too many attempts. Please try again in a few minutes."),
    "rate_limited": _("Too many attempts. Please wait a minute and try again."),
    "unverified_email": _("Please verify your e-mail address first."),
    "cannot_generate_recovery_codes": _("Set up an authenticator app first."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Allauth with our mail, words and limits."""

    error_messages = {**DefaultAccountAdapter.error_messages, **WORDS}

    # sign-up

    @transaction.atomic
    def save_user(self, request, user, form, commit=True):
        """The person with everything the form asked, and the consents; or nothing."""
        user = super().save_user(request, user, form, commit)
        operations.finish_sign_up(
            user,
            full_name=form.cleaned_data["full_name"],
            romanized_name=form.cleaned_data["romanized_name"],
            language=i18n.language(),
            age_confirmed_at=request.age_confirmed_at,
            consents={
                terms.in_force(TermKind.TERMS): form.cleaned_data["agree_terms"],
                terms.in_force(TermKind.PRIVACY): form.cleaned_data["agree_privacy"],
            },
        )
        return user

    # mail

    def send_mail(self, template_prefix, email, context):
        """Queue the mail; the worker sends it."""
        person = context.get("user") or emails.person_at(email)
        with transaction.atomic():
            emails.account_mail(template_prefix, to=email, person=person, context=context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell the person what was done with the account, at the address it had before."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    # where to go

    def is_safe_url(self, url):
        """Whether a redirect may go there: a path of this site, nothing else."""
        return bool(url) and url.startswith("/") and super().is_safe_url(url)

    # limits

    def get_client_ip(self, request):
        """Where the request comes from; one shared answer where that cannot be told, so that limits still hold."""
        try:
            return super().get_client_ip(request)
        except PermissionDenied:
            return "0.0.0.0"  # noqa: S104 (an address nobody has; nothing listens here)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Failed attempts count for account and address together: a stranger elsewhere locks nobody out."""
        return f"{ratelimit.get_ip(request)}:{credentials.get('email', '').lower()}"

    def pre_authenticate(self, request, **credentials):
        """Count the attempt for the pair and, far more generously, for the account as a whole."""
        super().pre_authenticate(request, **credentials)
        self._account_usage = ratelimit.consume(request, **self._account_limit(credentials))
        if not self._account_usage:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self):
        super()._rollback_login_failed_rl_usage()
        self._account_usage.rollback()

    def _delete_login_attempts_cached_email(self, request, **credentials):
        """Whoever has reset the password by a code starts afresh."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, **self._account_limit(credentials))

    @staticmethod
    def _account_limit(credentials):
        email = credentials.get("email", "").lower()
        return {"app": "allauth.account", "action": "login_failed_anywhere", "key": email}


class MFAAdapter(DefaultMFAAdapter):
    """Allauth's second factor in our words."""

    error_messages = {**DefaultMFAAdapter.error_messages, **WORDS}

    def build_totp_svg(self, url):
        """The QR code on a ground of its own, so that it can be scanned from a dark page too."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
