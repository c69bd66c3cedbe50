"""Work samples: who opens them and until when, versions, the watermark, the owner's record, their end."""

import io
from datetime import datetime, time, timedelta

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from accounts.models import Role
from mentoring.models.pairs import CLOSED_AT_ONCE, READABLE_FOR, EndKind, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind, RoundMentor
from mentoring.models.samples import MOST_BYTES, MOST_SAMPLES, MOST_VERSIONS, SampleVersion, WorkSample
from mentoring.operations import samples
from mentoring.operations.people import erase_person
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, FileAccess, Upload
from tests import documents, files, make
from tests.mentoring.test_views import client_of
from tests.programs.test_hostile_forms import BAD_FILES

pytestmark = pytest.mark.django_db
LINK = "https://files.example.com/script"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def pairing():
    cohort = make.make_cohort(
        make.make_program(has_mentoring=True, partners=[make.make_organization()]), phase="running"
    )
    round_ = make.make_mentoring_round(cohort)
    person = make.make_user(full_name="제갈한결", language="ko")
    pairing = make.make_pairing(enrolment=make.make_enrolment(cohort, person, status="active"))
    make.make_round_mentor(round_, pairing.mentor)
    return pairing


@pytest.fixture
def other_mentor(pairing):
    """Another mentor of the same round, with a mentee of their own."""
    mentor = make.make_mentor()
    make.make_round_mentor(pairing.enrolment.cohort.mentoring_round, mentor)
    make.make_pairing(mentor, make.make_enrolment(pairing.enrolment.cohort, status="active"))
    return mentor


def mentee(pairing):
    return pairing.enrolment.person


def address(name, *args):
    with override("ko"):
        return reverse(name, args=args)


def opening(sample, version=None):
    return address("sample-open", sample.code, (version or sample.latest).code)


def status_of(user, sample):
    """What the page of the sample and its latest version answer; they agree on who may."""
    page = client_of(user).get(address("sample", sample.code)).status_code
    version = client_of(user).get(opening(sample)).status_code
    assert (page == 404) == (version == 404)
    return version


def at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def end_of(day):
    return datetime.combine(day + DAY, time(), clock.SEOUL)


def refusal(operation, *args, **kwargs):
    with override("en"), pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def given(pairing, **fields):
    """What the form takes."""
    until = (clock.today() + 60 * DAY).isoformat()
    return {"title": "1회 대본", "link": LINK, "readers": ["other"], "readable_until": until} | fields


def post(user, pairing, **fields):
    data = {name: value for name, value in given(pairing, **fields).items() if value is not None}
    return client_of(user).post(address("sample-add", pairing.code), data)


# --- who opens it -----------------------------------------------------------------------------------------


def visitors(pairing, other_mentor):
    """One of each kind besides the owner, logged in."""
    cohort = pairing.enrolment.cohort
    stranger_round = make.make_mentoring_round()
    far_mentor = make.make_mentor()
    make.make_round_mentor(stranger_round, far_mentor)
    return {
        "mentor": pairing.mentor.user,
        "other mentor": other_mentor.user,
        "mentor of another round": far_mentor.user,
        "other mentee": other_mentor.pairings.get().enrolment.person,
        "stranger": make.make_user(),
        "manager": make.make_manager(cohort),
        "manager of another cohort": make.make_manager(make.make_cohort()),
        "partner": make.make_user(role=Role.PARTNER, scope=cohort.program.partners.get()),
        "admin": make.make_admin(),
    }


def readers_of(sample, people):
    seen = WorkSample.objects.filter(pk=sample.pk)
    return {name for name, person in people.items() if seen.visible_to(person).exists()}


def test_by_default_the_other_of_the_pair_alone(pairing, other_mentor, client):
    sample = make.make_sample(pairing)
    people = visitors(pairing, other_mentor)
    assert {name for name, person in people.items() if status_of(person, sample) != 404} == {"mentor"}
    assert status_of(mentee(pairing), sample) == 302
    for page in (address("sample", sample.code), opening(sample)):
        answer = client.get(page)
        assert answer.status_code == 302
        assert "login" in answer.url


