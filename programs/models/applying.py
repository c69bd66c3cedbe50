"""What belongs to an application beside its status: what was sent when, its files, its references."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.codes import new_code
from portal.models import Upload
from programs.models.applications import Application
from programs.models.forms import FormVersion, Question


class Submission(models.Model):
    """What an application held when it was sent: a frozen copy, names and profile included. Only ever added."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField(_("number"))
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True, related_name="+")
    full_name = models.CharField(_("full name"), max_length=60, blank=True)
    romanized_name = models.CharField(_("name in English"), max_length=80, blank=True)
    answers = models.JSONField(_("answers"), default=dict)
    files = models.JSONField(_("files"), default=list, help_text=_("A list of {code, name, size, sha256}."))
    at = models.DateTimeField(_("when"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="submission_number_once"),
        ]

    def __str__(self):
        return f"{self.application_id} {self.number}"


class EarlierAnswer(models.Model):
    """What a draft said under a question that the newer version of its form no longer asks in the same way."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="earlier_answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    value = models.JSONField(_("answer"))
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("earlier answer")
        verbose_name_plural = _("earlier answers")
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "question"], name="earlier_answer_once"),
        ]

    def __str__(self):
        return f"{self.application_id} {self.question_id}"


class ApplicationFile(models.Model):
    """A file given to one question of one application. Which of them count stands in its answers, by code."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="files")
    question_key = models.SlugField(_("question"), max_length=40)
    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="application_file")

    class Meta:
        verbose_name = _("file of an application")
        verbose_name_plural = _("files of applications")
        ordering = ["application", "pk"]

    def __str__(self):
        return f"{self.application_id} {self.question_key}"


class ReferenceRequest(models.Model):
    """A letter asked of a referee, who writes it behind the address that `code` is part of, without an account."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="references")
    question_key = models.SlugField(_("question"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    affiliation = models.CharField(_("affiliation"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ko")
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("no longer asked"), null=True, blank=True)
    text = models.TextField(_("letter"), blank=True)
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="reference")

    class Meta:
        verbose_name = _("reference letter")
        verbose_name_plural = _("reference letters")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "question_key"],
                condition=Q(ended_at=None),
                name="reference_one_asked",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, text="", upload=None)
                | (Q(received_at__isnull=False) & (~Q(text="") | Q(upload__isnull=False))),
                name="reference_received_has_its_letter",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(declined_at__isnull=True), name="reference_one_answer"
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.question_key}"
