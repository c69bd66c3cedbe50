"""A connection that is lost on the way: what came of the form counts for nothing, and says so to nobody."""

import io
from unittest import mock

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse, UnreadablePostError
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from portal import uploads, wsgi
from portal.middleware import ReadableRequest

BOUNDARY = "xxBOUNDARYxx"
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s'
FORMS = {
    "application/x-www-form-urlencoded": b"a=1&motivation=" + b"x" * 500,
    f"multipart/form-data; boundary={BOUNDARY}": (
        PART % ("a", "", "1\r\n") + PART % ("cv", '; filename="cv.pdf"', "y" * 500 + "\r\n") + f"--{BOUNDARY}--\r\n"
    ).encode(),
}
seen = []


class Slow(io.BytesIO):
    """A connection on which a few bytes come at a time."""

    def read(self, size=-1, /):
        return super().read(min(size, 100) if size >= 0 else 100)


def view(request):
    """Reads the form, as every view does."""
    seen.append(dict(request.POST.items()))
    return HttpResponse()


urlpatterns = [
    path("form/", view, name="home"),
    path("open/", csrf_exempt(view)),
    path("files/", uploads.takes_files()(view)),
]


@pytest.fixture(autouse=True)
def without_database():
    """Nothing here asks the database; connections of other tests are left alone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def environ_of(kind, body, *, length=None, address="/open/", **headers):
    environ = RequestFactory(headers=headers).post(address).environ
    return environ | {
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "wsgi.input": Slow(body),
    }


def send(*args, **kwargs):
    """The status with which the site itself answers."""
    seen.clear()
    statuses = []
    answer = wsgi.application(environ_of(*args, **kwargs), lambda status, headers: statuses.append(status))
    answer.close()
    return statuses[0]


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_that_comes_whole_is_read_whole_however_slowly(kind):
    request = wsgi.Request(environ_of(kind, FORMS[kind]))
    assert request.POST["a"] == "1"
    assert len(request.POST.get("motivation", "x" * 500)) == 500
    request.close()
    request = wsgi.Request(environ_of(kind, FORMS[kind]))
    assert request.body == FORMS[kind]
    assert request.POST["a"] == "1"
    request.close()
    assert wsgi.Request(environ_of(kind, b"")).POST == {}
    assert wsgi.Request(environ_of("text/plain", b"abc")).read() == b"abc"


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("part", [0, 1, 20, 250])
def test_a_form_that_breaks_off_is_none_and_stays_none(kind, part):
    request = wsgi.Request(environ_of(kind, FORMS[kind][:part], length=len(FORMS[kind])))
    for _time in range(2):
        with pytest.raises(UnreadablePostError):
            request.POST  # noqa: B018  # reading the property is what raises
    with pytest.raises(UnreadablePostError):
        wsgi.Request(environ_of(kind, FORMS[kind][:part], length=len(FORMS[kind]))).body  # noqa: B018  # the same


@pytest.mark.urls("tests.portal.test_broken_off")
@pytest.mark.parametrize("kind", FORMS)
def test_no_view_acts_on_half_a_form(kind, settings):
    settings.MIDDLEWARE = [
        "portal.middleware.ReadableRequest",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
    handler = wsgi.Handler()
    token = "x" * 32
    with (
        mock.patch.object(wsgi, "application", handler),
        mock.patch("django.middleware.csrf._get_failure_view", return_value=refuse),
    ):
        whole, half = FORMS[kind], FORMS[kind][:250]
        cookie = {"Cookie": f"{settings.CSRF_COOKIE_NAME}={token}", "X-CSRFToken": token}
        for address in ("/open/", "/form/", "/files/"):
            assert send(kind, whole, address=address, **cookie) == "200 OK"
            assert seen[0]["a"] == "1"
            assert send(kind, half, length=len(whole), address=address, **cookie) == "400 Bad Request"
            assert seen == []
        assert send(kind, half, length=len(whole), address="/form/") == "403 Forbidden"
        assert seen == []


def refuse(request, reason=""):
    return HttpResponse(status=403)


def test_other_exceptions_are_nobodys_business():
    assert ReadableRequest(None).process_exception(None, ValueError()) is None
