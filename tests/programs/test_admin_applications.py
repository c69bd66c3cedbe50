"""Applications in the admin: who finds which, and each deed: what its page says, what it does, what it refuses."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from accounts.admin_tools import moment_in_list
from portal import clock
from portal.models import AuditEvent, OutgoingMail
from programs.models.applications import Application, Decision, Outcome, StateChange
from programs.models.enrolments import Enrolment
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/programs/application/"


@pytest.fixture
def cohort():
    return make.make_cohort(phase="in_review")


def ask(client, deed, applications, **data):
    """The page between: what is posted from the list."""
    return client.post(
        LIST, {"action": deed, "index": "0", "_selected_action": [row.pk for row in applications], **data}
    )


def confirm(client, page, **data):
    """What the page's form posts. Each row is an operation and a transaction of its own: no N+1 to be found."""
    posted = {}
    for name, value in page.context["hidden"]:
        posted.setdefault(name, []).append(value)
    with zeal_ignore():
        return client.post(page.context["action_url"], {**posted, **data}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def local(moment):
    return moment.astimezone(clock.SEOUL).strftime("%Y-%m-%dT%H:%M")


def writes():
    """Everything that could have been written."""
    return (
        list(Application.objects.order_by("pk").values()),
        StateChange.objects.count(),
        Decision.objects.count(),
        OutgoingMail.objects.count(),
        AuditEvent.objects.count(),
    )


# --- finding ------------------------------------------------------------------------------------------


def test_the_list_shows_what_staff_need_and_no_draft(client, boss, cohort):
    application = make.make_application(cohort, status="in_review")
    make.make_application(cohort, status="draft")
    Decision.objects.create(application=application, outcome=Outcome.OFFER)

    response = client.get(LIST)

    assert [row.pk for row in response.context["cl"].result_list] == [application.pk]
    text = response.content.decode()
    assert application.receipt_number in text
    assert "Under review" in text
    assert "Offer a place" in text
    assert moment_in_list(application.submitted_at) in text


def test_a_decision_of_an_earlier_round_is_not_shown(client, boss, cohort):
    application = make.make_application(cohort, status="in_review")
    Decision.objects.create(application=application, outcome=Outcome.OFFER, at=clock.now() - timedelta(days=1))

    rows = client.get(LIST, {"staged": "none"}).context["cl"].result_list

    assert [(row.pk, row.staged_outcome) for row in rows] == [(application.pk, None)]
    assert not client.get(LIST, {"staged": "offer"}).context["cl"].result_list


@pytest.mark.parametrize("field", ["name", "romanized", "email", "code", "receipt"])
def test_search(client, boss, cohort, field):
    wanted = make.make_application(cohort, full_name="민들레", romanized_name="Min Deulle")
    make.make_application(cohort)
    terms = {
        "name": "민들레",
        "romanized": "deulle",
        "email": wanted.applicant.email,
        "code": wanted.code,
        "receipt": wanted.receipt_number,
    }

    rows = client.get(LIST, {"q": terms[field]}).context["cl"].result_list

    assert [row.pk for row in rows] == [wanted.pk]


def test_filters(client, boss, cohort):
    wanted = make.make_application(cohort, status="waitlisted")
    make.make_application(cohort)
    make.make_application(status="waitlisted")

    response = client.get(LIST, {"cohort": cohort.pk, "status": "waitlisted", "q": "T"})

    assert [row.pk for row in response.context["cl"].result_list] == [wanted.pk]
    assert '<input type="hidden" name="status" value="waitlisted">' in response.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_number_of_rows(client, boss, cohort, count):
    for _number in range(count):
        make.make_application(cohort, status="in_review")
    client.get(LIST)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)

    assert len(response.context["cl"].result_list) == count
    assert len(queries) <= 11
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


# --- who ----------------------------------------------------------------------------------------------


