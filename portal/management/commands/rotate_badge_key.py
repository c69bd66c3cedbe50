"""`manage.py rotate_badge_key`: another key signs badges from now on; what older ones have signed stays good."""

from django.core.management.base import BaseCommand

from programs.operations import badges


class Command(BaseCommand):
    """Changes the key that signs badges."""

    help = "Retire the key that signs Open Badges and make another."

    def handle(self, **options):
        """Rotate, and name the key."""
        self.stdout.write(f"Badges are signed with {badges.rotate(by=None).kid} from now on.")
