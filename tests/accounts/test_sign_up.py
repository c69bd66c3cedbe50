"""Sign-up: the question about age, the form, the consents, the code."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session

from accounts.models import ConsentRecord, User
from portal import clock
from portal.models import AuditEvent, OutgoingMail
from tests.accounts.doors import code_in, log_in, mails, make_member, say_age, sign_up_form, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_signs_up_with_a_mailed_code_and_goes_where_they_were_going(client, language):
    going = f"/{language}/my/"
    response = client.get(url("account_signup", language), {"next": going})
    assert response["Location"] == f"/{language}/accounts/age/?next=%2F{language}%2Fmy%2F"
    response = client.get(response["Location"])
    assert response.context["next"] == going
    assert b'name="email"' not in response.content
    response = say_age(client, language, next=going)
    assert response["Location"] == f"/{language}/accounts/signup/?next=%2F{language}%2Fmy%2F"
    assert f'name="next" value="{going}"' in client.get(response["Location"]).content.decode()

    form = sign_up_form(
        email="Dabyeol@Example.com", full_name="김다별\x01 ", romanized_name="Kim  Dabyeol", next=going
    )
    response = client.post(url("account_signup", language), form)
    assert response["Location"] == url("account_email_verification_sent", language)
    user = User.objects.get()
    assert (user.email, user.full_name, user.romanized_name) == ("dabyeol@example.com", "김다별", "Kim Dabyeol")
    assert user.language == language
    assert clock.now() - user.age_confirmed_at < timedelta(minutes=1)
    assert {(record.version.kind, record.given) for record in ConsentRecord.objects.filter(user=user)} == {
        ("terms", True),
        ("privacy", True),
    }
    assert list(AuditEvent.objects.values_list("verb", "by")) == [("person.signed_up", user.pk)]

    [mail] = mails()
    assert (mail.to, mail.person, mail.language) == ("dabyeol@example.com", user, language)
    assert (
        mail.subject
        == {
            "ko": "[Grow Creative] 가입 확인 번호 안내",
            "en": "[Grow Creative] Your code to sign up",
        }[language]
    )
    page = client.get(url("account_email_verification_sent", language))
    assert b"dabyeol@example.com" in page.content
    response = client.post(url("account_email_verification_sent", language), {"code": code_in(mail)})
    assert response["Location"] == going
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get().verified
    assert len(mails()) == 1


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "word"]
)
def test_sign_up_leads_nowhere_else(client, target):
    response = client.post(url("age"), {"answer": "yes", "next": target})
    assert response["Location"] == url("account_signup")
    client.post(url("account_signup"), sign_up_form(next=target))
    response = client.post(url("account_email_verification_sent"), {"code": code_in(mails()[0])})
    assert response["Location"] == url("my")


def test_whoever_is_under_14_is_told_so_and_nothing_is_kept(client):
    response = client.post(url("age"), {"answer": "no"})
    assert response["Location"] == url("too_young")
    assert client.get(url("too_young")).status_code == 200
    assert "session" not in client.cookies
    assert not Session.objects.exists()
    assert client.get(url("account_signup")).status_code == 302


def test_a_no_takes_back_an_earlier_yes(client):
    say_age(client)
    client.post(url("age"), {"answer": "no"})
    assert client.get(url("account_signup"))["Location"] == url("age")


def test_the_question_must_be_answered(client):
    response = client.post(url("age"), {"answer": "perhaps"})
    assert response.status_code == 200
    assert response.context["unanswered"]


def test_the_answer_holds_for_an_hour(client, settings):
    settings.DEMO_NOW = clock.now()
    say_age(client)
    settings.DEMO_NOW += timedelta(minutes=59)
    assert client.get(url("account_signup")).status_code == 200
    settings.DEMO_NOW += timedelta(minutes=1)
    assert client.get(url("account_signup"))["Location"] == url("age")


def test_the_answer_serves_one_sign_up(client):
    say_age(client)
    client.post(url("account_signup"), sign_up_form())
    client.post(url("account_logout"))
    assert client.get(url("account_signup"))["Location"] == url("age")


def test_nobody_gets_past_the_question_by_posting(client):
    response = client.post(url("account_signup"), sign_up_form())
    assert response["Location"] == url("age")
    assert not User.objects.exists()


def test_whoever_is_logged_in_needs_no_sign_up(client):
    client.force_login(make_member())
    assert client.get(url("age"))["Location"] == url("my")
    assert client.get(url("age"), {"next": "/ko/privacy/"})["Location"] == "/ko/privacy/"
    assert client.get(url("account_signup"))["Location"] == url("my")


ERRORS = [
    ({"full_name": ""}, "full_name", "필수 항목이에요."),
    (
        {"full_name": "김다별 900101-1234567"},
        "full_name",
        "주민등록번호로 보이는 숫자가 있어요. 주민등록번호는 받지 않으니 지워 주세요.",
    ),
    ({"full_name": "가" * 61}, "full_name", "60자까지 쓸 수 있어요. 지금 61자예요."),
    ({"email": "dabyeol"}, "email", "이메일 주소를 다시 확인해 주세요."),
    ({"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com"}, "email", None),
    ({"password1": "short"}, "password1", "10자 이상으로 써 주세요."),
    ({"password1": "password123"}, "password1", "많은 사람이 쓰는 비밀번호예요. 다른 비밀번호를 써 주세요."),
    (
        {"romanized_name": "Namgung Byeolha", "password1": "namgungbyeolha"},
        "password1",
        "이름이나 이메일과 너무 비슷해요. 다른 비밀번호를 써 주세요.",
    ),
    ({"password1": "가나다라" * 251}, "password1", "1000자까지 쓸 수 있어요. 지금 1004자예요."),
    ({"agree_terms": ""}, "agree_terms", "이용약관에 동의해야 가입할 수 있어요."),
    ({"agree_privacy": ""}, "agree_privacy", "개인정보 수집·이용에 동의해야 가입할 수 있어요."),
]


@pytest.mark.parametrize(("change", "field", "error"), ERRORS)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client, change, field, error):
    say_age(client)
    response = client.post(url("account_signup"), sign_up_form(romanized_name="Kim Dabyeol") | change)
    form = response.context["form"]
    assert list(form.errors) == [field]
    if error:
        assert form.errors[field] == [error]
    assert not User.objects.exists()
    page = response.content.decode()
    assert "correct horse" not in page
    if "romanized_name" not in change:
        assert 'value="Kim Dabyeol"' in page


def test_both_boxes_come_unticked_and_the_form_has_no_word_for_more(client):
    say_age(client)
    form = client.get(url("account_signup")).context["form"]
    assert list(form.fields) == [
        "full_name",
        "romanized_name",
        "email",
        "password1",
        "agree_terms",
        "agree_privacy",
    ]
    assert not form["agree_terms"].value()
    assert not form["agree_privacy"].value()


def test_fields_that_are_not_on_the_form_cannot_be_set(client):
    say_age(client)
    client.post(url("account_signup"), sign_up_form(is_superuser="on", is_demo="on", language="en", role="admin"))
    user = User.objects.get()
    assert (user.is_superuser, user.is_demo, user.language, user.is_staff) == (False, False, "ko", False)


def test_a_known_address_looks_the_same_and_its_owner_is_told(client, django_user_model):
    say_age(client)
    fresh = client.post(url("account_signup"), sign_up_form(email="new@example.com"))
    fresh_page = client.get(fresh["Location"]).content.decode()

    other = type(client)()
    owner = make_member(language="en")
    say_age(other)
    known = other.post(url("account_signup"), sign_up_form())
    known_page = other.get(known["Location"]).content.decode()
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])

    def plain(page):
        lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
        return "\n".join(lines).replace("new@example.com", "dabyeol@example.com")

    assert plain(known_page) == plain(fresh_page)
    assert django_user_model.objects.count() == 2
    [mail] = mails(to=owner.email)
    assert (mail.reason, mail.person, mail.language) == ("account_already_exists", owner, "en")
    assert "http://localhost:8000/en/accounts/password/reset/" in mail.body
    other.post(url("account_email_verification_sent"), {"code": "000000"})
    assert "_auth_user_id" not in other.session


def test_of_two_sign_ups_at_once_the_later_finds_the_address_known(client, monkeypatch):
    monkeypatch.setattr(
        "allauth.account.internal.flows.manage_email.email_already_exists", lambda email, **kwargs: (email, False)
    )
    owner = make_member()
    say_age(client)
    response = client.post(url("account_signup"), sign_up_form())
    assert response["Location"] == url("account_email_verification_sent")
    assert list(User.objects.all()) == [owner]
    assert [mail.reason for mail in mails()] == ["account_already_exists"]


def test_a_new_code_can_be_asked_for(client, monkeypatch, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    say_age(client)
    client.post(url("account_signup"), sign_up_form())
    client.post(url("account_email_verification_sent"), {"action": "resend"})
    first, second = mails("email_confirmation_signup")
    assert first.nonce != second.nonce
    response = client.post(url("account_email_verification_sent"), {"code": code_in(second)})
    assert response["Location"] == url("my")


def test_after_three_wrong_codes_one_logs_in_for_a_new_one(client, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    say_age(client)
    client.post(url("account_signup"), sign_up_form())
    wrong = "000000" if code_in(mails()[0]) != "000000" else "111111"
    for _time in range(2):
        response = client.post(url("account_email_verification_sent"), {"code": wrong})
        assert response.context["form"].errors["code"] == ["번호가 맞지 않아요. 다시 확인해 주세요."]
    response = client.post(url("account_email_verification_sent"), {"code": wrong}, follow=True)
    assert response.request["PATH_INFO"] == url("account_login")
    assert "너무 여러 번 시도했어요. 몇 분 뒤에 다시 해 주세요." in response.content.decode()
    log_in(client)
    response = client.post(url("account_email_verification_sent"), {"code": code_in(mails()[-1])})
    assert response["Location"] == url("my")


def test_whoever_starts_over_is_back_at_log_in(client):
    say_age(client)
    client.post(url("account_signup"), sign_up_form())
    response = client.post(url("account_logout"), {"next": url("account_login")})
    assert response["Location"] == url("account_login")
    assert client.get(url("account_email_verification_sent"))["Location"] == url("account_login")


def test_a_sign_up_that_fails_half_way_leaves_nothing(client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("accounts.operations.record_consents", broken)
    say_age(client)
    with pytest.raises(RuntimeError):
        client.post(url("account_signup"), sign_up_form())
    assert not User.objects.exists()
    assert not OutgoingMail.objects.exists()
