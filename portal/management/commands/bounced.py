"""`manage.py bounced FILE|-`: takes in a mail that came back."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal import bounces


class Command(BaseCommand):
    """Marks the mail that a delivery status notification (RFC 3464) speaks of as bounced."""

    help = "Read a message that came back, from a file or (-) from standard input, and mark its mail as bounced."

    def add_arguments(self, parser):
        """Declare the arguments."""
        parser.add_argument("file", help="the message as it arrived, or - for standard input")

    def handle(self, *, file, **options):
        """Read, mark, and say what came of it."""
        try:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            row, marked = bounces.take(data)
        except (OSError, bounces.Unreadable) as error:
            raise CommandError(str(error)) from None
        if marked:
            self.stdout.write(f"Mail {row.pk} is marked as bounced.")
        else:
            self.stdout.write(f"Nothing changes for mail {row.pk} ({row.status}).")
