"""The one way in which an application changes its status: behind the locks, along `NEXT`, leaving a StateChange."""

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from programs.models.applications import Application, StateChange
from programs.models.cohorts import Cohort
from programs.signals import application_moved


def lock_cohort(cohort_id):
    """The cohort, locked until the transaction ends. Seats are counted only behind this lock."""
    return Cohort.objects.select_for_update(of=("self",), no_key=True).select_related("program").get(pk=cohort_id)


def lock_cohorts(*cohort_ids):
    """Several cohorts by their numbers, locked in the order of these, so that two deeds cannot deadlock."""
    rows = Cohort.objects.select_for_update(of=("self",), no_key=True).select_related("program")
    return {row.pk: row for row in rows.filter(pk__in=cohort_ids).order_by("pk")}


def lock_application(application_id):
    """The application and its cohort, both locked; always the cohort first, so that two deeds cannot deadlock.

    Refuses where the application is a draft that was thrown away in the meantime.
    """
    found = Application.objects.filter(pk=application_id)
    cohort_id = found.values_list("cohort", flat=True).first()
    if cohort_id is None:
        raise Refused(_("This draft has been deleted."))
    cohort = lock_cohort(cohort_id)
    application = found.select_for_update(of=("self",), no_key=True).select_related("applicant").first()
    if application is None:
        raise Refused(_("This draft has been deleted."))
    application.cohort = cohort
    return cohort, application


def not_now(application):
    """The refusal of a deed that the application's status does not allow."""
    return Refused(_("This is not possible while the application is “%(label)s”.") % {"label": application.label})


def move(application, status, *, by, reason="", **fields):
    """Move `application` to `status` and set `fields` with it; refuses what `NEXT` does not allow.

    `by` is None for the system. The dates tied to the old status are cleared. Returns the StateChange.
    """
    if not application.can_become(status):
        raise Refused(
            _("This is not possible while the application is “%(label)s”.") % {"label": application.label}
        )
    before = application.status
    now = clock.now()
    tied = {"answer_by": None, "changes_by": None, "reason_code": ""}
    for name, value in {**tied, **fields, "status": status, "moved_at": now}.items():
        setattr(application, name, value)
    application.save(update_fields=sorted({*tied, *fields, "status", "moved_at"}))
    change = StateChange.objects.create(
        application=application, from_status=before, to_status=status, at=now, by=by, reason=reason[:500]
    )
    application_moved.send(sender=Application, application=application, change=change)
    return change
