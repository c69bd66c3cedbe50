"""Nothing leaks before the announcement, by any door.

Two worlds are compared that differ in nothing but what is staged: decisions of every kind, reviews with scores and
comments, a panel's comment, a slot held for an interview. Every address that the site has is asked with everything
that can stand in it, by those concerned, by others and by a visitor: the answers are the same to the byte.
"""

import json
import re
from datetime import timedelta
from itertools import product

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.translation import override

from accounts import privacy
from accounts.models import Role
from portal import clock
from portal.management.commands.run_due import run_due
from portal.models import MailStatus, OutgoingMail
from programs import mine
from programs.models.applications import ApplicationStatus, Decision
from programs.models.interviews import InterviewSlot, Panel
from programs.models.selection import ReleaseItem, Review
from programs.operations import decisions, review
from tests import make
from tests.test_access import admin_addresses

pytestmark = pytest.mark.django_db
OURS = ("accounts", "mentoring", "partners", "portal", "programs")
NOBODY = "nobody0123456789abcd"
SECRETS = ("의견을 남깁니다", "staff only", "비공개 총평", "Nobody may read this yet")


@pytest.fixture
def now(settings):
    """A moment at which the site stands still."""
    settings.DEMO_NOW = clock.now().replace(microsecond=0)
    return settings.DEMO_NOW


class World:
    """Two cohorts under review, one of which decides in two rounds, and people of every kind."""

    def __init__(self, now):
        self.announce_at = now + timedelta(days=2)
        self.boss, self.ours = make.make_admin(), make.make_organization()
        program = make.make_program(partners=[self.ours])
        common = {"announce_at": self.announce_at, "closes_at": now - timedelta(days=5)}
        self.cohort = make.make_cohort(program, phase="in_review", capacity=1, **common)
        self.rounds_cohort = make.make_cohort(program, phase="in_review", **common)
        begun = {"starts_at": now - timedelta(days=2), "due_at": now - timedelta(hours=1)}
        self.last = make.make_round(self.cohort, **begun)
        self.first = make.make_round(self.rounds_cohort, announce_at=self.announce_at, **begun)
        self.interview = make.make_round(
            self.rounds_cohort,
            number=2,
            kind="interview",
            criteria=(),
            starts_at=now + timedelta(days=3),
            due_at=now + timedelta(days=4),
        )
        names = ("chosen", "waiting", "turned_down", "undecided")
        self.people = {name: make.make_user() for name in names}
        applied = [(name, self.cohort) for name in names]
        applied += [(name, self.rounds_cohort) for name in ("chosen", "turned_down")]
        self.applications = {
            (name, cohort.pk): make.make_application(cohort, self.people[name], submitted_at=cohort.opens_at)
            for name, cohort in applied
        }
        review.start_review([row.pk for row in self.applications.values()], by=self.boss)
        self.people |= {
            "stranger": make.make_user(),
            "partner": make.make_user(role=Role.PARTNER, scope=self.ours),
            "visitor": None,
        }
        self.reviewer = make.make_reviewer(self.last).user
        make.make_reviewer(self.first, self.reviewer)
        make.make_reference(self.applications["chosen", self.cohort.pk])
        make.make_question(self.cohort.form_version, "referee", "referee")
        for person in [*self.people.values(), self.boss, self.reviewer]:
            if person is not None:
                EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        self.clients = {name: Client() for name in self.people}
        for name, person in self.people.items():
            if person is not None:
                self.clients[name].force_login(person)

    def application(self, name, cohort):
        return self.applications[name, cohort.pk]

    def stage(self):
        """Everything that staff and reviewers prepare before the announcement."""
        for (name, cohort), application in self.applications.items():
            round_ = self.last if cohort == self.cohort.pk else self.first
            make.make_review(
                round_,
                application,
                self.reviewer,
                points=4,
                confidence=2,
                comment_applicant=f"의견을 남깁니다 {name}",
                comment_staff="staff only",
            )
        for round_ in (self.last, self.first, self.interview):
            round_.comment_ko, round_.comment_en = "비공개 총평", "Nobody may read this yet"
            round_.save()
        for name, outcome, cohort in (
            ("chosen", "offer", self.cohort),
            ("waiting", "waitlist", self.cohort),
            ("turned_down", "reject", self.cohort),
            ("chosen", "advance", self.rounds_cohort),
            ("turned_down", "reject", self.rounds_cohort),
        ):
            reason = {"reason_code": "score"} if outcome == "reject" else {}
            decisions.stage_decisions([self.application(name, cohort).pk], outcome, by=self.boss, **reason)
        panel = Panel.objects.create(round=self.interview, title_ko="1조", title_en="Panel 1", place_ko="홍릉")
        InterviewSlot.objects.create(
            panel=panel,
            round=self.interview,
            starts_at=self.interview.starts_at,
            ends_at=self.interview.starts_at + timedelta(minutes=20),
            application=self.application("chosen", self.rounds_cohort),
            booked_at=clock.now(),
        )


