"""Statements 48, 50 and 51 of what people may rely on: files that leave the portal, calendars, certificates.

Every address that gives out a file has a row in `FILES`; one that has none fails (`tests/reaching.py` finds them).
"""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import unquote

import pytest
import vobject
from django.core import mail as outbox
from django.core.cache import cache
from django.urls import path, reverse
from django.utils.translation import override

from accounts.models import Profile
from mentoring.models.meetings import Meeting
from mentoring.operations import honorarium
from portal import clock, mail, sheets, uploads
from portal.codes import shown_code
from portal.models import OutgoingMail, Upload, UploadKind
from programs.models.enrolments import EnrolmentStatus
from programs.models.imports import ImportKind
from programs.operations import (
    applications,
    cohorts,
    enrolments,
    feeds,
    imports,
    interviews,
    seats,
    sessions,
    transfers,
)
from programs.views import writing
from tests import documents, make
from tests.accounts.doors import confirm_password, log_in, make_member, set_up_second_factor
from tests.files import make_pdf, uploaded
from tests.programs.interviews import make_interviews
from tests.reaching import addresses, makers, reached

pytestmark = pytest.mark.django_db
HANGUL = "김다별 기획안; 100% ‘최종’, 초록.pdf"
DAY = timedelta(days=1)


class Given(NamedTuple):
    """One address that gives out a file: who may have it, and the name that it is saved under (any if empty)."""

    address: str
    owner: object
    name: str = ""
    kind: str = "application/pdf"
    staff_only: bool = False


def stored(owner, name=HANGUL):
    return uploads.store(uploaded(make_pdf(), name), owner=owner, kinds=UploadKind.values, most_bytes=10**7)


def with_file(cohort=None, audience="blind", **fields):
    """An application that was sent with a file, and the file."""
    application = make.make_application(cohort or make.make_cohort(), **fields)
    make.make_question(application.cohort.form_version, "plan", "file", audience=audience)
    upload = stored(application.applicant)
    application.files.create(question_key="plan", upload=upload)
    application.answers["plan"] = [upload.code]
    application.save(update_fields=["answers"])
    return application, upload


# --- 48: every file -----------------------------------------------------------------------------------------------


def application_file():
    application, upload = with_file()
    address = reverse("application-file", args=[application.code, upload.code])
    return Given(address, application.applicant, upload.name)


def staffs_application_file():
    application, upload = with_file()
    address = reverse("admin:programs_application_file", args=[application.pk, upload.code])
    return Given(address, make.make_admin(), upload.name, staff_only=True)


def review_file():
    round_ = make.make_round()
    application, upload = with_file(round_.cohort, status="in_review")
    review = make.make_review(round_, application)
    address = reverse("review-file", args=[review.code, upload.code])
    return Given(address, review.reviewer, f"{application.receipt_number}-plan.pdf")


def mentee_file():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    application, upload = with_file(cohort, status="confirmed")
    pairing = make.make_pairing(enrolment=make.make_enrolment(application=application))
    address = reverse("mentee-file", args=[pairing.code, upload.code])
    return Given(address, pairing.mentor.user, upload.name)


def sample_file():
    pairing = make.make_pairing()
    sample = make.make_sample(pairing, file=make_pdf())
    address = reverse("sample-open", args=[sample.code, sample.latest.code])
    return Given(address, pairing.mentor.user, "1회 대본.pdf")


def letter_file():
    upload = stored(None)
    request = make.make_reference(upload=upload, received_at=clock.now())
    address = reverse("admin:programs_referencerequest_file", args=[request.pk])
    return Given(address, make.make_admin(), upload.name, staff_only=True)


def evidence():
    enrolment = make.make_enrolment(status="active")
    return make.make_excuse(enrolment, evidence=stored(enrolment.person), had_evidence=True)


def excuse_file():
    excuse = evidence()
    address = reverse("learning-excuse-file", args=[excuse.enrolment.code, excuse.code])
    return Given(address, excuse.enrolment.person, excuse.evidence.name)


def staffs_excuse_file():
    excuse = evidence()
    address = reverse("admin:programs_excuse_file", args=[excuse.pk])
    return Given(address, make.make_admin(), excuse.evidence.name, staff_only=True)


def material():
    enrolment = make.make_enrolment(status="active")
    row = make.make_material(enrolment.cohort, file=uploaded(make_pdf(), HANGUL))
    return Given(reverse("material", args=[row.code]), enrolment.person, row.upload.name)


def certificate():
    row = make.make_certificate()
    return Given(reverse("certificate-document", args=[row.code]), row.enrolment.person, f"{row.number}.pdf")


