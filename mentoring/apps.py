"""Mentoring as Django sees it."""

from django.apps import AppConfig

from programs.signals import enrolment_ended


class MentoringConfig(AppConfig):
    """Listens to what programs tell, and says what mentoring holds about people and who was paired with whom."""

    name = "mentoring"

    def ready(self):
        """An enrolment that ends takes its pair with it; loading operations also registers the mail checks."""
        from accounts import privacy as people
        from mentoring import permissions, privacy
        from mentoring.operations.pairs import end_with_enrolment
        from mentoring.operations.people import erase_person
        from programs import conflicts

        people.register("mentoring", export=privacy.export, blocks=privacy.blocks, erase=erase_person)
        conflicts.register("mentoring", permissions.paired)
        enrolment_ended.connect(end_with_enrolment, dispatch_uid="mentoring.end_with_enrolment")
