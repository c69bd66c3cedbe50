"""Surveys: what is asked of whom until when, who has answered, and what was answered.

An anonymous survey keeps two things that nothing joins. A Ticket says that a person has answered, without a time;
a Response and its Comments say what somebody answered, without a person, a time, a number that counts up, or a link
to each other. `programs/operations/surveys.py` alone writes them, and mixes new rows among old ones, so that the
place of a row on the disk says nothing either (docs/decisions/0014). A survey that is not anonymous says so on its
page and keeps SignedResponses.
"""

import uuid

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.codes import new_code
from programs.models.cohorts import Cohort, ExpertRole, Session, SessionExpert
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.experts import Expert
from programs.models.forms import FormVersion, QuestionType

LEAST_SHOWN = 5  # fewer answers than this are never shown
LIKERT_STEPS = (5, 4, 3, 2, 1)  # from best to worst
NPS_STEPS = tuple(range(11))
T = QuestionType
WORDS = (T.SHORT, T.LONG)  # kept apart from the other answers of a response
TAKES = (T.LIKERT, T.NPS, T.SINGLE, T.MULTIPLE, T.YES_NO, T.STATEMENT, *WORDS)  # what a survey may ask
QUOTE = "quote"  # the key of the statement by which people agree that their words are shown

TEACHING = (ExpertRole.LEAD, ExpertRole.ASSISTANT)  # whose session it is


class Asks(models.TextChoices):
    """Who of a cohort is asked."""

    PRESENT = "present", _("Everyone who takes or took part")
    COMPLETED = "completed", _("Those who completed")
    NAMED = "named", _("Those who are named")


# Whose places count, by status; who is named is a row of its own (Invited).
ASKED = {
    Asks.PRESENT: (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED),
    Asks.COMPLETED: (EnrolmentStatus.COMPLETED,),
}


class SurveyState(models.TextChoices):
    """Where a survey stands. Computed from its dates, never stored."""

    COMING = "coming", pgettext_lazy("survey", "Not open yet")
    OPEN = "open", pgettext_lazy("survey", "Open")
    CLOSED = "closed", pgettext_lazy("survey", "Closed")


