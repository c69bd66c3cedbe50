"""Statement 52 of what people may rely on: every mail is text and HTML alike, to one, safe to open, sent once.

Every mail that the portal knows is written here with real objects, in both languages.
"""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import emails as account_emails
from mentoring import due
from mentoring.emails import absences as absence_emails
from mentoring.emails import actions as action_emails
from mentoring.emails import care as care_emails
from mentoring.emails import closings as closing_emails
from mentoring.emails import forms as form_emails
from mentoring.emails import meetings as meeting_emails
from mentoring.emails import pairings as pairing_emails
from mentoring.emails import pairs as mentoring_emails
from mentoring.emails import rematches as rematch_emails
from mentoring.emails import rounds as round_emails
from mentoring.models.actions import Owner
from mentoring.models.care import AbsenceStep
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.form_evaluations import FormEvaluation, Stage
from mentoring.models.pairs import Pairing
from mentoring.models.safeguarding import SafeguardingOfficer
from mentoring.operations import form_evaluations, timetables
from portal import clock, mail
from portal.mail_events import EVENTS
from portal.models import MailStatus, OutgoingMail
from programs import (
    attendance_emails,
    attending,
    certificate_emails,
    emails,
    interview_emails,
    no_show_emails,
    reviewer_emails,
    survey_emails,
)
from programs.models.applications import Decision, Offer, StateChange
from programs.models.enrolments import Enrolment
from programs.models.selection import AssignmentRun
from programs.operations import certificates as certificate_operations
from programs.operations import sessions, transfers
from programs.operations.interviews import note
from tests import make
from tests.mentoring.camps import make_camp
from tests.programs.interviews import make_interviews

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://\S+")
HREF = re.compile(r'href="([^"]+)"')
ACCOUNT = (
    "account_already_exists",
    "email_changed",
    "email_confirmation",
    "email_confirmation_signup",
    "email_deleted",
    "password_changed",
    "password_reset",
    "password_reset_code",
    "password_set",
    "unknown_account",
)
CARE = ("absence_warning", "concern_news", "concern_unattended", "message_waiting", "pair_stopped")
REMATCH = ("rematch_talk", "rematch_again", "rematch_granted", "rematch_refused", "rematch_ended")
MFA = ("recovery_codes_generated", "totp_activated", "totp_deactivated")


OF_PAIRS = (
    *("paired_mentor", "paired_mentee", "evaluation_shared", "moved_mentee", "moved_mentor"),
    *("undone_mentor", "undone_mentee", "answer_reminder", "answer_overdue", "pair_closed"),
)
BEFORE_PAIRING = (
    "mentor_invited",
    "mentor_round_reminder",
    "mentee_asked",
    "mentee_round_reminder",
    "wishes_reopened",
)


def write_all(language):
    """Queue every mail that there is, with objects of its own each; returns the rows."""
    for name in EVENTS:
        write(name, language)
    person = make.make_user(language=language)
    values = {"code": "123456", "from_email": "a@example.com", "to_email": "b@example.com"}
    for folder, names in (("account", ACCOUNT), ("mfa", MFA)):
        for name in names:
            account_emails.account_mail(f"{folder}/email/{name}", to=person.email, person=person, context=values)
    account_emails.account_closed(person)
    account_emails.account_opened(person)
    return list(OutgoingMail.objects.order_by("pk"))