def test_of_a_mentors_sample_the_mentee_alone(pairing, other_mentor):
    sample = make.make_sample(pairing, by=pairing.mentor.user)
    people = visitors(pairing, other_mentor) | {"mentee": mentee(pairing)}
    assert readers_of(sample, people) == {"mentor", "mentee"}


@pytest.mark.parametrize(
    ("chosen", "readers"),
    [
        ({"with_other": False}, set()),
        ({"with_staff": True}, {"mentor", "manager", "admin"}),
        ({"mentors": True}, {"mentor", "other mentor"}),
        ({"with_other": False, "with_staff": True, "mentors": True}, {"other mentor", "manager", "admin"}),
    ],
)
def test_whom_the_owner_chooses_and_nobody_else(pairing, other_mentor, chosen, readers):
    people = visitors(pairing, other_mentor)
    if "mentors" in chosen:
        chosen = chosen | {"mentors": [other_mentor]}
    assert readers_of(make.make_sample(pairing, **chosen), people) == readers


def test_a_mentor_lets_in_nobody_but_mentee_and_staff(pairing, other_mentor):
    fields = {"by": pairing.mentor.user, "mentors": [other_mentor]}
    assert "take part in the round" in refusal(make.make_sample, pairing, **fields)
    page = client_of(pairing.mentor.user).get(address("sample-add", pairing.code))
    assert "mentors" not in page.context["form"].fields


def test_only_mentors_of_the_round_can_be_chosen(pairing, other_mentor):
    outsider = make.make_mentor()
    declined = make.make_mentor()
    make.make_round_mentor(pairing.enrolment.cohort.mentoring_round, declined, state="out")
    for mentor in (outsider, declined, pairing.mentor):
        assert "take part in the round" in refusal(make.make_sample, pairing, mentors=[mentor])
        answer = post(mentee(pairing), pairing, mentors=[str(mentor.pk)])
        assert answer.context["form"].errors["mentors"]
    assert not WorkSample.objects.exists()


def test_a_mentor_who_leaves_the_round_is_let_in_no_more(pairing, other_mentor):
    sample = make.make_sample(pairing, mentors=[other_mentor])
    RoundMentor.objects.filter(mentor=other_mentor).update(state="out")
    assert status_of(other_mentor.user, sample) == 404


@pytest.mark.parametrize("whose", ["own", "other"])
def test_a_contact_block_shuts_it(pairing, other_mentor, whose):
    sample = make.make_sample(pairing, mentors=[other_mentor])
    mentor, free = (pairing.mentor, other_mentor) if whose == "own" else (other_mentor, pairing.mentor)
    Exclusion.objects.create(
        kind=ExclusionKind.SAFEGUARDING, mentor=mentor, person=mentee(pairing), reason="접촉 차단"
    )
    assert status_of(mentor.user, sample) == 404
    assert status_of(free.user, sample) == 302


def test_nothing_of_it_stands_on_anybody_elses_page(pairing, other_mentor):
    make.make_sample(pairing, title="비밀 대본", mentors=[other_mentor])
    people = visitors(pairing, other_mentor)
    pages = {
        "mentor": pairing.get_absolute_url(),
        "other mentor": address("mentoring"),
        "other mentee": other_mentor.pairings.get().get_absolute_url(),
        "manager": pairing.get_absolute_url(),
        "admin": pairing.get_absolute_url(),
    }
    told = {name for name, page in pages.items() if "비밀 대본" in client_of(people[name]).get(page).text}
    assert told == {"mentor", "other mentor"}
    assert "비밀 대본" not in client_of(people["other mentee"]).get(address("mentoring")).text
    assert "비밀 대본" not in client_of(other_mentor.user).get(other_mentor.pairings.get().get_absolute_url()).text


