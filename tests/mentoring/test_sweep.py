"""A whole season, and after it everything that anybody was sent or can ask for: nobody reads what is not theirs.

A mentee reads nothing of another mentee, of a mentor's order or of a private note; a mentor reads assigned mentees
alone, while they are assigned.
"""

import json
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from accounts.models import Role
from mentoring import meeting_calendars, slots
from mentoring.emails import meetings as meeting_emails
from mentoring.models.meetings import Meeting
from mentoring.models.notes import PrivateNote, PrivateNoteQuerySet
from mentoring.models.pairs import Pairing, PairingQuerySet
from mentoring.models.rounds import MenteeProfile, RoundMentor
from mentoring.operations import (
    absences,
    actions,
    answers,
    evaluations,
    goals,
    meeting_words,
    meetings,
    notes,
    rematches,
    rounds,
    runs,
    wishes,
)
from mentoring.privacy import papers
from portal import mail
from portal.models import OutgoingMail
from programs.models.schedule import CalendarFeed
from programs.operations import enrolments, feeds
from tests import make
from tests.mentoring import prying
from tests.mentoring.meetings import ALL_DAY, DAY, HOUR, NOW
from tests.test_access import EXPECTED, LOGIN, POST_ONLY, PUBLIC, row

pytestmark = pytest.mark.django_db
SHOWN = [name for name in EXPECTED if EXPECTED[name] not in (PUBLIC, row(LOGIN, POST_ONLY))]
# What is kept of a person outside of mentoring, or was sent to them.
APART = ("my-mail", "teaching", "reviews", "my-certificates", "my-consent", "my-restrictions", "profile")