@pytest.fixture
def world(now):
    return World(now)


# --- every address ------------------------------------------------------------------------------------


def patterns(resolver=None, prefix=""):
    """Every named address outside the admin, with the names and kinds of what stands in it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.namespace != "admin":
                yield from patterns(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield prefix + pattern.name


def wanted(name):
    """What stands in an address, in its order: its names, as Django's resolver has them."""
    if ":" in name:
        return []
    (_text, names), *_more = get_resolver().reverse_dict.getlist(name)[0][0]
    return names


def values():
    """Every code, slug and key that exists: `{name of the field: values}`."""
    found = {"code": [], "slug": [], "key": []}
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        fields = {field.name for field in model._meta.concrete_fields}
        for name in set(found) & fields:
            rows = list(model._default_manager.order_by("pk").values_list(name, flat=True))
            found[name] += rows if name == "code" else rows[:3]
    return {name: sorted(set(rows)) + [NOBODY] for name, rows in found.items()}


def fillings(names, known, cohorts):
    """Everything that can stand in an address that wants `names`; what is not known by its name is nobody's."""
    if names[:2] == ["program", "cohort"]:
        rest = fillings(names[2:], known, cohorts)
        return [(cohort.program.slug, cohort.slug, *more) for cohort in cohorts for more in rest]
    return list(product(*(known.get("slug" if name == "program" else name, [NOBODY]) for name in names)))


def addresses(world, known):
    """Every address of the site with everything that can stand in it."""
    cohorts = [world.cohort, world.rounds_cohort]
    with override("ko"):
        for name in patterns():
            for arguments in fillings(wanted(name), known, cohorts):
                try:
                    yield reverse(name, args=arguments)
                except NoReverseMatch:  # a value that cannot stand there
                    continue


def put_away(response):
    """Close the files of an answer; closing all of it would end the test's database connection."""
    for close in response._resource_closers:
        close()


def answer(client, address):
    """What comes back, but for the token of its forms and the secret that a second factor makes each time."""
    cache.clear()  # so that nobody has asked too often
    response = client.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    put_away(response)
    if address.endswith("/totp/activate/"):
        body = b""
    body = re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", body)
    return response.status_code, response.get("Location", ""), response.get("Content-Type", ""), body


def seen(world, known):
    """`{(who, address): answer}` of everybody and everything."""
    asked = sorted(set(addresses(world, known)))
    found = {
        (name, address): answer(client, address) for name, client in world.clients.items() for address in asked
    }
    partner = world.clients["partner"]
    return found | {("partner", address): answer(partner, address) for _model, address in admin_addresses(None)}


def exported(world):
    """What each person can take with them."""
    return {
        name: json.dumps(privacy.export(person), default=str, ensure_ascii=False, sort_keys=True)
        for name, person in world.people.items()
        if person is not None
    }


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("reason", "to", "subject", "body"))


def test_what_is_staged_changes_no_answer_to_anybody(world):
    known = values()
    before, taken, sent = seen(world, known), exported(world), mails()
    assert len({status for status, *_rest in before.values()}) > 2
    assert {(name, 200) for name in world.people} <= {(name, row[0]) for (name, _address), row in before.items()}

    world.stage()

    assert Decision.objects.count() == 5
    after = seen(world, known)
    differing = [place for place, row in before.items() if row != after[place]]
    assert differing == []
    assert {row[0] for place, row in after.items() if place not in before} <= {404}  # the admin's new rows
    assert exported(world) == taken
    assert mails() == sent
    for status, _location, _kind, body in after.values():
        if status == 200:
            assert not [secret for secret in SECRETS if secret.encode() in body]


