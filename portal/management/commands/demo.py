"""`manage.py demo`: the demonstration data."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import logins
from portal.demo.load import load
from portal.demo.season import STAGES


class Command(BaseCommand):
    """Loads the demonstration: the history of 2024 and 2025, and a season whose dates follow today."""

    help = "Load the demonstration data; run again it changes nothing."

    def add_arguments(self, parser):
        """Declare the options."""
        parser.add_argument(
            "--stage",
            choices=[*STAGES, "all"],
            default="all",
            help="one cohort of each way to a seat, put in that stage (default: the whole season)",
        )
        parser.add_argument("--scale", type=int, default=1, help="multiply the applicants of the season")
        parser.add_argument("--reset", action="store_true", help="take the demonstration away first")

    def handle(self, *, stage, scale, reset, **options):
        """Load, and say how to log in."""
        if not settings.DEMO_ALLOWED:
            raise CommandError("This is an https site; set DEMO=yes to load demonstration data into it.")
        if scale < 1:
            raise CommandError("--scale must be 1 or more.")
        if load(stage=stage, scale=scale, reset=reset):
            self.stdout.write("The demonstration is loaded.")
        else:
            self.stdout.write("The demonstration is there already; --reset loads it anew.")
        self.stdout.write(logins.notice())
