"""Notes: who writes for whom, who reads what, and that a private note reaches nobody but its author."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from mentoring.models.notes import (
    NOTE_LIMIT,
    NOTES,
    Audience,
    NoteDraft,
    PrivateNote,
    SharedNote,
    SharedWording,
    StaffNote,
    StaffWording,
)
from mentoring.models.pairs import READABLE_FOR, Pairing
from mentoring.models.rounds import Exclusion
from mentoring.operations import notes as operations
from mentoring.operations.people import erase_person
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from tests import make

pytestmark = pytest.mark.django_db

PRIVATE, STAFF, SHARED = Audience.PRIVATE, Audience.STAFF, Audience.SHARED
MARKS = {
    ("mentor", PRIVATE): "mark-kestrel",
    ("mentee", PRIVATE): "mark-heron",
    ("mentor", STAFF): "mark-plover",
    ("mentor", SHARED): "mark-curlew",
    ("mentee", SHARED): "mark-dunlin",
}
DRAFTS = {"mentor": "mark-osprey", "mentee": "mark-merlin"}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, *args):
    with override("ko"):
        return reverse(name, args=args)


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    enrolment = make.make_enrolment(application=make.make_application(cohort, status="confirmed"))
    return make.make_pairing(enrolment=enrolment)


@pytest.fixture
def people(pairing):
    cohort = pairing.enrolment.cohort
    other = make.make_pairing(
        pairing.mentor,
        make.make_enrolment(application=make.make_application(cohort, status="confirmed")),
    )
    elsewhere = make.make_pairing(
        enrolment=make.make_enrolment(application=make.make_application(cohort, status="confirmed"))
    )
    return {
        "mentor": pairing.mentor.user,
        "mentee": pairing.enrolment.person,
        "manager": make.make_manager(cohort),
        "admin": make.make_admin(),
        "other mentee": other.enrolment.person,
        "other mentor": elsewhere.mentor.user,
        "other manager": make.make_manager(make.make_cohort()),
        "stranger": make.make_user(),
    }


def end(pairing, ago=timedelta(0), **fields):
    at = clock.now() - ago
    values = {"paired_at": at, "ended_at": at, "end_reason": "끝"}
    Pairing.objects.filter(pk=pairing.pk).update(**values | fields)


def data(audience="shared", text="오늘 이야기한 내용입니다.", **more):
    return {"note-text": text, "note-audience": audience} | {f"note-{name}": value for name, value in more.items()}


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


# --- nobody else ----------------------------------------------------------------------------------


@pytest.fixture
def marked(pairing, people):
    """A mark of its own in every kind of note that can be written, in drafts and in earlier wordings."""
    for (side, audience), mark in MARKS.items():
        note = operations.write_note(pairing.pk, audience, f"{mark} 처음", by=people[side])
        operations.change_note(note, f"{mark} 고침", by=people[side])
    for side, mark in DRAFTS.items():
        operations.save_draft(pairing.pk, by=people[side], text=mark, audience=SHARED)
    return pairing


MAY_READ = {
    "mentor": {"mark-kestrel", "mark-plover", "mark-curlew", "mark-dunlin", "mark-osprey"},
    "mentee": {"mark-heron", "mark-curlew", "mark-dunlin", "mark-merlin"},
    "manager": {"mark-plover", "mark-curlew", "mark-dunlin"},
    "admin": {"mark-plover", "mark-curlew", "mark-dunlin"},
    "other mentee": set(),
    "other mentor": set(),
    "other manager": set(),
    "stranger": set(),
}
EVERY_MARK = {*MARKS.values(), *DRAFTS.values()}


def found_in(text):
    return {mark for mark in EVERY_MARK if mark in text}


def site_of(pairing):
    """Every address of mentoring that this pair, its notes and whatever hangs on it could have."""
    codes = [pairing.code, pairing.enrolment.code, pairing.enrolment.application.code]
    notes = [
        (audience, note.code) for audience in Audience for model in NOTES.values() for note in model.objects.all()
    ]
    yield from (address(name) for name in ("my", "mentoring", "my-mail", "my-privacy", "my-calendar"))
    yield address("pairing", pairing.code)
    yield from (address("note", audience, code) for audience, code in notes)
    yield from (address("learning", code) for code in codes)
    yield from (address("application", code) for code in codes)


@pytest.mark.parametrize("reader", MAY_READ)
def test_whatever_somebody_opens_holds_only_what_they_may_read(marked, people, reader):
    client, seen = client_of(people[reader]), set()
    for url in site_of(marked):
        seen |= found_in(client.get(url).text)
    assert seen == MAY_READ[reader]


@pytest.mark.parametrize("reader", ["manager", "admin", "other manager"])
def test_the_admin_shows_no_note_at_all(marked, people, reader):
    client = client_of(people[reader])
    for model in ("pairing", "evaluation", "mentorprofile"):
        client.get(reverse(f"admin:mentoring_{model}_changelist"))
        page = client.get(reverse(f"admin:mentoring_{model}_changelist"))
        assert found_in(page.text) == set()
    pages = [
        reverse("admin:index"),
        reverse("admin:mentoring_pairing_change", args=[marked.pk]),
        reverse("admin:programs_enrolment_change", args=[marked.enrolment_id]),
        reverse("admin:portal_auditevent_changelist"),
        reverse("admin:portal_outgoingmail_changelist"),
    ]
    assert found_in("".join(client.get(page, follow=True).text for page in pages)) == set()


@pytest.mark.parametrize("reader", MAY_READ)
def test_the_data_one_takes_along_holds_ones_own_and_what_was_shared(marked, people, reader):
    text = json.dumps(privacy.export(people[reader]), default=str, ensure_ascii=False)
    staff = {"manager", "admin"}  # what they read is not data about them
    assert found_in(text) == (set() if reader in staff else MAY_READ[reader])


def test_no_mail_and_no_record_holds_a_note(marked):
    rows = [str(row) for model in (OutgoingMail, AuditEvent) for row in model.objects.values()]
    assert found_in("".join(rows)) == set()


def test_nobody_learns_that_there_is_a_private_note(pairing, people):
    note = operations.write_note(pairing.pk, PRIVATE, "혼자 보는 글", by=people["mentor"])
    operations.change_note(note, "고친 글", by=people["mentor"])
    operations.save_draft(pairing.pk, by=people["mentor"], text="쓰다 만 글")
    operations.remove_note(note, by=people["mentor"])
    assert not AuditEvent.objects.exists()
    assert not PrivateNote.objects.exists()


@pytest.mark.parametrize("reader", MAY_READ)
def test_each_table_answers_for_itself_alone(marked, people, reader):
    user = people[reader]
    for audience, model in NOTES.items():
        allowed = {mark for (_side, kind), mark in MARKS.items() if kind == audience} & MAY_READ[reader]
        rows = model.objects.visible_to(user)
        assert {type(row) for row in rows} <= {model}
        assert found_in("".join(row.text for row in rows)) == allowed


def test_the_tables_share_no_column_that_tells_them_apart():
    assert len({model._meta.db_table for model in NOTES.values()}) == 3
    for model in NOTES.values():
        with pytest.raises(FieldError):
            model.objects.filter(audience="private")
    assert not {model for model in apps.get_models() if issubclass(model, PrivateNote)} - {PrivateNote}


def test_a_mentee_who_is_staff_reads_no_note_about_themselves(pairing, people):
    admin = make.make_admin()
    own = make.make_pairing(enrolment=make.make_enrolment(pairing.enrolment.cohort, admin))
    operations.write_note(own.pk, STAFF, "담당자와 나눈 이야기", by=own.mentor.user)
    assert "담당자와 나눈 이야기" not in client_of(admin).get(own.get_absolute_url()).text
    assert not StaffNote.objects.visible_to(admin).exists()


# --- while assigned, and after ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "kind", "blocked", "readable"),
    [
        (READABLE_FOR - timedelta(seconds=1), "", False, True),
        (READABLE_FOR, "", False, False),
        (timedelta(0), "for_cause", False, False),
        (timedelta(0), "undone", False, False),
        (timedelta(0), "", True, False),
    ],
)
def test_a_mentor_reads_notes_as_long_as_the_pair(marked, people, settings, ago, kind, blocked, readable):
    settings.DEMO_NOW = clock.now()
    end(marked, ago, end_kind=kind)
    if blocked:
        Exclusion.objects.create(mentor=marked.mentor, person=people["mentee"], kind="safeguarding")
    page = client_of(people["mentor"]).get(marked.get_absolute_url())
    assert page.status_code == (200 if readable else 404)
    assert found_in(page.text) == (MAY_READ["mentor"] - {"mark-osprey"} if readable else set())
    for model in NOTES.values():
        assert model.objects.visible_to(people["mentor"]).exists() == readable
    note = SharedNote.objects.get(author=people["mentor"])
    assert client_of(people["mentor"]).get(address("note", "shared", note.code)).status_code == 404


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_nothing_is_written_once_the_pair_has_ended(marked, people, side):
    user = people[side]
    end(marked)
    note = SharedNote.objects.get(author=user)
    for operation, args, more in (
        (operations.write_note, (marked.pk, SHARED, "글"), {}),
        (operations.save_draft, (marked.pk,), {"text": "글"}),
        (operations.change_note, (note, "글"), {}),
        (operations.remove_note, (PrivateNote.objects.get(author=user),), {}),
    ):
        assert refusal(operation, *args, by=user, **more) == "이미 끝난 멘토링이에요."
    client = client_of(user)
    assert client.post(address("note-add", marked.code), data()).status_code == 404
    assert client.post(address("note", "shared", note.code), {"text": "글"}).status_code == 404
    assert "note-text" not in client.get(marked.get_absolute_url()).text


def test_under_a_contact_block_neither_writes(pairing, people):
    Exclusion.objects.create(mentor=pairing.mentor, person=people["mentee"], kind="safeguarding")
    for side in ("mentor", "mentee"):
        with pytest.raises(Refused):
            operations.write_note(pairing.pk, SHARED, "글", by=people[side])


# --- writing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "audiences"),
    [("mentor", {PRIVATE, STAFF, SHARED}), ("mentee", {PRIVATE, SHARED}), ("manager", set()), ("stranger", set())],
)
def test_who_writes_for_whom(pairing, people, who, audiences):
    written = set()
    for audience in Audience:
        try:
            written.add(operations.write_note(pairing.pk, audience, "글", by=people[who]).audience)
        except Refused:
            continue
    assert written == audiences
    expected = 302 if audiences else 404
    assert client_of(people[who]).post(address("note-add", pairing.code), data("private")).status_code == expected


def test_readers_are_chosen_each_time(pairing, people):
    client = client_of(people["mentor"])
    form = client.get(pairing.get_absolute_url()).context["parts"][-1]["form"]
    assert [value for value, _label in form.fields["audience"].choices] == ["private", "staff", "shared"]
    assert form["audience"].value() in ("", None)
    page = client.post(address("note-add", pairing.code), {"note-text": "고르지 않은 글"})
    assert page.status_code == 200
    assert "고르지 않은 글" in page.text
    assert not any(model.objects.exists() for model in NOTES.values())


@pytest.mark.parametrize("audience", ["staff", "everyone", "", "PRIVATE"])
def test_a_mentee_cannot_post_for_other_readers(pairing, people, audience):
    page = client_of(people["mentee"]).post(address("note-add", pairing.code), data(audience, "옮길 글"))
    assert page.status_code == 200
    assert "옮길 글" in page.text
    assert not any(model.objects.exists() for model in NOTES.values())


def test_a_double_click_writes_once(pairing, people):
    client = client_of(people["mentor"])
    for _time in range(2):
        assert client.post(address("note-add", pairing.code), data()).status_code == 302
    assert SharedNote.objects.count() == 1
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["note.written"]


@pytest.mark.parametrize("text", ["", "   ", "가" * (NOTE_LIMIT + 1)])
def test_a_note_says_something_within_its_limit(pairing, people, text):
    with pytest.raises(Refused):
        operations.write_note(pairing.pk, SHARED, text, by=people["mentor"])
    page = client_of(people["mentor"]).post(address("note-add", pairing.code), data(text=text))
    assert page.status_code == 200
    assert not SharedNote.objects.exists()


def test_a_note_belongs_to_a_meeting_of_the_pair(pairing, people):
    meeting, foreign = make.make_meeting(pairing), make.make_meeting()
    client = client_of(people["mentee"])
    assert client.post(address("note-add", pairing.code), data(meeting=foreign.code)).status_code == 200
    assert client.post(address("note-add", pairing.code), data(meeting=meeting.code)).status_code == 302
    note = SharedNote.objects.get()
    assert note.meeting == meeting
    assert client.get(address("note", "shared", note.code)).status_code == 200
    with pytest.raises(Refused):
        operations.write_note(pairing.pk, SHARED, "글", by=people["mentee"], meeting=foreign)


def test_a_resident_number_is_refused_at_the_field_and_what_was_typed_stays(pairing, people):
    page = client_of(people["mentor"]).post(address("note-add", pairing.code), data(text="900101-1234567 입니다"))
    assert page.context["parts"][-1]["form"].errors.keys() == {"text"}
    assert "900101-1234567" in page.text


# --- drafts -----------------------------------------------------------------------------------------


def autosave(client, pairing, **fields):
    return client.post(address("note-add", pairing.code), fields, headers={"X-Autosave": "1"})


def test_a_draft_is_kept_shown_again_and_done_with_once_sent(pairing, people):
    client = client_of(people["mentor"])
    answer = autosave(client, pairing, **{"note-text": "쓰다 만 글"})
    assert "saved" in answer.json()
    draft = NoteDraft.objects.get()
    assert (draft.text, draft.audience, draft.author) == ("쓰다 만 글", "", people["mentor"])
    assert not any(model.objects.exists() for model in NOTES.values())
    assert "쓰다 만 글" in client.get(pairing.get_absolute_url()).text
    assert "쓰다 만 글" not in client_of(people["mentee"]).get(pairing.get_absolute_url()).text
    autosave(client, pairing, **data("staff", "더 쓴 글"))
    assert NoteDraft.objects.get().audience == "staff"
    client.post(address("note-add", pairing.code), data("staff", "더 쓴 글"))
    assert not NoteDraft.objects.exists()
    assert StaffNote.objects.get().text == "더 쓴 글"


def test_a_draft_may_be_too_long_and_its_readers_are_never_taken_for_granted(pairing, people):
    client = client_of(people["mentee"])
    assert autosave(client, pairing, **data("shared", "가" * (NOTE_LIMIT + 5))).status_code == 200
    assert len(NoteDraft.objects.get().text) == NOTE_LIMIT + 5
    assert autosave(client, pairing, **data("staff")).status_code == 400
    assert operations.save_draft(pairing.pk, by=people["mentee"], text="글", audience=STAFF).audience == ""


def test_autosave_says_what_it_could_not_save(pairing, people):
    answer = autosave(client_of(people["mentor"]), pairing, **data(text="900101-1234567"))
    assert (answer.status_code, "error" in answer.json()) == (400, True)
    assert not NoteDraft.objects.exists()
    assert autosave(client_of(people["manager"]), pairing, **data()).status_code == 404


# --- changing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audience", "wordings"), [(STAFF, StaffWording), (SHARED, SharedWording)])
def test_what_others_read_keeps_its_earlier_wordings(pairing, people, audience, wordings):
    note = make.make_note(audience, pairing, text="처음 쓴 글")
    client = client_of(people["mentor"])
    for text in ("고친 글", "고친 글", "다시 고친 글"):
        client.post(address("note", audience, note.code), {"text": text})
    note.refresh_from_db()
    assert note.text == "다시 고친 글"
    assert list(wordings.objects.values_list("text", flat=True)) == ["고친 글", "처음 쓴 글"]
    page = client_of(people["manager"]).get(pairing.get_absolute_url()).text
    assert ("처음 쓴 글" in page, "다시 고친 글" in page) == (True, True)
    assert ("처음 쓴 글" in client_of(people["mentee"]).get(pairing.get_absolute_url()).text) == (
        audience == SHARED
    )


def test_a_private_note_is_changed_without_a_trace_and_can_be_deleted(pairing, people):
    note = make.make_note(PRIVATE, pairing, text="처음 쓴 글")
    client = client_of(people["mentor"])
    client.post(address("note", PRIVATE, note.code), {"text": "고친 글"})
    page = client.get(pairing.get_absolute_url()).text
    assert ("처음 쓴 글" in page, "고친 글" in page) == (False, True)
    client.post(address("note-remove", note.code))
    assert not PrivateNote.objects.exists()


@pytest.mark.parametrize("audience", [STAFF, SHARED])
def test_what_others_read_is_not_deleted(pairing, people, audience):
    note = make.make_note(audience, pairing)
    with pytest.raises(Refused):
        operations.remove_note(note, by=people["mentor"])
    assert client_of(people["mentor"]).post(address("note-remove", note.code)).status_code == 404


@pytest.mark.parametrize("audience", Audience)
def test_only_its_author_changes_a_note(pairing, people, audience):
    note = make.make_note(audience, pairing, text="그대로")
    for name, user in people.items():
        if name != "mentor":
            assert client_of(user).get(address("note", audience, note.code)).status_code == 404
            assert client_of(user).post(address("note", audience, note.code), {"text": "바꿈"}).status_code == 404
            with pytest.raises(Refused):
                operations.change_note(note, "바꿈", by=user)
    note.refresh_from_db()
    assert note.text == "그대로"


def test_a_note_is_found_under_its_own_kind_alone(pairing, people):
    client = client_of(people["mentor"])
    for audience in Audience:
        note = make.make_note(audience, pairing)
        got = {kind: client.get(address("note", kind, note.code)).status_code for kind in [*Audience, "none"]}
        assert got == {kind: 200 if kind == audience else 404 for kind in [*Audience, "none"]}


@pytest.mark.parametrize("text", ["", "가" * (NOTE_LIMIT + 1)])
def test_a_change_that_cannot_be_taken_keeps_what_was_typed(pairing, people, text):
    note = make.make_note(SHARED, pairing, text="그대로")
    page = client_of(people["mentor"]).post(address("note", SHARED, note.code), {"text": text})
    assert page.status_code == 200
    assert page.context["form"]["text"].value() == text
    note.refresh_from_db()
    assert note.text == "그대로"


# --- the page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_many_notes_cost_the_same(pairing, people, count, django_assert_num_queries):
    for number in range(count):
        meeting = make.make_meeting(pairing, starts_at=clock.now() + timedelta(days=number))
        for audience in Audience:
            make.make_note(audience, pairing, text=f"글 {number}", meeting=meeting)
        operations.change_note(SharedNote.objects.latest("pk"), f"고친 글 {number}", by=people["mentor"])
    client = client_of(people["mentor"])
    client.get(pairing.get_absolute_url())
    with django_assert_num_queries(18):
        page = client.get(pairing.get_absolute_url())
    part = page.context["parts"][-1]
    assert len(part["rows"]) + len(part["older"]) == 3 * count


def test_notes_stand_newest_first_and_the_older_are_folded(pairing, people):
    for number in range(12):
        make.make_note(SHARED, pairing, text=f"글 {number}", written_at=clock.now() - timedelta(days=number))
    part = client_of(people["mentee"]).get(pairing.get_absolute_url()).context["parts"][-1]
    assert [row["text"] for row in part["rows"]] == [f"글 {number}" for number in range(10)]
    assert len(part["older"]) == 2


def test_markup_is_text(pairing, people):
    make.make_note(SHARED, pairing, text="<script>alert(1)</script>")
    assert "<script>alert(1)" not in client_of(people["mentee"]).get(pairing.get_absolute_url()).text


# --- when a person goes ------------------------------------------------------------------------------


def test_with_a_mentee_goes_what_was_written_about_them(marked, people):
    erase_person(people["mentee"])
    rows = [str(row) for model in apps.get_app_config("mentoring").get_models() for row in model.objects.values()]
    assert found_in("".join(rows)) == set()


def test_with_a_mentor_goes_what_nobody_else_reads(marked, people):
    erase_person(people["mentor"])
    rows = [str(row) for model in apps.get_app_config("mentoring").get_models() for row in model.objects.values()]
    assert found_in("".join(rows)) == EVERY_MARK - {"mark-kestrel", "mark-osprey"}
