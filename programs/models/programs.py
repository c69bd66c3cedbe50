"""What lasts across years: the series (사업), its programs (과정) and who carries them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.organizations import Organization
from portal.i18n import Bilingual


class ProgramKind(models.TextChoices):
    """The kinds of program; the kind also chooses the figure of its poster."""

    COURSE = "course", _("Short course")
    MASTERCLASS = "masterclass", _("Masterclass")
    INTERNSHIP = "internship", _("On-site internship")
    NETWORKING = "networking", _("Networking")
    TALK = "talk", _("Festival talk")
    WORKSHOP = "workshop", _("International workshop")
    EXCHANGE = "exchange", _("International exchange")


class Track(models.TextChoices):
    """The field of work a program is about."""

    CAMERA_VP = "camera_vp", _("Camera & virtual production")
    PRODUCTION = "production", _("Production")
    VFX_VP = "vfx_vp", _("VFX & virtual production")
    CAMERA_UNSCRIPTED = "camera_unscripted", _("Camera, unscripted")
    DATA_COLOR = "data_color", _("Data & color")
    LOCALIZATION = "localization", _("Localization")
    VFX_EDITING = "vfx_editing", _("VFX & editing")
    SOUND = "sound", _("Sound")
    STORY = "story", _("Writing & directing")
    CAREER = "career", _("Careers & networking")


class PartnerRole(models.TextChoices):
    """What an organization is to a program."""

    ORGANIZER = "organizer", _("Organizer")
    OPERATOR = "operator", _("Operator")
    SPONSOR = "sponsor", _("Sponsor")


class Series(models.Model):
    """A budget line (사업) that groups programs, such as OTT Content Professional Training."""

    slug = models.SlugField(_("address"), unique=True)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)

    name = Bilingual()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["slug"]

    def __str__(self):
        return self.name


class Program(models.Model):
    """A program (과정) with an identity that lasts across years; each dated run of it is a Cohort."""

    slug = models.SlugField(_("address"), unique=True)
    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programs",
        verbose_name=_("series"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ProgramKind)
    track = models.CharField(_("track"), max_length=20, choices=Track)
    title_ko = models.CharField(_("title (Korean)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    tagline_ko = models.CharField(_("tagline (Korean)"), max_length=160, blank=True)
    tagline_en = models.CharField(_("tagline (English)"), max_length=160, blank=True)
    about_ko = models.TextField(_("about (Korean)"), blank=True)
    about_en = models.TextField(_("about (English)"), blank=True)
    has_mentoring = models.BooleanField(_("with 1:1 mentoring"), default=False)
    partners = models.ManyToManyField(
        Organization, through="ProgramPartner", related_name="programs", verbose_name=_("partners")
    )

    title = Bilingual()
    tagline = Bilingual()
    about = Bilingual()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ProgramKind.values), name="program_kind_is_known"),
            models.CheckConstraint(condition=Q(track__in=Track.values), name="program_track_is_known"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """Its public page."""
        return reverse("program", args=[self.slug])


class ProgramPartner(models.Model):
    """An organization's role in a program: organizer 주최, operator 주관 or sponsor 후원."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="program_partners")
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="program_partners",
        verbose_name=_("organization"),
    )
    role = models.CharField(_("role"), max_length=10, choices=PartnerRole)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("partner of a program")
        verbose_name_plural = _("partners of a program")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "organization", "role"], name="program_partner_role_once"),
            models.CheckConstraint(condition=Q(role__in=PartnerRole.values), name="program_partner_role_is_known"),
        ]

    def __str__(self):
        return f"{self.organization_id} {self.role}"
