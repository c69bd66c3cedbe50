"""Every line of the log carries the id of its request."""

import logging
from contextvars import ContextVar

_current = ContextVar("request_id", default="")


def request_id():
    """The id of the request being answered; empty outside one."""
    return _current.get()


def start_request(value):
    """Make `value` the current request's id until the next one begins: Django logs after the middleware is done."""
    _current.set(value)


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to each record."""

    def filter(self, record):
        """Keep the record, with its request's id."""
        record.request_id = request_id()
        return True
