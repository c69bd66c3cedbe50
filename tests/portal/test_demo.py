"""Loading, loading again, taking away: `manage.py demo`."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import User
from partners.models.organizations import Organization
from portal.demo import logins
from portal.demo.days import at, weekday
from portal.demo.ledger import texts
from portal.demo.load import load, tell
from portal.demo.season import STAGES
from portal.models import OutgoingMail
from programs.models.applications import Application, StateChange
from programs.models.cohorts import Cohort, Phase
from programs.models.programs import Program
from tests.make import make_application, make_cohort, make_user
from tests.portal.demo_season import NOW

SECRETS = {"accounts_user": {"password"}}


def run(folder, *arguments):
    """One management command of a site that keeps its things in `folder`."""
    env = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    env |= {"VAR_DIR": str(folder), "DEMO_NOW": NOW.isoformat()}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def dump(folder):
    """Every row of every table of that site but the passwords, and the time at which migrations ran."""
    connection = sqlite3.connect(folder / "portal.sqlite3")
    rows = {}
    for (table,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall():
        if table in ("django_migrations", "sqlite_sequence"):
            continue
        columns = [name for _id, name, *_rest in connection.execute(f"PRAGMA table_info({table})")]
        shown = [f'"{name}"' for name in columns if name not in SECRETS.get(table, ())]
        rows[table] = connection.execute(f"SELECT {', '.join(shown)} FROM {table} ORDER BY 1").fetchall()  # noqa: S608
    return rows


def test_the_same_clock_gives_the_same_data_and_a_second_run_changes_nothing(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        run(folder, "migrate", "-v0")
        assert "is loaded" in run(folder, "demo")
    told = dump(first)
    assert told == dump(second)
    assert "there already" in run(first, "demo")
    assert dump(first) == told


@pytest.fixture
def frozen(settings):
    settings.DEMO_NOW = NOW


@pytest.mark.django_db
def test_reset_takes_away_the_demonstration_and_nothing_else(frozen):
    load(stage="finished")
    person = make_user()
    own = make_cohort(program=Program.objects.get(slug="dit-training"), slug="own")
    manager = User.objects.get(email="manager@example.com")
    moved = StateChange.objects.create(
        application=make_application(cohort=own), from_status="submitted", to_status="in_review", by=manager
    )
    season = Cohort.objects.filter(is_demo_season=True).first()
    make_application(cohort=season, applicant=person, receipt_serial=9_001, receipt_number="X-9001")
    mail = {"reason": "x", "target_type": "x", "target_id": 1, "subject": "x", "body": "x", "language": "ko"}
    OutgoingMail.objects.create(person=manager, to=manager.email, **mail)
    before = Application.objects.exclude(applicant=person).count()
    Organization.objects.filter(code="KAFA").update(parent=None)
    assert load(stage="finished", reset=True)
    moved.refresh_from_db()
    assert moved.by is None
    assert User.objects.filter(pk=person.pk).exists()
    assert not Application.objects.filter(applicant=person).exists()
    assert Application.objects.count() == before
    assert Cohort.objects.filter(pk=own.pk).exists()
    assert not OutgoingMail.objects.exists()
    assert Organization.objects.get(code="KAFA").parent.code == "KOFIC"
    assert Organization.objects.filter(code="KAFA").count() == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_one_cohort_of_each_mode_put_there(stage):
    phases = {
        "open": {Phase.OPEN},
        "deciding": {Phase.IN_REVIEW, Phase.CLOSED},
        "running": {Phase.RUNNING},
        "finished": {Phase.FINISHED},
    }[stage]
    season = [cohort for cohort in tell(NOW, stage).ledger.rows[Cohort] if cohort.is_demo_season]
    assert {cohort.registration_mode for cohort in season} == {"review", "first_come", "rsvp"}
    assert {cohort.phase_at(NOW) for cohort in season} == phases
    assert {cohort.slug for cohort in season} == {"demo-1"}


def test_where_seats_are_decided_someone_waits_and_someone_is_asked():
    world = tell(NOW, "deciding")
    statuses = {}
    for row in world.ledger.rows[Application]:
        if row.cohort.is_demo_season:
            statuses.setdefault(row.cohort.registration_mode, Counter())[row.status] += 1
    assert set(statuses["review"]) >= {"in_review"}
    for mode in ("first_come", "rsvp"):
        assert {"confirmed", "waitlisted", "offered"} <= set(statuses[mode])


def test_scale_multiplies_the_applicants_of_the_season_alone():
    def counts(scale):
        rows = tell(NOW, scale=scale).ledger.rows[Application]
        return Counter((row.cohort.is_demo_season, row.cohort.program.slug) for row in rows)

    once, thrice = counts(1), counts(3)
    assert once[False, "dubbing"] == thrice[False, "dubbing"]
    for row in texts("season"):
        address = (True, row["program"])
        if row["number"] == 1 and row["applied"] > 8 and row["program"] != "reboot-camp":
            assert 2.5 * once[address] <= thrice[address] <= 3.5 * once[address]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-27T16:59:59+09:00",
        "2026-11-27T17:00:00+09:00",
        "2026-11-28T03:00:00+09:00",
        "2026-11-29T23:59:00+09:00",
        "2026-11-30T00:01:00+09:00",
        "2026-12-25T10:00:00+09:00",
        "2027-01-01T09:00:00+09:00",
        "2027-03-01T12:00:00+09:00",
        "2028-02-29T10:30:00+09:00",
    ],
)
def test_the_season_is_whole_on_any_day(moment):
    now = NOW.fromisoformat(moment)
    season = [cohort for cohort in tell(now).ledger.rows[Cohort] if cohort.is_demo_season]
    expected = {row["scene"] for row in texts("season")}
    assert {cohort.phase_at(now) for cohort in season} == {Phase(scene) for scene in expected}
    for cohort in season:
        assert cohort.opens_at < cohort.closes_at < cohort.starts_at < cohort.ends_at
        assert cohort.announce_at is None or cohort.closes_at < cohort.announce_at < cohort.starts_at


def test_early_on_nothing_has_happened_yet():
    now = at(NOW.date().replace(2024, 7, 10), "10:00")
    ledger = tell(now).ledger
    assert all(change.at <= now for change in ledger.rows[StateChange])
    statuses = Counter(
        row.status
        for row in ledger.rows[Application]
        if row.cohort.program.slug == "vfx-producer-virtual-production"
    )
    assert {"offered", "confirmed"} <= set(statuses)
    assert not statuses["closed_out"]


def test_weekdays_leave_out_weekends_and_holidays():
    friday = NOW.date().replace(2026, 12, 24) - (NOW.date() - NOW.date())
    assert weekday(friday, 1).isoformat() == "2026-12-28"
    assert weekday(friday.replace(day=26), 0).isoformat() == "2026-12-28"
    assert weekday(friday.replace(day=28), -1).isoformat() == "2026-12-24"


def test_an_https_site_has_no_demonstration_unless_it_asks_for_one(settings):
    settings.DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="DEMO=yes"):
        call_command("demo")


def test_a_scale_is_at_least_one():
    with pytest.raises(CommandError, match="1 or more"):
        call_command("demo", scale=0)


@pytest.mark.django_db
def test_the_command_says_who_can_log_in(frozen, settings):
    settings.DEMO_PASSWORD = "an open secret"
    out = StringIO()
    call_command("demo", stage="open", stdout=out)
    assert "applicant@example.com" in out.getvalue()
    assert "Password: an open secret" in out.getvalue()
    assert User.objects.get(email="mentor@example.com").check_password("an open secret")


def test_the_password_is_made_once_and_kept_for_its_owner(settings, tmp_path):
    settings.DEMO_PASSWORD, settings.VAR_DIR = "", tmp_path / "var"
    first = logins.password()
    assert len(first) >= 12
    assert logins.password() == first
    assert stat.S_IMODE((tmp_path / "var" / "demo-password").stat().st_mode) == 0o600


@pytest.mark.postgres
@pytest.mark.django_db
def test_it_loads_on_postgresql(frozen):
    load()
    assert Application.objects.filter(cohort__slug="2024-1", cohort__program__kind="course").count() == 1_888
    assert load(reset=True)
    assert Application.objects.filter(cohort__slug="2024-1", cohort__program__kind="course").count() == 1_888
