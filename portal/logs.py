"""Every line of the log carries the id of its request."""

import logging
from contextvars import ContextVar

_current = ContextVar("request_id", default="")


def request_id():
    """The id of the request being answered; empty outside one."""
    return _current.get()


def start_request(value):
    """Make `value` the current request's id; the token given back ends it in `end_request`."""
    return _current.set(value)


def end_request(token):
    """Forget the id that `start_request` set."""
    _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to each record."""

    def filter(self, record):
        """Keep the record, with its request's id."""
        record.request_id = request_id()
        return True