def test_a_manager_works_with_own_cohorts_alone(client, cohort):
    own = make.make_application(cohort)
    other = make.make_application()
    client.force_login(make.make_manager(cohort, language="en"))

    response = client.get(LIST)

    assert [row.pk for row in response.context["cl"].result_list] == [own.pk]
    assert [value for value, _name in response.context["cl"].filter_specs[0].lookup_choices] == [str(cohort.pk)]
    assert client.get(reverse("admin:programs_application_change", args=[own.pk])).status_code == 200
    for page in ("change", "history"):
        assert client.get(reverse(f"admin:programs_application_{page}", args=[other.pk])).status_code == 404
    assert client.get(LIST, {"cohort": other.cohort_id}).context["cl"].result_count == 0


def test_a_manager_cannot_act_on_another_cohort(client, cohort):
    own = make.make_application(cohort)
    other = make.make_application(make.make_cohort(phase="in_review"))
    client.force_login(make.make_manager(cohort, language="en"))

    page = ask(client, "start_review", [own, other])
    assert [row["text"] for row in page.context["rows"]] == [own.receipt_number]
    client.post(LIST, {"action": "start_review", "confirm": "yes", "_selected_action": [other.pk]})

    other.refresh_from_db()
    assert other.status == "submitted"


def test_a_manager_of_an_organization_sees_its_programs_alone(client):
    kocca, kafa = make.make_organization(code="KOCCA"), make.make_organization(code="KAFA")
    ours = make.make_application(make.make_cohort(make.make_program(partners=[kocca])))
    theirs = make.make_application(make.make_cohort(make.make_program(partners=[kafa])))
    client.force_login(make.make_manager(kocca))

    assert client.get(reverse("admin:programs_application_change", args=[ours.pk])).status_code == 200
    assert client.get(reverse("admin:programs_application_change", args=[theirs.pk])).status_code == 404


def test_nobody_adds_deletes_or_edits_an_application(client, boss, cohort):
    application = make.make_application(cohort)
    page = reverse("admin:programs_application_change", args=[application.pk])

    assert client.get(reverse("admin:programs_application_add")).status_code == 404
    assert (
        client.post(
            reverse("admin:programs_application_delete", args=[application.pk]), {"post": "yes"}
        ).status_code
        == 404
    )
    assert client.post(page, {"status": "confirmed", "full_name": "x"}).status_code == 404
    application.refresh_from_db()
    assert application.status == "submitted"


# --- the page of one ----------------------------------------------------------------------------------


def page_of(client, application):
    return client.get(reverse("admin:programs_application_change", args=[application.pk]))


def test_the_page_shows_facts_answers_history_and_possible_deeds(client, boss, cohort):
    application = make.make_application(cohort, answers={"portfolio": ["https://example.com/reel"]})
    page = ask(client, "start_review", [application])
    confirm(client, page)
    page = ask(client, "stage_waitlist", [application])
    confirm(client, page)

    response = page_of(client, application)

    names = [deed["name"] for deed in response.context["deeds"]]
    assert names == ["request_changes", "stage_offer", "stage_waitlist", "stage_reject", "nominate"]
    titles = [line["title"] for line in response.context["lines"]]
    assert titles == ["Staged: Waitlist", "Submitted → Under review"]
    assert ("Staged decision", "Waitlist") in [(f["term"], f["value"]) for f in response.context["facts"]]
    assert [(part["title"], [row["label"] for row in part["rows"]]) for part in response.context["parts"]] == [
        ("Your answers", ["Motivation", "Career history", "Portfolio link"])
    ]
    assert "https://example.com/reel" in response.text
    assert application.answers["motivation"] in response.text


@pytest.mark.parametrize(
    ("status", "term"),
    [("offered", "To be confirmed"), ("changes_requested", "To be completed"), ("rejected", "Reason")],
)
def test_the_page_says_what_holds_now(client, boss, cohort, status, term):
    application = make.make_application(cohort, status=status, extended_until=clock.now())

    facts = client.get(reverse("admin:programs_application_change", args=[application.pk])).context["facts"]

    assert {term, "Personal extension"} <= {fact["term"] for fact in facts}


