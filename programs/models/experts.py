"""The people who teach; a login is optional."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.i18n import Bilingual

HOME_COUNTRY = "KR"


class ExpertQuerySet(models.QuerySet):
    """Reading experts."""

    def domestic(self):
        """Those who work in Korea."""
        return self.filter(country=HOME_COUNTRY)

    def international(self):
        """Those who come from abroad."""
        return self.exclude(country=HOME_COUNTRY)


class Expert(models.Model):
    """An instructor, speaker or mentor, domestic or international, with a profile in both languages."""

    slug = models.SlugField(_("address"), unique=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=80)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, such as KR."))
    specialism_ko = models.CharField(_("specialism (Korean)"), max_length=120)
    specialism_en = models.CharField(_("specialism (English)"), max_length=120)
    bio_ko = models.TextField(_("about (Korean)"), blank=True)
    bio_en = models.TextField(_("about (English)"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="expert",
        verbose_name=_("login"),
    )

    name = Bilingual()
    specialism = Bilingual()
    bio = Bilingual()

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["name_ko"]
        constraints = [
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="expert_country_is_a_code"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_international(self):
        """Whether the person comes from abroad."""
        return self.country != HOME_COUNTRY
