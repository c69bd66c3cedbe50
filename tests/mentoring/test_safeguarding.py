"""Reports of concerns: who reads them, that an anonymous one leaves no trace, that a contact block is at once."""

import re
from datetime import timedelta
from functools import partial
from itertools import combinations

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from accounts import privacy as people
from accounts.models import Role
from mentoring.care import concerns
from mentoring.models.meetings import MeetingStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind
from mentoring.models.safeguarding import CaseLook, CaseNote, Concern, ConcernMessage, SafeguardingOfficer
from mentoring.operations import safeguarding
from mentoring.operations.pairs import pair
from portal import clock
from portal.codes import shown_code
from portal.errors import Refused
from portal.management.commands import run_due as clock_of_the_portal
from portal.models import AuditEvent, OutgoingMail
from tests import make, races

pytestmark = pytest.mark.django_db
MARK = "늑대거미7391"
REPORT = "/ko/mentoring/concerns/"
LIST = "admin:mentoring_concern_changelist"


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def officer(**fields):
    user = make.make_admin(**fields)
    SafeguardingOfficer.objects.create(user=user, named_by=user)
    return user


def case_url(concern):
    return reverse("admin:mentoring_concern_change", args=[concern.pk])


def deed_url(name, concern, **more):
    return reverse(f"admin:mentoring_concern_{name}", kwargs={"pk": concern.pk, **more})


def opened(user, concern):
    """A client that has opened the case file."""
    client = client_of(user)
    client.post(deed_url("look", concern))
    return client


# --- reporting --------------------------------------------------------------------------------------------------


def test_a_visitor_reports_and_comes_back_with_the_code(client):
    reader = officer()
    answer = client.post(REPORT, {"text": f"{MARK} 회의 뒤에 있었던 일", "about": "멘토", "report": "1"})
    concern = Concern.objects.get()
    assert answer.url == f"/ko/mentoring/concerns/{concern.code}/?new=1"
    assert (concern.reporter, concern.status, concern.language) == (None, "open", "ko")
    page = client.get(answer.url)
    assert shown_code(concern.code) in page.text
    assert MARK in page.text
    assert page["Cache-Control"] == "private, no-store"
    assert "noindex" in page["X-Robots-Tag"]

    safeguarding.answer(concern.pk, "알려 주셔서 고맙습니다.", by=reader)
    found = Client().post(REPORT, {"code": shown_code(concern.code).lower(), "find": "1"})
    again = Client().get(found.url)
    assert "알려 주셔서 고맙습니다." in again.text
    assert reader.full_name not in again.text  # an answer has no name
    client.post(found.url, {"text": "하나 더 말씀드립니다."})
    assert [m.officer_id for m in concern.messages.all()] == [reader.pk, None]


def test_the_code_is_no_row_number_and_long_enough():
    concern = safeguarding.report("일이 있었습니다.")
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{20}", concern.code)  # 95 random bits and a check


@pytest.mark.parametrize("typed", ["", "abc", "0" * 19 + "1", "가나다"])
def test_a_mistyped_code_is_told_at_its_field(client, typed):
    answer = client.post(REPORT, {"code": typed, "find": "1"})
    assert answer.status_code == 200
    assert answer.context["code_form"].errors["code"]


def test_an_unknown_code_is_told_and_counted(client, settings):
    settings.RATE_LIMITS = "on"
    answer = client.post(REPORT, {"code": safeguarding.Concern().code, "find": "1"})
    assert answer.context["code_form"].errors["code"]
    for _try in range(60):
        answer = client.get("/ko/mentoring/concerns/nobody/")
    assert answer.status_code == 429


def test_reports_are_limited_as_sign_up_is(client, settings):
    settings.RATE_LIMITS = "on"
    statuses = [client.post(REPORT, {"text": f"{n}", "report": "1"}).status_code for n in range(22)]
    assert statuses == [302] * 20 + [429] * 2
    assert Concern.objects.count() == 20


