"""People, what they may do, and what they agreed to."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.i18n import EN, Bilingual, language
from portal.models import Channel
from portal.regions import Region

ERASED = "@invalid.example"  # where the address of somebody ends whose account is closed


class UserManager(BaseUserManager):
    """Makes people; an address is kept in lower case, so that it is one person's whatever the spelling."""

    def create_user(self, email, password=None, **fields):
        """A person with that address; without a password they cannot log in by one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """A person who may do everything; whoever can run commands here vouches for the address."""
        user = self.create_user(email, password, is_superuser=True, **fields)
        addresses = apps.get_model("account", "EmailAddress")
        addresses.objects.using(self._db).create(user=user, email=user.email, primary=True, verified=True)
        return user

    def get_by_natural_key(self, email):
        """The person who logs in with that address."""
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by one full name (성명) and, if they give it, the romanized name of their passport."""

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=60, blank=True)
    romanized_name = models.CharField(_("name in English"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ko")
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Seoul")
    age_confirmed_at = models.DateTimeField(_("said to be 14 or older"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demonstration"), default=False, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=Q(language__in=["ko", "en"]), name="user_language_is_known"),
        ]

    def __str__(self):
        return self.full_name or self.email

    @property
    def display_name(self):
        """The name as people of the active language read it; the address before any name is known."""
        names = (self.full_name, self.romanized_name)
        known = names[language() == EN] or names[language() != EN]
        if not known and self.email.endswith(ERASED):
            return gettext("Closed account")
        return known or self.email

    def get_full_name(self):
        """The name by which the person is called."""
        return self.display_name

    def get_short_name(self):
        """The same: Korean names have no short form."""
        return self.display_name

    @cached_property
    def live_grants(self):
        """The grants that hold now, read once for each request."""
        return list(self.grants.live()) if self.pk else []

    def has_role(self, *roles):
        """Whether a grant of one of `roles` holds now, whatever its scope."""
        return self.is_active and (
            (self.is_superuser and Role.ADMIN in roles) or any(grant.role in roles for grant in self.live_grants)
        )

    @property
    def is_admin(self):
        """Whether the person may do everything."""
        return self.has_role(Role.ADMIN)

    @property
    def is_staff(self):
        """Whether the person works in the admin: admins and cohort managers."""
        return self.has_role(Role.ADMIN, Role.MANAGER)


class Role(models.TextChoices):
    """What a person may be trusted with beyond their own things."""

    ADMIN = "admin", _("Administrator")
    MANAGER = "manager", _("Cohort manager")
    REVIEWER = "reviewer", _("Reviewer")
    INSTRUCTOR = "instructor", _("Instructor")
    MENTOR = "mentor", _("Mentor")
    HOST = "host", _("Internship host")
    PARTNER = "partner", _("Partner")


class RoleGrantQuerySet(models.QuerySet):
    """Reading grants."""

    def live(self):
        """Those that hold now."""
        now = clock.now()
        return self.filter(Q(from_at__lte=now) & (Q(to_at__isnull=True) | Q(to_at__gt=now)))


class RoleGrant(models.Model):
    """A role that holds for one scope and a time. Only an administrator's has no scope."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    organization = models.ForeignKey(
        "partners.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organization"),
    )
    program = models.ForeignKey(
        "programs.Program",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("program"),
    )
    cohort = models.ForeignKey(
        "programs.Cohort",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cohort"),
    )
    from_at = models.DateTimeField(_("from"), default=clock.now)
    to_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gt=F("from_at")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=(
                    Q(role="admin", organization=None, program=None, cohort=None)
                    | (
                        ~Q(role="admin")
                        & (
                            Q(organization__isnull=False, program=None, cohort=None)
                            | Q(organization=None, program__isnull=False, cohort=None)
                            | Q(organization=None, program=None, cohort__isnull=False)
                        )
                    )
                ),
                name="grant_has_one_scope",
                violation_error_message=_("A grant has exactly one scope; an administrator's has none."),
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} {self.user_id}"


class TermKind(models.TextChoices):
    """What a text is about. People agree to each kind, and to each recipient, on its own."""

    PRIVACY = "privacy", _("Privacy policy")
    TERMS = "terms", _("Terms of use")
    APPLICATION = "application", _("Consent to collect and use personal information")
    OPTIONAL_ITEMS = "optional_items", _("Consent to collect and use optional items")
    SENSITIVE = "sensitive", _("Consent to use what is asked for support")
    THIRD_PARTY = "third_party", _("Consent to disclosure to a third party")
    ABROAD = "abroad", _("Consent to transfer abroad")
    PORTRAIT = "portrait", _("Consent to photographs and recordings")
    CONFIDENTIALITY = "confidentiality", _("Pledge of confidentiality")
    NO_SHOW = "no_show", _("Rule on not turning up")
    MARKETING = "marketing", _("Consent to advertising messages")
    CONDUCT = "conduct", _("Code of conduct")


OF_THE_ACCOUNT = (TermKind.PRIVACY, TermKind.TERMS)  # agreed to on signing up; they end with the account
OF_NO_COHORT = (*OF_THE_ACCOUNT, TermKind.MARKETING)  # one answer for the whole portal, wherever it was asked
NEVER_REQUIRED = (
    TermKind.OPTIONAL_ITEMS,
    TermKind.SENSITIVE,
    TermKind.ABROAD,
    TermKind.PORTRAIT,
    TermKind.MARKETING,
)


class Term(models.Model):
    """Something that people are asked to agree to; disclosure and transfer abroad have one for each recipient."""

    slug = models.SlugField(_("address"), max_length=50, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=TermKind)
    recipient = models.ForeignKey(
        "partners.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient"),
    )
    is_essential = models.BooleanField(
        _("essential"),
        default=False,
        help_text=_("Without this disclosure the program cannot be run at all, so a cohort may require it."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("text to agree to")
        verbose_name_plural = _("texts to agree to")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TermKind.values), name="term_kind_is_known"),
            models.CheckConstraint(
                condition=Q(recipient__isnull=True) | Q(kind__in=["third_party", "abroad"]),
                name="term_recipient_where_data_goes_out",
                violation_error_message=_("Only a disclosure or a transfer abroad has a recipient."),
            ),
            models.CheckConstraint(
                condition=Q(is_essential=False) | Q(kind="third_party"),
                name="term_only_disclosure_is_essential",
                violation_error_message=_("Only a disclosure to a third party can be essential."),
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind__in=["privacy", "terms"]),
                name="term_of_the_account_once",
                violation_error_message=_("There is one of this kind already."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.slug})"

    @property
    def may_be_required(self):
        """Whether a cohort may make it a condition. Nobody is kept out for refusing what is optional by law."""
        if self.kind == TermKind.THIRD_PARTY:
            return self.is_essential
        return self.kind not in NEVER_REQUIRED

    @property
    def is_of_cohort(self):
        """Whether each cohort has an answer of its own."""
        return self.kind not in OF_NO_COHORT

    @property
    def can_be_withdrawn(self):
        """Whether a person can take it back alone; what belongs to the account ends with the account."""
        return self.kind not in OF_THE_ACCOUNT


class TermVersion(models.Model):
    """One wording of a text, in both languages; the Korean text prevails. A version in force is never edited.

    What the law wants told stands in parts of its own; a part may be empty where `text` says it. Empty `items` mean
    those that the form asks for.
    """

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="versions", verbose_name=_("text"))
    number = models.PositiveSmallIntegerField(_("version"))
    title_ko = models.CharField(_("title (Korean)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    recipient_ko = models.TextField(_("recipient (Korean)"), blank=True)
    recipient_en = models.TextField(_("recipient (English)"), blank=True)
    purpose_ko = models.TextField(_("purpose (Korean)"), blank=True)
    purpose_en = models.TextField(_("purpose (English)"), blank=True)
    items_ko = models.TextField(_("items (Korean)"), blank=True)
    items_en = models.TextField(_("items (English)"), blank=True)
    transfer_ko = models.TextField(_("country, time and method (Korean)"), blank=True)
    transfer_en = models.TextField(_("country, time and method (English)"), blank=True)
    retention_ko = models.TextField(_("retention (Korean)"), blank=True)
    retention_en = models.TextField(_("retention (English)"), blank=True)
    refusal_ko = models.TextField(_("right to refuse (Korean)"), blank=True)
    refusal_en = models.TextField(_("right to refuse (English)"), blank=True)
    text_ko = models.TextField(_("text (Korean)"), blank=True)
    text_en = models.TextField(_("text (English)"), blank=True)
    in_force_at = models.DateTimeField(_("in force from"))

    title = Bilingual()
    recipient = Bilingual()
    purpose = Bilingual()
    items = Bilingual()
    transfer = Bilingual()
    retention = Bilingual()
    refusal = Bilingual()
    text = Bilingual()

    class Meta:
        verbose_name = _("text version")
        verbose_name_plural = _("text versions")
        ordering = ["term", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["term", "number"], name="term_version_once"),
        ]

    def __str__(self):
        return f"{self.title} {self.number}"

    @property
    def kind(self):
        """The kind of the text."""
        return self.term.kind


class ConsentRecord(models.Model):
    """One person's answer to one text at one time. A withdrawal is a new row; nothing is overwritten."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents", verbose_name=_("person")
    )
    version = models.ForeignKey(
        TermVersion, on_delete=models.PROTECT, related_name="records", verbose_name=_("text version")
    )
    cohort = models.ForeignKey(
        "programs.Cohort",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cohort"),
    )
    given = models.BooleanField(_("given"))
    items = models.TextField(_("items as they were shown"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
        help_text=_("Staff who hold the consent in writing; empty where the person answered here."),
    )
    at = models.DateTimeField(_("when"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=["", "ko", "en"]), name="consent_language_is_known"),
        ]
        indexes = [
            models.Index(fields=["user", "cohort", "-at"], name="consent_latest"),
            models.Index(fields=["version", "cohort"], name="consent_by_version"),
        ]

    def __str__(self):
        return f"{self.user_id} {self.version_id} {self.given}"


class AffiliationKind(models.TextChoices):
    """What somebody does at present."""

    STUDENT = "student", _("Student")
    EMPLOYED = "employed", pgettext_lazy("affiliation", "Employed")
    FREELANCE = "freelance", _("Freelance")
    SEEKING = "seeking", _("Looking for work")


class Profile(models.Model):
    """What a person tells once and applications take over: all of it optional, each row made on first save."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile", verbose_name=_("person")
    )
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    told_by = models.CharField(
        _("also told by"),
        max_length=8,
        choices=[(value, label) for value, label in Channel.choices if value != "email"],
        blank=True,
    )
    birth_on = models.DateField(_("date of birth"), null=True, blank=True)
    region = models.CharField(
        pgettext_lazy("where people live", "region"), max_length=16, choices=Region, blank=True
    )
    affiliation_kind = models.CharField(_("present situation"), max_length=12, choices=AffiliationKind, blank=True)
    affiliation = models.CharField(_("company or school"), max_length=120, blank=True)
    position_title = models.CharField(_("position or major"), max_length=80, blank=True)
    career_years = models.PositiveSmallIntegerField(_("years of experience"), null=True, blank=True)
    languages = models.CharField(_("languages"), max_length=120, blank=True)
    credits = models.JSONField(_("credits"), default=list, blank=True)
    career = models.JSONField(_("career"), default=list, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(condition=Q(region__in=["", *Region.values]), name="profile_region_is_known"),
            models.CheckConstraint(
                condition=Q(told_by__in=["", "sms", "alimtalk"]), name="profile_told_by_is_known"
            ),
            models.CheckConstraint(
                condition=Q(affiliation_kind__in=["", *AffiliationKind.values]),
                name="profile_affiliation_is_known",
            ),
            models.CheckConstraint(
                condition=Q(career_years__isnull=True) | Q(career_years__lte=60),
                name="profile_career_is_a_life",
            ),
        ]

    def __str__(self):
        return str(self.user_id)
