"""Applications with files arrive while everything is killed; what was answered is there afterwards, whole.

    python -m bench.survive

People hand in a file and send their application, and try again until they see their receipt. In the middle every
web process is killed with -9 and PostgreSQL is ended as by a crash, both in the same moment; then both are started
again. The exit status is 0 only when every answer that was seen still holds.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from django.db import connections

from bench import client, servers
from bench.setting_up import DURABLE, set_up
from tests.files import make_pdf
from tests.pg import free_port, temporary_server

PATIENCE = 600


async def hand_in(port, visitor, content, answers, tally, *, give_up_at):
    """Send the file and then the application, again and again until each is answered as taken."""
    address = visitor.address.replace("/submit/", "/files/")
    form = {"csrfmiddlewaretoken": visitor.form["csrfmiddlewaretoken"], "question": "script"}
    while time.monotonic() < give_up_at:
        try:
            status, _headers, text = await client.ask(
                port, "POST", address, cookies=visitor.cookies, form=form, file=content
            )
        except client.Lost:
            tally.lost += 1
        else:
            tally.note(status, 0.0)
            if status == 200:
                answers[visitor.number] = json.loads(text)["code"]
                break
        await asyncio.sleep(random.uniform(0.3, 1.5))
    await client.press(port, visitor, tally, give_up_at=give_up_at)


async def play(web, database, visitors, contents, answers, tally, *, seconds, down):
    """People come over `seconds`; in the middle everything is killed, and started again `down` seconds later."""
    give_up_at = time.monotonic() + seconds + PATIENCE

    async def come(visitor):
        await asyncio.sleep(random.uniform(0, seconds))
        content = contents[visitor.number]
        await hand_in(web.port, visitor, content, answers, tally, give_up_at=give_up_at)

    async def kill():
        await asyncio.sleep(seconds / 2)
        while (seen := sum(visitor.is_served for visitor in visitors)) < len(visitors) // 4:
            await asyncio.sleep(0.05)
        web.kill()
        database.crash()
        print(f"  everything is killed; {seen} have their receipt by then, {len(answers)} a file")
        await asyncio.sleep(down)
        await asyncio.to_thread(database.start)
        await asyncio.to_thread(web.start)

    await asyncio.gather(kill(), *(come(visitor) for visitor in visitors))


def main(arguments=None):
    """Prepare, play, look; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.survive", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    parser.add_argument("--down", type=float, default=1.0, help="seconds for which everything stays away")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        database = stack.enter_context(temporary_server(DURABLE))
        port = free_port()
        rows, serve = set_up(folder, port, database, "bench.survive_rows")
        cohort, visitors = rows.prepare(options.people)
        connections.close_all()
        command = serve.web_server("127.0.0.1", port, options.processes)
        web = stack.enter_context(servers.web_server(command, port, dict(os.environ), folder / "web.log"))
        contents = [make_pdf(f"대본 {visitor.number} " * random.randint(1, 20_000)) for visitor in visitors]
        answers, tally = {}, client.Tally()
        print(f"{options.people} people with a file each, {options.processes} web processes, PostgreSQL")
        asyncio.run(
            play(
                web, database, visitors, contents, answers, tally, seconds=options.seconds, down=options.down
            )
        )  # fmt: skip
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        problems = [*rows.wrong(cohort, visitors, answers, digests), *tally.odd]
        connections.close_all()
        statuses = ", ".join(f"{tally.statuses[key]} x {key}" for key in sorted(tally.statuses))
        print(f"  answers {statuses}; {tally.lost} lost connections")
        for line in problems:
            print(f"  DOES NOT HOLD: {line}")
        if not problems:
            print(f"  All {options.people} receipts that were seen are there, each with its file, byte for byte.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