def test_nothing_typed_is_lost_where_something_is_missing(client):
    answer = client.post(REPORT, {"about": MARK, "text": "", "wants_contact": "on", "contact": "", "report": "1"})
    assert set(answer.context["form"].errors) == {"text", "contact"}
    assert MARK in answer.text


def test_a_resident_number_is_refused(client):
    answer = client.post(REPORT, {"text": "그 사람은 900101-1234568 입니다.", "report": "1"})
    assert answer.context["form"].errors["text"]
    assert not Concern.objects.exists()


# --- an anonymous report leaves no trace ------------------------------------------------------------------------


def everything():
    """Every value in the database, by model."""
    return {
        model._meta.label: [list(row) for row in model._default_manager.values_list()]
        for model in apps.get_models()
        if not model._meta.proxy and model is not Session
    }


def test_an_anonymous_report_of_somebody_logged_in_leaves_no_trace(settings, caplog):
    settings.RATE_LIMITS = "on"
    officer()
    person = make.make_user()
    client = client_of(person)
    client.get("/ko/my/")
    before = everything()
    client.post(REPORT, {"way": "nameless", "text": MARK, "report": "1"}, REMOTE_ADDR="203.0.113.77")
    after = everything()
    concern = Concern.objects.get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"mentoring.Concern", "portal.OutgoingMail"}
    mine = [row for row in after["portal.OutgoingMail"] if row not in before["portal.OutgoingMail"]]
    assert all(person.pk != OutgoingMail.objects.get(pk=row[0]).person_id for row in mine)
    held = repr([row for name in changed for row in after[name] if row not in before[name]])
    assert "203.0.113.77" not in held
    assert person.email not in held
    assert (concern.reporter_id, concern.contact) == (None, "")
    assert (concern.received_at.minute, concern.received_at.second, concern.received_at.microsecond) == (0, 0, 0)
    assert MARK not in caplog.text
    assert concerns.for_person(person) == []
    assert MARK not in repr(people.export(person))
    assert client.get("/ko/my/").status_code == 200
    assert concern.code not in client.get("/ko/my/concerns/").text


def test_reports_write_no_audit_so_that_it_tells_nobody_who_reported():
    person = make.make_user()
    safeguarding.write_more(safeguarding.report(MARK, reporter=person).pk, "더")
    assert not AuditEvent.objects.filter(target_type="mentoring.concern").exists()


def test_what_is_typed_stands_in_no_mail_and_no_audit():
    reader, person = officer(), make.make_user()
    concern = safeguarding.report(MARK, about=MARK, reporter=person)
    safeguarding.answer(concern.pk, MARK, by=reader)
    safeguarding.add_note(concern.pk, MARK, by=reader)
    safeguarding.close(concern.pk, "advised", by=reader)
    assert OutgoingMail.objects.count() == 2  # to the officer, and to the reporter
    assert MARK not in repr(list(OutgoingMail.objects.values_list()))
    assert concern.code not in repr(list(OutgoingMail.objects.values_list()))
    assert MARK not in repr(list(AuditEvent.objects.values_list()))
    to_reporter = OutgoingMail.objects.get(person=person)
    assert (to_reporter.target_type, to_reporter.event) == ("", "message_waiting")


def test_without_an_officer_the_administrators_are_told():
    admin, manager = make.make_admin(), make.make_manager(make.make_cohort())
    safeguarding.report("일이 있었습니다.")
    mail = OutgoingMail.objects.get()
    assert (mail.event, mail.person) == ("concern_unattended", admin)
    assert manager.email != mail.to
    address = reverse("admin:mentoring_safeguardingofficer_changelist")
    assert address in client_of(admin).get("/admin/").context["today"][-1]["url"]


# --- with an account --------------------------------------------------------------------------------------------


def test_a_named_report_is_found_on_my_page_and_not_by_its_code():
    person = make.make_user()
    client = client_of(person)
    answer = client.post(REPORT, {"way": "named", "text": MARK, "report": "1"})
    concern = Concern.objects.get()
    assert (answer.url, concern.reporter) == (f"/ko/my/concerns/{concern.code}/", person)
    assert MARK in client.get(answer.url).text
    assert concern.code in client.get("/ko/my/").text
    assert client.get(f"/ko/mentoring/concerns/{concern.code}/").status_code == 404
    assert client_of(make.make_user()).get(answer.url).status_code == 404
    assert people.export(person)["mentoring"]["concerns"][0]["text"] == MARK


