"""A mail server for tests: takes what it is given, over a socket, and does with it what the test says."""

import socketserver
import threading
from contextlib import contextmanager


class Handler(socketserver.StreamRequestHandler):
    """One conversation."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 test")
        recipients = []
        while line := self.rfile.readline():
            word = line.split(None, 1)[0].upper() if line.strip() else b""
            if word in (b"EHLO", b"HELO"):
                self.say("250 test")
            elif word == b"RCPT":
                answer = self.server.on_recipient(line.decode())
                recipients.append(line.decode())
                self.say(answer)
            elif word == b"DATA":
                self.say("354 go on")
                text = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    text += part
                self.server.taken.append(text)
                self.server.on_taken(text)
                self.say(self.server.answer)
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    """What it took stands in `taken`; `on_taken` is called before it answers that it did."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken = []
        self.answer = "250 taken"
        self.on_taken = lambda text: None
        self.on_recipient = lambda line: "250 ok"

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def server():
    """Runs one until the block ends."""
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join(5)
