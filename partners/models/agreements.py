"""What was signed: agreements of several parties, each with its signature, under a campaign."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import terms
from partners.models.organizations import Organization
from portal import i18n
from portal.i18n import Bilingual


class DatePrecision(models.TextChoices):
    """How exactly a date is known."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")


class Campaign(models.Model):
    """An umbrella over agreements, such as Grow Creative."""

    slug = models.SlugField(_("address"), unique=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)
    about_ko = models.TextField(_("about (Korean)"), blank=True)
    about_en = models.TextField(_("about (English)"), blank=True)
    launched_on = models.DateField(_("launched"))

    name = Bilingual()
    about = Bilingual()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self):
        return self.name


class AgreementKind(models.TextChoices):
    """What was signed."""

    MOU = "mou", _("Memorandum of understanding (MOU)")
    ANNEX = "annex", _("Annex")
    AMENDMENT = "amendment", _("Amendment")


class AgreementState(models.TextChoices):
    """Where an agreement stands."""

    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Ended")
    TERMINATED = "terminated", _("Terminated")
    SUPERSEDED = "superseded", _("Superseded")


class AgreementQuerySet(models.QuerySet):
    """Reading agreements."""

    def public(self):
        """Those anyone may see: signed, and not only a note on what came before."""
        return self.exclude(state=AgreementState.DRAFT).filter(is_history_note=False)


class Agreement(models.Model):
    """An agreement of several parties. Its date is known to the day, the month or the year, and shown just so."""

    slug = models.SlugField(_("address"), unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=AgreementKind, default=AgreementKind.MOU)
    state = models.CharField(_("state"), max_length=12, choices=AgreementState, default=AgreementState.DRAFT)
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("campaign"),
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    clauses_ko = models.TextField(_("clauses (Korean), one a line"), blank=True)
    clauses_en = models.TextField(_("clauses (English), one a line"), blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_precision = models.CharField(
        _("date known to the"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    starts_on = models.DateField(
        _("holds from"), null=True, blank=True, help_text=_("Empty: from the day of signing.")
    )
    term_months = models.PositiveSmallIntegerField(
        _("term in months"), null=True, blank=True, help_text=_("The last day is computed from it.")
    )
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    place_ko = models.CharField(_("place (Korean)"), max_length=120, blank=True)
    place_en = models.CharField(_("place (English)"), max_length=120, blank=True)
    renews = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("renews"),
    )
    media_ko = models.CharField(_("on the ceremony (Korean)"), max_length=300, blank=True)
    media_en = models.CharField(_("on the ceremony (English)"), max_length=300, blank=True)
    document = models.ForeignKey(
        "portal.Upload",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )
    is_history_note = models.BooleanField(_("only a note on what came before"), default=False)

    title = Bilingual()
    clauses = Bilingual()
    place = Bilingual()
    media = Bilingual()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-signed_on"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AgreementKind.values), name="agreement_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=AgreementState.values), name="agreement_state_is_known"),
            models.CheckConstraint(
                condition=Q(signed_precision__in=DatePrecision.values), name="agreement_precision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(signed_on__isnull=False), name="agreement_signed_has_its_date"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
                name="agreement_ends_after_signing",
                violation_error_message=_("The last day is not before the day of signing."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first."),
            ),
            models.CheckConstraint(
                condition=Q(term_months__isnull=True) | Q(term_months__gte=1, term_months__lte=120),
                name="agreement_term_in_months",
                violation_error_message=_("A term is 1 to 120 months."),
            ),
            models.CheckConstraint(
                condition=Q(renews__isnull=True) | ~Q(renews=F("id")), name="agreement_not_its_own_renewal"
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, update_fields=None, **kwargs):
        """Save; a term in months says what the last day is, whichever of them was changed."""
        self.set_last_day()
        if update_fields is not None:
            update_fields = {*update_fields, "ends_on"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        """Its public page."""
        return reverse("agreement", args=[self.slug])

    def set_last_day(self):
        """Compute the last day where the term is known; what was typed by hand stays where it is not."""
        if self.term_months and self.first_day:
            self.ends_on = terms.last_day(self.first_day, self.term_months)

    @property
    def first_day(self):
        """From when it holds."""
        return self.starts_on or self.signed_on

    @property
    def signed(self):
        """The date of signing, no more exact than it is known."""
        return i18n.dated(self.signed_on, self.signed_precision) if self.signed_on else ""


class Signature(models.Model):
    """One party's place under an agreement. The title is the one held on signing; a signatory may be unknown."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.CASCADE, related_name="signatures", verbose_name=_("agreement")
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="signatures", verbose_name=_("party")
    )
    signatory_ko = models.CharField(_("signatory (Korean)"), max_length=60, blank=True)
    signatory_en = models.CharField(_("signatory (English)"), max_length=80, blank=True)
    title_ko = models.CharField(_("title as signed (Korean)"), max_length=120, blank=True)
    title_en = models.CharField(_("title as signed (English)"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    signatory = Bilingual()
    title = Bilingual()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organization"], name="signature_one_per_party"),
            models.CheckConstraint(
                condition=Q(signatory_ko="", title_ko="") | (~Q(signatory_ko="") & ~Q(title_ko="")),
                name="signature_name_with_its_title",
            ),
        ]

    def __str__(self):
        return f"{self.organization_id} {self.signatory_ko}".strip()
