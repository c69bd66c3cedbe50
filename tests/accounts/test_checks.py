"""`check --deploy` objects to a site without limits."""

from django.core import checks

from accounts.checks import rate_limits_are_on


def test_lifted_limits_are_an_error(settings):
    assert rate_limits_are_on(None) == []
    settings.RATE_LIMITS = "off"
    assert [error.id for error in rate_limits_are_on(None)] == ["accounts.E001"]


def test_it_is_part_of_the_check_before_deployment():
    assert rate_limits_are_on in checks.registry.registry.get_checks(include_deployment_checks=True)
