"""What the two of a pair have agreed to do until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mentoring.models.pairs import Pairing
from portal import clock
from portal.codes import new_code

ACTION_LIMIT = 200
MOST_OPEN = 30


class Owner(models.TextChoices):
    """Whose it is to do."""

    MENTOR = "mentor", _("Mentor")
    MENTEE = "mentee", _("Mentee")


class ActionQuerySet(models.QuerySet):
    """Reading actions."""

    def open(self):
        """Those still to be done."""
        return self.filter(done_at__isnull=True)

    def visible_to(self, user):
        """Those of the pairs that a person sees."""
        return self.filter(pairing__in=Pairing.objects.visible_to(user).values("pk"))


class Action(models.Model):
    """One thing that the mentor or the mentee does, by a day where one is set. Those due first come first."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="actions", verbose_name=_("pair"))
    text = models.CharField(_("action"), max_length=ACTION_LIMIT)
    owner = models.CharField(_("who does it"), max_length=6, choices=Owner)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_set_at = models.DateTimeField(default=clock.now, editable=False)
    added_at = models.DateTimeField(default=clock.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(done_at__isnull=True), name="action_open_by_due_day")
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="action_says_something"),
            models.CheckConstraint(condition=Q(owner__in=Owner.values), name="action_owner_is_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="action_done_by_someone",
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def person(self):
        """Who does it."""
        return self.pairing.mentor.user if self.owner == Owner.MENTOR else self.pairing.enrolment.person

    def is_overdue(self, today):
        """Whether its day has passed, where its owner lives, and it is not done."""
        return self.done_at is None and self.due_on is not None and self.due_on < today
