"""The server stops while somebody writes, and comes back: nothing is lost meanwhile."""

import socket
import threading
from contextlib import suppress

import pytest
from playwright.sync_api import expect

from tests.e2e.applying import Applying, status_line, wait_for_copies
from tests.e2e.conftest import Pages

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "시각효과 현장에서 배운 것을 제 이야기로 옮기고 싶습니다."


class Mortal:
    """Stands before the live server; killed, it resets every connection and answers no new one."""

    def __init__(self, target, port=0):
        self.target = target
        self.listener = socket.create_server(("localhost", port))
        self.port = self.listener.getsockname()[1]
        self.open = [self.listener]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                far = socket.create_connection(self.target)
                self.open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    def pass_on(self, one, other):
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def kill(self):
        for connection in self.open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 360, "height": 740}])
def test_the_server_dies_and_comes_back(browser, live_server, viewport):
    applying = Applying()
    target = (live_server.thread.host, live_server.thread.port)
    server = Mortal(target)
    pages = Pages(browser, f"http://localhost:{server.port}")
    page = pages(user=applying.person, viewport=viewport)
    page.goto(applying.address("part-1"))
    page.clock.install()
    server.kill()

    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(3000)
    expect(status_line(page)).to_contain_text("이 브라우저에", timeout=15_000)
    wait_for_copies(page, 1)
    assert applying.draft()["motivation"] == ""
    page.close(run_before_unload=False)  # and the tab goes too

    server = Mortal(target, server.port)
    try:
        page = pages.contexts[0].new_page()
        page.goto(applying.address("part-1"))
        expect(page.locator("[name=motivation]")).to_have_value(TEXT)
        applying.wait_for(page, "motivation", TEXT)
        wait_for_copies(page, 0)
        pages.expect("net::ERR_")
        assert pages.complaints == []
    finally:
        pages.close()
        server.kill()
