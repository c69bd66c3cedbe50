"""Sessions in the database, which tell a database that is away from a session that has ended."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError


class SessionStore(db.SessionStore):
    """Django's own, but for one thing: that a save found no database is not taken for "logged out meanwhile".

    Django answers the latter with 400, as if the request had been at fault; the former is an error of ours (500),
    after which trying again helps.
    """

    def save(self, must_create=False):
        """Write the session. Raises UpdateError where its row is gone, and the database's own error as it is."""
        try:
            super().save(must_create=must_create)
        except UpdateError as error:
            if isinstance(error.__context__, (OperationalError, InterfaceError)):
                raise error.__context__ from None
            raise