def test_notes_of_officers_never_reach_the_reporter():
    reader, person = officer(), make.make_user()
    concern = safeguarding.report("일이 있었습니다.", reporter=person)
    safeguarding.add_note(concern.pk, MARK, by=reader)
    client = client_of(person)
    for address in ("/ko/my/", "/ko/my/concerns/", f"/ko/my/concerns/{concern.code}/", "/ko/my/mail/"):
        assert MARK not in client.get(address).text
    assert MARK not in repr(people.export(person))


def test_closing_an_account_takes_the_name_from_the_report_and_leaves_the_report():
    person = make.make_user()
    concern = safeguarding.report(MARK, reporter=person, contact="010-0000-0000", wants_contact=True)
    people.erase(person)
    concern.refresh_from_db()
    assert (concern.reporter, concern.contact, concern.text) == (None, "", MARK)


# --- who can read -----------------------------------------------------------------------------------------------


def world():
    """A person of every kind beside a pair, and one report about it."""
    ours = make.make_organization()
    program = make.make_program(partners=[ours], has_mentoring=True)
    cohort = make.make_cohort(program, phase="running")
    mentee = make.make_user()
    pairing = make.make_pairing(make.make_mentor(), make.make_enrolment(cohort, mentee))
    review = make.make_review(make.make_round(make.make_cohort(program, phase="in_review")))
    gone = make.make_admin()
    SafeguardingOfficer.objects.create(user=gone, named_by=gone, ended_at=clock.now(), ended_by=gone)
    demoted = make.make_user()
    SafeguardingOfficer.objects.create(user=demoted, named_by=gone)
    named = make.make_manager(ours)
    SafeguardingOfficer.objects.create(user=named, named_by=gone)
    kept_out = {
        "stranger": make.make_user(),
        "mentee": mentee,
        "mentor": pairing.mentor.user,
        "reviewer": review.reviewer,
        "instructor": make.make_user(role=Role.INSTRUCTOR, scope=cohort),
        "host": make.make_user(role=Role.HOST, scope=cohort),
        "partner": make.make_user(role=Role.PARTNER, scope=ours),
        "manager": make.make_manager(ours),
        "admin": make.make_admin(),
        "officer whose duty has ended": gone,
        "officer who works here no more": demoted,
    }
    return kept_out, {"officer": officer(), "manager with the duty": named}


def test_who_can_read_a_case():
    kept_out, let_in = world()
    concern = safeguarding.report(MARK, about=MARK)
    for name, user in kept_out.items():
        client = client_of(user)
        assert client.get(case_url(concern)).status_code == 404, name
        assert client.post(deed_url("look", concern)).status_code == 404, name
        assert client.get(reverse(LIST)).status_code in (403, 404), name
        for deed in ("answer", "note", "close", "block", "take-up"):
            assert client.post(deed_url(deed, concern), {"text": "x"}).status_code == 404, (name, deed)
        for call in (
            lambda by: safeguarding.look(concern.pk, by=by),
            lambda by: safeguarding.answer(concern.pk, "x", by=by),
            lambda by: safeguarding.add_note(concern.pk, "x", by=by),
            lambda by: safeguarding.close(concern.pk, "nothing", by=by),
            lambda by: safeguarding.take_up(concern.pk, by=by),
        ):
            with pytest.raises(Refused):
                call(user)
    assert not CaseLook.objects.exists()
    for user in let_in.values():
        client = client_of(user)
        assert MARK not in client.get(case_url(concern)).text
        assert MARK not in client.get(reverse(LIST)).text
        client.post(deed_url("look", concern))
        assert MARK in client.get(case_url(concern)).text


