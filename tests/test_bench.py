"""The measurements of `bench/` in small: real web processes and a PostgreSQL server, and both are killed."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from bench import (
    certificate_rows,
    check_in,
    check_in_rows,
    client,
    first_come,
    first_come_rows,
    release_rows,
    servers,
)
from portal.management.commands import serve
from tests.pg import free_port

PEOPLE, SEATS = 40, 8


@pytest.fixture
def web(tmp_path):
    """Two web processes on the database of this test; the site's own settings, but for the static files."""
    port = free_port()
    at = connection.settings_dict
    url = f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": url}
    with servers.web_server(serve.web_server("127.0.0.1", port, 2), port, env, tmp_path / "log") as running:
        yield running


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_rush_while_a_web_process_is_killed(web):
    cohort, visitors = first_come_rows.prepare(PEOPLE, SEATS)
    before, tally = set(web.workers()), client.Tally()
    assert len(before) == 2

    with ThreadPoolExecutor(1) as apart:  # a browser test before this one may have left its loop in this thread
        rush = first_come.play(web, visitors, tally, seconds=1.0, say=lambda line: None)
        apart.submit(asyncio.run, rush).result()

    problems, counts = first_come_rows.wrong(cohort, visitors)
    assert problems == tally.odd == []
    assert (counts["confirmed"], counts["waitlisted"], counts["successes seen"]) == (SEATS, PEOPLE - SEATS, PEOPLE)
    after = set(web.workers())
    assert len(after) == 2
    assert len(after & before) == 1  # the other went on, and a new one came beside it


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_the_bench_looks_for_it_finds():
    """The counts of a rush that went wrong in every way."""
    cohort, visitors = first_come_rows.prepare(6, 2)
    lines, _counts = first_come_rows.wrong(cohort, visitors)
    assert "2 confirmed" in lines
    assert "everybody saw a success" in lines

    for visitor in visitors:
        visitor.receipt = "RUSH-0001"
    lines, counts = first_come_rows.wrong(cohort, visitors)
    assert "every success that was seen is there" in lines
    assert counts["successes seen and not there"] == 6
    assert "one mail each, the right one" in lines
    assert "everybody saw a success" not in lines


@pytest.mark.postgres
def test_trust_43_what_was_answered_is_there_after_kill_9_and_a_crash_of_the_database():
    """With its file, byte for byte; on a server of its own, which keeps what it has promised."""
    command = [sys.executable, "-m", "bench.survive", "--people", "12", "--seconds", "1", "--processes", "1"]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All 12 receipts that were seen are there" in ended.stdout
    assert "everything is killed" in ended.stdout


@pytest.mark.postgres
def test_a_release_whose_worker_is_killed_while_people_read():
    command = [sys.executable, "-m", "bench.release", "--decisions", "110", "--calm", "2", "--rate", "4", "--kill"]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Everything holds." in ended.stdout
    assert "the clock carried out the rest" in ended.stdout


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_the_bench_looks_for_in_a_release_it_finds():
    cohort, _pages = release_rows.prepare(14)
    release = release_rows.start(cohort)
    lines, counts = release_rows.wrong(cohort, release)
    assert counts["offered"] == 0
    assert lines == [
        "every decision is carried out",
        "each became what was staged",
        "each moved once",
        "one mail each",
        "one offer a seat",
        "waitlist numbers in order and without a gap",
    ]


@pytest.mark.postgres
def test_certificates_whose_worker_is_killed():
    command = [sys.executable, "-m", "bench.certificates", "--certificates", "110", "--kill"]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Everything holds." in ended.stdout
    assert "the clock made the rest" in ended.stdout


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_the_bench_looks_for_in_certificates_it_finds():
    cohort = certificate_rows.prepare(3)
    run, _held = certificate_rows.start(cohort)
    lines, _counts = certificate_rows.wrong(cohort, run)
    assert lines == [
        "every document is made",
        "every document names its person",
        "qpdf finds nothing",
        "one mail each",
        "the run is finished",
    ]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_crowd_at_one_door(web):
    session, visitors = check_in_rows.prepare(PEOPLE)
    lines, _counts = check_in_rows.wrong(session, visitors)
    assert lines == ["everybody saw that they are in", "none is lost"]
    tally = client.Tally()

    with ThreadPoolExecutor(1) as apart:
        crowd = check_in.play(web.port, visitors, lambda: check_in_rows.address_now(session), tally, seconds=2.0)
        apart.submit(asyncio.run, crowd).result()

    lines, counts = check_in_rows.wrong(session, visitors)
    assert lines == tally.odd == []
    assert (counts["check-ins"], counts["different phones"]) == (PEOPLE, PEOPLE)