def badge():
    row = make.make_certificate()
    address = reverse("certificate-badge", args=[row.code])
    return Given(address, row.enrolment.person, f"{row.number}.jwt", "application/vc+jwt")


def interview():
    """A booked interview: its applicant's application, and a member of the panel."""
    _round, (slot, *_rest), (application, _other) = make_interviews(
        panel={"place_ko": "콘텐츠인재캠퍼스 3층, " * 4}
    )
    interviews.book(application.pk, slot.code, by=application.applicant)
    slot.refresh_from_db()
    return application, slot


def interview_calendar():
    application, _slot = interview()
    address = reverse("application-interview-ics", args=[application.code])
    return Given(address, application.applicant, f"interview-{application.receipt_number}.ics", "text/calendar")


def panel_calendar():
    _application, slot = interview()
    return Given(reverse("reviews-interviews-ics"), slot.panel.members.get(), "interviews.ics", "text/calendar")


def meeting_calendar():
    meeting = make.make_meeting()
    address = reverse("meeting-ics", args=[meeting.code])
    return Given(address, meeting.pairing.mentor.user, f"meeting-{meeting.uid}.ics", "text/calendar")


def example_table():
    address = reverse("admin:programs_import_example", args=["participants"])
    return Given(address, make.make_admin(), "participants.csv", "text/csv", staff_only=True)


def left_out_table():
    boss, table = make.make_admin(), "이메일,성명,결과\nwrong,=1+1,수료\n".encode()
    cohort = make.make_cohort(phase="finished")
    batch = imports.take_in(ImportKind.PARTICIPANTS, table, "2023.csv", by=boss, cohort=cohort)
    address = reverse("admin:programs_import_left_out", args=[batch.pk])
    return Given(address, boss, f"import-{batch.pk}-left-out.csv", "text/csv", staff_only=True)


def answered(**fields):
    """A survey that is closed and whose results may be shown."""
    cohort = make.make_cohort(phase="finished")
    survey = make.make_survey(cohort, closes_at=clock.now(), **fields)
    make.make_answered(survey, [4] * 6)
    return survey


def survey_results():
    survey = answered()
    address = reverse("admin:programs_survey_pdf", args=[survey.pk, "ko"])
    return Given(address, make.make_admin(), survey_name(survey), staff_only=True)


def own_survey_results():
    expert = make.make_expert(user=make.make_user(language="ko"))
    survey = answered(expert=expert)
    make.make_session(survey.cohort, experts=[expert])
    return Given(reverse("teaching-survey-pdf", args=[survey.code]), expert.user, survey_name(survey))


def survey_name(survey):
    cohort = survey.cohort
    return f"survey-{cohort.program.slug}-{cohort.slug}-{survey.code[:6].lower()}-ko.pdf"


def statement_of():
    pairing = make.make_pairing()
    round_ = make.make_mentoring_round(pairing.enrolment.cohort, hourly_rate=100_000)
    start = clock.now() - DAY
    times = {"starts_at": start, "ends_at": start + timedelta(hours=1), "settled_at": clock.now()}
    Meeting.objects.create(pairing=pairing, status="held", minutes=60, **times)
    boss, month = make.make_admin(), clock.today().replace(day=1)
    (statement,) = honorarium.draw_up(round_.pk, month, by=boss)
    return statement, boss


def statement_as_excel():
    statement, boss = statement_of()
    name = f"honorarium-{statement.month:%Y-%m}-{statement.code[:6]}.xlsx"
    return Given(reverse("admin:mentoring_statement_excel", args=[statement.pk]), boss, name, sheets.KIND, True)


def statement_as_csv():
    statement, boss = statement_of()
    name = f"honorarium-{statement.month:%Y-%m}-{statement.code[:6]}.csv"
    return Given(reverse("admin:mentoring_statement_csv", args=[statement.pk]), boss, name, "text/csv", True)


def health_table():
    address = reverse("admin:mentoring_health_csv", args=[make.make_mentoring_round().pk, "waiting"])
    return Given(address, make.make_admin(), "mentoring-waiting.csv", "text/csv", staff_only=True)


def health_table_of_all():
    address = reverse("admin:mentoring_health_all_csv", args=["waiting"])
    return Given(address, make.make_admin(), "mentoring-waiting.csv", "text/csv", staff_only=True)


