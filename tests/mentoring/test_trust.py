"""Statements 1, 4, 6 and 7 of what people may rely on, for mentors, mentees and who runs the mentoring."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import resolve, reverse
from zeal import zeal_ignore

from accounts import privacy
from mentoring.models.pairs import Pairing
from portal import clock
from programs.models.schedule import CalendarFeed
from tests.mentoring import prying
from tests.mentoring.meetings import DAY
from tests.mentoring.two_sides import built
from tests.test_access import EXPECTED, LOGIN, POST_ONLY, PUBLIC, names, of_allauth, row

pytestmark = pytest.mark.django_db
POSTED = row(LOGIN, POST_ONLY)  # shows nothing to whoever only looks


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), built() as made:
        made.names = [name for name in names() if not of_allauth(name)]
        made.site = list(prying.site_addresses(made.names))
        made.closed = [place for place in made.site if EXPECTED[place[0]] not in (PUBLIC, POSTED)]
        made.open = [place for place in made.site if EXPECTED[place[0]] == PUBLIC]
        made.staffs = list(prying.staff_addresses("mentoring", "programs.Enrolment", "programs.Cohort"))
        yield made


@pytest.fixture
def sides(world):
    return world.sides


def taken_along(person):
    """What a person takes along of their data: the whole archive."""
    with privacy.archive(person) as packed:
        return prying.unpacked(packed.read())


# --- 1: nobody reads another's by changing an id ------------------------------------------------------------


def test_trust_1_every_address_is_filled(world):
    assert prying.holds_nothing(world.names) == set()


def test_trust_1_no_page_of_the_site_shows_what_is_not_theirs(world):
    one, other = world.sides
    seen = set()
    for person in [*one.people, other.mentors[0].user, other.pairs[0].mentee]:
        pried = prying.pry(person, world.closed, world.marks)
        assert pried.others == set(), person.mark
        found = world.marks.found_in(taken_along(person) + feed_of(person))
        assert found <= world.marks.theirs(person), person.mark
        seen |= pried.own | found
    assert prying.pry(None, world.open, world.marks).others == set()
    of_staff = {
        "admin",
        "officer",
        "stranger",
        "interpreter",
        "declined",
        "reason",
        "excluded",
        "locked",
        "case",
        "why",
    }
    assert kinds(seen) == kinds(world.marks.readers) - of_staff


def kinds(marks):
    return {prying.kind_of(mark) for mark in marks}


def feed_of(person):
    """What is in the calendar that a person has an address for."""
    codes = CalendarFeed.objects.filter(person=person).values_list("code", flat=True)
    client = prying.client_of(None)
    return "".join(prying.text_of(client.get(reverse("calendar-feed", args=[code]))) for code in codes)


def test_trust_1_nothing_of_another_program_in_the_pages_of_staff(world):
    """Who runs one asks for everything of both, who runs the other for all that the first gets to see."""
    one, other = (side.boss for side in world.sides)
    with zeal_ignore():
        pried = prying.pry(one, world.staffs, world.marks)
        mixed = [place for place in world.staffs if len(resolve(place[1]).kwargs) != 1]
        rest = [place for place in world.staffs if place[1] in pried.opened and place not in mixed]
        theirs = prying.pry(other, mixed + rest, world.marks)
    assert pried.others == theirs.others == set()
    assert kinds(pried.own) >= {"excluded", "locked", "reason", "why", "camp", "rematch", "declared", "brief"}


def test_trust_1_a_refusal_says_nothing_of_what_is_refused(world):
    one, other = world.sides
    for name, address in [
        ("pairing", other.pairs[0].pairing.get_absolute_url()),
        ("meeting", other.pairs[0].ahead.get_absolute_url()),
    ]:
        response = prying.client_of(one.mentors[0].user).get(address)
        assert response.status_code == 404, name
        told = response.text.replace(resolve(address).kwargs["code"], "")
        assert world.marks.found_in(told) <= {one.mentors[0].user.mark}


# --- 4: nobody changes another's with their own token ---------------------------------------------------------


class Undone(Exception):
    """Takes back what was tried."""


def sent(person, address, fields):
    """What becomes of a form that a person sends, and what it writes of mentoring; it is taken back."""
    client = prying.client_of(person)
    try:
        with transaction.atomic(), zeal_ignore(), prying.quiet(), prying.written() as found:
            response = client.post(address, fields)
            raise Undone
    except Undone:
        return response, found


def forms_of(world, person, places):
    """Every form on what a person is shown, filled where it is empty."""
    client, found = prying.client_of(person), {}
    with zeal_ignore(), prying.quiet():
        for _name, address in places:
            response = client.get(address)
            text = prying.text_of(response)  # of a file too, or it stays open
            if response.status_code == 200 and "html" in response["Content-Type"]:
                for target, fields in prying.posts_of(address, text):
                    found[target, tuple(sorted(fields)), str(fields.get("action"))] = (target, filled(fields))
    return list(found.values())


FILLING = {
    "how": "held",
    "minutes": "50",
    "owner": "mentee",
    "audience": "shared",
    "cause": "field",
    "way": "online",
}
BOTH = {f"{name}-add" for name in ("action", "goal", "milestone", "note")}
BOTH |= {
    "action",
    "action-remove",
    "action-tick",
    "goal",
    "milestone",
    "milestone-remove",
    "milestone-tick",
    "note",
}
BOTH |= {
    "note-remove",
    "meeting-book",
    "meeting-cancel",
    "meeting-details",
    "meeting-move",
    "mentoring-round-conflict",
}
BY_ONE = {
    "mentor": {"evaluation-save"},
    "mentee": {"my-concern", "mentoring-round-wishes", "pairing-rematch"},
}
REWORDED = {"text", "subject", "strengths", "brief"}
LEFT_EMPTY = {"due_on", "capacity", "meeting", "link", "ask_again_on"}


def filled(fields):
    """What a person would write: something in every empty field, and other words in some."""
    found = {}
    for name, values in fields.items():
        last = name.rpartition("-")[2]
        if any(value.strip() for value in values):
            found[name] = [f"{values[0]} 1"] if last in REWORDED else values
        else:
            found[name] = [FILLING.get(last, "" if last in LEFT_EMPTY else "1")]
    return found


@pytest.mark.parametrize("who", ["mentor", "mentee"])
def test_trust_4_forms_of_a_pair_change_nothing_in_other_hands(world, who):
    one, other = world.sides
    pair = one.pairs[0]
    owner = pair.mentor.user if who == "mentor" else pair.mentee
    far = [other.mentors[0].user, other.pairs[0].mentee, other.boss]
    near = [one.mentors[1].user, one.pairs[1].mentee]  # the round is theirs too
    tried, changed = set(), set()
    for address, fields in forms_of(world, owner, world.closed):
        name = resolve(address.partition("?")[0]).url_name
        if name not in tried:
            for person in far if name.startswith("mentoring-round") else far + near:
                response, found = sent(person, address, fields)
                assert (response.status_code, found) == (404, []), (name, person.mark)
        tried.add(name)
        if name not in changed and sent(owner, address, fields)[1]:
            changed.add(name)
    assert changed >= BOTH | BY_ONE[who]


def test_trust_4_pairs_that_are_not_theirs_are_no_pairs_of_staff_either(world):
    """Every page of staff that asks before a deed, sent by who runs the other program."""
    one, other = world.sides
    asked = 0
    for name, address in world.staffs:
        if name.startswith("mentoring") and len(resolve(address).kwargs) == 1 and not name.endswith(READ):
            response, found = sent(other.boss, address, {"reason": "1", "confirm": "yes", "answer": "1"})
            if response.status_code not in (302, 403, 404, 405) or found:
                theirs = prying.pry(one.boss, [(name, address)], world.marks).opened
                assert not theirs, (name, response.status_code, found)
            asked += 1
    assert asked > 50


READ = ("_change", "_history", "_delete", "_changelist")


# --- 6: a mentor sees their own mentees, while they are that ----------------------------------------------------


OF_MENTORS = (
    "mentoring",
    "pairing",
    "meeting",
    "action",
    "goal",
    "milestone",
    "note",
    "mentee-file",
    "application",
)


def shown(world, person):
    """The marks on what a mentor has of mentoring, and in what they take along."""
    places = [place for place in world.closed if place[0].startswith(OF_MENTORS)]
    pried = prying.pry(person, places, world.marks)
    assert pried.others == set()
    return pried.own, world.marks.found_in(taken_along(person))


def of_mentee(world, pair):
    """What stands for the mentee: the name, what they wrote, the codes of what the pair has."""
    mine = {
        mark for mark in world.marks.readers if prying.kind_of(mark) in ("motivation", "asked", "goal", "subject")
    }
    return {pair.mentee.mark, pair.pairing.code} | {
        mark
        for mark in mine
        if pair.mentee.pk in world.marks.readers[mark] and mark in world.marks.theirs(pair.mentor.user)
    }


@pytest.mark.parametrize(
    ("fields", "is_read"),
    [
        ({"answer_until": 3 * DAY}, True),  # before the mentor has accepted
        ({"ended_at": -29 * DAY, "paired_at": -40 * DAY, "end_reason": "끝", "end_kind": "staff"}, True),
        ({"ended_at": -31 * DAY, "paired_at": -40 * DAY, "end_reason": "끝", "end_kind": "staff"}, False),
        ({"ended_at": -1 * DAY, "end_reason": "끝", "end_kind": "for_cause"}, False),
        ({"ended_at": -1 * DAY, "end_reason": "끝", "end_kind": "declined"}, False),
    ],
)
def test_trust_6_a_mentor_reads_a_pair_for_as_long_as_it_is_theirs(world, fields, is_read):
    pair = world.sides[1].pairs[0]
    moved = {name: clock.now() + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    Pairing.objects.filter(pk=pair.pairing.pk).update(**moved)
    pages, archive = shown(world, pair.mentor.user)
    wanted = of_mentee(world, pair)
    assert len(wanted) > 5
    if is_read:
        assert wanted <= pages
    else:
        assert wanted & pages == set()
        assert wanted & archive == set()
    for address, data in writing(pair):
        response, found = sent(pair.mentor.user, address, data)
        assert found == [], address
        assert response.status_code in (302, 404), address


def writing(pair):
    """What a mentor may have open in another window: the forms of a pair."""
    code = pair.pairing.code
    yield reverse("note-add", args=[code]), {"audience": "shared", "text": "1"}
    yield reverse("action-add", args=[code]), {"action-text": "1", "action-owner": "mentee"}
    yield reverse("goal-add", args=[code]), {"text": "1"}
    yield reverse("evaluation-save", args=[code]), {"strengths": "1"}
    yield reverse("milestone-tick", args=[pair.milestone.code]), {"done": "1"}
    yield reverse("action-tick", args=[pair.action.code]), {"done": "1"}


# --- 7: files go through the door every time ------------------------------------------------------------------


def test_trust_7_a_file_is_asked_for_anew_at_every_access(world):
    pair, other = world.sides[0].pairs
    client, address = (
        prying.client_of(pair.mentor.user),
        reverse("mentee-file", args=[pair.pairing.code, pair.upload.code]),
    )
    answer = client.get(address)
    assert (answer.status_code, b"".join(answer.streaming_content)[:5]) == (200, b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    with prying.quiet():
        for person in (None, other.mentor.user, other.mentee, world.sides[1].boss):
            assert prying.client_of(person).get(address).status_code in (302, 404)
        Pairing.objects.filter(pk=pair.pairing.pk).update(
            ended_at=clock.now(), end_reason="끝", end_kind="for_cause"
        )
        assert client.get(address).status_code == 404
        Pairing.objects.filter(pk=pair.pairing.pk).update(ended_at=None, end_reason="", end_kind="")
        found = client.get(address)
        assert (found.status_code, len(b"".join(found.streaming_content)) > 0) == (200, True)
        privacy.erase(type(pair.mentee).objects.get(pk=pair.mentee.pk))  # the one in the world stays who they are
        assert client.get(address).status_code == 404
        assert (
            prying.client_of(world.sides[0].boss)
            .get(reverse("application-file", args=address.split("/")[-3:-1]))
            .status_code
            == 404
        )
