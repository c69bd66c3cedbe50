"""The profile: name and language, and what applications take over."""

import unicodedata
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts import operations, profiles
from accounts.forms import ProfileForm
from accounts.models import Profile
from portal import clock
from portal.models import AuditEvent
from tests.accounts.doors import make_member, url
from tests.make import make_admin

pytestmark = pytest.mark.django_db

FORM = {"full_name": "남궁별", "romanized_name": "Namgung Byeol", "language": "ko", "time_zone": "Asia/Seoul"}


def test_a_person_changes_what_is_theirs_and_goes_on_in_the_chosen_language(client):
    user = make_member()
    client.force_login(user)
    response = client.post(
        url("profile"), FORM | {"language": "en", "time_zone": "Europe/Paris", "is_superuser": "on"}
    )
    assert response["Location"] == url("profile", "en")
    assert "Your profile has been saved." in client.get(response["Location"]).content.decode()
    user.refresh_from_db()
    assert (user.full_name, user.romanized_name) == ("남궁별", "Namgung Byeol")
    assert (user.language, user.time_zone, user.is_superuser) == ("en", "Europe/Paris", False)
    [event] = AuditEvent.objects.all()
    assert (event.verb, event.by, event.target_id) == ("person.changed", user, user.pk)
    assert event.after == "full_name, romanized_name, language, time_zone"


