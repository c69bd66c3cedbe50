"""`manage.py rotate_badge_key`: another key signs badges from now on; what older ones have signed stays good."""

from django.core.management.base import BaseCommand

from programs.operations import badges


class Command(BaseCommand):
    """Changes the key that signs badges."""

    help = "Retire the key that signs Open Badges and make another."

    def add_arguments(self, parser):
        """Declare the options."""
        parser.add_argument(
            "--leaked", action="store_true", help="no older key is to be trusted: sign every badge anew"
        )

    def handle(self, *, leaked, **options):
        """Rotate, and say what came of it."""
        if leaked:
            self.stdout.write(f"Badges signed anew: {badges.replace_leaked(by=None)}.")
        else:
            self.stdout.write(f"Badges are signed with {badges.rotate(by=None).kid} from now on.")
