"""What is handed out in a cohort or a session: papers, slides, links, recordings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.codes import new_code
from portal.i18n import Bilingual
from portal.models import Upload
from programs.models.cohorts import Cohort, Session
from programs.models.enrolments import EnrolmentStatus

# Whoever took part keeps what was handed out; whoever left does not.
RECEIVES = (
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
)


class MaterialKind(models.TextChoices):
    """What it is."""

    MATERIAL = "material", _("Material")
    RECORDING = "recording", _("Recording")


class Audience(models.TextChoices):
    """Who may have it."""

    ENROLLED = "enrolled", _("Those enrolled")
    PUBLIC = "public", _("Everyone")


class MaterialQuerySet(models.QuerySet):
    """Reading materials."""

    def out(self, now):
        """Those that are handed out at `now`."""
        return self.filter(Q(visible_from=None) | Q(visible_from__lte=now))

    def for_everyone(self, now):
        """Those that anyone may have: of a published cohort, not cancelled."""
        open_to_all = self.out(now).filter(audience=Audience.PUBLIC)
        return open_to_all.filter(cohort__published_at__isnull=False, cohort__cancelled_at=None)

    def visible_to(self, user, now):
        """Those that `user` may have at `now`; who teaches or runs the cohort has them before that."""
        taken_part = user.enrolments.filter(status__in=RECEIVES).values("cohort")
        held = Q(session__in=Session.objects.taught_by(user).values("pk"))
        held |= Q(session=None, cohort__in=Session.objects.taught_by(user).values("cohort"))
        if user.is_staff:
            held |= Q(cohort__in=Cohort.objects.managed_by(user).values("pk"))
        received = self.out(now).filter(cohort__in=taken_part) | self.for_everyone(now)
        return self.filter(held | Q(pk__in=received.values("pk")))


class Material(models.Model):
    """A file or a link that is handed out, from a moment on, to those enrolled or to everyone."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="materials")
    session = models.ForeignKey(
        Session,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("session"),
    )
    kind = models.CharField(_("kind"), max_length=9, choices=MaterialKind, default=MaterialKind.MATERIAL)
    audience = models.CharField(_("for whom"), max_length=8, choices=Audience, default=Audience.ENROLLED)
    title_ko = models.CharField(_("title (Korean)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    upload = models.OneToOneField(
        Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="material", verbose_name=_("file")
    )
    link = models.URLField(_("link"), blank=True)
    visible_from = models.DateTimeField(
        _("from"), null=True, blank=True, help_text=_("Empty: at once. Seoul time.")
    )
    made_at = models.DateTimeField(_("added"), default=clock.now, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    title = Bilingual()

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MaterialKind.values), name="material_kind_is_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="material_audience_is_known"),
            models.CheckConstraint(
                condition=(Q(upload__isnull=False) & Q(link="")) | (Q(upload__isnull=True) & ~Q(link="")),
                name="material_is_a_file_or_a_link",
            ),
            models.CheckConstraint(condition=~Q(title_ko="", title_en=""), name="material_has_a_title"),
        ]

    def __str__(self):
        return self.title

    def is_out(self, now):
        """Whether it is handed out at `now`."""
        return self.visible_from is None or self.visible_from <= now
