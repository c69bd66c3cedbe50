"""What a site in production must not have."""

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def rate_limits_are_on(app_configs, **kwargs):
    """Limits on log-in attempts are lifted on a test site only."""
    if settings.RATE_LIMITS == "on":
        return []
    return [
        checks.Error(
            "RATE_LIMITS=off lifts the limits on log-in and sign-up attempts.",
            hint="Remove RATE_LIMITS from the environment; it is for test sites.",
            id="accounts.E001",
        )
    ]