def test_a_let_in_mentor_sees_nothing_else_of_the_pair(pairing, other_mentor):
    sample = make.make_sample(pairing, mentors=[other_mentor])
    page = client_of(other_mentor.user).get(address("sample", sample.code)).text
    assert pairing.code not in page
    assert pairing.mentor.name not in page
    assert client_of(other_mentor.user).get(pairing.get_absolute_url()).status_code == 404


# --- until when -------------------------------------------------------------------------------------------


def test_the_usual_day_is_thirty_days_after_the_cohort(pairing):
    form = client_of(mentee(pairing)).get(address("sample-add", pairing.code)).context["form"]
    ends_on = pairing.enrolment.cohort.ends_at.astimezone(clock.SEOUL).date()
    assert form["readable_until"].value() == max(ends_on, clock.today()) + 30 * DAY


def test_it_closes_with_the_last_second_of_its_day_in_seoul(pairing, other_mentor, monkeypatch):
    day = clock.today() + 3 * DAY
    sample = make.make_sample(pairing, readable_until=day, with_staff=True, mentors=[other_mentor])
    readers = (pairing.mentor.user, other_mentor.user, make.make_admin())
    at(monkeypatch, end_of(day) - SECOND)
    assert [status_of(user, sample) for user in readers] == [302] * 3
    at(monkeypatch, end_of(day))
    assert [status_of(user, sample) for user in readers] == [404] * 3
    assert status_of(mentee(pairing), sample) == 302
    samples.change(
        sample.pk, "1회", by=mentee(pairing), readable_until=day + DAY, with_other=True, with_staff=False
    )
    assert [status_of(user, sample) for user in readers] == [302, 404, 404]


def ended(pairing, before, **fields):
    moment = clock.now() - before
    fields = {"end_reason": "끝", "end_kind": EndKind.STAFF} | fields
    Pairing.objects.filter(pk=pairing.pk).update(ended_at=moment, paired_at=moment - DAY, **fields)


def test_an_ended_pair_closes_it_after_thirty_days_to_the_second(pairing, other_mentor, monkeypatch):
    sample = make.make_sample(pairing, with_staff=True, mentors=[other_mentor])
    readers = (pairing.mentor.user, other_mentor.user, make.make_admin())
    now = clock.now()
    at(monkeypatch, now)
    ended(pairing, READABLE_FOR - SECOND)
    assert [status_of(user, sample) for user in readers] == [302] * 3
    ended(pairing, READABLE_FOR)
    assert [status_of(user, sample) for user in readers] == [404] * 3
    assert status_of(mentee(pairing), sample) == 302


def test_thirty_days_after_the_end_a_mentors_sample_is_gone_for_both(pairing):
    sample = make.make_sample(pairing, by=pairing.mentor.user)
    ended(pairing, READABLE_FOR - DAY)
    assert [status_of(user, sample) for user in (pairing.mentor.user, mentee(pairing))] == [302, 302]
    ended(pairing, READABLE_FOR)
    assert [status_of(user, sample) for user in (pairing.mentor.user, mentee(pairing))] == [404, 404]


@pytest.mark.parametrize("kind", CLOSED_AT_ONCE)
def test_a_pair_that_never_was_or_ended_for_cause_closes_it_at_once(pairing, other_mentor, kind):
    sample = make.make_sample(pairing, with_staff=True, mentors=[other_mentor])
    ended(pairing, SECOND, end_kind=kind)
    for user in (pairing.mentor.user, other_mentor.user, make.make_admin()):
        assert status_of(user, sample) == 404


def test_withdrawing_closes_it_at_once_also_after_the_end(pairing):
    sample = make.make_sample(pairing)
    ended(pairing, DAY)
    client = client_of(mentee(pairing))
    assert client.post(address("sample-withdraw", sample.code)).status_code == 302
    assert client.post(address("sample-withdraw", sample.code)).status_code == 302  # twice is once
    assert status_of(pairing.mentor.user, sample) == 404
    assert AuditEvent.objects.filter(verb="sample.withdrawn").count() == 1