def test_a_deed_chosen_on_the_page_leads_back_to_it(client, boss, cohort):
    application = make.make_application(cohort)
    address = reverse("admin:programs_application_change", args=[application.pk])

    page = client.post(
        LIST, {"action": "start_review", "_selected_action": application.pk, "object": application.pk}
    )
    response = confirm(client, page)

    assert page.context["back_url"] == address
    assert response.redirect_chain == [(address, 302)]


def test_the_history_joins_moves_decisions_offers_and_deeds(client, boss):
    cohort = make.make_cohort(phase="announced")
    application = make.make_application(cohort, status="waitlisted")
    confirm(client, ask(client, "offer_seat", [application]), reason="")

    response = client.get(reverse("admin:programs_application_history", args=[application.pk]))

    titles = [line["title"] for line in response.context["lines"]]
    assert sorted(titles) == ["Offer: Off the waitlist", "Waitlisted → Selected, please confirm"]


# --- the page between ---------------------------------------------------------------------------------

EVERY_DEED = [
    ("start_review", "submitted", {}),
    ("request_changes", "in_review", {"note": "x", "until": "2099-01-01T10:00"}),
    ("reject_ineligible", "submitted", {}),
    ("stage_advance", "in_review", {}),
    ("stage_offer", "in_review", {}),
    ("stage_waitlist", "in_review", {}),
    ("stage_reject", "in_review", {"reason_code": "score"}),
    ("offer_seat", "waitlisted", {"reason": "x"}),
    ("nominate", "waitlisted", {}),
    ("rescind_offer", "offered", {"reason": "x"}),
    ("cancel_place", "confirmed", {"reason": "x"}),
    ("reopen", "rejected", {"reason": "x"}),
    ("extend_deadline", "submitted", {"until": "2099-01-01T10:00", "reason": "x"}),
]


@pytest.mark.parametrize(("deed", "status", "data"), EVERY_DEED)
def test_nothing_happens_before_it_is_confirmed(client, boss, deed, status, data):
    cohort = make.make_cohort(phase="announced")
    if deed == "stage_advance":
        make.make_round(cohort, number=2)
    application = make.make_application(cohort, status=status)
    before = writes()

    page = ask(client, deed, [application], **data)

    assert page.status_code == 200
    assert page.templates[0].name == "admin/action_confirm.html"
    assert [row["text"] for row in page.context["rows"]] == [application.receipt_number]
    assert page.context["submit"]
    assert str(cohort.capacity) in str(page.context["counts"])
    assert writes() == before


@pytest.mark.parametrize(("deed", "status", "data"), EVERY_DEED)
def test_what_cannot_be_done_is_listed_with_its_reason_and_has_no_button(client, boss, deed, status, data):
    cohort = make.make_cohort(phase="announced")
    application = make.make_application(cohort, status="withdrawn")
    before = writes()

    page = ask(client, deed, [application])

    assert [row["text"] for row in page.context["refused"]] == [application.receipt_number]
    assert "Withdrawn" in page.context["refused"][0]["note"]
    assert not page.context["submit"]
    assert confirm(client, page, **data).status_code == 200
    assert writes() == before


@pytest.mark.parametrize(("deed", "status", "data"), [case for case in EVERY_DEED if case[2]])
def test_what_is_missing_is_asked_for_and_nothing_is_lost(client, boss, deed, status, data):
    cohort = make.make_cohort(phase="announced")
    application = make.make_application(cohort, status="rejected" if deed == "offer_seat" else status)
    before = writes()
    wrong = dict.fromkeys(data, "")

    response = confirm(client, ask(client, deed, [application]), **wrong)

    assert response.context["form"].errors
    assert [row["text"] for row in response.context["rows"]] == [application.receipt_number]
    assert writes() == before


