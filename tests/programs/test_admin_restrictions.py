"""Restrictions and appeals in the admin: who sees whose, laying on, lifting, deciding."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from portal import clock
from portal.models import AuditEvent, OutgoingMail
from programs.admin.restrictions import today
from programs.models.eligibility import Appeal, Restriction
from programs.permissions import applicants_of
from tests import make

pytestmark = pytest.mark.django_db
LIST, APPEALS = "/admin/programs/restriction/", "/admin/programs/appeal/"


def page(name, row, model="restriction"):
    return reverse(f"admin:programs_{model}_{name}", args=[row.pk])


def listed(client, address):
    return [row.pk for row in client.get(address).context["cl"].result_list]


def add(client, email, reason="No-show twice", days=90):
    until = clock.now() + timedelta(days=days)
    return client.post(f"{LIST}add/", {"email": email, "reason": reason, "until": f"{until:%Y-%m-%dT%H:%M}"})


def test_a_restriction_is_laid_on_by_address(client, boss):
    person = make.make_user()
    assert client.get(f"{LIST}add/").status_code == 200
    response = add(client, f" {person.email.upper()} ")
    assert response.status_code == 302
    restriction = Restriction.objects.get()
    assert (restriction.person, restriction.reason, restriction.made_by) == (person, "No-show twice", boss)
    assert OutgoingMail.objects.get().reason == "restricted"
    assert [event.verb for event in AuditEvent.objects.all()] == ["restriction.made"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "nobody@example.com"}, "Nobody whom you may restrict"),
        ({"days": -1}, "past"),
        ({"reason": " "}, "required"),
    ],
)
def test_what_cannot_be_laid_on_is_said_at_the_field(client, boss, fields, words):
    person = make.make_user()
    response = add(client, **({"email": person.email} | fields))
    assert response.status_code == 200
    assert words in response.text
    assert not Restriction.objects.exists()


def test_staff_cannot_restrict_themselves(client, boss):
    assert "Nobody whom you may restrict" in add(client, boss.email).text


def test_managers_reach_only_those_who_applied_to_their_cohorts(client):
    ours, theirs = make.make_application(), make.make_application()
    draft = make.make_application(ours.cohort, status="draft")
    manager = make.make_manager(ours.cohort, language="en")
    client.force_login(manager)
    rows = {name: make.make_restriction(who.applicant) for name, who in [("ours", ours), ("theirs", theirs)]}
    appeals = {name: make.make_appeal(row) for name, row in rows.items()}

    assert list(applicants_of(manager).values_list("applicant", flat=True)) == [ours.applicant_id]
    assert listed(client, LIST) == [rows["ours"].pk]
    assert listed(client, APPEALS) == [appeals["ours"].pk]
    for name in ("change", "lift"):
        assert client.get(page(name, rows["ours"])).status_code == 200
        assert client.get(page(name, rows["theirs"])).status_code == 404
    for name in ("change", "accept", "refuse"):
        assert client.get(page(name, appeals["ours"], "appeal")).status_code == 200
        assert client.get(page(name, appeals["theirs"], "appeal")).status_code == 404
    client.post(page("lift", rows["theirs"]), {"reason": "x"})
    client.post(page("accept", appeals["theirs"], "appeal"), {"answer": "x"})
    rows["theirs"].refresh_from_db()
    assert rows["theirs"].lifted_at is None
    assert add(client, ours.applicant.email).status_code == 302
    for stranger in (theirs.applicant, draft.applicant):
        assert "Nobody whom you may restrict" in add(client, stranger.email).text


def test_ones_own_is_out_of_sight(client, boss):
    own = make.make_appeal(make.make_restriction(boss))
    assert listed(client, LIST) == listed(client, APPEALS) == []
    assert client.get(page("lift", own.restriction)).status_code == 404
    assert client.get(page("accept", own, "appeal")).status_code == 404


def test_lifting_asks_first(client, boss):
    restriction = make.make_restriction(reason="불참 3회")
    text = client.get(page("change", restriction)).text
    assert page("lift", restriction) in text
    assert "불참 3회" in client.get(page("lift", restriction)).text
    assert client.post(page("lift", restriction), {"reason": " "}).status_code == 200
    response = client.post(page("lift", restriction), {"reason": "A mistake"}, follow=True)
    assert "lifted" in response.text
    assert page("lift", restriction) not in client.get(page("change", restriction)).text
    assert client.get(page("lift", restriction)).status_code == 404
    client.post(page("lift", restriction), {"reason": "A mistake"})
    assert AuditEvent.objects.filter(verb="restriction.lifted").count() == 1


def test_rows_are_never_edited_or_deleted(client, boss):
    restriction = make.make_restriction()
    client.post(page("change", restriction), {"reason": "other", "until": "2030-01-01T00:00"})
    restriction.refresh_from_db()
    assert restriction.reason == "불참 2회"
    assert client.get(page("delete", restriction)).status_code in (403, 404)


@pytest.mark.parametrize(("deed", "accepted"), [("accept", True), ("refuse", False)])
def test_an_appeal_is_read_and_decided(client, boss, deed, accepted):
    appeal = make.make_appeal(text="병원에 있었습니다. " * 10)
    text = client.get(page("change", appeal, "appeal")).text
    assert appeal.text.strip() in text
    assert page(deed, appeal, "appeal") in text
    assert appeal.text.strip() in client.get(page(deed, appeal, "appeal")).text
    assert client.post(page(deed, appeal, "appeal"), {"answer": ""}).status_code == 200

    client.post(page(deed, appeal, "appeal"), {"answer": "We looked at it."}, follow=True)

    appeal.refresh_from_db()
    assert (appeal.is_accepted, appeal.answer, appeal.decided_by) == (accepted, "We looked at it.", boss)
    assert (appeal.restriction.__class__.objects.get().lifted_at is not None) == accepted
    text = client.get(page("change", appeal, "appeal")).text
    assert "We looked at it." in text
    assert page(deed, appeal, "appeal") not in text
    assert client.get(page(deed, appeal, "appeal")).status_code == 404
    other = {"accept": "refuse", "refuse": "accept"}[deed]
    assert "decided already" in client.post(page(other, appeal, "appeal"), {"answer": "No"}).text


def test_filters_and_search(client, boss):
    holds = make.make_restriction(make.make_user(full_name="민들레"))
    over, lifted = make.make_restriction(until=clock.now()), make.make_restriction(lifted_at=clock.now())
    assert listed(client, f"{LIST}?state=holds") == [holds.pk]
    assert set(listed(client, f"{LIST}?state=ended")) == {over.pk, lifted.pk}
    assert listed(client, f"{LIST}?q=민들레") == [holds.pk]
    done = {"decided_at": clock.now(), "decided_by": boss, "answer": "."}
    rows = {
        "accepted": make.make_appeal(over, is_accepted=True, **done),
        "refused": make.make_appeal(over, is_accepted=False, **done),
        "waiting": make.make_appeal(holds),
    }
    for state, row in rows.items():
        assert listed(client, f"{APPEALS}?state={state}") == [row.pk]
    assert len(listed(client, APPEALS)) == 3
    assert listed(client, f"{APPEALS}?q=민들레") == [rows["waiting"].pk]
    assert page("change", rows["accepted"], "appeal") in client.get(page("change", over)).text


def test_the_index_says_how_many_appeals_wait(client, rf):
    appeal = make.make_appeal(make.make_restriction(make.make_application().applicant))
    request = rf.get("/")
    request.user = make.make_admin()
    assert today(request)[0]["url"] == f"{APPEALS}?state=waiting"
    request.user = make.make_manager(make.make_cohort())
    assert today(request) == []
    request.user = make.make_manager(appeal.restriction.person.applications.get().cohort)
    assert len(today(request)) == 1
    Appeal.objects.all().delete()
    assert today(request) == []


@pytest.mark.parametrize("address", [LIST, APPEALS])
def test_the_lists_cost_the_same_for_any_number(client, boss, address, django_assert_max_num_queries):
    for _ in range(20):
        make.make_appeal()
    client.get(address)
    with django_assert_max_num_queries(10):
        client.get(address)


def test_a_restriction_and_an_appeal_are_called_by_their_days_in_seoul(client):
    client.force_login(make.make_admin())
    late = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # the 25th in Seoul
    restriction = make.make_restriction(from_at=late, until=late + timedelta(days=30))
    appeal = make.make_appeal(restriction, made_at=late)
    page = client.get(reverse("admin:programs_restriction_change", args=[restriction.pk])).text
    assert "2026년 11월 25일 (수)" in page
    assert "2026-11-24" not in page
    page = client.get(reverse("admin:programs_appeal_accept", args=[appeal.pk])).text
    assert "2026년 11월 25일 (수) 05:00" in page
    assert "2026-11-24" not in page