class SurveyQuerySet(models.QuerySet):
    """Reading surveys."""

    def held(self):
        """Those about something that takes place: neither the cohort nor the session is cancelled."""
        return self.filter(Q(session=None) | Q(session__cancelled_at=None), cohort__cancelled_at=None)

    def open_at(self, now):
        """Those that take answers at `now`."""
        return self.filter(opens_at__lte=now, closes_at__gt=now)

    def managed_by(self, user):
        """Those of the cohorts that `user` runs."""
        return self.filter(cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def asking(self, person):
        """Those that ask `person`; about what is cancelled nobody is asked."""
        own = Q(pk__in=[])
        for asks, statuses in ASKED.items():
            places = Enrolment.objects.filter(person=person, status__in=statuses)
            own |= Q(asks=asks, cohort__in=places.values("cohort"))
        own |= Q(asks=Asks.NAMED, pk__in=Invited.objects.filter(person=person).values("survey"))
        return self.held().filter(own)

    def visible_to(self, person):
        """Those that ask `person`, and those that the person has answered, whatever became of the place since."""
        answered = Ticket.objects.filter(person=person).values("survey")
        asked = Survey.objects.asking(person).values("pk")
        return self.filter(Q(pk__in=asked) | Q(pk__in=answered))

    def taught_by(self, user):
        """Those about an expert who is `user`, or about a session in which that expert teaches."""
        taught = SessionExpert.objects.filter(expert__user=user, role__in=TEACHING)
        return self.filter(Q(expert__user=user) | Q(session__in=taught.values("session")))


class Survey(models.Model):
    """Questions to the people of a cohort: about the cohort itself, one of its sessions, or one of its experts."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, related_name="surveys", verbose_name=_("what is asked")
    )
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="surveys", verbose_name=_("cohort"))
    session = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="surveys",
        verbose_name=_("about the session"),
    )
    expert = models.ForeignKey(
        Expert,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="surveys",
        verbose_name=_("about the expert"),
    )
    asks = models.CharField(_("who is asked"), max_length=10, choices=Asks, default=Asks.PRESENT)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    is_anonymous = models.BooleanField(_("anonymous"), default=True)
    gates_certificate = models.BooleanField(_("the certificate waits for the answer"), default=False)
    min_shown = models.PositiveSmallIntegerField(_("least answers for a result"), default=LEAST_SHOWN)
    made_at = models.DateTimeField(_("made"), default=clock.now, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-opens_at", "-pk"]
        indexes = [models.Index(fields=["closes_at"], name="survey_by_close")]
        constraints = [
            models.CheckConstraint(
                condition=Q(session__isnull=True) | Q(expert__isnull=True), name="survey_is_about_one_thing"
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="survey_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(min_shown__gte=LEAST_SHOWN), name="survey_shows_no_few"),
            models.CheckConstraint(condition=Q(asks__in=Asks.values), name="survey_asks_is_known"),
            models.UniqueConstraint(
                fields=["cohort", "form_version"],
                condition=Q(session__isnull=True, expert__isnull=True),
                name="survey_of_cohort_once",
            ),
            models.UniqueConstraint(
                fields=["session", "form_version"],
                condition=Q(session__isnull=False),
                name="survey_of_session_once",
            ),
            models.UniqueConstraint(
                fields=["cohort", "expert", "form_version"],
                condition=Q(expert__isnull=False),
                name="survey_of_expert_once",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        """Where it is answered."""
        return reverse("survey", args=[self.code])

    def state_at(self, now):
        """Where it stands at `now`."""
        if now < self.opens_at:
            return SurveyState.COMING
        return SurveyState.OPEN if now < self.closes_at else SurveyState.CLOSED

    @property
    def is_held(self):
        """Whether what it is about takes place."""
        is_off = self.session_id is not None and self.session.cancelled_at is not None
        return self.cohort.cancelled_at is None and not is_off

    def people(self):
        """The people who are asked."""
        if self.asks == Asks.NAMED:
            chosen = Invited.objects.filter(survey=self)
        else:
            chosen = Enrolment.objects.filter(cohort=self.cohort_id, status__in=ASKED[Asks(self.asks)])
        return get_user_model().objects.filter(pk__in=chosen.values("person"))


class Invited(models.Model):
    """That a survey which names whom it asks names this person; it says nothing of whether they answered."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invited")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("person whom a survey names")
        verbose_name_plural = _("people whom surveys name")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "person"], name="survey_names_once")]

    def __str__(self):
        return str(self.pk)


class Ticket(models.Model):
    """That somebody has answered a survey: once, and without a word about when or what."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="tickets")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="survey_tickets", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("ticket of a survey")
        verbose_name_plural = _("tickets of surveys")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "person"], name="survey_ticket_once")]

    def __str__(self):
        return str(self.pk)


class Response(models.Model):
    """What somebody chose in an anonymous survey, by the keys of the questions; nobody's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    answers = models.JSONField(_("answers"), default=dict)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["pk"]

    def __str__(self):
        return str(self.pk)


class Comment(models.Model):
    """What somebody wrote in an anonymous survey, apart from what else they answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="comments")
    key = models.SlugField(_("key"), max_length=40)
    text = models.TextField(_("text"))
    may_quote = models.BooleanField(_("may be shown"), default=False)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["pk"]

    def __str__(self):
        return str(self.pk)


class SignedResponse(models.Model):
    """All that a person answered in a survey that is not anonymous, which its page says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="signed_responses")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="survey_responses",
        verbose_name=_("person"),
    )
    answers = models.JSONField(_("answers"), default=dict)

    class Meta:
        verbose_name = _("signed response")
        verbose_name_plural = _("signed responses")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "person"], name="survey_signed_once")]

    def __str__(self):
        return str(self.pk)