class Season:
    """A round from the invitations to the end, through operations; every mail that leaves is kept."""

    def __init__(self):
        self.marks, self.sent = prying.Marks(), []
        organization = make.make_organization()
        program = make.make_program(partners=[organization], kind="masterclass", has_mentoring=True)
        self.cohort = make.make_cohort(program, phase="running", capacity=9)
        self.cohort.starts_at, self.cohort.ends_at = NOW - DAY, NOW + 100 * DAY
        self.cohort.save()
        self.cohort.sessions.all().delete()
        self.boss = self.person("boss", role=Role.MANAGER, scope=organization)
        self.round = make.make_mentoring_round(
            self.cohort, mentors_rank=True, ranks_until=NOW + 5 * DAY, least_wishes=1, undo_minutes=1
        )
        self.mentors = [self.mentor(language) for language in ("ko", "en", "ko")]
        self.mentees = [self.mentee(language) for language in ("ko", "en", "ko", "ko")]
        for step in (self.before, self.pairing, self.work, self.meet, self.part):
            step()
            self.deliver()

    def at(self, moment):
        settings.DEMO_NOW = moment

    def person(self, kind, **fields):
        name = self.marks.new(kind)
        person = make.make_user(email=f"{name}@example.com", full_name=name, romanized_name=name, **fields)
        person.mark = name
        self.marks.also(name, person)
        return person

    def mentor(self, language):
        user = self.person("mentor", language=language)
        make.make_week(user, *ALL_DAY, zone="America/Los_Angeles")
        profile = {"discipline": "writing", "skills": ["pilot"], "languages": ["ko"], "confirmed_at": NOW}
        return make.make_mentor(user, capacity=2, **profile)

    def mentee(self, language):
        person = self.person("mentee", language=language)
        make.make_week(person, *ALL_DAY)
        application = make.make_application(
            self.cohort,
            person,
            status="confirmed",
            motivation=self.marks.new("motivation", person),
            goals=self.marks.new("asked", person),
        )
        make.make_enrolment(application=application, status="active")
        for mentor in self.mentors:
            self.marks.also(mentor.user.mark, person, mentor.user)
        return person

    def mine(self, person):
        """The marks of a mentee's own texts, which a mentor reads while the two are paired."""
        owned = {"mentee", "motivation", "asked", "goal", "action", "shared", "subject"}
        return [
            mark
            for mark, readers in self.marks.readers.items()
            if person.pk in readers and prying.kind_of(mark) in owned
        ]

    def paired(self, pairing):
        """The mentor of a pair reads what is the mentee's."""
        for mark in self.mine(pairing.enrolment.person):
            self.marks.also(mark, pairing.mentor.user)

    def apart(self, pairing):
        """They no longer do."""
        for mark in self.mine(pairing.enrolment.person):
            self.marks.readers[mark] -= {pairing.mentor.user_id}

    def deliver(self):
        """Send what waits; each mail is judged by who might read what as it left."""
        mail.deliver_waiting()
        for message in outbox.outbox:
            self.sent.append((message, dict(self.marks.readers)))
        outbox.outbox.clear()

    # the season

    def before(self):
        rounds.invite_mentors(self.round.pk, [mentor.pk for mentor in self.mentors], by=self.boss)
        rounds.ask_mentees(NOW)
        self.at(self.round.wishes_until - DAY)
        rounds.remind(settings.DEMO_NOW)
        self.deliver()
        RoundMentor.objects.filter(round=self.round).update(state="in")
        every = [mentor.user for mentor in self.mentors]
        for person in self.mentees:
            typed = {"discipline": "writing", "skills": ["pilot"], "languages": ["ko"]}
            typed |= {"brief": self.marks.new("brief", person, *every)}
            typed |= {"wishes": [str(mentor.pk) for mentor in self.mentors]}
            wishes.hand_in(self.round.pk, by=person, typed=typed)
        codes = list(MenteeProfile.objects.order_by("pk").values_list("code", flat=True))
        for mentor in self.mentors:
            wishes.rank_briefs(self.round.pk, codes[:2], by=mentor.user)

    def pairing(self):
        """Published; one declines, and the pairing is repaired."""
        self.at(NOW + 6 * DAY)
        self.publish()
        first = Pairing.objects.live().select_related("mentor__user", "enrolment__person").order_by("pk")
        for pairing in first:
            self.paired(pairing)
        self.at(NOW + 6 * DAY + HOUR)
        self.deliver()
        declined = first[0]
        answers.decline(
            declined.pk, by=declined.mentor.user, reason=self.marks.new("declined", declined.mentor.user)
        )
        self.apart(declined)
        self.at(NOW + 7 * DAY)
        self.publish()
        for pairing in Pairing.objects.live():
            self.paired(pairing)
        self.at(NOW + 7 * DAY + HOUR)
        self.deliver()
        answers.remind(NOW + 9 * DAY)
        for pairing in Pairing.objects.live():
            answers.accept(pairing.pk, by=pairing.mentor.user)

    def publish(self):
        run = runs.run(self.round.pk, by=self.boss)
        runs.publish(run.pk, by=self.boss, digest=run.digest)

    def work(self):
        """Goals, actions and notes of every pair."""
        self.live = list(Pairing.objects.live().select_related("mentor__user", "enrolment__person").order_by("pk"))
        for pairing in self.live:
            mentor, mentee = pairing.mentor.user, pairing.enrolment.person
            both = (mentor, mentee)
            goals.add_goal(pairing.pk, self.marks.new("goal", *both), by=mentee)
            day = (NOW + 12 * DAY).date()
            for owner, by in (("mentee", mentor), ("mentor", mentee)):
                actions.add_action(pairing.pk, self.marks.new("action", *both), by=by, owner=owner, due_on=day)
            notes.write_note(pairing.pk, "private", self.marks.new("private", mentor), by=mentor)
            notes.write_note(pairing.pk, "private", self.marks.new("private", mentee), by=mentee)
            notes.write_note(pairing.pk, "staff", self.marks.new("staff", mentor), by=mentor)
            notes.write_note(pairing.pk, "shared", self.marks.new("shared", *both), by=mentee)
            notes.write_note(pairing.pk, "shared", self.marks.new("advice", *both), by=mentor)
            notes.save_draft(pairing.pk, text=self.marks.new("draft", mentee), by=mentee)
        self.at(NOW + 11 * DAY + 2 * HOUR)
        actions.remind(settings.DEMO_NOW)

    def meet(self):
        """Booked, moved, called off, reminded of, missed and decided."""
        for pairing in self.live:
            mentor, mentee = pairing.mentor.user, pairing.enrolment.person
            subject = self.marks.new("subject", mentor, mentee)
            for turn in range(4):
                start = slots.bookable(Pairing.objects.for_desk().get(pk=pairing.pk), settings.DEMO_NOW)[turn * 9][
                    0
                ]
                made = meetings.book(pairing.pk, start, by=mentee if turn % 2 else mentor, subject=subject)
                if turn == 2:
                    meetings.change_details(made.pk, by=mentor, subject=subject, link="https://meet.example.com/a")
                if turn == 0:
                    later = slots.bookable(Pairing.objects.for_desk().get(pk=pairing.pk), settings.DEMO_NOW)[-1][0]
                    meetings.reschedule(made.pk, later, by=mentee)
                if turn == 1:
                    meetings.cancel(made.pk, by=mentee, reason=subject)
            feeds.renew_feed(mentor, "learning")
            feeds.renew_feed(mentee, "learning")
        self.deliver()
        near = Meeting.objects.unsettled().order_by("starts_at")
        self.at(near[0].starts_at - timedelta(minutes=30))
        meeting_words.remind(settings.DEMO_NOW)
        self.deliver()
        for meeting in near.filter(starts_at__lt=NOW + 30 * DAY):
            self.at(meeting.ends_at + HOUR)
            if meeting.pk % 2:
                meeting_words.say(meeting.pk, "mentee_absent", by=meeting.pairing.mentor.user)
            meeting_words.ask(settings.DEMO_NOW + 2 * DAY)
        self.deliver()
        for meeting in Meeting.objects.unsettled().filter(starts_at__lt=NOW + 30 * DAY):
            meeting_words.decide(meeting.pk, "mentee_absent", by=self.boss, reason="1")
        absences.follow_up(settings.DEMO_NOW)

    def part(self):
        """A re-match, one who leaves, an evaluation that is shared, a pair that is ended long before the end."""
        matched, left, long_ago, stays = self.live
        asked = rematches.ask(matched.pk, by=matched.enrolment.person, cause="field")
        rematches.talk_first(asked.pk, by=self.boss, day=(settings.DEMO_NOW + 5 * DAY).date(), reason="1")
        self.deliver()
        rematches.grant(asked.pk, by=self.boss, reason="1", for_cause=True)
        self.apart(matched)
        self.deliver()
        self.publish()
        for pairing in Pairing.objects.live().filter(enrolment=matched.enrolment):
            self.paired(pairing)
        self.at(settings.DEMO_NOW + HOUR)
        self.deliver()
        enrolments.end_enrolment(left.enrolment_id, "dropped", by=self.boss, reason="1")
        Pairing.objects.filter(pk=long_ago.pk).update(
            ended_at=settings.DEMO_NOW - DAY, end_reason="1", end_kind="staff"
        )
        self.deliver()
        mentor = stays.mentor.user
        words = self.marks.new("strengths", mentor, stays.enrolment.person)
        scores = dict.fromkeys(stays.goals.values_list("pk", flat=True), 4)
        evaluation = evaluations.submit_evaluation(
            stays.pk, by=mentor, strengths=words, next_steps=words, scores=scores
        )
        evaluations.share_evaluation(evaluation.pk, by=mentor)
        self.deliver()
        self.at(settings.DEMO_NOW + 31 * DAY)
        for pairing in (left, long_ago):
            self.apart(pairing)