FILES = {
    "admin:mentoring_statement_excel": statement_as_excel,
    "admin:mentoring_statement_csv": statement_as_csv,
    "admin:mentoring_health_csv": health_table,
    "admin:mentoring_health_all_csv": health_table_of_all,
    "application-file": application_file,
    "admin:programs_application_file": staffs_application_file,
    "review-file": review_file,
    "mentee-file": mentee_file,
    "sample-open": sample_file,
    "admin:programs_referencerequest_file": letter_file,
    "learning-excuse-file": excuse_file,
    "admin:programs_excuse_file": staffs_excuse_file,
    "material": material,
    "certificate-document": certificate,
    "certificate-badge": badge,
    "admin:programs_survey_pdf": survey_results,
    "teaching-survey-pdf": own_survey_results,
    "application-interview-ics": interview_calendar,
    "reviews-interviews-ics": panel_calendar,
    "meeting-ics": meeting_calendar,
    "admin:programs_import_example": example_table,
    "admin:programs_import_left_out": left_out_table,
}
# Calendars that are subscribed to, what is asked for by POST, and what is no file: shown, or read by machines.
ELSEWHERE = {"calendar-ics", "calendar-feed", "my-privacy-data"}
NO_FILES = {"healthz", "readyz", "robots", "poster", "badge-status"}
IN_MAILS = {"programs.calendars.part_of_mail"}
TOKEN = r"[!#$&+.^_`|~0-9A-Za-z-]"
ATTACHMENT = re.compile(
    r'attachment(?:; filename="(?P<plain>[ !#-\[\]-~]+)")?'
    rf"(?:; filename\*=(?i:utf-8)''(?P<full>(?:{TOKEN}|%[0-9A-F]{{2}})+))?"
)


def giving(urlconf=None):
    """The addresses that may come to an answer which is neither a page nor JSON."""
    return {name for name, view in addresses(urlconf) if reached(view) & makers()}


def saved_as(response):
    """The name under which a browser saves an answer, by RFC 6266."""
    found = ATTACHMENT.fullmatch(response["Content-Disposition"])
    assert found, response["Content-Disposition"]
    assert found["plain"] or found["full"]
    return unquote(found["full"]) if found["full"] else found["plain"]


def held_back(client, address):
    """What a stranger and a visitor get at `address`."""
    client.force_login(make.make_user())
    stranger = client.get(address).status_code
    client.logout()
    visitor = client.get(address)
    return stranger, visitor.status_code, "login" in visitor.url


def test_trust_48_every_address_that_gives_a_file_is_known():
    assert giving() == set(FILES) | ELSEWHERE | NO_FILES


def test_trust_48_whatever_makes_a_file_stands_behind_an_address():
    made = {name for _name, view in addresses() for name in reached(view) & makers()}
    assert made | IN_MAILS == makers()


def test_trust_48_an_address_that_is_added_is_found():
    added = SimpleNamespace(url_patterns=[path("new/", writing.file, name="new"), path("page/", writing.apply)])
    assert giving(added) == {"new"}


@pytest.mark.parametrize("name", FILES)
def test_trust_48_a_file_is_an_attachment_that_no_browser_guesses_at_and_no_cache_keeps(client, name):
    given = FILES[name]()
    client.force_login(given.owner)
    response = client.get(given.address)
    assert response.status_code == 200
    assert saved_as(response) == given.name
    assert response["Content-Type"].split(";")[0] == given.kind
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response.getvalue()
    assert held_back(client, given.address) == (404, 302, True)
    if given.staff_only:
        client.force_login(make.make_manager(make.make_organization()))
        # a made-up table for all who may import, and a table in which everyone finds their own rounds alone
        for_all = ("admin:programs_import_example", "admin:mentoring_health_all_csv")
        expected = 200 if name in for_all else 404
        assert client.get(given.address).status_code == expected


def test_trust_48_ones_own_data_come_as_one_file(client):
    person = make.make_user()
    client.force_login(person)
    address = reverse("my-privacy-data")
    assert client.get(address).status_code == 405
    response = client.post(address)
    assert response["Content-Type"] == "application/zip"
    assert saved_as(response) == f"grow-creative-{clock.now():%Y%m%d}.zip"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response.getvalue().startswith(b"PK")
    client.logout()
    assert client.post(address).status_code == 302


def test_trust_48_recovery_codes_are_kept_by_no_cache(client):
    """The one file that comes from a library; `tests/accounts/test_access.py` tells it from the pages."""
    person = make_member()
    log_in(client)
    confirm_password(client)
    set_up_second_factor(person)
    address = reverse("mfa_download_recovery_codes")
    response = client.get(address)
    assert saved_as(response) == "recovery-codes.txt"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert held_back(client, address) == (404, 302, True)


