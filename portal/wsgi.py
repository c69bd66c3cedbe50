"""The WSGI entry point."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

UNREADABLE = {"charset": "unreadable"}


class Request(WSGIRequest):
    """A request read in UTF-8, whatever it says of itself; `ReadableRequest` refuses those that say otherwise.

    Django reads the query in the charset of the Content-Type while it makes the request, where nothing catches
    what comes of `charset=rot13`, nor the query of too many fields beside an honest `charset=utf-8`.
    """

    def _set_content_type_params(self, meta):
        try:
            parsed = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):  # a parameter in an encoding of its own that there is not
            parsed = "", UNREADABLE
        self.content_type, self.content_params = parsed


class Handler(WSGIHandler):
    """Django's, with requests that can always be made."""

    request_class = Request


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup(set_prefix=False)
application = Handler()
