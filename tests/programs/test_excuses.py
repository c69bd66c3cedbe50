"""Requests to be excused: asked with a reason and evidence, decided by staff; evidence goes after the course."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ConsentRecord, Term, TermVersion
from accounts.operations import withdraw_consent
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, FileAccess, OutgoingMail, Upload
from programs import excuses as reading
from programs import privacy
from programs.models.attendance import Attendance, Excuse
from programs.operations import excuses, retention
from tests import make
from tests.files import make_pdf, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    """Five days of which three have ended, and one person."""
    cohort, sessions, (enrolment,) = make.make_course(begun=3)
    return cohort, sessions, enrolment


def consent():
    return TermVersion.objects.select_related("term").get(term__slug=reading.TERM)


def with_file(enrolment, session, reason="병원 진료"):
    return excuses.ask(
        enrolment.pk,
        session.pk,
        reason,
        by=enrolment.person,
        file=uploaded(make_pdf(), "진단서.pdf"),
        consent=consent(),
    )


def page(enrolment):
    with override("en"):
        return reverse("learning-excuses", args=[enrolment.code])


# --- asking -----------------------------------------------------------------------------------------------------


def test_asked_with_a_reason_and_evidence_under_its_own_consent(course):
    cohort, sessions, enrolment = course
    made = with_file(enrolment, sessions[0])
    assert (made.evidence.name, made.evidence.is_confidential, made.had_evidence) == ("진단서.pdf", True, True)
    record = ConsentRecord.objects.get(user=enrolment.person, version__term__slug=reading.TERM)
    assert (record.given, record.cohort) == (True, cohort)
    event = AuditEvent.objects.get(verb="excuse.asked")
    assert "병원" not in f"{event.after}{event.reason}"


def test_without_consent_no_file_is_taken(course):
    _cohort, sessions, enrolment = course
    other = TermVersion.objects.filter(term__slug="portrait").first()
    for given in (None, other):
        with pytest.raises(Refused):
            excuses.ask(
                enrolment.pk, sessions[0].pk, "병원", by=enrolment.person, file=uploaded(make_pdf()), consent=given
            )
    assert (Excuse.objects.count(), Upload.objects.count()) == (0, 0)


def test_the_same_request_twice_is_the_same_as_once_and_another_waits(course):
    _cohort, sessions, enrolment = course
    first = excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=enrolment.person)
    assert excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=enrolment.person) == first
    with pytest.raises(Refused):
        excuses.ask(enrolment.pk, sessions[0].pk, "예비군", by=enrolment.person)
    assert Excuse.objects.count() == 1


@pytest.mark.parametrize(("after", "taken"), [(timedelta(days=7), True), (timedelta(days=7, seconds=1), False)])
def test_until_seven_days_after_the_session(settings, course, after, taken):
    _cohort, sessions, enrolment = course
    settings.DEMO_NOW = sessions[0].ends_at + after
    if taken:
        assert excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=enrolment.person).pk
    else:
        with pytest.raises(Refused):
            excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=enrolment.person)


def test_a_session_to_come_may_be_asked_for(course):
    _cohort, sessions, enrolment = course
    assert excuses.ask(enrolment.pk, sessions[4].pk, "예비군 훈련", by=enrolment.person).pk


@pytest.mark.parametrize("reason", ["", "   ", "가" * (reading.REASON_LIMIT + 1)])
def test_a_reason_that_is_one(course, reason):
    _cohort, sessions, enrolment = course
    with pytest.raises(Refused):
        excuses.ask(enrolment.pk, sessions[0].pk, reason, by=enrolment.person)


def test_nobody_asks_for_others_for_other_cohorts_or_after_the_end(course):
    _cohort, sessions, enrolment = course
    with pytest.raises(Refused):
        excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=make.make_user())
    with pytest.raises(Refused):
        excuses.ask(enrolment.pk, make.make_session(make.make_cohort()).pk, "병원", by=enrolment.person)
    ended = make.make_enrolment(enrolment.cohort, status="dropped")
    with pytest.raises(Refused):
        excuses.ask(ended.pk, sessions[0].pk, "병원", by=ended.person)


@pytest.mark.parametrize(
    ("status", "minutes", "taken"),
    [("present", None, False), ("excused", None, False), ("absent", None, True), ("present", 30, True)],
)
def test_what_counts_as_attended_is_not_asked_for(course, status, minutes, taken):
    _cohort, sessions, enrolment = course
    make.make_attendance(sessions[0], enrolment, status, minutes=minutes)
    assert (sessions[0] in reading.sessions_for(enrolment, clock.now())) is taken
    if not taken:
        with pytest.raises(Refused):
            excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=enrolment.person)


def test_taken_back_with_its_evidence(course, django_capture_on_commit_callbacks):
    _cohort, sessions, enrolment = course
    made = with_file(enrolment, sessions[0])
    with pytest.raises(Refused):
        excuses.withdraw(made.pk, by=make.make_user())
    for _time in range(2):
        excuses.withdraw(made.pk, by=enrolment.person)
    assert (Excuse.objects.count(), Upload.objects.count()) == (0, 0)


# --- deciding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marked", [None, "absent", "late"])
def test_accepted_the_session_counts_as_attended(course, marked):
    _cohort, sessions, enrolment = course
    boss = make.make_admin()
    if marked:
        make.make_attendance(sessions[0], enrolment, marked, marked_by=boss)
    made = make.make_excuse(enrolment, sessions[0])
    for _time in range(2):
        excuses.decide(made.pk, True, "", by=boss)
    row = Attendance.objects.get()
    assert (row.status, row.source) == ("excused", "excuse")
    assert list(row.changes.values_list("before", flat=True)) == ([marked] if marked else [])
    assert list(OutgoingMail.objects.values_list("reason", flat=True)) == ["excuse_accepted"]


def test_refused_with_an_answer_nothing_is_marked(course):
    _cohort, sessions, enrolment = course
    boss = make.make_admin()
    made = make.make_excuse(enrolment, sessions[0])
    with pytest.raises(Refused):
        excuses.decide(made.pk, False, "  ", by=boss)
    excuses.decide(made.pk, False, "증빙이 없습니다.", by=boss)
    with pytest.raises(Refused):
        excuses.decide(made.pk, True, "", by=boss)
    assert not Attendance.objects.exists()
    mail = OutgoingMail.objects.get()
    assert mail.reason == "excuse_refused"
    assert "증빙이 없습니다." in mail.body


def test_nobody_decides_about_themselves_nor_about_whose_part_has_ended():
    boss = make.make_admin()
    cohort, sessions, _people = make.make_course()
    own = make.make_excuse(make.make_enrolment(cohort, boss, status="active"), sessions[0])
    ended = make.make_excuse(make.make_enrolment(cohort, status="completed"), sessions[0])
    for made in (own, ended):
        with pytest.raises(Refused):
            excuses.decide(made.pk, True, "", by=boss)
    assert not Attendance.objects.exists()


# --- letting go -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "gone"), [(timedelta(days=30), True), (timedelta(days=30, seconds=-1), False)])
def test_evidence_goes_thirty_days_after_the_cohort(course, after, gone):
    cohort, sessions, enrolment = course
    made = with_file(enrolment, sessions[0])
    assert excuses.delete_evidence(cohort.ends_at + after) == int(gone)
    made.refresh_from_db()
    assert (made.evidence is None, made.had_evidence, made.reason) == (gone, True, "병원 진료")
    assert AuditEvent.objects.filter(verb="cohort.evidence_deleted").count() == int(gone)
    assert excuses.delete_evidence(cohort.ends_at + after) == 0


def test_consent_taken_back_takes_the_file(course):
    cohort, sessions, enrolment = course
    made = with_file(enrolment, sessions[0])
    term = Term.objects.get(slug=reading.TERM)
    assert privacy.follows(enrolment.person, term, cohort)
    withdraw_consent(enrolment.person_id, term.pk, cohort_id=cohort.pk, by=enrolment.person)
    made.refresh_from_db()
    assert (made.evidence, made.reason) == (None, "병원 진료")


def test_a_closed_account_leaves_neither_words_nor_files(course):
    _cohort, sessions, enrolment = course
    made = with_file(enrolment, sessions[0])
    assert [name for name, _file in privacy.files(enrolment.person)] == ["진단서.pdf"]
    [told] = privacy.export(enrolment.person)["enrolments"]
    assert told["excuses"][0]["reason"] == "병원 진료"
    retention.erase_person(enrolment.person)
    made.refresh_from_db()
    assert (made.evidence, made.reason, made.had_evidence) == (None, "", True)


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_page_asks_takes_back_and_serves_ones_own(client, course):
    _cohort, sessions, enrolment = course
    make.make_attendance(sessions[0], enrolment, "absent")
    client.force_login(enrolment.person)
    address = page(enrolment)
    assert [code for code, _label in client.get(address).context["form"].fields["session"].choices][1:] == [
        session.code for session in sessions
    ]
    data = {"session": sessions[0].code, "reason": "병원 진료", "file": uploaded(make_pdf(), "진단서.pdf")}

    refused = client.post(address, data)
    assert "file" in refused.context["form"].errors
    assert Excuse.objects.count() == 0
    data = data | {"consent_excuse-evidence": "on", "file": uploaded(make_pdf(), "진단서.pdf")}
    response = client.post(address, data, follow=True)

    made = Excuse.objects.get()
    assert made.evidence is not None
    assert "진단서.pdf" in response.text
    with override("en"):
        file = reverse("learning-excuse-file", args=[enrolment.code, made.code])
        back = reverse("learning-excuse-withdraw", args=[enrolment.code, made.code])
    assert client.get(file).getvalue() == make_pdf()
    assert FileAccess.objects.get().by == enrolment.person
    client.force_login(make.make_user())
    assert [client.get(url).status_code for url in (address, file)] == [404, 404]
    assert client.post(back).status_code == 404
    client.force_login(enrolment.person)
    assert client.post(back, follow=True).status_code == 200
    assert not Excuse.objects.exists()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"session": "nobody", "reason": "x"},
        {"session": "", "reason": "병원"},
        {"reason": "900101-1234567"},
        {"session": "\x00", "reason": "\x00"},
        {"file": "no file"},
    ],
)
def test_what_cannot_be_is_said_at_the_form(client, course, language, posted):
    _cohort, _sessions, enrolment = course
    client.force_login(enrolment.person)
    with override(language):
        address = reverse("learning-excuses", args=[enrolment.code])
    response = client.post(address, posted)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Excuse.objects.exists()


def test_a_file_that_is_no_file_is_refused_with_a_sentence(client, course):
    _cohort, sessions, enrolment = course
    client.force_login(enrolment.person)
    data = {"session": sessions[0].code, "reason": "병원", "consent_excuse-evidence": "on"}
    for content in (b"", b"MZ\x90\x00", b"<html>"):
        response = client.post(page(enrolment), data | {"file": uploaded(content, "진단서.pdf")})
        assert "file" in response.context["form"].errors
    assert not Upload.objects.exists()


def test_where_nothing_can_be_asked_the_page_says_so(client):
    enrolment = make.make_enrolment(status="active")
    client.force_login(enrolment.person)
    response = client.get(page(enrolment))
    assert response.context["form"] is None
    assert "There is nothing to ask for now." in response.text
