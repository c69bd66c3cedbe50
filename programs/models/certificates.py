"""Certificates: who completed or served what, under a number and a code, and the document's bytes as issued."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.codes import new_checked_code
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment


class CertificateStatus(models.TextChoices):
    """What a certificate is worth."""

    VALID = "valid", _("Valid")
    SUPERSEDED = "superseded", _("Re-issued")
    REVOKED = "revoked", _("Revoked")


class CertificateRun(models.Model):
    """Certificates of a cohort that were issued together. The rows stand at once; their documents are made after.

    With `tells`, each person is told by mail once the document is there.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="certificate_runs", verbose_name=_("cohort")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    total = models.PositiveIntegerField(_("certificates"))
    tells = models.BooleanField(_("people are told"), default=True)
    started_at = models.DateTimeField(_("started"), default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of certificates")
        verbose_name_plural = _("runs of certificates")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="certificate_run_is_not_empty"),
        ]
        indexes = [models.Index(fields=["finished_at"], name="certificate_run_open")]

    def __str__(self):
        return f"{self.cohort_id} {self.total}"


class CertificateQuerySet(models.QuerySet):
    """Reading certificates."""

    def valid(self):
        """Those that hold."""
        return self.filter(status=CertificateStatus.VALID)

    def waiting(self):
        """Those that hold and whose document is not made yet; none of people whose account is closed."""
        return self.valid().filter(file=None, person__is_active=True)

    def visible_to(self, user):
        """A person's own; for staff those of the cohorts they run."""
        own = Q(person=user)
        if user.is_staff:
            own |= Q(cohort__in=Cohort.objects.managed_by(user).values("pk"))
        return self.filter(own)


class Certificate(models.Model):
    """That somebody completed a cohort, or without an enrolment served in it. It is never changed, only ended.

    `number` is readable and without gaps within the cohort; `code` is what proves it, and is the address.
    `snapshot` holds everything the document says (`programs.certificates.snapshot`).
    """

    code = models.CharField(_("check code"), max_length=20, unique=True, default=new_checked_code, editable=False)
    number = models.CharField(_("certificate number"), max_length=32, unique=True)
    serial = models.PositiveIntegerField(_("serial number"))
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("cohort")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("holder")
    )
    enrolment = models.ForeignKey(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        related_name="certificates",
        verbose_name=_("enrolment"),
    )
    run = models.ForeignKey(
        CertificateRun, on_delete=models.PROTECT, null=True, related_name="certificates", verbose_name=_("run")
    )
    snapshot = models.JSONField(_("what it says"))
    status = models.CharField(
        _("status"), max_length=12, choices=CertificateStatus, default=CertificateStatus.VALID
    )
    issued_at = models.DateTimeField(_("issued"), default=clock.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("in place of"),
    )
    ended_at = models.DateTimeField(_("no longer valid since"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_at", "-pk"]
        indexes = [models.Index(fields=["cohort", "status"], name="certificate_by_cohort")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CertificateStatus.values), name="certificate_status_is_known"
            ),
            models.UniqueConstraint(fields=["cohort", "serial"], name="certificate_serial_once"),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(status="valid"), name="certificate_one_valid"
            ),
            models.UniqueConstraint(
                fields=["cohort", "person"],
                condition=Q(status="valid", enrolment=None),
                name="certificate_one_valid_service",
            ),
            models.CheckConstraint(
                condition=Q(status="valid", ended_at=None, end_reason="")
                | (~Q(status="valid") & Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="certificate_ended_has_its_reason",
            ),
        ]

    def __str__(self):
        return self.number


class CertificateFile(models.Model):
    """The document of a certificate: its bytes as issued, never made again. Apart, so that no list reads them."""

    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    is_tagged = models.BooleanField(_("accessible (PDF/UA)"), default=True)
    badge = models.TextField(_("Open Badge"), blank=True)
    made_at = models.DateTimeField(_("made"), default=clock.now)

    class Meta:
        verbose_name = _("document of a certificate")
        verbose_name_plural = _("documents of certificates")
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="certificate_file_is_not_empty")]

    def __str__(self):
        return self.sha256[:12]


class BadgeKey(models.Model):
    """A key that signs badges. Only its public half stands here; the private one is a file of the portal's own.

    A retired key signs no badge more and is published for good, so that what it has signed can be checked.
    """

    kid = models.CharField(_("name of the key"), max_length=64, unique=True)
    public = models.JSONField(_("public key"))
    made_at = models.DateTimeField(_("made"), default=clock.now)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("key for badges")
        verbose_name_plural = _("keys for badges")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(retired_at=None), name="badge_key_one_signs"),
        ]

    def __str__(self):
        return self.kid