def test_trust_48_calendars_to_subscribe_to_are_calendars_and_nothing_else(client):
    row = feeds.renew_feed(make.make_enrolment().person, "learning")
    for name, arguments in (("calendar-ics", []), ("calendar-feed", [row.code])):
        response = client.get(reverse(name, args=arguments))
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert ("no-store" in response["Cache-Control"]) == (name == "calendar-feed")
        assert not response.cookies
    earlier = reverse("calendar-feed", args=[row.code])
    feeds.renew_feed(row.person, "learning")
    assert client.get(earlier).status_code == 404


def test_trust_48_files_are_stored_under_names_of_ours():
    for name in (HANGUL, "../../etc/passwd.pdf", "가" * 120 + ".pdf", "a\\b\r\nSet-Cookie: x.pdf"):
        upload = stored(make.make_user(), name)
        assert re.fullmatch(r"[a-z]+/\d{4}/\d{2}/[0-9a-f-]{36}", upload.file.name)
        assert not {"/", "\\", "\r", "\n"} & set(upload.name)
    assert Upload.objects.values("file").distinct().count() == 4


# --- 50: every calendar -------------------------------------------------------------------------------------------

LONG = "프로덕션 사운드 세미나; 심화, 이론과 실습 그리고 현장 이야기 – 아주 긴 제목입니다"