# --- handing in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["mentee", "mentor"])
def test_either_hands_in_a_link(pairing, side):
    user = mentee(pairing) if side == "mentee" else pairing.mentor.user
    answer = post(user, pairing)
    assert (answer.status_code, answer.url) == (302, f"{pairing.get_absolute_url()}#samples")
    sample = WorkSample.objects.get()
    assert (sample.owner, sample.title, sample.latest.link) == (user, "1회 대본", LINK)
    assert (sample.with_other, sample.with_staff, sample.mentors.count()) == (True, False, 0)
    assert list(AuditEvent.objects.filter(verb__startswith="sample").values_list("verb", flat=True)) == [
        "sample.handed_in"
    ]


def test_a_new_version_keeps_the_old(pairing):
    sample = make.make_sample(pairing, file=files.make_pdf())
    client = client_of(mentee(pairing))
    data = {"version-link": LINK + "/2"}
    assert client.post(address("sample-version", sample.code), data).status_code == 302
    assert [version.number for version in sample.versions.all()] == [2, 1]
    mentor = client_of(pairing.mentor.user)
    assert mentor.get(opening(sample)).url == LINK + "/2"
    first = sample.versions.get(number=1)
    assert mentor.get(opening(sample, first)).getvalue().startswith(b"%PDF")
    page = mentor.get(address("sample", sample.code))
    assert [row["number"] for row in page.context["versions"]] == [2, 1]


def test_nobody_but_its_owner_changes_it(pairing, other_mentor):
    sample = make.make_sample(pairing, with_staff=True, mentors=[other_mentor])
    for user in (pairing.mentor.user, other_mentor.user, make.make_admin(), make.make_user()):
        client = client_of(user)
        for name in ("sample-version", "sample-change", "sample-withdraw"):
            assert client.post(address(name, sample.code), {"version-link": LINK}).status_code == 404
        assert "Only" in refusal(samples.withdraw, sample.pk, by=user)
        assert "Only" in refusal(samples.add_version, sample.pk, by=user, link=LINK)
        if user != pairing.mentor.user:
            assert client.get(address("sample-add", pairing.code)).status_code == 404
    sample.refresh_from_db()
    assert (sample.withdrawn_at, sample.versions.count()) == (None, 1)


def test_after_the_end_nothing_is_handed_in(pairing):
    sample = make.make_sample(pairing)
    ended(pairing, DAY)
    client = client_of(mentee(pairing))
    assert client.get(address("sample-add", pairing.code)).status_code == 404
    assert client.post(address("sample-version", sample.code), {"version-link": LINK}).status_code == 404
    assert "ended" in refusal(make.make_sample, pairing)
    page = client.get(address("sample", sample.code))
    assert "version_form" not in page.context
    assert address("sample-withdraw", sample.code) in page.text


def test_before_the_mentor_has_accepted_nothing_is_handed_in(pairing):
    Pairing.objects.filter(pk=pairing.pk).update(answer_until=clock.now() + DAY)
    assert post(mentee(pairing), pairing).status_code == 404


