"""The records in the admin: every deed and every mail, read alone; a mail that may hold a code is not shown."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.admin_tools import verb_label
from accounts.models import Role
from portal import audit, clock
from portal.models import AuditEvent, OutgoingMail
from programs.models.applications import Outcome
from programs.models.enrolments import ENDED
from tests import make

pytestmark = pytest.mark.django_db
APPS = ("portal", "accounts", "partners", "programs", "mentoring")


@pytest.fixture
def boss(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


def make_mail(target_type, number=1, **fields):
    defaults = {
        "reason": "received",
        "event": "received",
        "to": "who@example.com",
        "language": "ko",
        "subject": "제목",
        "body": "본문 글",
    }
    return OutgoingMail.objects.create(target_type=target_type, target_id=number, **(defaults | fields))


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("model", ["auditevent", "outgoingmail"])
def test_each_list_costs_the_same_for_any_number_of_rows(client, boss, model, count):
    for number in range(count):
        audit.record("cohort.published", target=make.make_user(), by=make.make_user())
        make_mail("programs.statechange", number)
    address = reverse(f"admin:portal_{model}_changelist")
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert len(response.context["cl"].result_list) == count
    assert len(queries) <= 9


def test_deeds_are_found_by_verb_object_and_person(client, boss):
    cohort = make.make_cohort()
    audit.record("cohort.capacity", target=cohort, by=boss, before=4, after=5)
    audit.record("person.blocked", target=make.make_user(), by=None)
    address = reverse("admin:portal_auditevent_changelist")

    for term in ("capacity", "programs.cohort", boss.email):
        (row,) = client.get(address, {"q": term}).context["cl"].result_list
        assert row.target_id == cohort.pk
    text = client.get(address).content.decode()
    assert "Number of seats changed" in text
    assert "4 → 5" in text
    assert "System" in text


def test_a_verb_without_words_stands_as_it_is():
    assert verb_label("something.odd") == "something.odd"
    with override("en"):
        assert str(verb_label("whatever.changed")) == "Changed"


def test_every_verb_of_the_code_has_its_words():
    root = Path(__file__).parents[2]
    sources = [path.read_text() for app in APPS for path in (root / app).rglob("*.py")]
    verbs = {verb for source in sources for verb in re.findall(r'audit\.record\(\s*"([a-z_.]+)"', source)}
    verbs |= {f"decisions.staged.{outcome}" for outcome in Outcome.values}
    verbs |= {f"enrolment.{outcome}" for outcome in ENDED if outcome != "cancelled"}
    verbs |= {f"role.{deed}.{role}" for deed in ("granted", "ended") for role in Role.values}

    assert len(verbs) > 30
    assert [verb for verb in sorted(verbs) if verb_label(verb) == verb] == []


@pytest.mark.parametrize("model", ["auditevent", "outgoingmail"])
def test_records_are_never_written_here(client, boss, model):
    audit.record("cohort.published", target=boss, by=boss)
    make_mail("programs.statechange")
    row = {"auditevent": AuditEvent, "outgoingmail": OutgoingMail}[model].objects.get()

    assert client.get(reverse(f"admin:portal_{model}_add")).status_code == 404
    assert client.post(reverse(f"admin:portal_{model}_change", args=[row.pk]), {"reason": "x"}).status_code == 404
    delete = reverse(f"admin:portal_{model}_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 404


def test_managers_find_no_records(client):
    client.force_login(make.make_manager(make.make_cohort()))

    for model in ("auditevent", "outgoingmail"):
        assert client.get(reverse(f"admin:portal_{model}_changelist")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"event": "paired_mentor"}, True),
        ({"event": "password_reset_code"}, False),
        ({"event": ""}, False),
        ({"reason": "account_closed"}, False),
        ({"expires_at": clock.now()}, False),
    ],
)
def test_only_mails_about_programs_and_mentoring_are_read(client, boss, fields, shown):
    mail = make_mail("programs.statechange", subject="제목 482913", body="코드 482913", **fields)

    page = client.get(reverse("admin:portal_outgoingmail_change", args=[mail.pk])).content.decode()
    listed = client.get(reverse("admin:portal_outgoingmail_changelist")).content.decode()

    assert ("482913" in page) == shown
    assert ("482913" in listed) == shown
    assert ("it may hold a code" in page) != shown


@pytest.mark.parametrize("status", ["waiting", "held", "failed", "dropped", "bounced"])
def test_mails_by_what_became_of_them(client, boss, status):
    wanted = make_mail("programs.statechange", status=status)
    others = {"waiting", "held", "failed", "dropped", "bounced"} - {status}
    for number, other in enumerate(sorted(others), start=2):
        make_mail("programs.statechange", number, status=other)

    address = reverse("admin:portal_outgoingmail_changelist")
    rows = client.get(address, {"status__exact": status}).context["cl"].result_list

    assert list(rows) == [wanted]


def test_deeds_by_kind_and_the_way_to_the_object(client, boss):
    cohort = make.make_cohort()
    audit.record("cohort.capacity", target=cohort, by=boss)
    AuditEvent.objects.create(verb="old.deed", target_type="gone.model", target_id=7)
    address = reverse("admin:portal_auditevent_changelist")

    response = client.get(address, {"kind": "programs.cohort"})

    assert [row.target_id for row in response.context["cl"].result_list] == [cohort.pk]
    assert reverse("admin:programs_cohort_history", args=[cohort.pk]) in response.content.decode()
    choices = response.context["cl"].filter_specs[0].lookup_choices
    assert choices == [("programs.cohort", "Cohort"), ("gone.model", "gone.model")]
    assert client.get(address, {"kind": "gone.model"}).status_code == 200


def test_scripts_count_the_chosen_rows_in_words(client, boss):
    boss.language = "ko"
    boss.save()

    assert "%(cnt)s\\uac1c \\uc911" in client.get(reverse("admin:jsi18n")).content.decode()