def test_staff_without_the_duty_find_nothing_of_a_case_on_any_page_of_the_admin():
    kept_out, _let_in = world()
    reporter = make.make_user(full_name="신고한사람")
    concern = safeguarding.report(MARK, about=MARK, reporter=reporter)
    reader = officer()
    safeguarding.add_note(concern.pk, MARK, by=reader)
    for user in (kept_out["admin"], kept_out["manager"]):
        client = client_of(user)
        for name in ("index", "portal_auditevent_changelist", "portal_outgoingmail_changelist"):
            answer = client.get(reverse(f"admin:{name}"))
            if answer.status_code == 200:
                assert MARK not in answer.text
                assert "신고한사람" not in answer.text


def test_every_look_is_written_down_and_shown_in_the_case(settings):
    concern = safeguarding.report(MARK)
    one, two = officer(full_name="첫째담당"), officer(full_name="둘째담당")
    opened(one, concern)
    assert client_of(one).get(case_url(concern)).status_code == 200
    page = opened(two, concern).get(case_url(concern))
    assert "첫째담당" in page.text
    assert "둘째담당" in page.text
    assert [event.by for event in AuditEvent.objects.filter(verb="concern.read").order_by("pk")] == [one, two]
    settings.DEMO_NOW = clock.now() + timedelta(minutes=31)
    client = client_of(one)
    assert MARK not in client.get(case_url(concern)).text  # shut again
    assert client.get(deed_url("block", concern)).status_code == 302  # a deed shows some of it, too
    client.post(deed_url("look", concern))
    assert CaseLook.objects.filter(officer=one).count() == 2


def test_the_list_of_reports_costs_the_same_for_one_and_for_many():
    client = client_of(officer())

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LIST)).status_code == 200
        return len(captured)

    safeguarding.report("일")
    queries()
    few = queries()
    for _more in range(20):
        safeguarding.write_more(safeguarding.report("일", reporter=make.make_user()).pk, "더")
    assert queries() == few


def test_what_was_typed_for_longer_than_the_file_lay_open_is_not_lost(settings):
    reader = officer()
    concern = safeguarding.report("일")
    client = opened(reader, concern)
    settings.DEMO_NOW = clock.now() + timedelta(hours=2)
    with zeal_ignore():  # opened and answered, each behind its own lock
        answer = client.post(deed_url("answer", concern), {"text": "오래 쓴 답변"})
    assert answer.url == case_url(concern)
    assert concern.messages.get().text == "오래 쓴 답변"
    assert CaseLook.objects.filter(officer=reader).count() == 2


def test_looking_does_not_open_a_file_by_get():
    concern = safeguarding.report(MARK)
    client = client_of(officer())
    assert client.get(deed_url("look", concern)).status_code == 404
    assert not CaseLook.objects.exists()


# --- the course of a case ---------------------------------------------------------------------------------------


def test_a_case_from_its_report_to_its_end():
    reader = officer()
    concern = safeguarding.report(MARK, reporter=make.make_user())
    client = opened(reader, concern)
    client.post(deed_url("take-up", concern))
    concern.refresh_from_db()
    assert concern.status == "looking"
    answer = client.post(deed_url("answer", concern), {"text": ""})
    assert answer.status_code == 200
    client.post(deed_url("answer", concern), {"text": "확인하고 있습니다."})
    client.post(deed_url("note", concern), {"text": "통화함."})
    assert client.post(deed_url("close", concern), {"outcome": "unknown"}).status_code == 200
    client.post(deed_url("close", concern), {"outcome": "measures"})
    concern.refresh_from_db()
    assert (concern.status, concern.outcome) == ("closed", "measures")
    page = client.get(case_url(concern)).text
    assert "확인하고 있습니다." in page
    assert "통화함." in page
    client.post(deed_url("take-up", concern))
    concern.refresh_from_db()
    assert (concern.status, concern.outcome, concern.closed_at) == ("looking", "", None)
    with pytest.raises(Refused):
        safeguarding.close(concern.pk, "", by=reader)


