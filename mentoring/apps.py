"""Mentoring as Django sees it."""

from django.apps import AppConfig

from accounts.signals import consent_withdrawn
from programs.signals import enrolment_ended


class MentoringConfig(AppConfig):
    """Listens to what programs tell, and says what mentoring holds about people and who was paired with whom."""

    name = "mentoring"

    def ready(self):
        """An enrolment that ends takes its pair with it; loading operations also registers the mail checks."""
        from accounts import privacy as people
        from mentoring import meeting_calendars, metrics, permissions
        from mentoring.operations.pairs import end_with_enrolment
        from mentoring.operations.people import erase_person
        from mentoring.operations.profiles import take_back
        from mentoring.privacy import people as privacy
        from mentoring.privacy import samples as sample_privacy
        from partners import metrics as figures
        from programs import conflicts, session_calendars

        people.register(
            "mentoring",
            export=privacy.export,
            blocks=privacy.blocks,
            erase=erase_person,
            files=sample_privacy.files,
        )
        figures.register(*metrics.ALL)
        conflicts.register("mentoring", permissions.paired)
        session_calendars.register("mentoring", meeting_calendars.of_person)
        consent_withdrawn.connect(take_back, dispatch_uid="mentoring.take_back")
        enrolment_ended.connect(end_with_enrolment, dispatch_uid="mentoring.end_with_enrolment")