def test_saving_what_is_there_already_leaves_no_trace(client):
    client.force_login(make_member(**FORM))
    assert client.post(url("profile"), FORM).status_code == 302
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "김다별 900101-1234567"}, "full_name"),
        ({"romanized_name": "a" * 81}, "romanized_name"),
        ({"language": "fr"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_stays(client, change, field):
    client.force_login(make_member())
    response = client.post(url("profile"), FORM | change)
    assert list(response.context["form"].errors) == [field]
    assert not AuditEvent.objects.exists()


def test_an_empty_form_is_an_error_and_no_page_without_words(client):
    client.force_login(make_member())
    assert list(client.post(url("profile")).context["form"].errors) == ["full_name", "language", "time_zone"]


def test_a_zone_that_is_not_in_the_list_stays_choosable(client):
    user = make_member(time_zone="America/Bogota")
    client.force_login(user)
    assert client.get(url("profile")).context["form"]["time_zone"].value() == "America/Bogota"
    client.post(url("profile"), FORM | {"time_zone": "America/Bogota"})
    user.refresh_from_db()
    assert user.time_zone == "America/Bogota"


def test_a_zone_that_does_not_exist_can_be_left_behind(client):
    user = make_member(time_zone="Mars/Olympus")
    client.force_login(user)
    client.post(url("profile"), FORM)
    user.refresh_from_db()
    assert user.time_zone == "Asia/Seoul"


# --- what applications take over -------------------------------------------------------------------

WORK = {"year": "2024", "title": "새벽 배송", "role": "각본", "platform": "ott"}
JOB = {"from": "2022-03", "to": "", "organization": "별빛 영화사", "role": "조연출"}
TOLD = {
    "phone": "+821000000001",
    "birth_on": date(1999, 3, 1),
    "region": "jeonbuk",
    "affiliation_kind": "freelance",
    "affiliation": "별빛 영화사",
    "position_title": "조연출",
    "career_years": 5,
    "languages": "한국어, 영어",
    "credits": [WORK],
    "career": [JOB],
}
TYPED = {
    "phone": "010 0000 0001",
    "birth_on": "1999-03-01",
    "region": "jeonbuk",
    "affiliation_kind": "freelance",
    "affiliation": "별빛 영화사",
    "position_title": "조연출",
    "career_years": "5",
    "languages": "한국어, 영어",
    "credits-rows": "1",
    "career-rows": "1",
}
TYPED |= {f"credits-0-{key}": text for key, text in WORK.items()}
TYPED |= {f"career-0-{key}": text for key, text in JOB.items()}


def told_by(user):
    """What is kept of a person."""
    return Profile.objects.filter(user=user).values(*profiles.PROFILE_FIELDS).first()


def test_what_a_person_tells_is_kept_and_comes_back(client):
    user = make_member(**FORM)
    client.force_login(user)
    assert client.post(url("profile"), FORM | TYPED).status_code == 302
    assert told_by(user) == TOLD
    page = client.get(url("profile")).content.decode()
    for text in ("010-0000-0001", "1999-03-01", "새벽 배송", "2022-03", "별빛 영화사", "한국어, 영어"):
        assert f'value="{text}"' in page
    assert '<option value="jeonbuk" selected>전북특별자치도</option>' in page
    assert "+82 10-0000-0001" in client.get(url("profile", "en")).content.decode()
    [event] = AuditEvent.objects.all()
    assert event.after == ", ".join(profiles.PROFILE_FIELDS)
    assert not any(str(value) in event.after + event.before + event.reason for value in ("0000", "새벽", "1999"))


def test_the_same_again_is_no_change(client):
    user = make_member(**FORM)
    operations.change_profile(user.pk, by=user, **TOLD)
    before = Profile.objects.get()
    client.force_login(user)
    client.post(url("profile"), FORM | TYPED)
    assert AuditEvent.objects.count() == 1
    assert Profile.objects.get().changed_at == before.changed_at


def test_everything_can_be_taken_back(client):
    user = make_member(**FORM)
    operations.change_profile(user.pk, by=user, **TOLD)
    client.force_login(user)
    client.post(url("profile"), FORM | {"credits-rows": "1", "career-rows": "1"})
    assert told_by(user) == dict.fromkeys(TOLD, "") | {
        "birth_on": None,
        "career_years": None,
        "credits": [],
        "career": [],
    }


def test_nothing_is_kept_of_who_tells_nothing(client):
    client.force_login(make_member(**FORM))
    client.post(url("profile"), FORM | {"full_name": "김다별", "credits-rows": "1", "phone": " "})
    assert not Profile.objects.exists()


def test_staff_change_what_a_person_told_and_are_named():
    user, admin = make_member(**FORM), make_admin()
    returned = operations.change_profile(user.pk, by=admin, region="seoul", full_name="남궁별", languages="")
    assert returned == user
    [event] = AuditEvent.objects.all()
    assert (event.by, event.target_id, event.after) == (admin, user.pk, "region")
    operations.change_profile(user.pk, by=admin, full_name="남궁 별")
    assert AuditEvent.objects.count() == 2


def test_changed_at_is_when_something_changed(monkeypatch):
    user = make_member()
    later = datetime(2027, 1, 2, 3, 4, tzinfo=clock.SEOUL)
    operations.change_profile(user.pk, by=user, region="seoul")
    monkeypatch.setattr(clock, "now", lambda: later)
    operations.change_profile(user.pk, by=user, region="busan")
    assert Profile.objects.get().changed_at == later


def test_an_application_reads_it_in_one_query(django_assert_num_queries):
    user = make_member(**FORM)
    with django_assert_num_queries(1):
        told = profiles.of(user)
    assert told == dict.fromkeys(profiles.PROFILE_FIELDS, "") | {
        "credits": [],
        "career": [],
        "full_name": "남궁별",
        "romanized_name": "Namgung Byeol",
    }
    operations.change_profile(user.pk, by=user, **TOLD)
    with django_assert_num_queries(1):
        told = profiles.of(user)
    assert told == TOLD | {
        "birth_on": "1999-03-01",
        "career_years": "5",
        "full_name": "남궁별",
        "romanized_name": "Namgung Byeol",
    }


def test_what_is_read_is_what_the_form_takes():
    user = make_member(**FORM)
    operations.change_profile(user.pk, by=user, **TOLD)
    form = ProfileForm({}, user=user)
    raw = profiles.of(user)
    cleaned = {name: form.fields[name].clean(raw[name]) for name in profiles.PROFILE_FIELDS}
    assert cleaned == TOLD


def test_no_name_is_made_from_the_other(client):
    user = make_member(full_name="남궁별")
    client.force_login(user)
    client.post(url("profile"), FORM | {"romanized_name": ""})
    user.refresh_from_db()
    assert user.romanized_name == ""
    assert "여권에 적힌 대로" in client.get(url("profile")).content.decode()


def test_the_page_says_what_becomes_of_it_and_asks_no_resident_number(client):
    client.force_login(make_member())
    page = client.get(url("profile")).content.decode()
    assert "제출한 뒤에는 그때의 내용을 따로 보관해요" in page
    assert "주민등록번호" not in page
    assert "keep a copy of their own once they are submitted" in client.get(url("profile", "en")).content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("phone", "010-12", "전화번호를 다시 확인해 주세요. 해외 번호는 +와 국가번호부터 적어 주세요."),
        ("birth_on", "1999-02-30", "생년월일을 다시 확인해 주세요."),
        ("birth_on", "1800-01-01", "생년월일을 다시 확인해 주세요."),
        ("birth_on", "9999-12-31", "생년월일을 다시 확인해 주세요."),
        ("birth_on", "99\x00", "생년월일을 다시 확인해 주세요."),
        ("career_years", "-1", "0부터 60까지의 숫자로 적어 주세요."),
        ("career_years", "61", "0부터 60까지의 숫자로 적어 주세요."),
        ("career_years", "1e3", "0부터 60까지의 숫자로 적어 주세요."),
        ("career_years", "5.5", "0부터 60까지의 숫자로 적어 주세요."),
        ("career_years", "9" * 5000, "0부터 60까지의 숫자로 적어 주세요."),
        ("career_years", "\x00", "0부터 60까지의 숫자로 적어 주세요."),
        ("region", "서울", None),
        ("affiliation_kind", "boss", None),
        ("affiliation", "가" * 121, None),
        ("affiliation", "가" * 350_000, None),
        ("position_title", "가" * 81, None),
        ("languages", "가" * 121, None),
        ("languages", "900101-1234567", None),
        ("credits-0-title", "가" * 350_000, "1번째 줄 · 작품명: 120자 이하로 줄여 주세요. 지금 1880자가 넘어요."),
        ("credits-0-year", "24", None),
        ("career-0-from", "언젠가", "1번째 줄 · 시작: 연도와 월을 2024-03처럼 적어 주세요."),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field_and_nothing_typed_is_lost(client, field, typed, sentence):
    user = make_member(**FORM)
    client.force_login(user)
    response = client.post(url("profile"), FORM | TYPED | {field: typed})
    form = response.context["form"]
    name = field.split("-")[0]
    assert list(form.errors) == [name]
    assert sentence is None or form.errors[name] == [sentence]
    page = response.content.decode()
    assert response.status_code == 200
    assert 'aria-invalid="true"' in page
    for other, text in TYPED.items():
        assert other == field or f'value="{text}"' in page
    assert told_by(user) is None
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "각본"),
        "\u202e각본",
        "각\x00본",
        "\ufeff각본\r\n",
    ],
)
def test_text_is_cleaned_wherever_it_stands(client, text):
    user = make_member(**FORM)
    client.force_login(user)
    data = FORM | TYPED | {"position_title": text, "languages": text, "credits-0-role": text, "career-0-role": text}
    assert client.post(url("profile"), data).status_code == 302
    told = told_by(user)
    assert [told["position_title"], told["languages"], told["credits"][0]["role"], told["career"][0]["role"]] == [
        "각본"
    ] * 4