def test_everything_done_twice_is_done_once():
    reader = officer()
    concern = safeguarding.report(MARK)
    for _twice in range(2):
        safeguarding.take_up(concern.pk, by=reader)
        safeguarding.answer(concern.pk, "네.", by=reader)
        safeguarding.add_note(concern.pk, "메모", by=reader)
    for _twice in range(2):
        safeguarding.write_more(concern.pk, "더")
    for _twice in range(2):
        safeguarding.close(concern.pk, "advised", by=reader)
    with pytest.raises(Refused):
        safeguarding.close(concern.pk, "nothing", by=reader)
    assert (ConcernMessage.objects.count(), CaseNote.objects.count()) == (2, 1)
    verbs = list(AuditEvent.objects.values_list("verb", flat=True))
    assert len(verbs) == len(set(verbs)) == 4


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_texts_have_their_bounds(text):
    reader = officer()
    concern = safeguarding.report("일")
    for call in (
        lambda: safeguarding.report(text),
        lambda: safeguarding.write_more(concern.pk, text),
        lambda: safeguarding.answer(concern.pk, text, by=reader),
        lambda: safeguarding.add_note(concern.pk, text, by=reader),
    ):
        with pytest.raises(Refused):
            call()


# --- contact blocks ---------------------------------------------------------------------------------------------


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    return make.make_pairing(make.make_mentor(), make.make_enrolment(cohort, status="active"))


def block(pairing, by, concern=None):
    concern = concern or safeguarding.report("일이 있었습니다.")
    return safeguarding.block(concern.pk, pairing.mentor_id, pairing.enrolment.person_id, by=by)


def test_a_contact_block_is_at_once(pairing):
    reader = officer()
    mentor, mentee = client_of(pairing.mentor.user), client_of(pairing.enrolment.person)
    make.make_evaluation(pairing, status="submitted", shared_at=clock.now())
    ahead = make.make_meeting(pairing, link="https://meet.example.com/x")
    now_on = make.make_meeting(pairing, starts_at=clock.now() - timedelta(minutes=5))
    over = make.make_meeting(pairing, starts_at=clock.now() - timedelta(days=3))
    address = f"/ko/mentoring/{pairing.code}/"
    assert (mentor.get(address).status_code, mentee.get(address).status_code) == (200, 200)
    block(pairing, reader)
    pairing.refresh_from_db()
    assert (pairing.end_kind, pairing.is_live) == (EndKind.FOR_CAUSE, False)
    for client in (mentor, mentee):
        assert client.get(address).status_code == 404
        assert pairing.code not in client.get("/ko/my/").text
        assert pairing.code not in client.get("/ko/mentoring/").text
        assert client.post(f"{address}goals/", {"text": "x"}).status_code == 404
    assert mentor.post(f"{address}evaluation/", {"strengths": "x"}).status_code == 404
    for meeting in (ahead, now_on):
        meeting.refresh_from_db()
        assert (meeting.status, meeting.sequence) == (MeetingStatus.CANCELLED, 1)
        assert meeting.called_off_by is None
    over.refresh_from_db()
    assert over.status == MeetingStatus.SCHEDULED
    exclusion = Exclusion.objects.get()
    assert (exclusion.kind, exclusion.round, exclusion.reason) == (ExclusionKind.SAFEGUARDING, None, "")


def test_both_are_told_in_the_same_neutral_words_and_nobody_why(pairing):
    concern = safeguarding.report(MARK, about=MARK, reporter=pairing.enrolment.person)
    block(pairing, officer(), concern)
    told = OutgoingMail.objects.filter(event="pair_stopped")
    assert {mail.person for mail in told} == {pairing.mentor.user, pairing.enrolment.person}
    bodies = {mail.body.replace(mail.person.full_name, "") for mail in told}
    assert len(bodies) == 1
    for mail in told:
        assert MARK not in mail.body
        for one in (pairing.mentor.user, pairing.enrolment.person):
            if one != mail.person:
                assert one.full_name not in mail.body
    events = AuditEvent.objects.filter(target_type="mentoring.pairing", verb="pairing.ended")
    assert [(event.by, event.reason) for event in events] == [(None, pairing_reason(pairing))]


def pairing_reason(pairing):
    pairing.refresh_from_db()
    return pairing.end_reason