def test_what_was_made_on_the_way_is_at_no_address(world):
    """A review or a slot has a code; to all but those who work with it the code is as good as none."""
    world.stage()
    own = world.application("chosen", world.cohort)
    codes = [Review.objects.get(application=own).code, InterviewSlot.objects.get().code]
    with override("ko"):
        for name in patterns():
            names = wanted(name)
            if "code" not in names:
                continue
            told, again, unknown = (
                reverse(name, args=[{"code": code, "position": 1}.get(one, NOBODY) for one in names])
                for code in [*codes, NOBODY]
            )
            for who, client in world.clients.items():
                other = answer(client, unknown)
                for code, address in zip(codes, (told, again), strict=True):
                    status, location, kind, body = answer(client, address)
                    hidden = (
                        status,
                        location.replace(code, NOBODY),
                        kind,
                        body.replace(code.encode(), NOBODY.encode()),
                    )
                    assert hidden == other, f"{address} for {who}"


# --- words and files that are asked for by POST ---------------------------------------------------------


def test_saving_on_the_way_and_taking_one_s_data_tell_nothing(world):
    def told():
        found = {}
        for name in ("chosen", "waiting", "turned_down"):
            application = world.application(name, world.cohort)
            with override("ko"):
                edit, data = reverse("application-edit", args=[application.code]), reverse("my-privacy-data")
            saved = world.clients[name].post(edit, {"motivation": "…"}, headers={"X-Autosave": "1"})
            found[name, "edit"] = saved.status_code, saved.content
            archive = world.clients[name].post(data)
            put_away(archive)
            found[name, "data"] = archive.status_code
            found[name, "archive"] = privacy.export(world.people[name])["programs"]
            found[name, "page"] = mine.overview(world.people[name], clock.now())
        return found

    before = told()
    world.stage()
    assert told() == before


# --- the moment itself ----------------------------------------------------------------------------------


def results_of(cohort):
    with override("ko"):
        return reverse("cohort-results", args=[cohort.program.slug, cohort.slug])


def test_the_second_before_the_announcement_tells_nothing_and_the_announcement_everything(world, settings):
    world.stage()
    sent = mails()
    settings.DEMO_NOW = world.announce_at - timedelta(seconds=1)
    assert run_due(clock.now()) == []
    assert mails() == sent
    assert not ReleaseItem.objects.exists()
    for row in world.applications.values():
        row.refresh_from_db()
        assert row.status == ApplicationStatus.IN_REVIEW
    for cohort in (world.cohort, world.rounds_cohort):
        for client in world.clients.values():
            assert client.get(results_of(cohort)).status_code == 404

    settings.DEMO_NOW = world.announce_at
    assert run_due(clock.now()) == []
    told = {
        (mail.person, mail.reason) for mail in OutgoingMail.objects.filter(status=MailStatus.SENT) if mail.person
    }
    for name, reasons in {
        "chosen": {"offered", "advanced"},
        "waiting": {"waitlisted"},
        "turned_down": {"rejected"},
        "undecided": set(),
    }.items():
        assert {reason for person, reason in told if person == world.people[name]} == reasons, name
    visitor = world.clients["visitor"]
    for cohort, on_it, not_on_it in (
        (world.cohort, ("chosen", "waiting"), ("turned_down", "undecided")),
        (world.rounds_cohort, ("chosen",), ("turned_down",)),
    ):
        page = visitor.get(results_of(cohort)).text
        for name in on_it:
            assert world.application(name, cohort).receipt_number in page
        for name in not_on_it:
            assert world.application(name, cohort).receipt_number not in page
    for (name, _cohort), application in world.applications.items():
        text = world.clients[name].get(f"/ko/applications/{application.code}/").text
        assert (f"의견을 남깁니다 {name}" in text) == (name != "undecided")
        assert ("비공개 총평" in text) == (name != "undecided")
        assert "staff only" not in text


def test_whoever_runs_the_cohort_and_applies_to_it_reads_no_result_of_their_own(world):
    """Their own page is an applicant's, and the admin leaves their own application out."""
    manager = make.make_manager(world.cohort)
    own = make.make_application(world.cohort, manager, submitted_at=world.cohort.opens_at)
    review.start_review([own.pk], by=world.boss)
    client = Client()
    client.force_login(manager)
    with override("ko"):
        pages = [
            own.get_absolute_url(),
            reverse("my"),
            reverse("admin:programs_application_change", args=[own.pk]),
            reverse("admin:programs_application_history", args=[own.pk]),
            f"{reverse('admin:programs_application_changelist')}?q={own.receipt_number}",
        ]
    before = [answer(client, address) for address in pages]
    world_review = make.make_review(world.last, own, world.reviewer, points=1, comment_applicant="의견을 남깁니다")
    decisions.stage_decisions([own.pk], "reject", by=world.boss, reason_code="score")
    assert [answer(client, address) for address in pages] == before
    assert world_review.submitted_at is not None
