"""Settings, read from the environment alone; closed unless opened. `.env.example` says what each variable means.

Production means `SITE_URL=https://…`: then a missing secret stops the start with one clear line.
"""

import secrets
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def yes_or_no(name, default="no"):
    """True for `yes`, False for `no`; anything else stops the start."""
    value = env.str(name, default)
    if value not in ("yes", "no"):
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value == "yes"


def kept_secret(path):
    """The secret in `path`, made on the first call and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname
PRODUCTION = SITE_URL.startswith("https://")
DEBUG = yes_or_no("DEBUG")

if PRODUCTION:
    missing = [
        name for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL") if not env.str(name, "")
    ]
    if missing:
        raise ImproperlyConfigured(f"An https site needs {', '.join(missing)} in the environment.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG=yes is refused on an https site.")

SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", SITE_HOST])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
RATE_LIMITS = env.str("RATE_LIMITS", "on")
if RATE_LIMITS not in ("on", "off"):
    raise ImproperlyConfigured(f"RATE_LIMITS must be on or off, not {RATE_LIMITS!r}.")

# A frozen instant for demonstrations and tests; read through portal.clock alone.
DEMO_NOW = env.str("DEMO_NOW", "")
if DEMO_NOW:
    if PRODUCTION:
        raise ImproperlyConfigured("DEMO_NOW is refused on an https site.")
    try:
        DEMO_NOW = datetime.fromisoformat(DEMO_NOW)
    except ValueError as error:
        raise ImproperlyConfigured("DEMO_NOW must be an ISO time such as 2026-11-24T10:00+09:00.") from error
    if DEMO_NOW.tzinfo is None:
        raise ImproperlyConfigured("DEMO_NOW must name its offset, such as 2026-11-24T10:00+09:00.")
DEMO_NOW = DEMO_NOW or None
DEMO_ALLOWED = not PRODUCTION or yes_or_no("DEMO")
DEMO_PASSWORD = env.str("DEMO_PASSWORD", "")

INSTALLED_APPS = [
    "portal",
    "accounts",
    "partners",
    "programs",
    "mentoring",
    "portal.admin_app.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "portal.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.ReadableRequest",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.SessionLimits",
    "accounts.middleware.StaffLanguage",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LoginRequired",
    "accounts.middleware.SecondFactorForStaff",
    "portal.middleware.CacheRules",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "portal.context.page",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "portal.templatetags.portal"],
        },
    },
    {  # mail bodies: the same language of templates, but nothing is escaped
        "NAME": "plaintext",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "autoescape": False,
            "builtins": ["django.templatetags.i18n", "portal.templatetags.portal"],
        },
    },
]

# --- database, cache, tasks ---------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL", 4)}

CACHES = {"default": env.cache_url("CACHE_URL", "dbcache://portal_cache")}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
RELEASE_PAUSE_SECONDS = 0.5  # after each portion of a release, for those who read meanwhile

# --- people ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "accounts.passwords.NotLikeThePerson",
        "OPTIONS": {"user_attributes": ("email", "full_name", "romanized_name")},
    },
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "accounts.passwords.NotCommon"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "confirm_email_verification_code": "accounts.forms.EmailCodeForm",
    "confirm_password_reset_code": "accounts.forms.PasswordCodeForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_CHANGE_EMAIL = True  # one address a person; the new one replaces the old once it is verified
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 8}
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # through the second factor where there is one
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the session in use is kept; every other one ends with the hash
ACCOUNT_SESSION_REMEMBER = True
# Failed log-ins count for a pair of account and address, so that nobody elsewhere locks a person out; the last
# limit is for an attack from very many addresses, and a password reset lifts it.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_anywhere": "100/h/key",
    "reset_password": "20/m/ip,3/10m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.ActivateSecondFactorForm",
}
MFA_TOTP_ISSUER = "Grow Creative"
MFA_TOTP_TOLERANCE = 1
STAFF_NEED_SECOND_FACTOR = PRODUCTION
if RATE_LIMITS == "off":
    ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False

# --- language and time ------------------------------------------------------------------------------

USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
LANGUAGE_COOKIE_NAME = "language"

# --- files --------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "portal.disk.PrivateStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "files"  # what people hand in; portal.uploads alone gives it out, so there is no MEDIA_URL
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_000  # a megabyte of Hangul, as a browser encodes it, is three
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000  # a roster of 1,100 people has a mark and minutes for each
DATA_UPLOAD_MAX_NUMBER_FILES = 20

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets of ours have templates of ours
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- mail -----------------------------------------------------------------------------------------------

MAIL_DIR = VAR_DIR / "mail"
if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "portal.mail.FolderBackend"
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Grow Creative <no-reply@example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "help@example.com")
SURVEY_POINTS = env.str("SURVEY_POINTS", "linear")  # which conversion to 100 points leads; both are printed
if SURVEY_POINTS not in ("linear", "times20"):
    raise ImproperlyConfigured(f"SURVEY_POINTS must be linear or times20, not {SURVEY_POINTS!r}.")
EMAIL_TIMEOUT = 60
MAIL_BOUNCES_TO = env.str("MAIL_BOUNCES_TO", "")  # the sender on the envelope; empty: the one above
MAIL_HOLD_SECONDS = env.int("MAIL_HOLD_SECONDS", 0)
TEXT_DIR = VAR_DIR / "sms"
TEXT_BACKEND = env.str("TEXT_BACKEND", "portal.channels.FolderBackend")
TEXT_SENDERS = env.list("TEXT_SENDERS", default=[])  # numbers registered in advance, such as +82212345678

# --- what a browser is told ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],  # the QR code of the second factor is a data: image
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_IDLE_SECONDS_STAFF = 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 * 2
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- logging: one JSON object a line, ids and never personal data ---------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "portal.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        },
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "json" if PRODUCTION else "plain",
            "filters": ["request_id"],
        },
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