def write(name, language):
    person = make.make_user(language=language, full_name="남궁별", romanized_name="Namgung Byeol")
    program = make.make_program(has_mentoring=True)
    cohort = make.make_cohort(program, phase="open" if name.startswith(("draft", "extended")) else "announced")
    if name == "draft_reminder_registration":
        cohort.registration_mode = "first_come"
        cohort.save()
    status, fields = "submitted", {}
    if name.startswith(("draft", "form_changed")):
        status = "draft"
    elif name in ("offered", "promoted", "offer_expiring"):
        status = "offered"
    elif name.startswith("changes"):
        status, fields = "changes_requested", {"changes_note": "포트폴리오"}
    elif name == "waitlisted":
        status = "waitlisted"
    elif name in (*OF_PAIRS, *REMATCH, "no_show_warning", "no_show_undone"):
        status = "confirmed"
    if name in ("promoted", "waitlisted"):
        fields["waitlist_number"] = 3
    application = make.make_application(cohort, person, status=status, **fields)
    now = clock.now()
    if name in ("offered", "promoted", "offer_expiring"):
        offer = Offer.objects.create(application=application, kind="first", expires_at=application.answer_by)
        return emails.offer_expiring(offer) if name == "offer_expiring" else emails.offered(offer)
    if name.startswith("draft_reminder"):
        return emails.draft_reminder(application, 3)
    if name == "extended":
        application.extended_until = now + timedelta(days=9)
        return emails.extended(application)
    if name == "form_changed":
        return emails.form_changed(application, cohort.form_version)
    if name == "advanced":
        return emails.advanced(Decision.objects.create(application=application, outcome="advance"), application)
    if name in ("entered", "fixed"):
        copy = application.submissions.create(
            number=1, form_version=cohort.form_version, full_name="x", at=now, by=make.make_admin()
        )
        return emails.entered(copy, "1") if name == "entered" else emails.fixed(copy, "1", [])
    if name.startswith("reference"):
        return getattr(emails, name)(make.make_reference(application))
    if name.startswith("certificate"):
        return certificate(name, person)
    if name.startswith(("attendance", "excuse")):
        return attendance(name, person)
    if name.startswith(("restrict", "appeal")):
        appeal = make.make_appeal(make.make_restriction(person))
        appeal.is_accepted, appeal.answer = name == "appeal_accepted", "1"
        if name in ("appeal_accepted", "appeal_refused"):
            return emails.appeal_decided(appeal)
        return getattr(emails, name)(appeal if name == "appeal_received" else appeal.restriction)
    if name.startswith("no_show"):
        enrolment = make.make_enrolment(application=application, status="no_show", end_reason="1")
        if name == "no_show_undone":
            return no_show_emails.no_show_undone(enrolment)
        return no_show_emails.no_show_warning(enrolment, lapses_at=now)
    if name.startswith("survey"):
        survey = make.make_survey(gates_certificate=True)
        return getattr(survey_emails, name)(
            survey, make.make_enrolment(survey.cohort, person, status="active").person
        )
    if name.startswith("interview"):
        return interview(name, person)
    if name == "camp_timetable":
        return published_camp(person)
    if name == "place_moved":
        application.status = "confirmed"
        application.save()
        place = make.make_enrolment(application=application)
        there = make.make_cohort(phase="announced")
        return transfers.move_place(place.pk, there.pk, by=make.make_admin(), reason="1")
    if name.startswith("session_"):
        make.make_enrolment(make.make_session(cohort).cohort, person)
        session = cohort.sessions.get()
        if name == "session_added":
            values = {"title_ko": "1", "title_en": "1", "starts_at": session.ends_at}
            values["ends_at"] = session.ends_at + timedelta(hours=1)
            return sessions.add_session(cohort.pk, values, by=make.make_admin())
        if name == "session_cancelled":
            return sessions.cancel_session(session.pk, by=make.make_admin(), reason="1")
        return sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "2"}, by=make.make_admin())
    if name.startswith("review"):
        reviewer = make.make_reviewer(user=person)
        if name == "reviewer_invited":
            return reviewer_emails.reviewer_invited(reviewer)
        run = AssignmentRun.objects.create(round=reviewer.round, digest="0" * 64)
        return reviewer_emails.reviews_assigned(run, reviewer)
    if name in BEFORE_PAIRING:
        return before_pairing(name, language)
    if name == "action_due":
        action = make.make_action(make.make_pairing(enrolment=make.make_enrolment(application=application)))
        action.due_on = clock.today() + timedelta(days=1)
        action.save()
        return action_emails.action_due(action, deadline=due.end_of(action.due_on, action.person))
    if name in CARE:
        return care(name, person, application)
    if name in FORMS:
        return form(name, application)
    if name in REMATCH:
        return rematch(name, person, application)
    if name in OF_PAIRS:
        return of_pair(name, application, language)
    if name.startswith("meeting"):
        return meeting(name, person)
    change = StateChange.objects.create(
        application=application, from_status="draft", to_status=application.status, reason="1"
    )
    return getattr(emails, name)(change)


