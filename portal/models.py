"""The floor's rows: what was done by whom, the mail that waits to be sent, the files that people hand in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.codes import LENGTH, new_code


class AuditEvent(models.Model):
    """One deed: who did what to which object, and when. Its text never holds personal data."""

    at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    verb = models.CharField(_("what"), max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    target_type = models.CharField(_("kind"), max_length=60)
    target_id = models.BigIntegerField(_("object"))
    before = models.CharField(_("before"), max_length=200, blank=True)
    after = models.CharField(_("after"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_by_target"),
            models.Index(fields=["-at"], name="audit_by_time"),
        ]

    def __str__(self):
        return f"{self.verb} {self.target_type} {self.target_id}"


class MailStatus(models.TextChoices):
    """What became of a mail. A held one waits for staff; a bounced one reached the server and not the person."""

    WAITING = "waiting", _("Waiting")
    HELD = "held", _("Held")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Bounced")
    DROPPED = "dropped", _("Dropped")


GONE_OUT = (MailStatus.SENT, MailStatus.FAILED, MailStatus.BOUNCED)  # or could not be kept from it


class Channel(models.TextChoices):
    """How a message reaches a person."""

    EMAIL = "email", _("E-mail")
    ALIMTALK = "alimtalk", _("Alimtalk (KakaoTalk)")
    SMS = "sms", _("Text message")


class OutgoingMail(models.Model):
    """One message to one person. It is unique for its reason and object, so a retry never sends it twice.

    Mails that a person may ask for again and again, such as a code, are told apart by `nonce`, and so are reminders
    of the same thing with another `deadline_at`. A mail with `expires_at` holds a code: it is not sent after that
    time, and its text is erased once it is done with. `values` are what its placeholders were filled with.
    """

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    event = models.CharField(max_length=60, blank=True, default="", editable=False)
    reason = models.CharField(_("reason"), max_length=60)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(default=0)
    nonce = models.CharField(max_length=32, blank=True, default="", editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    to = models.CharField(pgettext_lazy("mail", "to"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=[("ko", _("Korean")), ("en", _("English"))])
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    values = models.JSONField(default=dict, blank=True, editable=False)
    extras = models.JSONField(default=dict, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=MailStatus, default=MailStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    queued_at = models.DateTimeField(_("queued"), default=clock.now, editable=False)
    send_after = models.DateTimeField(_("not sent before"), default=clock.now, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("deadline it tells"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("not sent after"), null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(_("edited by staff"), null=True, blank=True, editable=False)
    error = models.CharField(_("what the server said"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "target_type", "target_id", "person", "nonce", "channel"],
                name="mail_once_per_reason_and_person",
            ),
            models.CheckConstraint(condition=Q(status__in=MailStatus.values), name="mail_status_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="mail_channel_is_known"),
            models.CheckConstraint(
                condition=Q(status="bounced")
                | (Q(status="sent") & Q(sent_at__isnull=False))
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "queued_at"], name="mail_waiting"),
            models.Index(fields=["event", "language", "-queued_at"], name="mail_by_event"),
        ]

    def __str__(self):
        return f"{self.reason} {self.target_type} {self.target_id}"


class MailTemplate(models.Model):
    """A wording of a mail by staff, in place of the one that comes with the portal. Rows are only added.

    The latest one of an event and language counts; `is_original` is the way back to what comes with the portal.
    """

    event = models.CharField(_("mail"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=[("ko", _("Korean")), ("en", _("English"))])
    number = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    is_original = models.BooleanField(_("original wording"), default=False)
    made_at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("mail wording")
        verbose_name_plural = _("mail wordings")
        ordering = ["event", "language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "language", "number"], name="mail_template_number_once"),
            models.CheckConstraint(
                condition=Q(is_original=True, subject="", body="")
                | (Q(is_original=False) & ~Q(subject="") & ~Q(body="")),
                name="mail_template_says_something",
            ),
        ]

    def __str__(self):
        return f"{self.event} {self.language} {self.number}"


class TextState(models.TextChoices):
    """Where a template of a text message stands with whoever approves it; only an approved one is used."""

    DRAFT = "draft", _("Draft")
    ASKED = "asked", _("Approval asked for")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Not approved")
    RETIRED = "retired", _("No longer used")


class TextTemplate(models.Model):
    """What a text message or an Alimtalk says, approved in advance. Its texts are changed only while a draft."""

    event = models.CharField(_("mail"), max_length=60)
    channel = models.CharField(
        _("channel"), max_length=8, choices=[(value, label) for value, label in Channel.choices if value != "email"]
    )
    number = models.PositiveIntegerField(_("version"), default=1)
    code = models.CharField(_("template code"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=TextState, default=TextState.DRAFT)
    sender = models.CharField(_("sender number"), max_length=16)
    body_ko = models.TextField(_("text (Korean)"))
    body_en = models.TextField(_("text (English)"))
    buttons = models.JSONField(_("buttons"), default=list, blank=True)
    fallback_ko = models.TextField(_("text message where it does not arrive (Korean)"), blank=True)
    fallback_en = models.TextField(_("text message where it does not arrive (English)"), blank=True)
    made_at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    state_at = models.DateTimeField(_("state since"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("text message template")
        verbose_name_plural = _("text message templates")
        ordering = ["event", "channel", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "channel", "number"], name="text_template_number_once"),
            models.UniqueConstraint(
                fields=["event", "channel"], condition=Q(state="approved"), name="text_template_one_approved"
            ),
            models.CheckConstraint(condition=Q(channel__in=["sms", "alimtalk"]), name="text_channel_is_known"),
            models.CheckConstraint(condition=Q(state__in=TextState.values), name="text_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="approved", channel="alimtalk") | ~Q(code=""), name="text_approved_has_its_code"
            ),
        ]

    def __str__(self):
        return f"{self.event} {self.channel} {self.number}"


class UploadKind(models.TextChoices):
    """What a file is by its content. Every kind that the portal keeps; a question may allow fewer."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"
    HWP = "hwp", "HWP"
    HWPX = "hwpx", "HWPX"
    PNG = "png", "PNG"
    JPEG = "jpeg", "JPEG"
    WEBP = "webp", "WebP"


