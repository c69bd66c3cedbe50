"""The organizations that carry programs, and those that host interns."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.i18n import Bilingual


class OrganizationKind(models.TextChoices):
    """What an organization is."""

    COMPANY = "company", _("Company")
    PUBLIC_AGENCY = "public_agency", _("Public agency")
    SCHOOL = "school", _("School")
    FESTIVAL = "festival", _("Festival")
    HOST = "host", _("Host company")


class Organization(models.Model):
    """A partner or a host company; an academy stands under its parent (KAFA under KOFIC)."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    slug = models.SlugField(_("address"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)
    about_ko = models.TextField(_("about (Korean)"), blank=True)
    about_en = models.TextField(_("about (English)"), blank=True)
    place_ko = models.CharField(_("place (Korean)"), max_length=120, blank=True)
    place_en = models.CharField(_("place (English)"), max_length=120, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    is_listed = models.BooleanField(_("shown among the partners"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    name = Bilingual()
    about = Bilingual()
    place = Bilingual()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganizationKind.values), name="organization_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="organization_not_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Its public page."""
        return reverse("partner", args=[self.slug])