def care(name, person, application):
    """A mail about a report of a concern, a pair that was ended, or meetings that were missed."""
    if name == "concern_news":
        make.make_grant(person, "admin")
        SafeguardingOfficer.objects.create(user=person, named_by=person)
        return care_emails.concern_news()
    if name == "concern_unattended":
        make.make_grant(person, "admin")
        return care_emails.concern_unattended()
    if name == "pair_stopped":
        pairing = make.make_pairing(enrolment=make.make_enrolment(application=application))
        return care_emails.pair_stopped(pairing, person)
    if name == "absence_warning":
        step = AbsenceStep.objects.create(person=person, kind="warning", count=2)
        return absence_emails.absence_warning(step)
    return care_emails.message_waiting(person)


def of_pair(name, application, language):
    """A mail about a pair that was published and has its reasons."""
    mentor = make.make_mentor()
    mentor.user.language = language
    why = {
        "choice": 1,
        "wishes": 3,
        "discipline": "writing",
        "is_main": True,
        "skills": ["pilot"],
        "languages": ["ko"],
        "times": [["2027-01-11T10:00:00+00:00", "2027-01-11T12:00:00+00:00"]],
        "chosen": True,
    }
    enrolment = make.make_enrolment(application=application)
    pairing = make.make_pairing(mentor, enrolment, why=why, answer_until=clock.now())
    if name == "evaluation_shared":
        return mentoring_emails.evaluation_shared(make.make_evaluation(pairing))
    if name == "pair_closed":
        pairing.ended_at, pairing.end_reason, pairing.end_kind = clock.now(), "closed", "finished"
        pairing.save()
        return closing_emails.closed(pairing, pairing.enrolment.person)
    if name == "undone_mentee":
        return pairing_emails.undone_mentee(pairing, None)
    if name == "moved_mentee":
        return pairing_emails.moved_mentee(pairing, pairing, hold=timedelta(0))
    if name == "moved_mentor":
        return pairing_emails.moved_mentor(pairing, hold=timedelta(0))
    return getattr(mentoring_emails if name.startswith("paired") else pairing_emails, name)(pairing)


FORMS = {"evaluation_due": form_emails.SOON, "evaluation_overdue": form_emails.LATE, "form_shared": None}


def form(name, application):
    """A mail about the mid-term evaluation by a form, to the mentee."""
    pairing = make.make_pairing(enrolment=make.make_enrolment(application=application))
    day = clock.today() + timedelta(days=2 if name == "evaluation_due" else -1)
    version = form_evaluations.standard_form()
    make.make_mentoring_round(pairing.enrolment.cohort, mid_form=version, mid_due=day)
    if name == "form_shared":
        return form_emails.form_shared(
            FormEvaluation.objects.create(
                pairing=pairing,
                stage=Stage.MID,
                side=Owner.MENTOR,
                author=pairing.mentor.user,
                form_version=version,
                status=EvaluationStatus.SUBMITTED,
                submitted_at=clock.now(),
                shared_at=clock.now(),
            )
        )
    return form_emails.form_due(pairing, Stage.MID, Owner.MENTEE, FORMS[name], day)


def rematch(name, person, application):
    """A mail about a request for another pair."""
    pairing = make.make_pairing(enrolment=make.make_enrolment(application=application))
    if name == "rematch_ended":
        return rematch_emails.ended(pairing, person)
    now = clock.now()
    asked = make.make_rematch(pairing, ask_again_on=now.date(), status="talking")
    if name == "rematch_again":
        return rematch_emails.again(asked, day=now)
    return getattr(rematch_emails, name.removeprefix("rematch_"))(asked)


def before_pairing(name, language):
    """A mail about a round, to one of its mentors or mentees."""
    round_ = make.make_mentoring_round()
    mentor = make.make_mentor(make.make_user(language=language))
    mentee = make.make_mentee_profile(round_, submitted_at=None)
    person = mentee.enrolment.person
    person.language = language
    invited = make.make_round_mentor(round_, mentor, state="invited")
    if name == "mentor_invited":
        return round_emails.mentor_invited(invited)
    if name == "mentor_round_reminder":
        return round_emails.mentor_reminder(invited, 3)
    if name == "mentee_asked":
        return round_emails.mentee_asked(round_, mentee.enrolment)
    if name == "mentee_round_reminder":
        return round_emails.mentee_reminder(round_, mentee.enrolment, round_.wishes_until, 3)
    mentee.reopened_until = round_.wishes_until
    return round_emails.wishes_reopened(round_, mentee)


