"""What every request passes: an id for its log lines, a readable body, and how long its answer may be kept."""

import codecs
import uuid
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpResponseBadRequest, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control

from portal import logs


class RequestId:
    """Gives the request an id, in the log and in the answer's `X-Request-Id`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer with the id set."""
        value = uuid.uuid4().hex
        logs.start_request(value)
        response = self.get_response(request)
        response["X-Request-Id"] = value
        return response


class ReadableRequest:
    """Answers 400 to what no page could read: another charset than UTF-8, NUL anywhere, a body that breaks off.

    Django 5.2 raises BadRequest on `request.POST` for such a charset, and again in its error view. It reads the
    query in it too, whatever the content: with `text/plain; charset=rot13` that is a LookupError, and with UTF-7
    a NUL. PostgreSQL refuses NUL in text.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer 400, or let the request through."""
        charset = request.content_params.get("charset", "utf-8")
        try:
            readable = codecs.lookup(charset).name in ("utf-8", "ascii")
        except (LookupError, ValueError):
            readable = False
        if not readable:
            return self.refuse()
        if "\x00" in request.path_info or "\x00" in unquote(request.META.get("QUERY_STRING", "")):
            return self.refuse()
        return self.get_response(request)

    def process_exception(self, request, exception):
        """A view has met with a body that breaks off (`portal.wsgi.WholeBody`); the client is gone in any case."""
        return self.refuse() if isinstance(exception, UnreadablePostError) else None

    @staticmethod
    def refuse():
        """A page that needs nothing: nothing of the request may be read again."""
        return HttpResponseBadRequest(render_to_string("errors/unreadable.html"))


class CacheRules:
    """A visitor's public page may be kept by a shared cache for a minute; everything else by nobody."""

    SHARED_SECONDS = 60

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Set `Cache-Control` where the view has not."""
        response = self.get_response(request)
        if response.has_header("Cache-Control"):
            return response
        public = (
            getattr(request, "is_public_page", False)
            and request.method in ("GET", "HEAD")
            and response.status_code == 200
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
            and not response.cookies
        )
        if public:
            patch_cache_control(response, public=True, max_age=0, s_maxage=self.SHARED_SECONDS)
        else:
            patch_cache_control(response, private=True, no_store=True)
        return response
