"""The one exception whose text people may read."""


class Refused(Exception):
    """An operation says no. Its text tells the person why, in their language."""