@pytest.fixture(scope="module")
def season(django_db_setup, django_db_blocker):
    still = override_settings(DEMO_NOW=NOW, RATE_LIMITS="off")
    with django_db_blocker.unblock(), still, transaction.atomic(), override("ko"):
        made = Season()
        made.places = list(prying.site_addresses([name for name in SHOWN if not name.startswith(APART)]))
        yield made
        transaction.set_rollback(True)


# --- what is looked at ------------------------------------------------------------------------------------------


def text_of_mail(message):
    """Every part of a mail, decoded."""
    parts = message.message().walk()
    return message.subject + "".join(
        prying.unpacked(part.get_payload(decode=True)) for part in parts if not part.is_multipart()
    )


def leaks_of_mails(season, sent=None):
    """What a mail says that is not its reader's."""
    by_address = {
        person.email: person for person in [season.boss, *season.mentees, *(m.user for m in season.mentors)]
    }
    found = set()
    for message, readers in season.sent if sent is None else sent:
        person = by_address[message.to[0]]
        told = season.marks.found_in(text_of_mail(message))
        found |= {(message.subject, mark) for mark in told if person.pk not in readers[mark]}
    return found


def leaks_of_pages(season, person, language="ko", only=None):
    """What a page says that is not its reader's."""
    places = [place for place in season.places if only is None or place[0] in only]
    return prying.pry(person, places, season.marks, language=language).others