class Upload(models.Model):
    """A file that somebody handed in. `portal.uploads.store` makes these, `remove` takes them away.

    It lies under a name of our own (`file`); `name` is only ever shown. Who may open it is decided by the row that
    points here. Without `owner` it came from somebody who has no account.
    """

    code = models.CharField(max_length=LENGTH, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=UploadKind)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    file = models.FileField(max_length=100, unique=True, editable=False)
    is_confidential = models.BooleanField(
        _("confidential"), default=False, help_text=_("Its owner sees who opened it and when.")
    )
    made_at = models.DateTimeField(_("uploaded"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UploadKind.values), name="upload_kind_is_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="upload_is_not_empty"),
        ]

    def __str__(self):
        return self.code


class AccessWay(models.TextChoices):
    """How somebody opened a file."""

    DOWNLOAD = "download", _("Downloaded")
    PREVIEW = "preview", _("Previewed")


class FileAccess(models.Model):
    """Somebody opened a file. Only ever added to; `code` and `owner` say which one when the file itself is gone."""

    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="accesses", verbose_name=_("upload")
    )
    code = models.CharField(max_length=LENGTH, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    way = models.CharField(_("how"), max_length=10, choices=AccessWay)

    class Meta:
        verbose_name = _("access to a file")
        verbose_name_plural = _("accesses to files")
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(way__in=AccessWay.values), name="access_way_is_known")]
        indexes = [models.Index(fields=["upload", "-at"], name="access_by_upload")]

    def __str__(self):
        return f"{self.way} {self.code}"
