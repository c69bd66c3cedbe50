"""The WSGI entry point."""

import os

import django
from django.core.handlers.wsgi import LimitedStream, WSGIHandler, WSGIRequest
from django.http import UnreadablePostError
from django.utils.http import parse_header_parameters

UNREADABLE = {"charset": "unreadable"}


class WholeBody(LimitedStream):
    """The body of a request, to its end or not at all.

    The server hands on what has come until a connection is lost as if it were everything, and half a form would
    overwrite a whole one.
    """

    broke_off = False

    def read(self, size=-1, /):
        """As many bytes as are asked for or left; OSError where fewer come."""
        left = self.limit - self._pos
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted > 0:
            part = super().read(wanted)
            if not part:
                self.broke_off = True
                raise OSError("The body of the request breaks off.")
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)


class Request(WSGIRequest):
    """A request that is read whole and in UTF-8, whatever it says of itself; `ReadableRequest` refuses the others.

    Django reads the query in the charset of the Content-Type while it makes the request, where nothing catches
    what comes of `charset=rot13`, nor the query of too many fields beside an honest `charset=utf-8`.
    """

    def __init__(self, environ):
        super().__init__(environ)
        self._stream = WholeBody(environ["wsgi.input"], self._stream.limit)

    def _load_post_and_files(self):
        """Django gives an empty form to whoever asks a second time, after the CSRF check has met with the first."""
        if getattr(self._stream, "broke_off", False):
            raise UnreadablePostError("The body of the request breaks off.")
        super()._load_post_and_files()

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
