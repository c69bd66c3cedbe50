"""The only source of time in domain code. `DEMO_NOW` freezes it; sessions and tokens use real time."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

SEOUL = ZoneInfo("Asia/Seoul")


def now():
    """The current instant, aware; `settings.DEMO_NOW` where that is set."""
    return settings.DEMO_NOW or timezone.now()


def today():
    """The current date in Seoul."""
    return now().astimezone(SEOUL).date()