def test_a_round_ends_as_its_place_in_the_row_allows(client, boss, cohort):
    make.make_round(cohort, number=1)
    make.make_round(cohort, number=2, criteria=())
    first = make.make_application(cohort, status="in_review")
    last = make.make_application(cohort, status="in_review", round_number=2)

    both = {
        "stage_advance": [first],
        "stage_offer": [last],
        "stage_waitlist": [last],
        "stage_reject": [first, last],
    }
    for deed, able in both.items():
        page = ask(client, deed, [first, last])
        assert {row["text"] for row in page.context["rows"]} == {row.receipt_number for row in able}, deed
    assert page.context["refused"] == []


def test_the_way_back_keeps_the_filters(client, boss, cohort):
    application = make.make_application(cohort)
    query = f"cohort={cohort.pk}&status=submitted"

    page = client.post(
        f"{LIST}?{query}", {"action": "start_review", "index": "0", "_selected_action": application.pk}
    )
    response = confirm(client, page)

    assert page.context["back_url"] == f"{LIST}?{query}"
    assert response.redirect_chain == [(f"{LIST}?{query}", 302)]
    assert said(response) == ["1 application moved to review."]


def test_three_hundred_at_once_and_no_more(client, boss):
    cohort = make.make_cohort(phase="in_review")
    person = make.make_user()
    rows = [
        Application(
            cohort=cohort,
            applicant=person if number == 0 else make.make_user(),
            status="submitted" if number == 0 else "withdrawn",
            receipt_serial=number + 1,
            receipt_number=f"B-{number}",
            submitted_at=clock.now(),
            full_name="다래",
        )
        for number in range(301)
    ]
    Application.objects.bulk_create(rows)
    chosen = {"action": "start_review", "index": "0", "select_across": "1", "_selected_action": "1"}

    assert said(client.post(LIST, chosen, follow=True)) == ["Choose at most 300 at a time."]
    page = client.post(f"{LIST}?status=withdrawn", chosen)
    assert len(page.context["refused"]) == 300
    page = client.post(f"{LIST}?status=submitted", chosen)
    assert [row["text"] for row in page.context["rows"]] == ["B-0"]


def test_junk_numbers_are_nobody(client, boss):
    for junk in ("x", "9" * 30, "-1"):
        data = {"action": "start_review", "index": "0", "_selected_action": junk}
        assert client.post(LIST, data).status_code == 404
    data = {"action": "no_such_deed", "index": "0", "_selected_action": "1"}
    assert client.post(LIST, data, follow=True).status_code == 200


# --- up to the results ----------------------------------------------------------------------------------


def test_move_to_review(client, boss, cohort):
    able = [make.make_application(cohort), make.make_application(cohort)]
    refused = make.make_application(cohort, status="in_review")

    page = ask(client, "start_review", [*able, refused])
    assert [row["text"] for row in page.context["refused"]] == [refused.receipt_number]
    response = confirm(client, page)

    assert said(response) == ["2 applications moved to review."]
    assert {row.status for row in Application.objects.all()} == {"in_review"}
    assert set(StateChange.objects.values_list("by", flat=True)) == {boss.pk}


def test_registrations_have_no_review(client, boss):
    application = make.make_application(make.make_cohort(registration_mode="first_come"))

    page = ask(client, "start_review", [application])

    assert page.context["refused"][0]["note"] == "Seats of this cohort are not given by selection."


def test_request_changes(client, boss, cohort):
    application = make.make_application(cohort, status="in_review")
    until = clock.now() + timedelta(days=3)

    page = ask(client, "request_changes", [application])
    late = confirm(client, page, note="포트폴리오", until="2001-01-01T10:00")
    assert late.context["form"].errors == {"until": ["This lies in the past."]}
    response = confirm(client, page, note="포트폴리오", until=local(until))

    application.refresh_from_db()
    assert said(response) == ["Changes requested for 1 application."]
    assert (application.status, application.changes_note) == ("changes_requested", "포트폴리오")
    assert application.changes_by == until.replace(second=0, microsecond=0)
    assert OutgoingMail.objects.filter(person=application.applicant).count() == 1