def test_blocked_people_cannot_be_paired_again_in_any_cohort(pairing):
    reader = officer()
    found = block(pairing, reader)
    admin = make.make_admin()
    other = make.make_enrolment(
        make.make_cohort(make.make_program(has_mentoring=True), phase="running"),
        pairing.enrolment.person,
        status="active",
    )
    for enrolment in (pairing.enrolment, other):
        with pytest.raises(Refused):
            pair(enrolment.pk, pairing.mentor_id, by=admin)
    assert list(Exclusion.objects.in_round(make.make_mentoring_round())) == [found.exclusion]  # in every round
    safeguarding.lift(found.pk, "당사자와 이야기함", by=reader)
    assert pair(other.pk, pairing.mentor_id, by=admin).is_live
    pairing.refresh_from_db()
    assert not pairing.is_live  # what it ended stays ended


def test_only_officers_block_and_lift_and_lifting_needs_a_reason(pairing):
    reader, admin = officer(), make.make_admin()
    with pytest.raises(Refused):
        block(pairing, admin)
    assert pairing.mentor.pairings.live().exists()
    found = block(pairing, reader)
    for by, reason in ((admin, "이유"), (reader, " ")):
        with pytest.raises(Refused):
            safeguarding.lift(found.pk, reason, by=by)
    assert Exclusion.objects.live().exists()
    client = opened(reader, found.concern)
    address = deed_url("lift", found.concern, block_id=found.pk)
    assert client.post(address, {"reason": ""}).status_code == 200
    client.post(address, {"reason": "합의함"})
    found.refresh_from_db()
    assert (found.lift_reason, found.exclusion.lifted_by) == ("합의함", reader)
    assert client_of(admin).get(address).status_code == 404


def test_a_block_twice_is_once_and_a_later_pair_ends_too(pairing):
    reader = officer()
    concern = safeguarding.report("일")
    assert block(pairing, reader, concern) == block(pairing, reader, concern)
    assert (Exclusion.objects.count(), OutgoingMail.objects.filter(event="pair_stopped").count()) == (1, 2)
    with pytest.raises(Refused):
        safeguarding.block(concern.pk, pairing.mentor_id, pairing.mentor.user_id, by=reader)


def test_blocking_by_the_page_of_a_case(pairing):
    reader = officer()
    concern = safeguarding.report("일")
    client = opened(reader, concern)
    address = deed_url("block", concern)
    assert client.post(address, {"pair": "", "mentor": "", "person": "x@example.com"}).status_code == 200
    assert client.post(address, {"pair": "0"}).status_code == 200
    assert pairing.mentor.pairings.live().exists()
    assert client.post(address, {"pair": pairing.pk}).status_code == 302
    assert not pairing.mentor.pairings.live().exists()
    mentor, person = make.make_mentor(), make.make_user()
    client.post(address, {"pair": "", "mentor": mentor.user.email.upper(), "person": person.email})
    assert Exclusion.objects.filter(mentor=mentor, person=person, kind="safeguarding").exists()
    page = client.get(case_url(concern)).text
    assert person.full_name in page


def test_other_pairs_of_the_two_stay(pairing):
    other = make.make_pairing(pairing.mentor, make.make_enrolment(pairing.enrolment.cohort, status="active"))
    block(pairing, officer())
    other.refresh_from_db()
    assert other.is_live
    assert client_of(pairing.mentor.user).get(f"/ko/mentoring/{other.code}/").status_code == 200


def test_staff_of_a_blocked_pair_do_not_see_their_own_past_the_block(pairing):
    make.make_grant(pairing.mentor.user, Role.MANAGER, pairing.enrolment.cohort)
    block(pairing, officer())
    for user in (pairing.mentor.user, pairing.enrolment.person):
        assert not Pairing.objects.visible_to(user).exists()
    assert Pairing.objects.visible_to(make.make_admin()).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_pairing_and_blocking_at_once_leave_no_live_pair():
    for _round in range(5):
        reader, admin = officer(), make.make_admin()
        cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
        enrolment = make.make_enrolment(cohort, status="active")
        mentor = make.make_mentor()
        concern = safeguarding.report("일")
        blocked = partial(safeguarding.block, concern.pk, mentor.pk, enrolment.person_id, by=reader)
        races.at_once([partial(pair, enrolment.pk, mentor.pk, by=admin), blocked])
        assert not MentorProfile.objects.get(pk=mentor.pk).pairings.live().exists()


