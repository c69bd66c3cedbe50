"""Forms that staff build: a form, its versions, their sections and questions.

A version is written freely until the first application is begun with it, and locked from then on: after that only
its wording may be mended, which leaves a WordingFix. A change of meaning is a new version. `programs/operations/
forms.py` alone writes these rows; `programs/questions/` knows what each type of question takes.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.profiles import PROFILE_FIELDS
from portal import clock
from portal.i18n import Bilingual

GOALS = "goals"  # the key of the question whose lines become the goals of a mentoring pair
GOALS_LIMIT = 300  # characters


class Form(models.Model):
    """A form over the years; what is asked stands in its versions."""

    slug = models.SlugField(_("short name"), unique=True, help_text=_("Such as reboot-camp."))
    title_ko = models.CharField(_("title (Korean)"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=80)

    title = Bilingual()

    class Meta:
        verbose_name = pgettext_lazy("questions", "form")
        verbose_name_plural = pgettext_lazy("questions", "forms")
        ordering = ["title_ko", "pk"]

    def __str__(self):
        return self.title


class FormVersion(models.Model):
    """One state of a form. Once locked its meaning never changes, so an answer stays under what was asked."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions", verbose_name=_("form"))
    number = models.PositiveSmallIntegerField(_("version"))
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies", editable=False
    )
    made_at = models.DateTimeField(_("made"), default=clock.now, editable=False)
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")
        ordering = ["form", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="form_version_counts_from_one"),
        ]

    def __str__(self):
        return f"{self.form} · {self.number}"

    @property
    def is_locked(self):
        """Whether an application has been begun with it, or a survey asks it."""
        return self.locked_at is not None


class Section(models.Model):
    """Questions that stand together on one step of the application."""

    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    title_ko = models.CharField(_("title (Korean)"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=80)
    intro_ko = models.TextField(_("introduction (Korean)"), blank=True)
    intro_en = models.TextField(_("introduction (English)"), blank=True)

    title = Bilingual()
    intro = Bilingual()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["version", "position", "pk"]

    def __str__(self):
        return self.title


class QuestionType(models.TextChoices):
    """What a question takes."""

    SHORT = "short", _("Short text")
    LONG = "long", _("Long text")
    SINGLE = "single", _("One of several")
    MULTIPLE = "multiple", _("Several of several")
    RANKED = "ranked", _("Ranked choice")
    YES_NO = "yes_no", _("Yes or no")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    EMAIL = "email", pgettext_lazy("question", "E-mail")
    PHONE = "phone", _("Phone number")
    LINKS = "links", _("Links")
    REGION = "region", _("Region")
    CREDITS = "credits", _("Credits")
    CAREER = "career", pgettext_lazy("question", "Career")
    FILE = "file", _("File")
    STATEMENT = "statement", _("Statement to accept")
    REFEREE = "referee", _("Reference letter")
    LIKERT = "likert", _("Agreement, from 1 to 5")
    NPS = "nps", _("Would recommend, from 0 to 10")


class Audience(models.TextChoices):
    """Who reads the answer besides the applicant; staff always do."""

    STAFF = "staff", _("Staff only")
    REVIEWER = "reviewer", _("Staff and reviewers, except in blind review")
    BLIND = "blind", _("Staff and reviewers, in blind review too")


T = QuestionType
WITH_CHOICES = (T.SINGLE, T.MULTIPLE, T.RANKED)
MAY_DECIDE = (T.SINGLE, T.MULTIPLE, T.YES_NO, T.REGION)  # questions on whose answer another may depend
COUNTED = (T.SHORT, T.LONG)  # whose characters are counted
USUAL_CHARACTERS = {T.SHORT: 100, T.LONG: 1000}  # where the question names no limit of its own
USUAL_ITEMS = {T.RANKED: 3, T.LINKS: 3, T.CREDITS: 20, T.CAREER: 20, T.FILE: 1}
MOST_MEGABYTES = 50


class Question(models.Model):
    """One question. `key` stays the same over versions as long as the question means the same."""

    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="questions")
    section = models.ForeignKey(
        Section, on_delete=models.CASCADE, related_name="questions", verbose_name=_("section")
    )
    key = models.SlugField(_("key"), max_length=40)
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    type = models.CharField(_("type"), max_length=12, choices=QuestionType)
    label_ko = models.CharField(_("question (Korean)"), max_length=300)
    label_en = models.CharField(_("question (English)"), max_length=300)
    help_ko = models.CharField(_("help (Korean)"), max_length=300, blank=True)
    help_en = models.CharField(_("help (English)"), max_length=300, blank=True)
    why_ko = models.CharField(_("why it is asked (Korean)"), max_length=200, blank=True)
    why_en = models.CharField(_("why it is asked (English)"), max_length=200, blank=True)
    choices = models.JSONField(
        _("choices"), default=list, blank=True, help_text=_("A list of {key, ko, en}; a key never changes.")
    )
    is_required = models.BooleanField(_("required"), default=False)
    required_from = models.DateTimeField(_("required from"), null=True, blank=True)
    most_characters = models.PositiveIntegerField(_("most characters"), null=True, blank=True)
    most_items = models.PositiveSmallIntegerField(_("most choices, rows, links or files"), null=True, blank=True)
    most_megabytes = models.PositiveSmallIntegerField(_("largest file, in MB"), null=True, blank=True)
    lowest = models.IntegerField(_("lowest number"), null=True, blank=True)
    highest = models.IntegerField(_("highest number"), null=True, blank=True)
    shown_if = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decides",
        verbose_name=_("shown only if this question"),
    )
    shown_if_values = models.JSONField(_("has one of these answers"), default=list, blank=True)
    audience = models.CharField(
        _("who reads the answer"), max_length=8, choices=Audience, default=Audience.REVIEWER
    )
    is_personal = models.BooleanField(_("personal data"), default=False)
    is_confidential = models.BooleanField(_("confidential work: the writer sees who opened it"), default=False)
    kept_days = models.PositiveSmallIntegerField(
        _("erased this many days after the cohort's end"), null=True, blank=True
    )
    profile_field = models.CharField(
        _("taken over from the profile"), max_length=20, choices=[(n, n) for n in PROFILE_FIELDS], blank=True
    )

    label = Bilingual()
    help = Bilingual()
    why = Bilingual()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["version", "section__position", "section", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="question_key_once"),
            models.CheckConstraint(condition=Q(type__in=QuestionType.values), name="question_type_is_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="question_audience_is_known"),
            models.CheckConstraint(
                condition=Q(lowest__isnull=True) | Q(highest__isnull=True) | Q(highest__gte=F("lowest")),
                name="question_numbers_in_order",
            ),
            models.CheckConstraint(
                condition=Q(required_from__isnull=True) | Q(is_required=True),
                name="question_required_from_required",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def items(self):
        """How many choices, rows, links or files it takes."""
        return self.most_items or USUAL_ITEMS.get(self.type, 1)

    @property
    def megabytes(self):
        """How large one of its files may be."""
        return self.most_megabytes or MOST_MEGABYTES

    @property
    def characters(self):
        """How many characters its text may have."""
        return self.most_characters or USUAL_CHARACTERS.get(self.type)

    def is_required_at(self, now):
        """Whether a submission at `now` needs an answer."""
        return self.is_required and (self.required_from is None or self.required_from <= now)


class WordingFix(models.Model):
    """A wording mended after the lock: what it was, what it became, and why. Only ever added."""

    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="fixes")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="fixes")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, related_name="fixes")
    field = models.CharField(_("what"), max_length=60)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("wording mended")
        verbose_name_plural = _("wordings mended")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.version} {self.field}"
