"""What each side reads of the reasons: their own data and the other's public profile, and never a third person."""

import json

import pytest
from django.utils import translation

from mentoring.models.pairs import Pairing
from mentoring.models.rounds import Exclusion, MentorWish
from mentoring.operations import runs
from mentoring.operations.answers import decline
from mentoring.operations.people import erase_person
from mentoring.pairing import run_reading, why
from mentoring.pairing.snapshot import Snapshot
from mentoring.privacy import people as privacy
from portal import clock
from portal.models import OutgoingMail
from tests import make
from tests.mentoring.rounds import make_full_round, names

pytestmark = pytest.mark.django_db
LANGUAGES = ("ko", "en")


@pytest.fixture
def staff():
    return make.make_admin()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def published(round_, staff):
    run = runs.run(round_.pk, by=staff)
    return runs.publish(run.pk, by=staff, digest=run.digest)


def pair_of(mentee):
    rows = Pairing.objects.live().select_related("mentor__user", "mentor__expert", "enrolment__person", "run")
    return rows.get(enrolment=mentee.enrolment)


def named(round_, rows, people):
    """Everybody gets a name that is nowhere else."""
    letters = iter("가나다라마바사아자차카타파하")
    for person in [row.mentor.user for row in rows] + [mentee.enrolment.person for mentee in people]:
        letter = next(letters)
        person.full_name, person.romanized_name = f"{letter}뷁쉙", f"Zq{ord(letter)}xv"
        person.save()


def own_names(*people):
    return {name for person in people for name in (person.full_name, person.romanized_name)}