# --- officers ---------------------------------------------------------------------------------------------------


def test_only_administrators_name_officers_and_only_staff_are_named():
    admin, manager, stranger = make.make_admin(), make.make_manager(make.make_cohort()), make.make_user()
    with pytest.raises(Refused):
        safeguarding.name_officer(manager, by=manager)
    with pytest.raises(Refused):
        safeguarding.name_officer(stranger, by=admin)
    client = client_of(admin)
    address = reverse("admin:mentoring_safeguardingofficer_name")
    assert client_of(manager).get(address).status_code == 404
    assert client.post(address, {"email": stranger.email}).status_code == 200
    client.post(address, {"email": manager.email})
    duty = SafeguardingOfficer.objects.get()
    assert safeguarding.name_officer(manager, by=admin) == duty
    assert SafeguardingOfficer.objects.holds(manager)
    with pytest.raises(Refused):
        safeguarding.end_duty(duty.pk, by=manager)
    client.post(reverse("admin:mentoring_safeguardingofficer_end", args=[duty.pk]))
    assert not SafeguardingOfficer.objects.holds(manager)
    safeguarding.end_duty(duty.pk, by=admin)
    assert AuditEvent.objects.filter(verb="safeguardingofficer.ended").count() == 1


# --- letting go -------------------------------------------------------------------------------------------------


def test_the_texts_of_a_closed_case_go_after_three_years(settings, pairing):
    reader = officer()
    person = make.make_user()
    kept, gone, held = (safeguarding.report(MARK, about=MARK, reporter=person) for _case in range(3))
    found = block(pairing, reader, held)
    for concern in (gone, held):
        safeguarding.add_note(concern.pk, MARK, by=reader)
        safeguarding.answer(concern.pk, MARK, by=reader)
        safeguarding.close(concern.pk, "measures", by=reader)
    settings.DEMO_NOW = clock.now() + timedelta(days=3 * 365) - timedelta(minutes=5)
    assert safeguarding.forget_closed(clock.now()) == 0
    settings.DEMO_NOW += timedelta(minutes=10)
    clock_of_the_portal._taken.clear()  # its steps of every hour may have been taken by another test
    call_command("run_due", once=True)
    for concern in (kept, gone, held):
        concern.refresh_from_db()
    assert (kept.text, held.text) == (MARK, MARK)  # one is open, of the other a block still holds
    assert (gone.text, gone.about, gone.reporter, gone.outcome) == ("", "", None, "measures")
    assert not gone.notes.exists()
    assert not gone.messages.exists()
    assert not Concern.objects.nameless().filter(pk=gone.pk).exists()
    with pytest.raises(Refused):
        safeguarding.write_more(gone.pk, "더")
    safeguarding.lift(found.pk, "이유", by=reader)
    assert safeguarding.forget_closed(clock.now()) == 1


# --- everywhere -------------------------------------------------------------------------------------------------


def test_every_page_leads_to_the_report(client):
    for address in ("/ko/", "/en/", "/ko/programs/", "/ko/accounts/login/", "/ko/nothing-here/"):
        assert "/mentoring/concerns/" in client.get(address).text, address
    assert "/mentoring/concerns/" in client_of(make.make_admin()).get("/admin/").text


def test_the_pages_name_no_two_reporters_to_each_other():
    first, second = make.make_user(), make.make_user()
    rows = [safeguarding.report(f"{MARK}{n}", reporter=person) for n, person in enumerate((first, second))]
    for (one, mine), (two, theirs) in combinations(zip((first, second), rows, strict=True), 2):
        assert client_of(one).get(f"/ko/my/concerns/{theirs.code}/").status_code == 404
        assert client_of(two).get(f"/ko/my/concerns/{mine.code}/").status_code == 404
