"""Who runs what, in the words of the admin."""

from django.db.models import Q

from accounts.models import Role
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Cohort, ExpertRole, Session, SessionExpert
from programs.models.programs import PartnerRole, Program

LEADS = (ExpertRole.LEAD, ExpertRole.ASSISTANT, ExpertRole.MODERATOR)  # whoever interprets does not
RUNS = (PartnerRole.ORGANIZER, PartnerRole.OPERATOR)


def programs_run_by(user):
    """The programs that `user` runs as a whole: an administrator all, a manager by program or organization."""
    if user.is_admin:
        return Program.objects.all()
    own = Q(pk__in=[])
    for grant in user.live_grants:
        if grant.role != Role.MANAGER:
            continue
        if grant.program_id:
            own |= Q(pk=grant.program_id)
        elif grant.organization_id:
            carried = Program.objects.filter(
                program_partners__organization=grant.organization_id, program_partners__role__in=RUNS
            )
            own |= Q(pk__in=carried.values("pk"))
    return Program.objects.filter(own)


def programs_seen_by(user):
    """Those of the cohorts that `user` runs, and those run as a whole."""
    cohorts = Cohort.objects.managed_by(user)
    return Program.objects.filter(
        Q(pk__in=programs_run_by(user).values("pk")) | Q(pk__in=cohorts.values("program"))
    )


def runs_program(user, program):
    """Whether `user` runs `program` as a whole."""
    return user.is_admin or programs_run_by(user).filter(pk=program.pk).exists()


def applicants_of(user):
    """The ids of the people who have applied to a cohort that `user` runs; a draft is its writer's alone."""
    sent = Application.objects.exclude(status=ApplicationStatus.DRAFT)
    return sent.filter(cohort__in=Cohort.objects.managed_by(user).values("pk")).values("applicant")


def cohorts_of_form(version):
    """The cohorts that ask what a form version asks, also in a survey, or hold applications that answered it."""
    surveyed = Cohort.objects.filter(surveys__form_version=version).values("pk")
    return Cohort.objects.filter(
        Q(form_version=version) | Q(applications__form_version=version) | Q(pk__in=surveyed)
    ).distinct()


def may_build(user, version):
    """Whether `user` may change a form version and mend its wording: all where no cohort of others is concerned."""
    if user.is_admin:
        return True
    own = Cohort.objects.managed_by(user).values("pk")
    return user.is_staff and not cohorts_of_form(version).exclude(pk__in=own).exists()


def sessions_led_by(user):
    """The sessions in which `user` hands out materials and opens the door: those taught, those of own cohorts."""
    parts = SessionExpert.objects.filter(expert__user=user, role__in=LEADS)
    led = Q(pk__in=parts.values("session"), cohort__published_at__isnull=False)
    if user.is_staff:
        led |= Q(cohort__in=Cohort.objects.managed_by(user).values("pk"))
    return Session.objects.filter(led)