def meeting(name, person):
    """A mail about a meeting, to the mentee."""
    pairing = make.make_pairing(enrolment=make.make_enrolment(person=person))
    fields = {"subject": "1", "link": "https://meet.example.com/a"}
    if name == meeting_emails.SAID:
        fields |= {"mentor_says": "held", "mentor_minutes": 50, "mentor_said_at": clock.now()}
    if name == meeting_emails.DECIDED:
        fields |= {"status": "mentee_absent", "settled_at": clock.now()}
    if name == meeting_emails.CANCELLED:
        fields |= {"status": "cancelled", "called_off_reason": "1"}
    if name == meeting_emails.MOVED:
        was = make.make_meeting(pairing, status="rescheduled", called_off_reason="1")
        fields |= {"replaces": was, "uid": was.uid}
    row = make.make_meeting(pairing, starts_at=clock.now() + timedelta(days=2), **fields)
    if name in (meeting_emails.DAY, meeting_emails.HOUR, meeting_emails.ASK):
        return meeting_emails.reminder(row, person, name)
    return getattr(meeting_emails, name.removeprefix("meeting_"))(row, person)


def published_camp(person):
    """The mail with a person's own timetable of a camp."""
    camp, boss = make_camp(mentors=1, mentees=1, days=1, slots=1, place="홍릉"), make.make_admin()
    pairing = Pairing.objects.get(enrolment__cohort=camp.round.cohort)
    Enrolment.objects.filter(pk=pairing.enrolment_id).update(person=person)
    timetable = timetables.publish(timetables.answer(timetables.make(camp.pk, by=boss).pk).pk, by=boss)
    return OutgoingMail.objects.get(event="camp_timetable", person=person, target_id=timetable.pk)


def attendance(name, person):
    """A mail about somebody's attendance in a course that runs."""
    cohort, sessions, _enrolments = make.make_course(days=5, begun=2, people=0)
    enrolment = make.make_enrolment(cohort, person, status="active")
    if name.startswith("excuse"):
        excuse = make.make_excuse(enrolment, sessions[0], answer="1")
        excuse.is_accepted = name == "excuse_accepted"
        return attendance_emails.excuse_decided(excuse)
    make.make_attendance(sessions[0], enrolment, status="absent")
    standing = attending.standing_of(enrolment, clock.now())
    return getattr(attendance_emails, name)(enrolment, standing)


def certificate(name, person):
    """A mail about a certificate of a cohort that is over."""
    enrolment = make.make_enrolment(make.make_cohort(phase="finished"), person, status="completed")
    row = make.make_certificate(enrolment, is_made=False)
    if name == "certificate_reissued":
        row = certificate_operations.reissue(row.pk, by=make.make_admin(), reason="1")
    if name == "certificate_revoked":
        row.end_reason = "1"
    return getattr(certificate_emails, name.removeprefix("certificate_"))(row)


def interview(name, person):
    """A mail about an interview in three days."""
    _round, slots, (application, _other) = make_interviews()
    application.applicant.language = person.language
    application.applicant.save()
    change = note(slots[0], application, "booked", by=make.make_admin(), now=clock.now(), reason="1")
    if name == "interview_digest":
        member = slots[0].panel.members.get()
        member.language = person.language
        member.save()
        return interview_emails.digest(member, change, [lambda: "1"])
    if name in (interview_emails.DAY_BEFORE, interview_emails.HOUR_BEFORE):
        return interview_emails.reminder(change, name)
    return getattr(interview_emails, name.removeprefix("interview_"))(change)


@pytest.fixture(params=["ko", "en"])
def rows(request, settings):
    settings.SITE_URL = "https://portal.example.com"
    found = write_all(request.param)
    assert {row.event for row in found} == {*EVENTS, *ACCOUNT, *MFA, "account_closed", "account_opened"}
    return found


def words(text):
    return re.sub(r"\s+", " ", text).strip()


