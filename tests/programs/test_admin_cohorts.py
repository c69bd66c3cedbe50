"""Cohorts in the admin: the list, the form with its rows, the overview, and the pages that ask before they act."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from accounts.models import Role
from portal import clock
from portal.models import AuditEvent
from programs.admin import overview
from programs.admin.words import next_moment
from programs.models.applications import Decision, Outcome
from programs.models.cohorts import Cohort, Criterion, Milestone, Session, SessionExpert
from programs.operations import releases
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/programs/cohort/"
PAGES = ("overview", "release", "promote", "publish", "cancel", "capacity", "extend", "change", "history")


def page(name, cohort):
    return reverse(f"admin:programs_cohort_{name}", args=[cohort.pk])


def send(client, address, data, **options):
    """Post a form with rows; Django looks each row up by itself, which is no N+1 of ours."""
    with zeal_ignore():
        return client.post(address, data, **options)


def said(response):
    return [str(message) for message in response.context["messages"]]


def local(moment):
    return moment.astimezone(clock.SEOUL).strftime("%Y-%m-%dT%H:%M") if moment else ""


def typed(response, **changes):
    """What a browser would post of a change form: every field as it stands, then `changes`."""
    form, data = response.context["adminform"].form, {}
    rows = [form]
    for inline in response.context["inline_admin_formsets"]:
        rows += [inline.formset.management_form, *inline.formset.forms]
    for row in rows:
        for field in row:
            value = field.value()
            if hasattr(value, "strftime"):
                value = field.field.widget.format_value(value)
            if value is not None and value is not False and value not in ("", []):
                data[field.html_name] = value
    return data | changes


# --- the list ------------------------------------------------------------------------------------------


def test_the_list_counts(client, boss):
    cohort = make.make_cohort(phase="announced", capacity=5)
    for status in ("confirmed", "confirmed", "offered", "waitlisted", "rejected", "draft"):
        make.make_application(cohort, status=status)

    (row,) = client.get(LIST).context["cl"].result_list

    assert (row.applied, row.seats_taken, row.confirmed, row.waiting, row.phase) == (5, 3, 2, 1, "announced")
    text = client.get(LIST).content.decode()
    assert "3 / 5" in text
    assert page("overview", cohort) in text
    assert "First session" in text


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_number_of_rows(client, boss, count):
    for _number in range(count):
        make.make_application(make.make_cohort())
    client.get(LIST)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)

    assert len(response.context["cl"].result_list) == count
    assert len(queries) <= 10


def test_search_and_filters(client, boss):
    wanted = make.make_cohort(make.make_program(title_ko="색보정", kind="masterclass"), phase="running")
    make.make_cohort()
    year = wanted.starts_at.astimezone(clock.SEOUL).year

    for query in ("q=색보정", "phase=running", "kind=masterclass", f"q={wanted.receipt_prefix}"):
        rows = client.get(f"{LIST}?{query}").context["cl"].result_list
        assert [row.pk for row in rows] == [wanted.pk], query
    assert wanted in client.get(f"{LIST}?year={year}").context["cl"].result_list
    assert not client.get(f"{LIST}?year=1999").context["cl"].result_list


# --- who ------------------------------------------------------------------------------------------------


@pytest.fixture
def two_houses():
    kocca, kafa = make.make_organization(code="KOCCA"), make.make_organization(code="KAFA")
    ours = make.make_cohort(make.make_program(partners=[kocca]))
    theirs = make.make_cohort(make.make_program(partners=[kafa]))
    return kocca, ours, theirs


@pytest.mark.parametrize("name", PAGES)
def test_a_manager_of_kocca_finds_nothing_of_kafa(client, two_houses, name):
    kocca, ours, theirs = two_houses
    client.force_login(make.make_manager(kocca))

    assert client.get(page(name, ours)).status_code == 200
    assert client.get(page(name, theirs)).status_code == 404
    if name not in ("overview", "history"):
        assert client.post(page(name, theirs), {"reason": "x", "capacity": 9}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.cancelled_at is None
    assert [row.pk for row in client.get(LIST).context["cl"].result_list] == [ours.pk]


def test_a_manager_of_one_cohort_changes_it_but_adds_none(client, two_houses):
    _kocca, ours, _theirs = two_houses
    client.force_login(make.make_manager(ours))

    assert client.get(page("change", ours)).status_code == 200
    assert client.get(reverse("admin:programs_cohort_add")).status_code == 404
    assert client.get(reverse("admin:programs_cohort_delete", args=[ours.pk])).status_code == 404


def test_a_manager_adds_a_cohort_to_own_programs_alone(client, two_houses):
    kocca, ours, theirs = two_houses
    client.force_login(make.make_manager(kocca, language="en"))
    response = client.get(reverse("admin:programs_cohort_add"))

    form = response.context["adminform"].form
    assert list(form.fields["program"].queryset) == [ours.program]
    assert "agreement" not in form.fields
    data = typed(response, label_ko="3기", label_en="Cohort 3", slug="2027-3", receipt_prefix="NEW27", capacity=9)
    data["registration_mode"] = "rsvp"
    assert client.post(response.request["PATH_INFO"], {**data, "program": theirs.program_id}).status_code == 200
    assert client.post(response.request["PATH_INFO"], {**data, "program": ours.program_id}).status_code == 302
    made = Cohort.objects.get(slug="2027-3")
    assert (made.program, made.published_at, made.capacity) == (ours.program, None, 9)
    assert AuditEvent.objects.get(verb="cohort.added").target_id == made.pk


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.INSTRUCTOR, Role.PARTNER])
@pytest.mark.parametrize("name", PAGES)
def test_other_roles_find_nothing(client, two_houses, role, name):
    kocca, ours, _theirs = two_houses
    client.force_login(make.make_user(role=role, scope=kocca))

    assert client.get(page(name, ours)).status_code == 404


# --- the form ------------------------------------------------------------------------------------------


def test_saving_writes_what_changed_and_audits_its_names(client, boss):
    cohort = make.make_cohort()
    response = client.get(page("change", cohort))
    Cohort.objects.update(promotion_stop="over")  # meanwhile, by the clock

    assert (
        client.post(page("change", cohort), typed(response, place_ko="남산", place_en="Namsan")).status_code == 302
    )

    cohort.refresh_from_db()
    assert (cohort.place_ko, cohort.promotion_stop) == ("남산", "over")
    event = AuditEvent.objects.get(verb="cohort.changed")
    assert (event.after, event.by) == ("place_ko, place_en", boss)


def test_saving_nothing_writes_nothing(client, boss):
    cohort = make.make_cohort()

    client.post(page("change", cohort), typed(client.get(page("change", cohort))))

    assert not AuditEvent.objects.exists()


def test_what_others_rely_on_is_read_only(client, boss):
    fresh = make.make_cohort(phase="draft", program=make.make_program(), starts_at=None, ends_at=None)
    used = make.make_cohort(phase="announced")
    make.make_application(used)
    make.make_session(used)

    fields = {
        cohort.pk: set(client.get(page("change", cohort)).context["adminform"].form.fields)
        for cohort in (fresh, used)
    }

    assert {"slug", "receipt_prefix", "registration_mode", "starts_at", "announce_at"} <= fields[fresh.pk]
    left_out = {"slug", "receipt_prefix", "registration_mode", "starts_at", "ends_at", "announce_at"}
    assert not fields[used.pk] & left_out
    assert not (fields[fresh.pk] | fields[used.pk]) & {"program", "capacity", "published_at", "cancelled_at"}
    client.post(page("change", used), {**typed(client.get(page("change", used))), "capacity": 99, "slug": "x"})
    used.refresh_from_db()
    assert (used.capacity, used.slug != "x") == (4, True)


def test_a_wrong_date_is_said_beside_it_and_nothing_is_lost(client, boss):
    cohort = make.make_cohort(phase="draft")
    data = typed(client.get(page("change", cohort)), closes_at="2001-01-01T10:00", place_ko="남산")

    response = send(client, page("change", cohort), data)

    assert response.status_code == 200
    assert "Applications close after they open; give both or neither." in response.content.decode()
    assert 'value="남산"' in response.content.decode()


def test_sessions_with_their_experts_and_the_cohorts_dates(client, boss):
    cohort = make.make_cohort(starts_at=None, ends_at=None)
    old, new = make.make_expert(), make.make_expert()
    first = make.make_session(cohort, starts_at=clock.now() + timedelta(days=40))
    SessionExpert.objects.create(session=first, expert=old, role="moderator")
    begins = (clock.now() + timedelta(days=45)).replace(second=0, microsecond=0)
    response = client.get(page("change", cohort))
    data = typed(response)
    data |= {
        "sessions-0-teachers": [old.pk, new.pk],
        "sessions-1-title_ko": "2회차",
        "sessions-1-title_en": "Session 2",
        "sessions-1-starts_at": local(begins),
        "sessions-1-ends_at": local(begins + timedelta(hours=2)),
        "sessions-1-teachers": [new.pk],
        "criteria-0-title_ko": "지원동기",
        "criteria-0-title_en": "Motivation",
        "criteria-0-weight": 100,
        "criteria-0-position": 1,
        "milestones-0-title_ko": "설명회",
        "milestones-0-title_en": "Briefing",
        "milestones-0-at": local(begins),
    }

    assert send(client, page("change", cohort), data).status_code == 302

    cohort.refresh_from_db()
    second = Session.objects.get(title_ko="2회차")
    rows = SessionExpert.objects.order_by("session", "pk").values_list("session", "expert", "role")
    assert list(rows) == [
        (first.pk, old.pk, "moderator"),
        (first.pk, new.pk, "lead"),
        (second.pk, new.pk, "lead"),
    ]
    assert cohort.starts_at.replace(second=0, microsecond=0) == first.starts_at.replace(second=0, microsecond=0)
    assert cohort.ends_at == begins + timedelta(hours=2)
    assert Criterion.objects.get().weight == 100
    assert Milestone.objects.get().title_en == "Briefing"
    assert (
        AuditEvent.objects.get(verb="cohort.changed").after == "session +1, session ~1, criterion +1, milestone +1"
    )


def test_taking_an_expert_or_a_session_away(client, boss):
    cohort = make.make_cohort()
    expert = make.make_expert()
    kept, gone = make.make_session(cohort, experts=[expert]), make.make_session(cohort, experts=[expert])
    data = typed(client.get(page("change", cohort)))
    numbers = {data[f"sessions-{number}-id"]: number for number in (0, 1)}
    data[f"sessions-{numbers[kept.pk]}-teachers"] = []
    data[f"sessions-{numbers[gone.pk]}-DELETE"] = "on"
    data[f"sessions-{numbers[gone.pk]}-teachers"] = []

    assert send(client, page("change", cohort), data).status_code == 302

    assert list(cohort.sessions.all()) == [kept]
    assert not SessionExpert.objects.exists()
    assert AuditEvent.objects.get(verb="cohort.changed").after == "session ~1, session -1"


@pytest.mark.parametrize("count", [1, 12])
def test_the_form_costs_the_same_for_any_number_of_sessions(client, boss, count):
    cohort = make.make_cohort()
    for _number in range(count):
        make.make_session(cohort, experts=[make.make_expert()])
    client.get(page("change", cohort))

    with CaptureQueriesContext(connection) as queries:
        client.get(page("change", cohort))

    assert len(queries) <= 20


# --- the overview ---------------------------------------------------------------------------------------


def test_the_overview_says_where_things_stand(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=5)
    staged = [make.make_application(cohort, status="in_review") for _number in range(2)]
    Decision.objects.create(application=staged[0], outcome=Outcome.OFFER)
    for status in ("submitted", "changes_requested", "withdrawn", "draft"):
        make.make_application(cohort, status=status)

    response = client.get(page("overview", cohort))

    facts = {fact["term"]: fact["value"] for fact in response.context["facts"]}
    assert facts["Seats"] == "5 · confirmed 0 · offered 0 · free 5"
    assert facts["Applications"] == "5 submitted · 1 withdrawn · 1 begun"
    assert facts["Next"].endswith("Results are announced")
    assert [line["title"] for line in response.context["todo"]] == [
        "1 application waits for its review",
        "1 application is to be completed by the applicant",
        "1 application is undecided",
        "1 decision waits for the announcement",
    ]
    assert [(row["label"], row["count"]) for row in response.context["funnel"]] == [
        ("Submitted", 1),
        ("Under review", 2),
        ("More information needed", 1),
        ("Withdrawn", 1),
    ]
    for row in [*response.context["funnel"], *response.context["todo"]]:
        assert client.get(row["url"]).status_code == 200
    assert response.context["staged"] == "offer 1 · waitlist 0 · do not select 0 · undecided 1"


def test_the_overview_after_the_results(client, boss):
    cohort = make.make_cohort(phase="announced", capacity=5)
    make.make_application(cohort, status="offered")
    make.make_application(cohort, status="waitlisted")

    response = client.get(page("overview", cohort))

    titles = [line["title"] for line in response.context["todo"]]
    assert titles == ["1 offer is unanswered", "1 person waits while seats are free"]


def test_the_overview_of_a_draft_and_of_a_registration(client, boss):
    draft = make.make_cohort(phase="draft")
    registration = make.make_cohort(registration_mode="first_come")

    todo = client.get(page("overview", draft)).context["todo"]
    response = client.get(page("overview", registration))

    assert [line["title"] for line in todo] == ["The cohort is a draft"]
    assert response.context["staged"] == ""
    assert page("release", registration) not in [button["url"] for button in response.context["buttons"]]
    assert client.get(page("overview", draft)).context["public_url"] is None
    assert client.post(page("overview", draft)).status_code == 404


def test_the_overview_writes_nothing_and_costs_the_same(client, boss):
    cohort = make.make_cohort(phase="in_review")
    counts = []
    for _round in range(2):
        for _number in range(10):
            make.make_application(cohort, status="in_review")
        with CaptureQueriesContext(connection) as queries:
            client.get(page("overview", cohort))
        counts.append(len(queries))
        assert all(query["sql"].startswith("SELECT") for query in queries)

    assert counts[0] == counts[1]


def test_no_next_moment_once_it_is_over_or_cancelled():
    assert next_moment(make.make_cohort(phase="finished"), clock.now()) is None
    assert next_moment(make.make_cohort(phase="cancelled"), clock.now()) is None


def test_the_index_lists_only_own_cohorts_under_way(client, rf):
    mine = make.make_cohort()
    make.make_cohort()
    make.make_cohort(mine.program, phase="finished")
    request = rf.get("/")
    request.user = make.make_manager(mine.program)

    assert [line["title"] for line in overview.today(request)] == [overview.name_of(mine)]


# --- pages that ask -------------------------------------------------------------------------------------


def unchanged(cohort):
    before = Cohort.objects.values().get(pk=cohort.pk)
    return lambda: before == Cohort.objects.values().get(pk=cohort.pk)


@pytest.mark.parametrize("name", ["release", "promote", "publish", "cancel", "capacity", "extend"])
def test_asking_does_nothing(client, boss, name):
    cohort = make.make_cohort(phase="draft" if name == "publish" else "in_review")
    same = unchanged(cohort)

    response = client.get(page(name, cohort))

    assert response.status_code == 200
    assert response.context["submit"]
    assert response.context["counts"]
    assert same()


def test_release_shows_the_counts_and_then_releases(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=1)
    offered, waiting, undecided = (make.make_application(cohort, status="in_review") for _number in range(3))
    Decision.objects.create(application=offered, outcome=Outcome.OFFER)
    Decision.objects.create(application=waiting, outcome=Outcome.WAITLIST, rank=1)

    response = client.get(page("release", cohort))
    counts = dict(response.context["counts"])
    assert (counts["Offer a place"], counts["Waitlist"], counts["Not selected"]) == (1, 1, 0)
    assert counts["Undecided, staying under review"] == 1
    assert "Releasing now moves it to now" in response.context["intro"]
    response = client.post(page("release", cohort), dict(response.context["hidden"]), follow=True)

    cohort.refresh_from_db()
    assert response.redirect_chain == [(page("releasing", cohort), 302)]
    assert said(response) == ["2 results are going out."]
    releases.carry_out(cohort.releases.get().pk)
    assert cohort.announce_at <= clock.now()
    undecided.refresh_from_db()
    assert undecided.status == "in_review"
    lines = client.get(page("overview", cohort)).context["lines"]
    assert "Announcement moved to now" in [line["title"] for line in lines]


def test_a_refused_release_says_why(client, boss):
    cohort = make.make_cohort(phase="in_review")
    same = unchanged(cohort)

    response = client.post(page("release", cohort))

    assert response.status_code == 200
    assert [row["note"] for row in response.context["refused"]] == ["No decision is staged."]
    assert same()


def test_promote(client, boss):
    cohort = make.make_cohort(phase="announced", capacity=1)
    make.make_application(cohort, status="waitlisted")

    response = client.post(page("promote", cohort), follow=True)

    assert said(response) == ["1 seat offered. Nobody is on the waitlist."]


def test_publish_and_its_refusal(client, boss):
    cohort = make.make_cohort(phase="draft", announce_at=None)

    refused = client.post(page("publish", cohort))
    Cohort.objects.update(announce_at=cohort.closes_at + timedelta(days=1))
    response = client.post(page("publish", cohort), follow=True)

    assert len(refused.context["refused"]) == 1
    assert said(response) == ["Published."]
    cohort.refresh_from_db()
    assert cohort.published_at is not None


def test_cancel_needs_a_reason(client, boss):
    cohort = make.make_cohort(phase="announced")
    make.make_application(cohort, status="waitlisted")

    response = client.get(page("cancel", cohort))
    assert dict(response.context["counts"])["People who are told"] == 1
    assert client.post(page("cancel", cohort), {"reason": " "}).context["form"].errors
    response = client.post(page("cancel", cohort), {"reason": "강사 사정"}, follow=True)

    cohort.refresh_from_db()
    assert cohort.cancel_reason == "강사 사정"
    assert said(response) == ["The cohort is cancelled."]


def test_capacity_goes_up_and_never_below_what_is_promised(client, boss):
    cohort = make.make_cohort(phase="announced", capacity=2)
    make.make_application(cohort, status="confirmed")
    make.make_application(cohort, status="confirmed")

    refused = client.post(page("capacity", cohort), {"capacity": 1})
    assert refused.context["refused"][0]["note"].startswith("2 seats are confirmed, offered or kept")
    assert refused.context["form"]["capacity"].value() == "1"
    assert client.post(page("capacity", cohort), {"capacity": 0}).context["form"].errors
    response = client.post(page("capacity", cohort), {"capacity": 3}, follow=True)

    assert said(response) == ["The cohort has 3 seats now."]
    assert Cohort.objects.get().capacity == 3


def test_extend_for_one_who_has_begun(client, boss):
    cohort = make.make_cohort(phase="closed")
    draft = make.make_application(cohort, status="draft")
    until = clock.now() + timedelta(days=2)
    data = {"until": local(until), "reason": "시스템 장애"}

    nobody = client.post(page("extend", cohort), {**data, "email": "nobody@example.com"})
    past = client.post(
        page("extend", cohort), {**data, "until": "2001-01-01T10:00", "email": draft.applicant.email}
    )
    response = client.post(page("extend", cohort), {**data, "email": draft.applicant.email.upper()}, follow=True)

    assert "email" in nobody.context["form"].errors
    assert "until" in past.context["form"].errors
    draft.refresh_from_db()
    assert draft.extended_until == until.replace(second=0, microsecond=0)
    assert said(response) == ["The deadline is extended."]