def test_request_changes_of_some_questions(client, boss, cohort):
    application = make.make_application(cohort, status="in_review")
    page = ask(client, "request_changes", [application])
    offered = [key for key, _label in page.context["form"].fields["keys"].choices]
    assert offered == ["full_name", "motivation", "career", "portfolio"]

    until = local(clock.now() + timedelta(days=3))
    confirm(client, page, note="경력", until=until, keys=["career", "full_name"])

    application.refresh_from_db()
    assert set(application.changes_keys) == {"full_name", "career"}


def test_questions_are_chosen_where_all_have_the_same_form(client, boss, cohort):
    rows = [make.make_application(cohort, status="in_review"), make.make_application(status="in_review")]
    page = ask(client, "request_changes", rows)
    assert "keys" not in page.context["form"].fields
    confirm(client, page, note="경력", until=local(clock.now() + timedelta(days=3)), keys=["career"])
    assert set(Application.objects.values_list("status", flat=True)) == {"changes_requested"}
    assert all(keys == [] for keys in Application.objects.values_list("changes_keys", flat=True))


def test_reject_as_not_eligible(client, boss, cohort):
    application = make.make_application(cohort)

    response = confirm(client, ask(client, "reject_ineligible", [application]))

    application.refresh_from_db()
    assert said(response) == ["1 application rejected as not eligible."]
    assert (application.status, application.reason_code) == ("rejected", "not_eligible")


def test_stage_shows_the_totals_and_the_seats(client, boss, cohort):
    rows = [make.make_application(cohort, status="in_review") for _number in range(3)]
    confirm(client, ask(client, "stage_offer", rows[:1]))

    page = ask(client, "stage_offer", rows[:2])

    counts = dict(page.context["counts"])
    assert counts["Staged now"] == "offer 1 · waitlist 0 · do not select 0 · undecided 2"
    assert counts["Staged with this"] == "offer 2 · waitlist 0 · do not select 0 · undecided 1"
    assert f"{cohort.program.title} {cohort.label}" in counts
    response = confirm(client, page)
    assert said(response) == ["2 decisions staged."]
    assert {row.status for row in Application.objects.all()} == {"in_review"}
    assert OutgoingMail.objects.count() == 0


def test_the_waitlist_follows_the_listed_order(client, boss, cohort):
    rows = [make.make_application(cohort, status="in_review", full_name=name) for name in ("나", "다", "가")]
    in_order = [rows[2], rows[0], rows[1]]

    page = client.post(
        f"{LIST}?o=2", {"action": "stage_waitlist", "index": "0", "_selected_action": [row.pk for row in rows]}
    )
    assert [row["text"] for row in page.context["rows"]] == [row.receipt_number for row in in_order]
    confirm(client, page)

    staged = Decision.objects.order_by("rank").values_list("application", "rank")
    assert list(staged) == [(row.pk, place) for place, row in enumerate(in_order, start=1)]


def test_stage_a_rejection_with_its_reason(client, boss, cohort):
    application = make.make_application(cohort, status="in_review")

    confirm(client, ask(client, "stage_reject", [application]), reason_code="score")

    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason_code, decision.by) == ("reject", "score", boss)


def test_what_changed_meanwhile_is_refused(client, boss, cohort, monkeypatch):
    application = make.make_application(cohort, status="in_review")
    page = ask(client, "stage_offer", [application])
    deed = "programs.admin.deeds.Stage.refusal"
    monkeypatch.setattr(deed, lambda self, row: "")
    Application.objects.update(status="withdrawn")

    response = confirm(client, page)

    assert said(response) == ["A decision can be staged only for applications under review."]
    assert Decision.objects.count() == 0


