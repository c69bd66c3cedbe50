"""Concerns that people report, the case file that few may open, and the contact blocks that come of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentoring.models.rounds import Exclusion
from portal import clock
from portal.codes import new_checked_code

WHO_LIMIT = 200
TEXT_LIMIT = 5000
CONTACT_LIMIT = 200


class OfficerQuerySet(models.QuerySet):
    """Reading the duty."""

    def live(self):
        """Those who hold it now."""
        return self.filter(ended_at__isnull=True, user__is_active=True)

    def holds(self, user):
        """Whether `user` holds it: named, and staff still. Being an administrator alone is not enough."""
        return user.is_authenticated and user.is_staff and self.live().filter(user=user).exists()


class SafeguardingOfficer(models.Model):
    """A member of staff who may open case files. The duty is given person by person, and ended, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="safeguarding_duties",
        verbose_name=_("person"),
    )
    named_at = models.DateTimeField(pgettext_lazy("officer", "named"), default=clock.now, editable=False)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("named by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("safeguarding officer")
        verbose_name_plural = _("safeguarding officers")
        ordering = ["-named_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="safeguarding_officer_once"
            ),
        ]

    def __str__(self):
        return str(self.user_id)


class ConcernStatus(models.TextChoices):
    """How far a report has come."""

    OPEN = "open", pgettext_lazy("concern", "Received")
    LOOKING = "looking", pgettext_lazy("concern", "Being looked into")
    CLOSED = "closed", pgettext_lazy("concern", "Closed")


class Outcome(models.TextChoices):
    """What came of it."""

    ADVISED = "advised", pgettext_lazy("concern", "Talked and advised")
    MEASURES = "measures", pgettext_lazy("concern", "Measures taken")
    REFERRED = "referred", pgettext_lazy("concern", "Passed on to the body in charge")
    NOTHING = "nothing", pgettext_lazy("concern", "No further steps")


class ConcernQuerySet(models.QuerySet):
    """Reading concerns."""

    def of_reporter(self, user):
        """Those that a person reported with their account."""
        return self.filter(reporter=user)

    def nameless(self):
        """Those without an account behind them; whoever has the code may read the answers."""
        return self.filter(reporter__isnull=True, texts_erased_at__isnull=True)

    def readable_by(self, user):
        """All of them for whoever holds the duty, nothing for anyone else."""
        return self.all() if SafeguardingOfficer.objects.holds(user) else self.none()


class Concern(models.Model):
    """One report. Without `reporter` it is anonymous: no account, no address; its time is known to the hour alone.

    `code` is the way back to the answers. The texts go three years after it is closed; the row stays.
    """

    code = models.CharField(max_length=20, unique=True, default=new_checked_code, editable=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="concerns"
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="ko", editable=False)
    about = models.CharField(_("whom or what it is about"), max_length=WHO_LIMIT, blank=True)
    text = models.TextField(_("what happened"), blank=True)
    wants_contact = models.BooleanField(_("wants to be contacted"), default=False)
    contact = models.CharField(_("how to reach the person"), max_length=CONTACT_LIMIT, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=ConcernStatus, default=ConcernStatus.OPEN, editable=False
    )
    received_at = models.DateTimeField(pgettext_lazy("concern", "received"), default=clock.now, editable=False)
    taken_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(pgettext_lazy("concern", "closed"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True, editable=False)
    texts_erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a concern")
        verbose_name_plural = _("reports of concerns")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ConcernStatus.values), name="concern_status_is_known"),
            models.CheckConstraint(
                condition=(Q(status="closed", closed_at__isnull=False) & ~Q(outcome=""))
                | (~Q(status="closed") & Q(closed_at=None, outcome="")),
                name="concern_closed_with_its_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(texts_erased_at__isnull=False), name="concern_says_something"
            ),
            models.CheckConstraint(
                condition=Q(texts_erased_at=None) | Q(text="", about="", contact="", reporter=None),
                name="concern_erased_whole",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def is_closed(self):
        """Whether nothing more is done about it."""
        return self.status == ConcernStatus.CLOSED


class ConcernMessage(models.Model):
    """What the reporter adds and officers answer; both read it. Only an answer has its officer."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="messages")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("text"))
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("message about a concern")
        verbose_name_plural = _("messages about concerns")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="concern_message_says_something")]

    def __str__(self):
        return f"{self.concern_id} {self.pk}"


class CaseNote(models.Model):
    """What officers write down among themselves. In a table of its own: no query for messages finds a note."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="notes")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("case note")
        verbose_name_plural = _("case notes")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="case_note_says_something")]

    def __str__(self):
        return f"{self.concern_id} {self.pk}"


class CaseLook(models.Model):
    """That somebody opened a case file; shown in it to whoever opens it next."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="looks")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("look into a case file")
        verbose_name_plural = _("looks into case files")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.concern_id} {self.officer_id}"


class ContactBlock(models.Model):
    """A contact block that came of a case; the exclusion says between whom, and holds wherever pairs are made."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="blocks")
    exclusion = models.OneToOneField(Exclusion, on_delete=models.PROTECT, related_name="contact_block")
    lift_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("contact block")
        verbose_name_plural = _("contact blocks")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.concern_id} {self.exclusion_id}"