def test_each_side_reads_the_reasons_in_its_own_words(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    make.make_week(mentee.enrolment.person, (0, 19 * 60, 21 * 60), (2, 19 * 60, 20 * 60))
    make.make_week(row.mentor.user, (0, 5 * 60, 7 * 60), zone="America/New_York")
    Exclusion.objects.all().delete()
    round_.cohort.starts_at = None
    round_.wishes_until = round_.wishes_until.replace(year=2027, month=1, day=11)
    round_.save()
    published(round_, staff)
    pairing = pair_of(mentee)
    assert why.lines(pairing, why.MENTEE) == [
        "This mentor was your first wish.",
        "Writing, which you are looking for, is this mentor's discipline.",
        "This mentor helps with what you want to work on: Pilot and series structure.",
        "You can talk in Korean.",
        "Common time each week: Monday 19:00–21:00 (Seoul) = Monday 05:00–07:00 (New York, Toronto).",
    ]
    assert why.lines(pairing, why.MENTOR) == [
        "The mentee is looking for your discipline: Writing.",
        "The mentee wants to work on what you offer: Pilot and series structure.",
        "You can talk in Korean.",
        "Common time each week: Monday 05:00–07:00 (New York, Toronto) = Monday 19:00–21:00 (Seoul).",
    ]


def test_one_zone_is_named_once(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    for person in (mentee.enrolment.person, row.mentor.user):
        make.make_week(person, (5, 22 * 60, 24 * 60))
    published(round_, staff)
    assert why.lines(pair_of(mentee), why.MENTEE)[-1] == "Common time each week: Saturday 22:00–24:00 (Seoul)."


@pytest.mark.parametrize(
    ("wishes", "line"),
    [
        (2, "This mentor was your wish number 2."),
        (1, "You did not name this mentor; you were paired by what you are looking for."),
        (0, None),
    ],
)
def test_which_wish_the_mentor_was(staff, wishes, line):
    round_, rows, _people = make_full_round(0, 2)
    mentee = make.make_mentee_profile(round_, *(row.mentor for row in rows[:wishes]))
    Exclusion.objects.create(round=round_, mentor=rows[0].mentor, person=mentee.enrolment.person, kind="staff")
    published(round_, staff)
    lines = why.lines(pair_of(mentee), why.MENTEE)
    assert lines[0] == (line or "Writing, which you are looking for, is this mentor's discipline.")


def test_a_mentor_reads_nothing_of_wishes_and_a_mentee_nothing_of_the_mentors(staff):
    round_, (row,), people = make_full_round(2, 1)
    round_.mentors_rank = True
    round_.save()
    MentorWish.objects.create(mentor=row, mentee=people[0], rank=1)
    published(round_, staff)
    chosen, other = (pair_of(person) for person in people)
    assert "You chose this mentee by the brief." in why.lines(chosen, why.MENTOR)
    assert "You chose this mentee by the brief." not in why.lines(other, why.MENTOR)
    assert why.lines(chosen, why.MENTEE) == why.lines(other, why.MENTEE)
    for pairing in (chosen, other):
        assert not any("wish" in line for line in why.lines(pairing, why.MENTOR))


def test_a_pair_made_by_hand_has_no_reasons():
    pairing = make.make_pairing()
    assert why.lines(pairing, why.MENTEE) == why.lines(pairing, why.MENTOR) == []
    assert why.not_obtained(pairing) == []


# --- why not somebody else ---------------------------------------------------------------------------


def test_each_wish_that_was_not_met_has_its_sentence(staff):
    round_, rows, _people = make_full_round(0, 6, capacity=2)
    full, apart, silent, blocked, quiet, own = rows
    for row in (full, own):
        row.mentor.second_disciplines = ["directing"]
        row.mentor.save()
    rivals = [make.make_mentee_profile(round_, full.mentor) for _ in range(2)]
    for rival in rivals:
        runs.lock(round_.pk, rival.enrolment.pk, full.mentor.pk, by=staff)
    apart.mentor.languages = ["en"]
    apart.mentor.save()
    quiet.state = "out"
    quiet.save()
    mentee = make.make_mentee_profile(round_, *(row.mentor for row in rows))
    make.make_week(mentee.enrolment.person, (0, 600, 720))
    make.make_week(silent.mentor.user, (1, 600, 720))
    Exclusion.objects.create(
        round=None, mentor=blocked.mentor, person=mentee.enrolment.person, kind="safeguarding", reason="비밀"
    )
    published(round_, staff)
    pairing = pair_of(mentee)
    found = why.not_obtained(pairing)
    assert [(entry["number"], entry["mentor"]) for entry in found] == [
        (number, row.mentor) for number, row in enumerate(rows[:5], 1)
    ]
    assert [entry["text"] for entry in found] == [
        f"All 2 places with {full.mentor.name} went to pairs that the cohort's rules put first.",
        f"You and {apart.mentor.name} have named no common language.",
        f"You and {silent.mentor.name} have less common time than the 60 minutes a week that are needed here.",
        "The rules of the cohort did not allow this pair.",
        f"{quiet.mentor.name} takes no mentees in this round.",
    ]
    assert pairing.mentor == own.mentor


def test_a_harmless_reason_is_told_before_one_that_is_not_theirs_to_read(staff):
    round_, (row, _own), (mentee,) = make_full_round(1, 2)
    row.mentor.languages = ["en"]
    row.mentor.save()
    Exclusion.objects.create(round=None, mentor=row.mentor, person=mentee.enrolment.person, kind="safeguarding")
    published(round_, staff)
    (entry,) = why.not_obtained(pair_of(mentee))
    assert entry["text"] == f"You and {row.mentor.name} have named no common language."


def test_the_first_wish_needs_no_excuse(staff):
    round_, _rows, (mentee,) = make_full_round(1, 2)
    published(round_, staff)
    assert why.not_obtained(pair_of(mentee)) == []


# --- nobody else -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_and_no_mail_names_a_third_person(staff, language):
    """Everybody wishes for everybody, some are ruled out, one is moved: each reads of their own pair alone."""
    round_, rows, people = make_full_round(6, 3, capacity=2, mentors_rank=True)
    named(round_, rows, people)
    for row in rows:
        MentorWish.objects.create(mentor=row, mentee=people[0], rank=1)
        row.mentor.user.language = language
        row.mentor.user.save()
    for mentee in people:
        mentee.enrolment.person.language = language
        mentee.enrolment.person.save()
        make.make_week(mentee.enrolment.person)
    published(round_, staff)
    OutgoingMail.objects.update(status="sent", sent_at=clock.now())
    moved = pair_of(people[0])
    runs.exclude(round_.pk, moved.enrolment_id, moved.mentor_id, by=staff, reason="뷁쉙 씨가 싫어함")
    make.make_round_mentor(round_)
    published(round_, staff)
    everybody = own_names(*(row.mentor.user for row in rows), *(one.enrolment.person for one in people))
    with translation.override(language):
        for mentee in people:
            pairing = pair_of(mentee)
            allowed = own_names(pairing.mentor.user, mentee.enrolment.person)
            texts = [*why.lines(pairing, why.MENTEE), *why.lines(pairing, why.MENTOR), json.dumps(pairing.why)]
            assert not any(name in text for text in texts for name in everybody - allowed)
            wished = own_names(*(row.mentor.user for row in rows)) | allowed
            for entry in why.not_obtained(pairing):
                assert not any(name in entry["text"] for name in everybody - wished)
                assert "싫어함" not in entry["text"]
    for row in OutgoingMail.objects.select_related("person"):
        pairing = Pairing.objects.select_related("mentor__user", "enrolment__person").get(pk=row.target_id)
        allowed = own_names(pairing.mentor.user, pairing.enrolment.person)
        if row.reason == "moved_mentee":
            allowed |= own_names(moved.mentor.user)
        assert not any(name in row.subject + row.body for name in everybody - allowed), row.reason
        if row.reason == "moved_mentor":
            assert not any(name in row.body for name in own_names(pair_of(people[0]).mentor.user))


def test_the_parts_of_every_pair_add_up_to_its_score(staff):
    round_, rows, people = make_full_round(5, 4, mentors_rank=True)
    for number, row in enumerate(rows):
        row.mentor.discipline = ("writing", "directing", "", "vfx")[number]
        row.mentor.second_disciplines = [["directing"], [], [], ["writing", "sound"]][number]
        row.mentor.skills = [["pilot"], [], ["room", "pitching"], ["pilot", "actors", "crew"]][number]
        row.mentor.save()
    for number, mentee in enumerate(people):
        mentee.skills = [["pilot", "room", "actors"], [], ["crew"], ["pilot"], ["world", "budget"]][number]
        mentee.discipline = ("writing", "", "directing", "sound", "vfx")[number]
        mentee.save()
        MentorWish.objects.create(mentor=rows[0], mentee=mentee, rank=number + 1)
        if number % 2:
            make.make_week(mentee.enrolment.person)
    make.make_week(rows[1].mentor.user, (0, 540, 700))
    run = runs.run(round_.pk, by=staff)
    snapshot = Snapshot.of_run(run)
    weights = snapshot.facts["rules"]["weights"]
    assert len(run.problem["scores"]) == 20
    for mentee, mentor, score, *_fit in run.problem["scores"]:
        parts = snapshot.pair(mentee, mentor).parts
        assert sum(parts.values()) == score
        assert all(0 <= parts[name] <= weights[name] for name in weights)
        assert 0 <= score <= 1000
    assert set(run_reading.pairs_of(run).values()) <= set(names(*rows))


# --- a person's data ---------------------------------------------------------------------------------


def test_a_person_gets_the_reasons_as_they_may_read_them(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1, mentors_rank=True)
    MentorWish.objects.create(mentor=row, mentee=mentee, rank=1)
    published(round_, staff)
    [own] = privacy.export(mentee.enrolment.person)["as_mentee"]
    assert own["choice"] == 1
    assert "This mentor was your first wish." in own["why"]
    assert not any("brief" in line for line in own["why"])
    [of_mentor] = privacy.export(row.mentor.user)["as_mentor"]
    assert "choice" not in of_mentor
    assert "You chose this mentee by the brief." in of_mentor["why"]


def test_what_was_written_about_a_mentee_goes_and_a_block_stays(staff):
    round_, rows, (mentee,) = make_full_round(1, 2)
    published(round_, staff)
    pairing = pair_of(mentee)
    decline(pairing.pk, by=pairing.mentor.user, reason="박 씨를 압니다.")
    runs.lock(round_.pk, mentee.enrolment.pk, rows[1].mentor.pk, by=staff, reason="박 씨의 청")
    erase_person(mentee.enrolment.person)
    pairing.refresh_from_db()
    assert (pairing.why, pairing.end_reason) == ({}, "–")
    assert Exclusion.objects.live().get().reason == ""
    assert round_.locks.get().reason == ""
