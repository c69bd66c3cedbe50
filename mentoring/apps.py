"""Mentoring as Django sees it."""

from django.apps import AppConfig

from programs.signals import enrolment_ended


class MentoringConfig(AppConfig):
    """Listens to what programs tell."""

    name = "mentoring"

    def ready(self):
        """An enrolment that ends takes its pair with it; loading operations also registers the mail checks."""
        from mentoring import operations

        enrolment_ended.connect(operations.end_with_enrolment, dispatch_uid="mentoring.end_with_enrolment")