@pytest.mark.parametrize(("deed", "page"), [("release", "release"), ("promote", "promote")])
def test_deeds_of_the_cohort_lead_to_its_page(client, boss, cohort, deed, page):
    rows = [make.make_application(cohort), make.make_application(cohort)]

    response = ask(client, deed, rows)
    assert response.url == reverse(f"admin:programs_cohort_{page}", args=[cohort.pk])
    mixed = client.post(
        LIST,
        {"action": deed, "index": "0", "_selected_action": [rows[0].pk, make.make_application().pk]},
        follow=True,
    )
    assert said(mixed) == ["Choose applications of one cohort."]


# --- seats ------------------------------------------------------------------------------------------------


def test_offer_a_seat_until_there_is_none(client, boss):
    cohort = make.make_cohort(phase="announced", capacity=1)
    first = make.make_application(cohort, status="waitlisted", waitlist_number=1)
    second = make.make_application(cohort, status="waitlisted", waitlist_number=2)

    response = confirm(client, ask(client, "offer_seat", [first, second]), reason="")

    statuses = Application.objects.order_by("waitlist_number").values_list("status", flat=True)
    assert sorted(statuses) == ["offered", "waitlisted"]
    assert said(response)[0] == "1 seat offered."
    assert said(response)[1].endswith(": Every seat is confirmed or offered.")


def test_a_renewed_offer_needs_its_reason(client, boss):
    cohort = make.make_cohort(phase="announced")
    application = make.make_application(cohort, status="declined")
    page = ask(client, "offer_seat", [application])

    assert "reason" in confirm(client, page, reason="").context["form"].errors
    confirm(client, page, reason="전화로 다시 청함")

    application.refresh_from_db()
    assert application.status == "offered"
    assert application.changes.get().reason == "전화로 다시 청함"


def test_rescind_an_offer(client, boss):
    application = make.make_application(make.make_cohort(phase="announced"), status="offered")

    response = confirm(client, ask(client, "rescind_offer", [application]), reason="서류 허위")

    application.refresh_from_db()
    assert said(response) == ["1 offer withdrawn."]
    assert application.status == "rescinded"


def test_cancel_a_place(client, boss):
    application = make.make_application(make.make_cohort(phase="announced"), status="confirmed")
    make.make_enrolment(application=application)

    response = confirm(client, ask(client, "cancel_place", [application]), reason="본인 요청")

    assert said(response) == ["1 place cancelled."]
    assert Enrolment.objects.get().status == "cancelled"


def test_reopen_and_its_refusal(client, boss):
    cohort = make.make_cohort(phase="announced")
    person = make.make_user()
    twice = make.make_application(cohort, person, status="rejected")
    make.make_application(cohort, person)
    once = make.make_application(cohort, status="rejected")

    response = confirm(client, ask(client, "reopen", [twice, once]), reason="이의 제기 수용")

    once.refresh_from_db()
    assert once.status == "in_review"
    assert said(response) == [
        "1 application reopened.",
        f"{twice.receipt_number}: This person has another application to the same cohort.",
    ]


def test_extend_the_deadline(client, boss, cohort):
    application = make.make_application(cohort)
    until = clock.now() + timedelta(days=2)

    response = confirm(
        client, ask(client, "extend_deadline", [application]), until=local(until), reason="시스템 장애"
    )

    application.refresh_from_db()
    assert said(response) == ["Deadline extended for 1 application."]
    assert application.extended_until == until.replace(second=0, microsecond=0)


def test_many_refusals_are_summed_up(client, boss, monkeypatch):
    cohort = make.make_cohort(phase="announced", capacity=1)
    make.make_application(cohort, status="confirmed")
    rows = [make.make_application(cohort, status="waitlisted") for _number in range(22)]

    response = confirm(client, ask(client, "offer_seat", rows), reason="")

    assert len(said(response)) == 21
    assert said(response)[-1] == "Refused for 2 more."


def test_every_deed_of_the_list_is_tested_here():
    from_admin = {action.__name__ for action in admin.site._registry[Application].actions}
    assert from_admin == {deed for deed, _status, _data in EVERY_DEED} | {"release", "promote"}
