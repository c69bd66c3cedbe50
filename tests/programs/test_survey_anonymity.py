"""Somebody who reads the whole database tries to find out who answered what, and does not.

They know everybody, who has answered, and in which order. They look for names and numbers in every table, at times,
at the order and the place of rows, at the transactions that wrote them, at what was recorded, mailed and kept in
sessions, at what changes when one person answers.
"""

import json
import logging
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.sessions.models import Session as WebSession
from django.core.signals import got_request_exception
from django.db import connection, models
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter

from portal.models import AuditEvent, OutgoingMail
from programs.core_survey import ITEMS
from programs.models.surveys import Comment, Invited, Response, Survey, Ticket
from programs.operations import surveys as operations
from tests import make

KEYS = [key for key, _ko, _en in ITEMS]
TRIALS = 24
anonymous = pytest.mark.django_db
both = pytest.mark.parametrize("asks", ["present", "named"])  # by the places of a cohort, or by name


def everything():
    """Every row of every table, as text, by table and key."""
    found = {}
    for model in apps.get_models():
        for row in model._default_manager.values():
            found[model._meta.db_table, str(row[model._meta.pk.attname])] = repr(sorted(row.items(), key=str))
    return found


def answers_of(place):
    """Answers that nobody else gives: the number of the person in steps of 1 to 5."""
    steps = {key: str(place // 5**power % 5 + 1) for power, key in enumerate(KEYS)}
    return steps | {"recommend": str(place % 11)}


def answer_in_turn(survey, count, *, first=0, words=True):
    """So many people answer one after the other; each answer and text tells the test alone which one it is."""
    people = make.make_asked(survey, count)
    for place, person in enumerate(people, start=first):
        said = {"best": f"의견 {place}", "quote": True} if words else {}
        operations.answer(survey.pk, answers_of(place) | said, by=person)
    return people


def number_of(answers):
    """Whose answers these are."""
    return sum((int(answers[key]) - 1) * 5**power for power, key in enumerate(KEYS))


# --- what is written down ---------------------------------------------------------------------------------------


def test_what_is_answered_has_no_column_for_a_person_a_time_or_a_count():
    columns = {model: {f.attname: type(f) for f in model._meta.concrete_fields} for model in (Response, Comment)}
    assert columns[Response] == {
        "id": models.UUIDField,
        "survey_id": models.ForeignKey,
        "answers": models.JSONField,
    }
    assert columns[Comment].keys() == {"id", "survey_id", "key", "text", "may_quote"}
    for model in (Ticket, Invited):
        assert {f.attname for f in model._meta.concrete_fields} == {"id", "survey_id", "person_id"}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.many_to_one or field.one_to_one or field.many_to_many:
                assert field.concrete is False or field.related_model not in (Response, Comment), f"{model}.{field}"


@anonymous
@both
def test_keys_are_drawn_and_say_nothing_of_time_or_machine(asks):
    answer_in_turn(make.make_survey(asks=asks), 3)
    for model in (Ticket, Response, Comment):
        assert {row.pk.version for row in model.objects.all()} == {4}
    assert not {row.pk for row in Ticket.objects.all()} & {row.pk for row in Response.objects.all()}


@anonymous
@both
def test_what_changes_when_somebody_answers_is_a_ticket_and_an_answer_alone(asks):
    survey = make.make_survey(asks=asks)
    [person] = make.make_asked(survey)
    client = Client()
    client.force_login(person)
    client.get(f"/en/surveys/{survey.code}/")
    before = everything()
    data = answers_of(7) | {"best": "아무도 모르는 말", "quote": "on"}
    assert client.post(f"/en/surveys/{survey.code}/", data).status_code == 302
    after = everything()
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    tables = sorted(table for table, _key in changed if table != "django_session")
    assert tables == ["programs_comment", "programs_response", "programs_ticket"]
    for (table, key), row in after.items():
        if table in ("programs_response", "programs_comment"):
            for told in (person.email, person.full_name, person.romanized_name, f"'person_id', {person.pk}"):
                assert told not in row
        else:
            assert "아무도 모르는 말" not in row, table
            assert key == "" or str(Response.objects.get().pk) not in row, table


@anonymous
@both
def test_nothing_is_recorded_mailed_queued_or_kept_in_the_session(caplog, asks):
    survey = make.make_survey(asks=asks)
    [person] = make.make_asked(survey)
    operations.invite_due(survey.opens_at)
    mails = list(OutgoingMail.objects.values())
    client = Client()
    client.force_login(person)
    with caplog.at_level(logging.DEBUG):
        client.post(f"/en/surveys/{survey.code}/", answers_of(3) | {"best": "아무도 모르는 말"})
        client.get(f"/en/surveys/{survey.code}/")
    assert Response.objects.count() == 1
    assert not AuditEvent.objects.exists()
    assert list(OutgoingMail.objects.values()) == mails
    store = import_module(settings.SESSION_ENGINE).SessionStore
    kept = [store(row.session_key).load() for row in WebSession.objects.all()]
    logged = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    for text in (json.dumps(kept, default=str), *logged):
        assert "아무도 모르는 말" not in text
        assert "overall" not in text


@anonymous
def test_an_error_report_holds_none_of_the_answers(monkeypatch):
    survey = make.make_survey()
    [person] = make.make_asked(survey)
    requests = []

    def note(sender, request, **kwargs):
        requests.append(request)

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(operations, "answer", fail)
    got_request_exception.connect(note)
    try:
        client = Client(raise_request_exception=False)
        client.force_login(person)
        assert client.post(f"/en/surveys/{survey.code}/", answers_of(3)).status_code == 500
    finally:
        got_request_exception.disconnect(note)
    [request] = requests
    told = SafeExceptionReporterFilter().get_post_parameters(request)
    assert set(told.values()) == {SafeExceptionReporterFilter.cleansed_substitute}


# --- order ------------------------------------------------------------------------------------------------------


def places(column, survey):
    """For answers and comments: whose they are, in the order in which they lie in the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT answers FROM programs_response WHERE survey_id = %s ORDER BY {column}",  # noqa: S608
            [survey.pk],
        )
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"SELECT text FROM programs_comment WHERE survey_id = %s ORDER BY {column}",  # noqa: S608
            [survey.pk],
        )
        texts = [int(text.split()[1]) for (text,) in cursor.fetchall()]
    return [number_of(json.loads(row) if isinstance(row, str) else row) for row in rows], texts


def check_order(column, asks="present"):
    """The last to answer lies now here, now there; so does the first; comments lie in another order."""
    last, first, alike = set(), set(), 0
    for _trial in range(TRIALS):
        survey = make.make_survey(asks=asks)
        answer_in_turn(survey, 6)
        for order in places(column, survey):
            assert sorted(order) == list(range(6))
        responses, comments = places(column, survey)
        last |= {responses.index(5), ("c", comments.index(5))}
        first |= {responses.index(0), ("c", comments.index(0))}
        alike += responses == comments
    assert len(last) >= 6  # of 12 places; by chance fewer less than once in a million runs
    assert len(first) >= 6
    assert alike < TRIALS / 2


@anonymous
@both
def test_the_order_of_rows_is_not_that_of_answers(asks):
    check_order("rowid" if connection.vendor == "sqlite" else "ctid", asks)


@anonymous
def test_the_order_of_keys_is_not_that_of_answers():
    check_order("id")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_place_on_the_disk_is_not_that_of_answers():
    check_order("ctid")


def transactions(table, survey):
    """The transaction that wrote each row of a table, as the database keeps it (PostgreSQL)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xmin::text, id FROM {table} WHERE survey_id = %s", [survey.pk])  # noqa: S608
        found = {}
        for xmin, key in cursor.fetchall():
            found.setdefault(xmin, []).append(key)
    return found


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_transaction_of_a_ticket_is_that_of_every_answer_or_of_none():
    survey = make.make_survey()
    answer_in_turn(survey, 8)
    answer_in_turn(survey, 1, first=8, words=False)  # who wrote nothing is not told by that either
    tickets = transactions("programs_ticket", survey)
    assert len(tickets) == 9
    for table, count in (("programs_response", 9), ("programs_comment", 8)):
        [(xmin, rows)] = transactions(table, survey).items()
        assert len(rows) == count
        assert xmin in tickets


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_where_there_are_many_each_answer_shares_its_transaction_with_others(monkeypatch):
    monkeypatch.setattr(operations, "MIXED", 10)
    survey = make.make_survey()
    answer_in_turn(survey, 40)
    newest = max(transactions("programs_ticket", survey), key=int)
    assert len(transactions("programs_response", survey)[newest]) == 11


# --- small groups -----------------------------------------------------------------------------------------------


@anonymous
@both
def test_a_small_group_is_told_by_no_page_not_even_to_an_administrator(asks):
    survey = make.make_survey(asks=asks)
    answer_in_turn(survey, 4)
    Survey.objects.update(opens_at=survey.made_at - timedelta(days=9), closes_at=survey.made_at - timedelta(days=1))
    client = Client()
    client.force_login(make.make_admin())
    for address in (
        f"/admin/programs/survey/{survey.pk}/results/",
        f"/admin/programs/survey/{survey.pk}/results/ko.pdf",
        f"/admin/programs/survey/{survey.pk}/run/",
        f"/admin/programs/survey/{survey.pk}/change/",
        f"/admin/programs/survey/{survey.pk}/history/",
        "/admin/programs/survey/compare/",
        "/admin/programs/survey/",
        "/admin/portal/auditevent/",
    ):
        text = client.get(address).text
        assert not any(f"의견 {place}" in text for place in range(4)), address
        assert '<svg class="chart' not in text, address


@anonymous
def test_who_is_named_says_nothing_of_who_has_answered():
    """Names that change while people answer change by whom a survey asks alone; who answered stays."""
    survey = make.make_survey(asks="named")
    people = answer_in_turn(survey, 5)
    waiting = make.make_asked(survey, 2)
    before = sorted(Response.objects.values_list("pk", "answers"), key=str)
    operations.name_people(survey.pk, {waiting[0].pk})
    named = set(Invited.objects.filter(survey=survey).values_list("person", flat=True))
    assert named == {person.pk for person in people} | {waiting[0].pk}
    assert sorted(Response.objects.values_list("pk", "answers"), key=str) == before


@anonymous
def test_the_admin_has_no_page_of_tickets_answers_or_comments():
    registered = {model.__name__ for model in admin.site._registry}
    assert not registered & {"Ticket", "Response", "Comment", "SignedResponse", "Invited"}
