"""Programs as Django sees them."""

from contextlib import suppress

from django.apps import AppConfig

from accounts.signals import consent_withdrawn
from portal.errors import Refused
from programs.signals import application_moved, checked_in, enrolment_ended


class ProgramsConfig(AppConfig):
    """Says what programs hold about people, and listens for consent that is taken back."""

    name = "programs"

    def ready(self):
        """These modules need models, which are not there before now."""
        from accounts import privacy as people
        from partners import metrics as figures
        from programs import metrics, privacy
        from programs.operations import retention

        people.register(
            "programs",
            export=privacy.export,
            files=privacy.files,
            blocks=privacy.blocks,
            erase=retention.erase_person,
            follows=privacy.follows,
        )
        figures.register(*metrics.ALL)
        figures.name_cohorts_by(metrics.cohort_names)
        consent_withdrawn.connect(on_consent_withdrawn, dispatch_uid="programs.consent_withdrawn")
        application_moved.connect(on_application_moved, dispatch_uid="programs.interviews")
        checked_in.connect(on_checked_in, dispatch_uid="programs.attendance")
        enrolment_ended.connect(on_enrolment_ended, dispatch_uid="programs.excuses")


def on_consent_withdrawn(sender, user, term, cohort_id, **kwargs):
    """What was applied for with that consent ends with it."""
    from programs.operations import retention

    retention.leave_without_consent(user, term, cohort_id)


def on_application_moved(sender, application, change, **kwargs):
    """Who leaves the selection leaves their interview slot to others."""
    from programs.operations import interviews

    interviews.leave(application, change)


def on_enrolment_ended(sender, enrolment, by, **kwargs):
    """Whoever no longer takes part is no longer excused from anything."""
    from programs.operations import excuses

    excuses.lapse(enrolment, by=by)


def on_checked_in(sender, check_in, **kwargs):
    """What somebody's own check-in says becomes their attendance, unless whoever teaches has marked it otherwise.

    Where it cannot be marked, the check-in stands all the same.
    """
    from programs import check_in as reads
    from programs.models.attendance import Source
    from programs.operations import attendance

    attended = reads.attendance_of(check_in, check_in.session)
    mark = attendance.Mark(check_in.enrolment_id, attended.status, attended.minutes)
    with suppress(Refused):
        attendance.mark(check_in.session_id, [mark], by=check_in.enrolment.person, source=Source.QR)