def test_trust_52_text_and_html_say_the_same(rows):
    for row in rows:
        message = mail.message(row)
        ((html, kind),) = message.alternatives
        assert kind == "text/html"
        shown = html[html.index("<strong") : html.index("<hr>")].partition("</p>")[2]
        shown = words(unescape(re.sub(r"<[^>]+>", " ", shown.replace("<br>", " "))))
        assert shown.replace(" ", "") == words(message.body).replace(" ", ""), row.event


def test_trust_52_one_recipient_and_no_other(rows):
    for row in rows:
        message = mail.message(row)
        assert message.recipients() == [row.to], row.event
        assert not message.cc
        assert not message.bcc


def test_trust_52_nothing_is_fetched_when_it_is_opened(rows):
    for row in rows:
        html = mail.html_of(row)
        for word in ("src=", "<img", "<link", "<script", "<style", "url(", "@import", "background", "<iframe"):
            assert word not in html, (row.event, word)


def test_trust_52_links_are_absolute_and_https(rows):
    for row in rows:
        found = LINK.findall(row.body) + HREF.findall(mail.html_of(row))
        assert found, row.event
        for address in found:
            if address.startswith("mailto:"):
                continue
            assert address.startswith("https://portal.example.com"), (row.event, address)


HOSTILE = "x\r\nBcc: all@example.com\r\n\r\n<b>\u2028\x85\x0b\x00y"


@pytest.mark.parametrize("where", ["to", "subject", "person"])
def test_trust_52_nothing_that_people_write_becomes_a_header(where, settings):
    application = make.make_application(status="submitted")
    program = application.cohort.program
    if where == "subject":
        program.title_ko = program.title_en = HOSTILE
    elif where == "person":
        application.applicant.full_name = application.applicant.romanized_name = HOSTILE
    change = StateChange.objects.create(application=application, from_status="draft", to_status="submitted")
    application.cohort.program = program
    row = emails.received(change)
    if where == "to":
        OutgoingMail.objects.update(to="a@example.com\r\nBcc: all@example.com")
        assert mail.deliver(row.pk) == 0
        row.refresh_from_db()
        assert row.status == MailStatus.FAILED
        assert outbox.outbox == []
        return
    mail.deliver(row.pk)
    (sent,) = outbox.outbox
    assert not re.search(r"^Bcc:", sent.message().as_string().partition("\n\n")[0], re.M | re.I)
    assert sent.recipients() == [row.to]


def test_trust_52_sent_once_even_after_a_retry(monkeypatch, settings):
    settings.DEMO_NOW = clock.now()
    application = make.make_application(status="submitted")
    change = StateChange.objects.create(application=application, from_status="draft", to_status="submitted")
    rows = [emails.received(change), emails.received(change)]
    assert rows[0] == rows[1]
    real, fails = EmailMessage.send, [OSError("down"), OSError("down")]

    def send(self, fail_silently=False):
        if fails:
            raise fails.pop()
        return real(self, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    for _time in range(6):
        mail.deliver_waiting()
        mail.deliver_mail.call(rows[0].pk)
        settings.DEMO_NOW += timedelta(hours=1)
    emails.received(change)
    assert mail.deliver_waiting() == 0
    assert len(outbox.outbox) == 1


READS = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "PRAGMA", "ROLLBACK")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_trust_52_a_link_that_is_followed_changes_nothing(language):
    """A mail program that opens every link of every mail, as their people, acts on nothing."""
    rows = write_all(language)
    opened = set()
    for row in rows:
        client = Client()
        if row.person is not None:
            EmailAddress.objects.get_or_create(
                user=row.person, email=row.person.email, defaults={"verified": True, "primary": True}
            )
            client.force_login(row.person)
        for address in LINK.findall(row.body):
            parts = urlsplit(address)
            with CaptureQueriesContext(connection) as queries:
                response = client.get(parts.path or "/", query_params=dict(), follow=False)
            assert response.status_code in (200, 302), (row.event, address)
            written = [
                query["sql"]
                for query in queries
                if not query["sql"].startswith(READS) and "django_session" not in query["sql"]
            ]
            assert written == [], (row.event, address)
            opened.add((row.event, parts.path))
    assert {event for event, _path in opened} == {row.event for row in rows}