@pytest.mark.parametrize(("born", "taken"), [("2012-11-24", True), ("2012-11-25", False), ("2026-11-24", False)])
def test_nobody_is_younger_than_fourteen(client, monkeypatch, born, taken):
    today = datetime(2026, 11, 24, 0, 30, tzinfo=clock.SEOUL)
    client.force_login(make_member(**FORM))
    form = ProfileForm(FORM | {"birth_on": born}, user=make_member("b@example.com"))
    monkeypatch.setattr(clock, "now", lambda: today)
    assert form.is_valid() == taken
    if not taken:
        assert form.errors["birth_on"] == ["만 14세부터 이용할 수 있어요. 생년월일을 다시 확인해 주세요."]


def test_twenty_rows_and_no_more(client):
    user = make_member(**FORM)
    client.force_login(user)
    lines = {f"credits-{index}-{key}": text for index in range(20) for key, text in WORK.items()}
    hostile = {"credits-999999999-title": "x", "credits--1-title": "x"}
    assert client.post(url("profile"), FORM | TYPED | lines | hostile).status_code == 302
    assert told_by(user)["credits"] == [WORK] * 20
    lines |= {f"credits-20-{key}": text for key, text in WORK.items()}
    response = client.post(url("profile"), FORM | TYPED | lines)
    assert response.context["form"].errors["credits"] == ["20줄까지 적을 수 있어요. 1줄을 비워 주세요."]


def test_more_rows_without_a_script_keep_everything_and_save_nothing(client):
    user = make_member(**FORM)
    client.force_login(user)
    response = client.post(url("profile"), FORM | TYPED | {"full_name": "", "phone": "010", "more": "credits"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "aria-invalid" not in page
    assert 'id="id_credits-2-title"' in page
    assert 'value="010"' in page
    assert 'value="새벽 배송"' in page
    assert "autofocus" in page
    assert told_by(user) is None


def test_enter_saves_and_does_not_ask_for_a_row(client):
    client.force_login(make_member())
    page = client.get(url("profile")).content.decode()
    form = page[page.index('<form method="post" novalidate>') :]
    first = form[form.index("<button") : form.index("</button>")]
    assert 'type="submit"' in first
    assert "name=" not in first


@pytest.mark.parametrize(
    "wrong", [{"region": "seul"}, {"affiliation_kind": "boss"}, {"career_years": 61}, {"career_years": -1}]
)
def test_the_database_refuses_what_no_form_would_send(wrong):
    user = make_member()
    with pytest.raises(IntegrityError), transaction.atomic():
        Profile.objects.create(user=user, **wrong)


def test_the_page_asks_little_of_the_database(client, django_assert_max_num_queries):
    user = make_member(**FORM)
    operations.change_profile(user.pk, by=user, **TOLD | {"credits": [WORK] * 20, "career": [JOB] * 20})
    client.force_login(user)
    client.get(url("profile"))
    with django_assert_max_num_queries(6):
        assert client.get(url("profile")).status_code == 200


def test_a_profile_is_named_by_its_person():
    user = make_member()
    operations.change_profile(user.pk, by=user, region="seoul")
    assert str(user.profile) == str(user.pk)