def read(raw):
    """The events of a calendar by UID, as a library reads them that did not write it; every rule looked at."""
    assert raw.endswith(b"\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    whole = vobject.readOne(raw.decode())
    assert whole.validate(raiseException=True)
    assert (whole.version.value, bool(whole.prodid.value)) == ("2.0", True)
    events = whole.contents["vevent"]
    for event in events:
        for name in ("uid", "dtstamp", "dtstart", "sequence", "summary", "status"):
            assert len(event.contents[name]) == 1, name
        assert event.dtstamp.value.utcoffset() == event.dtstart.value.utcoffset() == timedelta()
        assert "@" in event.uid.value
    found = {event.uid.value: event for event in events}
    assert len(found) == len(events)
    return found


def fetch(client, name, *args, person=None):
    if person is not None:
        client.force_login(person)
    with override("ko"):
        response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return read(response.content)


def mailed(reason):
    """The calendar in the last mail of that reason, out of its bytes."""
    outbox.outbox.clear()
    assert mail.deliver(OutgoingMail.objects.filter(reason=reason).latest("pk").pk) == 1
    parsed = message_from_bytes(outbox.outbox[0].message().as_bytes(), policy=policy.default)
    [part] = [part for part in parsed.walk() if part.get_content_type() == "text/calendar"]
    method, raw = part["Content-Type"].params["method"], part.get_payload(decode=True)
    [event] = read(raw).values()
    assert f"\r\nMETHOD:{method}\r\n".encode() in raw
    return method, event


@pytest.fixture
def session():
    cohort = make.make_cohort(make.make_program(title_ko=LONG), phase="announced")
    return make.make_session(
        cohort, title_ko=LONG, address_ko="본관 3층 302호, 안쪽", access_ko="정문; 오른쪽\n2층"
    )


@pytest.mark.parametrize("who", ["everyone", "learning", "teaching"])
def test_trust_50_sessions_keep_their_uid_through_change_and_cancellation(client, session, who):
    boss, person = make.make_admin(), make.make_user()
    if who == "learning":
        make.make_enrolment(session.cohort, person)
    elif who == "teaching":
        session.session_experts.create(expert=make.make_expert(user=person))

    def seen():
        if who == "everyone":
            events = fetch(client, "calendar-ics")
        else:
            events = fetch(client, "calendar-feed", feeds.renew_feed(person, who).code)
        return next(event for uid, event in events.items() if session.code in uid)

    first = seen()
    sessions.change_session(
        session.pk, {"starts_at": session.starts_at + DAY, "ends_at": session.ends_at + DAY}, by=boss
    )
    second = seen()
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    third = seen()
    assert first.uid.value == second.uid.value == third.uid.value
    assert second.dtstart.value - first.dtstart.value == DAY
    assert [event.status.value for event in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    numbers = [int(event.sequence.value) for event in (first, second, third)]
    assert numbers == sorted(set(numbers))


def cancels(place, boss):
    seats.cancel_place(place.application_id, by=place.person)


def drops_out(place, boss):
    enrolments.end_enrolment(place.pk, EnrolmentStatus.DROPPED, by=boss, reason="개인 사정")


def moves(place, boss):
    transfers.move_place(
        place.pk, make.make_cohort(place.cohort.program, phase="announced").pk, by=boss, reason="일정"
    )


def is_without_cohort(place, boss):
    cohorts.cancel_cohort(place.cohort_id, by=boss, reason="폐강")


@pytest.mark.parametrize("leave", [cancels, drops_out, moves, is_without_cohort])
def test_trust_50_whoever_leaves_finds_the_sessions_cancelled_in_their_calendar(client, session, leave):
    application = make.make_application(session.cohort, status="confirmed")
    place = make.make_enrolment(application=application, status="active" if leave is drops_out else "enrolled")
    code = feeds.renew_feed(place.person, "learning").code
    [before] = fetch(client, "calendar-feed", code).values()
    leave(place, make.make_admin())
    after = fetch(client, "calendar-feed", code)[before.uid.value]
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert int(after.sequence.value) > int(before.sequence.value)


def test_trust_50_interviews_keep_their_uid_in_mails_and_downloads(client):
    application, slot = interview()
    person, member = application.applicant, slot.panel.members.get()
    other = slot.panel.slots.exclude(pk=slot.pk).first()

    def seen():
        [own] = fetch(client, "application-interview-ics", application.code, person=person).values()
        [panels] = fetch(client, "reviews-interviews-ics", person=member).values()
        return own, panels

    booked, (own, panels) = mailed("interview_booked"), seen()
    interviews.change_panel(slot.panel_id, by=make.make_admin(), members=[member], place_ko="홍릉 5층")
    told, (own_then, panels_then) = mailed("interview_details"), seen()
    interviews.book(application.pk, other.code, by=person)
    moved, (own_last, _panels) = mailed("interview_moved"), seen()
    applications.withdraw_application(application.pk, by=person)
    off = mailed("interview_cancelled")
    assert [method for method, _event in (booked, told, moved, off)] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    events = [booked[1], told[1], moved[1], off[1]]
    assert {event.uid.value for event in [*events, own, own_then, own_last]} == {own.uid.value}
    numbers = [int(event.sequence.value) for event in events]
    assert numbers == sorted(set(numbers))
    assert [int(event.sequence.value) for event in (own, own_then, own_last)] == numbers[:3]
    assert [event.status.value for event in events] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert panels.uid.value == panels_then.uid.value
    assert int(panels_then.sequence.value) > int(panels.sequence.value)


# --- 51: certificates ---------------------------------------------------------------------------------------------


@pytest.fixture
def issued():
    cache.clear()
    program = make.make_program(
        partners=[make.make_organization(name_ko="가온콘텐츠원", name_en="Gaon Content Agency")],
        title_ko="VFX 프로듀서 양성",
        title_en="VFX Producer Training",
    )
    person = make.make_user(full_name="남궁다별", romanized_name="Namgung Dabyeol", email="dabyeol@example.com")
    Profile.objects.create(user=person, phone="+821012345678", birth_on="1997-03-14")
    cohort = make.make_cohort(program, phase="finished", hours=35, receipt_prefix="VP26")
    return make.make_certificate(make.make_enrolment(cohort, person, status="completed"))


def test_trust_51_the_document_is_valid_titled_tagged_and_readable(issued):
    content = bytes(issued.file.content)
    assert documents.is_whole(content)
    fonts = documents.fonts_of(content)
    assert fonts
    assert all(fonts.values())
    text = " ".join(documents.text_of(content).split())
    for part in ("남궁다별", "Namgung Dabyeol", "VFX 프로듀서 양성", "VFX Producer Training", issued.number):
        assert part in text
    assert shown_code(issued.code) in text
    facts = documents.facts_of(content)
    assert issued.number in facts["Title"] or "수료증" in facts["Title"]
    assert (facts["Tagged"], facts["UA"]) == (True, "1")
    assert facts["Lang"].startswith("ko")


@pytest.mark.parametrize(("language", "name"), [("ko", "남궁*별"), ("en", "N** D.")])
def test_trust_51_the_check_proves_it_and_shows_a_masked_name_and_the_course(client, issued, language, name):
    with override(language):
        address = reverse("certificate-verify")
    response = client.get(address, {"number": issued.number, "code": shown_code(issued.code)})
    assert response.context["result"]["state"] == "valid"
    facts = [str(row["value"]) for row in response.context["result"]["facts"]]
    assert name in facts
    assert len(facts) == 8  # document, number, name, course, dates, hours, day of issue, issuers
    person = issued.enrolment.person
    hidden = [person.full_name, "다별", "Dabyeol", "Namgung", person.email, "5678", "1997", issued.enrolment.code]
    assert [part for part in hidden if part in response.text] == []
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    wrong = client.get(address, {"number": issued.number, "code": shown_code(issued.code)[::-1]})
    assert name not in wrong.text