def test_readers_title_and_day_are_changed(pairing, other_mentor):
    sample = make.make_sample(pairing)
    day = clock.today() + 10 * DAY
    data = {
        "readers-title": "1회 대본 고침",
        "readers-readers": ["staff"],
        "readers-mentors": [str(other_mentor.pk)],
        "readers-readable_until": day.isoformat(),
    }
    assert client_of(mentee(pairing)).post(address("sample-change", sample.code), data).status_code == 302
    sample.refresh_from_db()
    assert (sample.title, sample.with_other, sample.with_staff) == ("1회 대본 고침", False, True)
    assert (list(sample.mentors.all()), sample.readable_until) == ([other_mentor], day)
    assert status_of(pairing.mentor.user, sample) == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": None}, "title"),
        ({"title": "가" * 121}, "title"),
        ({"title": "900101-1234567"}, "title"),
        ({"link": None}, "file"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "ftp://files.example.com/a"}, "link"),
        ({"link": "https://files.example.com/" + "a" * 500}, "link"),
        ({"readers": ["everybody"]}, "readers"),
        ({"readable_until": None}, "readable_until"),
        ({"readable_until": "2020-01-01"}, "readable_until"),
        ({"readable_until": "9999-12-31"}, "readable_until"),
        ({"readable_until": "soon"}, "readable_until"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_nothing_typed_is_lost(pairing, fields, field):
    answer = post(mentee(pairing), pairing, **{"title": "아끼는 제목", "readers": ["staff"], **fields})
    assert answer.status_code == 200
    form = answer.context["form"]
    assert list(form.errors) == [field]
    for name, value in {"title": "아끼는 제목", "readers": ["staff"], "link": LINK, **fields}.items():
        assert form[name].value() == value
    assert not WorkSample.objects.exists()


def test_beside_another_mistake_the_file_is_asked_for_again(pairing):
    answer = post(mentee(pairing), pairing, title=None, link=None, file=files.uploaded(files.make_pdf()))
    assert set(answer.context["form"].errors) == {"title", "file"}
    assert not Upload.objects.exists()


def test_a_file_and_a_link_are_one_too_many(pairing):
    answer = post(mentee(pairing), pairing, file=files.uploaded(files.make_pdf()))
    assert list(answer.context["form"].errors) == ["file"]
    assert answer.context["form"]["link"].value() == LINK
    assert not Upload.objects.exists()


def locked_pdf():
    pdf, target = pikepdf.open(io.BytesIO(files.make_pdf())), io.BytesIO()
    pdf.save(target, encryption=pikepdf.Encryption(owner="a", user=""))
    return target.getvalue()


HOSTILE = {name: BAD_FILES[name] for name in BAD_FILES} | {
    "a PDF with a password": ("대본.pdf", locked_pdf()),
    "a PDF without pages": ("대본.pdf", files.make_pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[     ]/Count 0")),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_file_is_kept(pairing, kind):
    answer = post(mentee(pairing), pairing, link=None, file=files.uploaded(HOSTILE[kind][1], HOSTILE[kind][0]))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["file"]
    assert answer.context["form"]["title"].value() == "1회 대본"
    assert (Upload.objects.count(), WorkSample.objects.count()) == (0, 0)


def test_a_file_that_is_too_large_is_refused_in_words(pairing):
    content = files.make_pdf(after=b"\n" * (MOST_BYTES + 1))
    answer = post(mentee(pairing), pairing, link=None, file=files.uploaded(content))
    assert "30 MB" in answer.context["form"].errors["file"][0]
    assert answer.context["form"]["title"].value() == "1회 대본"


def test_there_is_an_end_to_samples_and_versions(pairing):
    sample = make.make_sample(pairing)
    for number in range(2, MOST_VERSIONS + 1):
        samples.add_version(sample.pk, by=mentee(pairing), link=f"{LINK}/{number}")
    assert "at most 20 versions" in refusal(samples.add_version, sample.pk, by=mentee(pairing), link=LINK)
    for _number in range(MOST_SAMPLES - 1):
        make.make_sample(pairing)
    assert "at most 40 work samples" in refusal(make.make_sample, pairing)
    samples.withdraw(sample.pk, by=mentee(pairing))
    make.make_sample(pairing)


# --- what is given out ------------------------------------------------------------------------------------


def script(pages=3):
    pdf, target = pikepdf.new(), io.BytesIO()
    for _number in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.save(target)
    return target.getvalue()


def test_every_page_of_a_pdf_carries_its_readers_name_and_the_time(pairing, other_mentor, monkeypatch):
    sample = make.make_sample(pairing, file=script(), mentors=[other_mentor])
    at(monkeypatch, datetime.combine(clock.today() + DAY, time(17, 5), clock.SEOUL))
    content = client_of(other_mentor.user).get(opening(sample)).getvalue()
    pages = documents.text_of(content).split("\f")[:-1]
    assert len(pages) == 3
    day = clock.today()
    for page in pages:
        assert other_mentor.user.display_name in page
        assert f"{day.year}년 {day.month}월 {day.day}일" in page
        assert "17:05" in page
        assert "제갈한결" not in page
    assert documents.is_whole(content)


def test_the_owner_gets_it_as_it_was_handed_in(pairing):
    content = script()
    sample = make.make_sample(pairing, file=content)
    assert client_of(mentee(pairing)).get(opening(sample)).getvalue() == content


def test_other_kinds_are_given_out_as_they_are(pairing):
    docx = files.make_docx()
    sample = make.make_sample(pairing, file=docx)
    answer = client_of(pairing.mentor.user).get(opening(sample))
    assert answer.getvalue() == docx
    assert answer["Content-Disposition"].startswith("attachment;")


def test_a_version_is_opened_under_its_own_sample_alone(pairing):
    one, two = make.make_sample(pairing), make.make_sample(pairing)
    address_ = address("sample-open", one.code, two.latest.code)
    assert client_of(pairing.mentor.user).get(address_).status_code == 404


# --- the record -------------------------------------------------------------------------------------------


def test_the_owner_reads_who_opened_which_version_when_and_nobody_else_does(pairing, other_mentor):
    other_mentor.user.full_name = "남궁설"
    other_mentor.user.save(update_fields=["full_name"])
    sample = make.make_sample(pairing, file=script(), with_staff=True, mentors=[other_mentor])
    boss = make.make_admin()
    samples.add_version(sample.pk, by=mentee(pairing), link=LINK)
    first, second = sample.versions.get(number=1), sample.versions.get(number=2)
    client_of(pairing.mentor.user).get(opening(sample, first))
    client_of(other_mentor.user).get(opening(sample, second))
    client_of(boss).head(opening(sample, first))
    assert client_of(mentee(pairing)).get(opening(sample, first)).getvalue()
    assert FileAccess.objects.count() == 2
    page = client_of(mentee(pairing)).get(address("sample", sample.code))
    found = [(line["title"], line["note"]) for line in page.context["openings"]]
    assert found == [
        (other_mentor.user.display_name, "files.example.com"),
        (pairing.mentor.user.display_name, first.name),
    ]
    for user in (pairing.mentor.user, other_mentor.user, boss):
        page = client_of(user).get(address("sample", sample.code))
        assert "openings" not in page.context
        assert "readers" not in page.context
        assert "남궁설" not in page.text.replace(user.display_name, "")


def test_looking_writes_nothing_but_the_opening(pairing):
    sample = make.make_sample(pairing)
    client = client_of(pairing.mentor.user)
    for page in (pairing.get_absolute_url(), address("mentoring"), address("sample", sample.code)):
        client.get(page)
    assert not FileAccess.objects.exists()
    client.get(opening(sample))
    assert FileAccess.objects.get().by == pairing.mentor.user


# --- desk and page ----------------------------------------------------------------------------------------


def facts_of(row):
    return {fact["term"]: fact for fact in row["facts"]}


def test_the_desks_and_the_page_say_how_many_there_are(pairing):
    make.make_sample(pairing)
    make.make_sample(pairing)
    make.make_sample(pairing, by=pairing.mentor.user, with_other=False)
    with override("en"):
        desk = reverse("mentoring")
    mentors = client_of(pairing.mentor.user).get(desk).context["mentees"][0]
    fact = facts_of(mentors)["Work samples"]
    assert fact["value"].startswith("3, latest ")
    assert fact["url"].endswith("#samples")
    mentees = client_of(mentee(pairing)).get(desk).context["mentors"][0]
    assert facts_of(mentees)["Work samples"]["value"].startswith("2, latest ")


@pytest.mark.parametrize("count", [1, 6])
def test_many_samples_cost_the_same(pairing, count, django_assert_num_queries):
    for number in range(count):
        sample = make.make_sample(pairing, file=files.make_pdf(), with_staff=True)
        samples.add_version(sample.pk, by=mentee(pairing), link=f"{LINK}/{number}")
    client = client_of(pairing.mentor.user)
    for page, queries in ((pairing.get_absolute_url(), 17), (address("mentoring"), 16)):
        with django_assert_num_queries(queries):
            client.get(page)


# --- letting go -------------------------------------------------------------------------------------------


def is_there(sample):
    return sample.versions.get(number=1).is_there


@pytest.mark.parametrize("way", ["withdrawn", "expired", "ended"])
def test_files_are_deleted_thirty_days_after_nobody_else_could_open_them(
    pairing, way, monkeypatch, django_capture_on_commit_callbacks
):
    now = clock.now()
    sample = make.make_sample(pairing, file=files.make_pdf(), readable_until=clock.today())
    name = Upload.objects.get().file.name
    other = make.make_sample(make.make_pairing(), readable_until=clock.today() + 300 * DAY)
    last = {"withdrawn": now, "expired": end_of(clock.today()), "ended": now}[way]
    fields = {"readable_until": clock.today() + 300 * DAY}
    if way == "withdrawn":
        fields["withdrawn_at"] = last = clock.now()
    if way == "ended":
        Pairing.objects.filter(pk=pairing.pk).update(ended_at=now, end_reason="끝", end_kind=EndKind.STAFF)
    if way != "expired":
        WorkSample.objects.filter(pk=sample.pk).update(**fields)
    at(monkeypatch, last + 30 * DAY - SECOND)
    assert samples.clear_over(clock.now()) == 0
    at(monkeypatch, last + 30 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        assert samples.clear_over(clock.now()) == 1
    assert samples.clear_over(clock.now()) == 0
    assert not is_there(sample)
    assert is_there(other)
    assert not default_storage.exists(name)
    assert AuditEvent.objects.filter(verb="sample.cleared").count() == 1
    client = client_of(mentee(pairing))
    assert client.get(address("sample", sample.code)).status_code == 200
    assert client.get(opening(sample)).status_code == 404


def test_the_record_stays_readable_when_the_file_is_gone(pairing):
    sample = make.make_sample(pairing, file=files.make_pdf())
    client_of(pairing.mentor.user).get(opening(sample))
    samples.clear(SampleVersion.objects.filter(sample=sample))
    page = client_of(mentee(pairing)).get(address("sample", sample.code))
    assert [line["title"] for line in page.context["openings"]] == [pairing.mentor.user.display_name]


def test_with_the_mentees_account_everything_of_theirs_goes(pairing, other_mentor):
    make.make_sample(pairing, file=files.make_pdf(), mentors=[other_mentor])
    make.make_sample(pairing, by=pairing.mentor.user)
    other = make.make_sample(other_mentor.pairings.get())
    erase_person(mentee(pairing))
    assert list(WorkSample.objects.all()) == [other]
    assert not Upload.objects.exists()


def test_an_erased_mentor_is_no_reader_any_more(pairing, other_mentor):
    sample = make.make_sample(pairing, mentors=[other_mentor])
    erase_person(other_mentor.user)
    assert not sample.mentors.exists()


def test_what_people_take_along_holds_their_own_samples_and_files(pairing):
    sample = make.make_sample(pairing, file=files.make_pdf())
    make.make_sample(pairing, by=pairing.mentor.user, title="멘토의 자료")
    client_of(pairing.mentor.user).get(opening(sample))
    (held,) = privacy.export(mentee(pairing))["mentoring"]["work_samples"]
    assert (held["title"], len(held["opened_at"])) == ("1회 대본", 1)
    assert pairing.mentor.user.display_name not in str(held)
    assert [name for _part, name, _file in privacy.files(mentee(pairing))] == [sample.latest.name]