def leaks_of_data(season, person):
    """What a person takes along or has in a calendar that is not theirs; mails they were sent are theirs."""
    with privacy.archive(person) as packed:
        text = prying.unpacked(packed.read())
    text = without_mails(text)
    for code in CalendarFeed.objects.filter(person=person).values_list("code", flat=True):
        text += prying.text_of(prying.client_of(None).get(reverse("calendar-feed", args=[code])))
    return season.marks.found_in(text) - season.marks.theirs(person)


def without_mails(text):
    """The archive's data without the mails that a person was sent."""
    data, _end = json.JSONDecoder().raw_decode(text[text.index("{") :])
    del data["account"]["mails"]
    return json.dumps(data)


def test_the_season_tells_all_there_is_to_tell(season):
    sent = set(OutgoingMail.objects.filter(status="sent").values_list("reason", flat=True))
    assert sent >= {
        *("mentor_invited", "mentee_asked", "paired_mentor", "paired_mentee", "meeting_booked", "meeting_moved"),
        *("meeting_cancelled", "meeting_details", "meeting_soon", "meeting_said", "meeting_decided", "action_due"),
        *("rematch_talk", "rematch_granted", "pair_stopped", "evaluation_shared", "absence_warning"),
    }
    assert len(season.sent) > 60


def test_no_mail_tells_anybody_what_is_not_theirs(season):
    assert leaks_of_mails(season) == set()


@pytest.mark.parametrize("number", range(4))
def test_a_mentee_is_shown_nothing_of_anybody_else(season, number):
    person = season.mentees[number]
    orders = []

    def note(execute, sql, params, many, context):
        if "mentoring_mentorwish" in sql:
            orders.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert leaks_of_pages(season, person, "en" if number % 2 else "ko") == set()
        assert leaks_of_data(season, person) == set()
    assert orders == []  # a mentor's order of briefs is not even asked for


@pytest.mark.parametrize("number", range(3))
def test_a_mentor_is_shown_their_own_mentees_alone(season, number):
    person = season.mentors[number].user
    assert leaks_of_pages(season, person, "ko" if number % 2 else "en") == set()
    assert leaks_of_data(season, person) == set()


# --- the sweep finds what leaks -----------------------------------------------------------------------------------


def test_it_finds_a_query_that_forgets_who_asks(season):
    person = season.mentees[0]
    with patch.object(PrivateNoteQuerySet, "visible_to", lambda rows, user: rows):
        found = leaks_of_pages(season, person, only=("pairing",))
    assert {prying.kind_of(mark) for _name, mark in found} == {"private"}
    with patch.object(PairingQuerySet, "visible_to", lambda rows, user: rows):
        found = leaks_of_pages(season, person, only=("pairing", "meeting"))
    assert {"mentee", "goal", "shared", "subject"} <= {prying.kind_of(mark) for _name, mark in found}


def test_it_finds_a_mail_with_the_name_of_another(season):
    mentee, other = season.mentees[3], season.mentees[0]
    meeting = Meeting.objects.for_page().filter(pairing__enrolment__person=mentee).first()
    with patch.object(meeting_emails.zones, "times", lambda *args, **more: other.mark):
        sent = mail.message(meeting_emails.decided(meeting, mentee))
    assert other.mark in {mark for _subject, mark in leaks_of_mails(season, [(sent, season.marks.readers)])}


def test_it_finds_a_calendar_with_a_private_note(season):
    pairing = season.live[3]
    note = PrivateNote.objects.get(pairing=pairing, author=pairing.mentor.user)
    event = meeting_calendars.calendars.event
    leaking = patch.object(
        meeting_calendars.calendars,
        "event",
        lambda **fields: event(**fields | {"text": f"{fields['text']}\n{note.text}"}),
    )
    person = pairing.enrolment.person
    with leaking:
        assert note.text in leaks_of_data(season, person)
        assert ("meeting-ics", note.text) in leaks_of_pages(season, person, only=("meeting-ics",))


def test_it_finds_what_is_taken_along_of_somebody_else(season):
    pairing = season.live[3]
    every = list(PrivateNote.objects.values_list("text", flat=True))
    with patch.object(papers, "_notes", lambda pairing, person_id, **more: {"private_notes": every}):
        assert leaks_of_data(season, pairing.enrolment.person) >= set(every[:1]) - season.marks.theirs(
            pairing.enrolment.person
        )
