"""What an agreement promises: a target for a figure that is counted from rows, and every change with its reason."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.agreements import Agreement
from partners.models.organizations import Organization
from portal import clock
from portal.i18n import Bilingual


class Visibility(models.TextChoices):
    """Who reads a commitment with its figures."""

    PUBLIC = "public", pgettext_lazy("commitment", "Everyone")
    PARTIES = "parties", pgettext_lazy("commitment", "The parties of the agreement")
    STAFF = "staff", pgettext_lazy("commitment", "Administrators only")


class CommitmentQuerySet(models.QuerySet):
    """Reading commitments."""

    def public(self):
        """Those anyone may read: public ones of agreements that anyone may see."""
        return self.filter(visibility=Visibility.PUBLIC, agreement__in=Agreement.objects.public().values("pk"))

    def of_parties(self, organizations):
        """Those that these organizations read as parties of the agreement."""
        mine = Agreement.objects.public().filter(signatures__organization__in=organizations)
        return self.filter(agreement__in=mine.values("pk")).exclude(visibility=Visibility.STAFF)


class Commitment(models.Model):
    """A target of an agreement for one metric in one version of its rule.

    It is counted over what runs under the agreement, or where it has scopes over those programs or cohorts alone,
    and over all of the agreement's time or the part of it from `starts_on` to `ends_on`. `responsible` is the party
    that answers for it; several commitments may count the same activity, each for its own party.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("agreement")
    )
    metric = models.CharField(_("figure"), max_length=60)
    rule_version = models.PositiveSmallIntegerField(_("version of the rule"), default=1)
    title_ko = models.CharField(_("title (Korean)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    target = models.DecimalField(_("target"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0.01)])
    starts_on = models.DateField(_("from"), null=True, blank=True, help_text=_("Empty: as long as the agreement."))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    responsible = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("party that answers for it"),
    )
    visibility = models.CharField(_("who reads it"), max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    why_ko = models.TextField(_("why it was missed (Korean)"), blank=True)
    why_en = models.TextField(_("why it was missed (English)"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    title = Bilingual()
    why = Bilingual()

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["agreement", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(target__gt=0), name="commitment_has_a_target"),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="commitment_visibility_is_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="commitment_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first."),
            ),
        ]

    def __str__(self):
        return self.title


class CommitmentScope(models.Model):
    """A program or a cohort over which a commitment is counted, and how much of it counts, in percent."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.CASCADE, related_name="scopes", verbose_name=_("commitment")
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
    share = models.PositiveSmallIntegerField(_("share in percent"), default=100)

    class Meta:
        verbose_name = _("scope of a commitment")
        verbose_name_plural = _("scopes of a commitment")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(program__isnull=False, cohort__isnull=True)
                | Q(program__isnull=True, cohort__isnull=False),
                name="commitment_scope_is_one_thing",
                violation_error_message=_("Give a program or a cohort, not both."),
            ),
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=100), name="commitment_share_in_percent"),
            models.UniqueConstraint(
                fields=["commitment", "program"], condition=Q(program__isnull=False), name="commitment_program_once"
            ),
            models.UniqueConstraint(
                fields=["commitment", "cohort"], condition=Q(cohort__isnull=False), name="commitment_cohort_once"
            ),
        ]

    def __str__(self):
        return f"{self.program_id or self.cohort_id} {self.share}%"


class CommitmentChange(models.Model):
    """A commitment that was changed after it was agreed: what, from what to what, by whom, when and why."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=40)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("change of a commitment")
        verbose_name_plural = _("changes of commitments")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.field}: {self.before} → {self.after}"


class MetricSnapshot(models.Model):
    """What a commitment came to on one day, by the rule it then had. Taken daily; never changed."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.CASCADE, related_name="snapshots", verbose_name=_("commitment")
    )
    day = models.DateField(_("day"))
    rule = models.CharField(_("rule"), max_length=70)
    part = models.BigIntegerField()
    whole = models.BigIntegerField()
    shown = models.DecimalField(_("actual"), max_digits=12, decimal_places=2, null=True)
    target = models.DecimalField(_("target"), max_digits=12, decimal_places=2)
    planned = models.BigIntegerField(_("planned"), null=True)
    taken_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        ordering = ["commitment", "day"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "day"], name="snapshot_once_a_day"),
        ]

    def __str__(self):
        return f"{self.day} {self.shown}"


class HeadlineWord(models.TextChoices):
    """What the press said became of the people it counts."""

    TOOK_PART = "took_part", pgettext_lazy("headline", "took part")
    BENEFITED = "benefited", pgettext_lazy("headline", "benefited")
    COMPLETED = "completed", pgettext_lazy("headline", "completed")
    OTHER = "other", pgettext_lazy("headline", "other")


class Headline(models.Model):
    """A figure as it was published, with its source and its own word; `note` says why the computed one differs.

    It stands beside the computed figure, and never in its place.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="headlines", verbose_name=_("agreement")
    )
    metric = models.CharField(_("figure"), max_length=60)
    text_ko = models.CharField(_("as published (Korean)"), max_length=200)
    text_en = models.CharField(_("as published (English)"), max_length=200)
    word = models.CharField(_("its word"), max_length=12, choices=HeadlineWord)
    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("link"), blank=True)
    published_on = models.DateField(_("published on"))
    note_ko = models.TextField(_("why it differs (Korean)"), blank=True)
    note_en = models.TextField(_("why it differs (English)"), blank=True)

    text = Bilingual()
    note = Bilingual()

    class Meta:
        verbose_name = _("published headline")
        verbose_name_plural = _("published headlines")
        ordering = ["published_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(word__in=HeadlineWord.values), name="headline_word_is_known"),
        ]

    def __str__(self):
        return self.text
