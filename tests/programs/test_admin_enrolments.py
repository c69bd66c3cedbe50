"""Enrolments in the admin: found, and ended with an outcome."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.models import AuditEvent
from programs.admin.enrolments import EndEnrolment, EnrolmentAdmin
from programs.models.enrolments import Enrolment
from tests import make
from tests.programs.test_admin_applications import confirm, said

pytestmark = pytest.mark.django_db
LIST = "/admin/programs/enrolment/"


def ask(client, *rows):
    data = {"action": "end_enrolment", "index": "0", "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, data)


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_number_of_rows(client, boss, count):
    cohort = make.make_cohort(phase="running")
    for _number in range(count):
        make.make_enrolment(application=make.make_application(cohort, status="confirmed"))
    client.get(LIST)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)

    assert len(response.context["cl"].result_list) == count
    assert len(queries) <= 10


def test_search_and_filters(client, boss):
    wanted = make.make_enrolment(person=make.make_user(full_name="민들레"), status="completed")
    make.make_enrolment()

    for query in ("q=민들레", f"q={wanted.code}", "status=completed", f"cohort={wanted.cohort_id}"):
        rows = client.get(f"{LIST}?{query}").context["cl"].result_list
        assert [row.pk for row in rows] == [wanted.pk], query


def test_a_manager_sees_own_cohorts_alone(client):
    ours, theirs = make.make_enrolment(), make.make_enrolment()
    client.force_login(make.make_manager(ours.cohort))

    assert [row.pk for row in client.get(LIST).context["cl"].result_list] == [ours.pk]
    assert client.get(reverse("admin:programs_enrolment_change", args=[ours.pk])).status_code == 200
    assert client.get(reverse("admin:programs_enrolment_change", args=[theirs.pk])).status_code == 404
    assert client.post(LIST, {"action": "end_enrolment", "_selected_action": theirs.pk}).context["rows"] == []


def test_end_with_an_outcome(client, boss):
    active, ended = make.make_enrolment(status="active"), make.make_enrolment(status="no_show")

    page = ask(client, active, ended)
    assert page.context["refused"][0]["note"] == "Ended already: No-show."
    assert "outcome" in confirm(client, page, reason="").context["form"].errors
    assert "reason" in confirm(client, page, outcome="dropped", reason="").context["form"].errors
    active.refresh_from_db()
    assert active.status == "active"
    assert "outcome" in confirm(client, page, outcome="completed", reason="").context["form"].errors
    response = confirm(client, page, outcome="dropped", reason="개인 사정")

    active.refresh_from_db()
    assert active.status == "dropped"
    assert said(response) == ["1 enrolment ended."]
    assert AuditEvent.objects.get(verb="enrolment.dropped").by == boss


def test_an_outcome_that_came_meanwhile_is_refused(client, boss, monkeypatch):
    active = make.make_enrolment(person=make.make_user(romanized_name="Min Deulle"), status="active")
    page = ask(client, active)
    monkeypatch.setattr(EndEnrolment, "refusal", lambda self, row: "")
    Enrolment.objects.update(status="completed", ended_at=active.enrolled_at)

    response = confirm(client, page, outcome="dropped", reason="개인 사정")

    assert said(response) == ["Min Deulle: “Completed” cannot become “Dropped out”."]


def test_other_apps_may_add_deeds():
    assert isinstance(EnrolmentAdmin.actions, list)


def test_the_page_says_that_the_participant_reads_the_reason(client):
    client.force_login(make.make_admin())
    enrolment = make.make_enrolment()
    fields = {"action": "end_enrolment", "_selected_action": enrolment.pk}
    response = client.post(reverse("admin:programs_enrolment_changelist"), fields)
    assert "참여자도 이 내용을 볼 수 있어요." in response.text
