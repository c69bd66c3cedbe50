"""Who can be a mentor, and for how many."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentoring.vocabulary import Discipline
from portal import i18n
from portal.i18n import Bilingual
from programs.models.experts import Expert


class MentorProfile(models.Model):
    """A person who may be paired with mentees, and how many of them in one cohort."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="mentor_profile",
        verbose_name=_("person"),
    )
    expert = models.OneToOneField(
        Expert,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mentor_profile",
        verbose_name=_("public profile"),
    )
    focus_ko = models.CharField(_("focus (Korean)"), max_length=160)
    focus_en = models.CharField(_("focus (English)"), max_length=160)
    capacity = models.PositiveSmallIntegerField(_("mentees in one cohort"), default=4)
    capacity_overall = models.PositiveSmallIntegerField(
        _("mentees at the same time"), null=True, blank=True, help_text=_("Over all cohorts. Empty: no limit.")
    )
    monthly_limit = models.PositiveSmallIntegerField(
        _("meetings a month"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    is_paused = models.BooleanField(_("paused"), default=False)
    discipline = models.CharField(_("discipline"), max_length=20, choices=Discipline, blank=True)
    second_disciplines = models.JSONField(_("other disciplines"), default=list, blank=True)
    skills = models.JSONField(_("skills offered"), default=list, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    pledged_at = models.DateTimeField(_("pledge of confidentiality"), null=True, blank=True, editable=False)
    conduct_at = models.DateTimeField(_("code of conduct accepted"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("profile confirmed"), null=True, blank=True, editable=False)

    focus = Bilingual()

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        constraints = [models.CheckConstraint(condition=Q(capacity__gt=0), name="mentor_has_capacity")]

    def __str__(self):
        return str(self.user)

    def places(self, held):
        """How many mentees of a cohort the mentor takes: as many as its round holds (`held`), else as usual."""
        return self.capacity if held is None else held

    @property
    def name(self):
        """The name of the public profile where there is one, else the person's."""
        return self.expert.name if self.expert else self.user.display_name

    @property
    def name_language(self):
        """The language that name is written in."""
        return i18n.language_of_text(self.name)
