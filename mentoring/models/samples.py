"""Work samples: a file or a link that one of a pair hands in, in versions, for those whom they choose."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import CLOSED_AT_ONCE, READABLE_FOR, Pairing, contact_blocks
from mentoring.models.rounds import RoundMentor, RoundMentorState
from portal import clock
from portal.codes import new_code
from portal.models import Upload
from programs.models.cohorts import Cohort

TITLE_LIMIT = 120
LINK_LIMIT = 500
MOST_SAMPLES, MOST_VERSIONS = 40, 20  # of a pair, of a sample
MOST_BYTES = 30 * 1024 * 1024
LONGEST = timedelta(days=730)  # that a sample stands open, from the day on which this is said
KEPT_FOR = timedelta(days=30)  # the files, once nobody else may open them any more


class SampleQuerySet(models.QuerySet):
    """Reading work samples."""

    def owned_by(self, user):
        """One's own, as long as one sees the pair."""
        return self.filter(owner=user, pairing__in=Pairing.objects.of_person(user).values("pk"))

    def shared_with(self, user):
        """What others let `user` open now: the other of the pair, chosen mentors of the round, staff if chosen.

        Nobody once it is withdrawn or its day has passed, nor thirty days after the end of the pair, nor from
        that moment where the pair was undone, declined or ended for cause.
        """
        now = clock.now()
        lately = Q(pairing__ended_at__gt=now - READABLE_FOR) & ~Q(pairing__end_kind__in=CLOSED_AT_ONCE)
        readers = self._of_the_pair(user) | self._of_other_mentors(user)
        if user.is_staff:
            runs = Cohort.objects.managed_by(user).values("pk")
            readers |= Q(with_staff=True, pairing__enrolment__cohort__in=runs)
        return self.filter(
            Q(pairing__ended_at__isnull=True) | lately,
            readers,
            withdrawn_at__isnull=True,
            readable_until__gte=clock.today(),
        ).exclude(owner=user)

    def _of_the_pair(self, user):
        """That `user` is one of the two, and no contact block stands between them."""
        between = contact_blocks(mentor=OuterRef("pairing__mentor"), person=OuterRef("pairing__enrolment__person"))
        one = Q(pairing__mentor__user=user) | Q(pairing__enrolment__person=user)
        return one & Q(with_other=True) & ~Exists(between)

    def _of_other_mentors(self, user):
        """That `user` is a chosen mentor who takes part in the round, without a contact block."""
        cohort, person = OuterRef("pairing__enrolment__cohort"), OuterRef("pairing__enrolment__person")
        chosen = self.model.mentors.through.objects.filter(worksample=OuterRef("pk"), mentorprofile__user=user)
        takes_part = RoundMentor.objects.filter(
            round__cohort=cohort, mentor__user=user, state=RoundMentorState.TAKES_PART
        )
        return Exists(chosen) & Exists(takes_part) & ~Exists(contact_blocks(mentor__user=user, person=person))

    def visible_to(self, user):
        """One's own, and what others let one open now."""
        own, shared = self.owned_by(user), self.shared_with(user)
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=shared.values("pk")))

    def with_versions(self):
        """With what a list shows of each; the latest first."""
        ordered = self.select_related("owner", "pairing__mentor__expert", "pairing__mentor__user")
        return ordered.prefetch_related("versions__upload").order_by("-changed_at", "-pk")

    def over(self, now):
        """Those whose files are let go of: nobody else could open them for thirty days."""
        before = now - KEPT_FOR
        last_day = before.astimezone(clock.SEOUL).date()
        return self.filter(
            Q(withdrawn_at__lte=before) | Q(readable_until__lt=last_day) | Q(pairing__ended_at__lte=before)
        )


class WorkSample(models.Model):
    """What one of a pair hands in, and who else opens it: the other of the two, staff, chosen other mentors."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="samples", verbose_name=_("pair"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    title = models.CharField(_("title"), max_length=TITLE_LIMIT)
    with_other = models.BooleanField(default=True)
    with_staff = models.BooleanField(default=False)
    mentors = models.ManyToManyField(MentorProfile, blank=True, related_name="+", verbose_name=_("other mentors"))
    readable_until = models.DateField(_("last day"))
    handed_in_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("work sample")
        verbose_name_plural = _("work samples")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="sample_has_a_title"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("handed_in_at")),
                name="sample_withdrawn_after_it_came",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        """Its own page."""
        return reverse("sample", args=[self.code])

    @property
    def latest(self):
        """The newest version."""
        return max(self.versions.all(), key=lambda version: version.number)

    @property
    def is_expired(self):
        """Whether the last day on which others open it has passed."""
        return self.readable_until < clock.today()


class SampleVersion(models.Model):
    """A file or a link; neither once the file has been let go of. Its code is the file's, by which it is opened."""

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    sample = models.ForeignKey(WorkSample, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(max_length=LINK_LIMIT, blank=True)
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("version of a work sample")
        verbose_name_plural = _("versions of work samples")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="sample_version_once"),
            models.CheckConstraint(
                condition=Q(upload__isnull=True) | Q(link=""), name="sample_version_is_a_file_or_a_link"
            ),
            models.CheckConstraint(
                condition=Q(number__range=(1, MOST_VERSIONS)), name="sample_version_among_the_most"
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_there(self):
        """Whether there is still something to open."""
        return self.upload_id is not None or bool(self.link)
