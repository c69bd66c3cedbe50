"""Programs as Django sees them."""

from django.apps import AppConfig

from accounts.signals import consent_withdrawn
from programs.signals import application_moved


class ProgramsConfig(AppConfig):
    """Says what programs hold about people, and listens for consent that is taken back."""

    name = "programs"

    def ready(self):
        """These modules need models, which are not there before now."""
        from accounts import privacy as people
        from programs import privacy
        from programs.operations import retention

        people.register(
            "programs",
            export=privacy.export,
            files=privacy.files,
            blocks=privacy.blocks,
            erase=retention.erase_person,
            follows=privacy.follows,
        )
        consent_withdrawn.connect(on_consent_withdrawn, dispatch_uid="programs.consent_withdrawn")
        application_moved.connect(on_application_moved, dispatch_uid="programs.interviews")


def on_consent_withdrawn(sender, user, term, cohort_id, **kwargs):
    """What was applied for with that consent ends with it."""
    from programs.operations import retention

    retention.leave_without_consent(user, term, cohort_id)


def on_application_moved(sender, application, change, **kwargs):
    """Who leaves the selection leaves their interview slot to others."""
    from programs.operations import interviews

    interviews.leave(application, change)
