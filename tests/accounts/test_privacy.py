"""`/my/privacy/`: a person sees, takes back, takes along and ends what the portal holds about them."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts import emails, operations, privacy, terms
from accounts.models import ConsentRecord, Profile, Role, Term, TermVersion, User
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from tests.accounts.doors import confirm_password, log_in, mails, make_member, set_up_second_factor, url
from tests.make import make_admin, make_cohort, make_grant, make_user

pytestmark = pytest.mark.django_db


def of(slug):
    """The version of that text that holds now."""
    return next(iter(terms.versions_in_force(Term.objects.filter(slug=slug)).values()))


def page(slug, cohort=None, language="ko"):
    """The page of one consent."""
    place = {"program": cohort.program.slug, "cohort": cohort.slug} if cohort else {}
    return url("my-consent", language, slug=slug, **place)


def texts_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def parts(monkeypatch):
    """The parts of other apps: none, until a test registers some."""
    fresh = {}
    monkeypatch.setattr(privacy, "_parts", fresh)
    return fresh


@pytest.fixture
def person(client):
    """Somebody who is logged in."""
    member = make_member()
    log_in(client)
    return member


# --- what was agreed to -------------------------------------------------------------------------------


def test_trust_33_every_consent_is_seen_by_cohort_version_and_day(client, person, parts):
    cohort = make_cohort()
    operations.record_consents(person, {of("terms"): True, of("privacy"): True})
    operations.record_consents(person, {of("application"): True, of("portrait"): False}, cohort=cohort)
    operations.record_consents(make_user(), {of("third-party-kocca"): True}, cohort=make_cohort())

    text = texts_of(client.get(url("my-privacy")))
    for slug in ("terms", "privacy", "application", "portrait", "marketing"):
        assert of(slug).title in text
    assert of("third-party-kocca").title not in text
    assert cohort.program.title_ko in text
    assert "2판 ·" in text
    assert text.count("동의함</span>") == 3
    assert text.count("동의하지 않음</span>") == 2
    assert "아직 답하지 않았어요." in text  # advertising messages


def test_consents_stand_in_the_order_in_which_they_are_asked_the_last_cohort_first(client, person, parts, settings):
    first, last = make_cohort(), make_cohort()
    settings.DEMO_NOW = clock.now()
    for cohort in (first, last):
        settings.DEMO_NOW += timedelta(hours=1)
        operations.record_consents(person, {of("portrait"): True, of("application"): True}, cohort=cohort)
    groups = client.get(url("my-privacy")).context["groups"]
    assert [group.get("url") for group in groups] == [None, last.get_absolute_url(), first.get_absolute_url()]
    assert [line["title"] for line in groups[1]["lines"]] == [of("application").title, of("portrait").title]


@pytest.mark.parametrize("count", [1, 40])
def test_the_list_costs_the_same_for_any_number_of_consents(client, person, count):
    for _number in range(count):
        operations.record_consents(person, {of("portrait"): True, of("application"): True}, cohort=make_cohort())
    client.get(url("my-privacy"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url("my-privacy")).status_code == 200
    assert len(queries) <= 8


@pytest.mark.parametrize("language", ["ko", "en"])
def test_trust_30_withdrawing_is_asked_on_one_page_and_done_on_the_same(client, person, parts, language):
    cohort = make_cohort()
    version = of("third-party-netflix")
    operations.record_consents(person, {version: True}, cohort=cohort, items={version: "성명\n이메일 주소"})
    asked_about = []

    def follows(user, term, where):
        asked_about.append((user, term, where))
        return ["멘토가 바뀝니다."]

    privacy.register("programs", follows=follows)
    privacy.register("quiet")
    address = page("third-party-netflix", cohort, language)

    text = texts_of(client.get(address))
    with override(language):
        assert version.title in text
        assert version.purpose in text
    assert "멘토가 바뀝니다." in text
    assert asked_about == [(person, version.term, cohort)]
    assert ConsentRecord.objects.count() == 1  # looking does nothing

    for _time in range(2):  # the second finds it done
        response = client.post(address, {"answer": "withdraw"})
        assert response["Location"] == address
    assert list(ConsentRecord.objects.values_list("given", "language")) == [(False, language), (True, "ko")]
    assert list(terms.who_agreed(version.term, cohort)) == []
    assert 'value="give"' in texts_of(client.get(address))


def test_what_is_optional_may_be_given_again(client, person, parts):
    cohort = make_cohort()
    operations.record_consents(person, {of("portrait"): False}, cohort=cohort)
    client.post(page("portrait", cohort), {"answer": "give"})
    client.post(page("portrait", cohort), {"answer": "give"})  # it stands already
    assert list(ConsentRecord.objects.values_list("given", "cohort")) == [(True, cohort.pk), (False, cohort.pk)]


def test_advertising_messages_are_agreed_to_and_stopped_here(client, person, parts):
    assert 'value="give"' in texts_of(client.get(page("marketing")))
    client.post(page("marketing"), {"answer": "give"})
    client.post(page("marketing"), {"answer": "withdraw"})
    assert list(ConsentRecord.objects.values_list("given", "cohort")) == [(False, None), (True, None)]


def test_what_an_application_needed_is_not_given_again_without_one(client, person, parts):
    cohort = make_cohort()
    operations.record_consents(person, {of("application"): True}, cohort=cohort)
    client.post(page("application", cohort), {"answer": "withdraw"})
    text = texts_of(client.get(page("application", cohort)))
    assert 'name="answer"' not in text
    client.post(page("application", cohort), {"answer": "give"})
    client.post(page("application", cohort), {"answer": "anything"})
    assert list(ConsentRecord.objects.values_list("given", flat=True)) == [False, True]


def test_the_terms_of_the_account_say_how_they_end(client, person, parts):
    operations.record_consents(person, {of("terms"): True})
    text = texts_of(client.get(page("terms")))
    assert "계정에 딸린 동의예요" in text
    assert 'name="answer"' not in text
    response = client.post(page("terms"), {"answer": "withdraw"}, follow=True)
    assert "계정에 딸린 동의예요" in " ".join(str(message) for message in response.context["messages"])
    assert ConsentRecord.objects.count() == 1


def test_what_was_agreed_to_is_shown_in_the_version_of_that_time(client, person, parts):
    version = of("portrait")
    operations.record_consents(person, {version: True}, items={version: version.items})
    TermVersion.objects.create(term=version.term, number=9, title_ko="새 글", in_force_at=clock.now())
    text = texts_of(client.get(page("portrait")))
    assert version.title_ko in text
    assert "새 글" not in text
    client.post(page("portrait"), {"answer": "withdraw"})
    assert "새 글" in texts_of(client.get(page("portrait")))


def test_a_consent_on_paper_says_so(client, person, parts):
    operations.record_consents(person, {of("portrait"): True}, recorded_by=make_admin())
    assert "서면으로 받아" in texts_of(client.get(page("portrait")))


def test_trust_33_nobody_reaches_a_consent_of_somebody_else(client, person, parts):
    cohort = make_cohort()
    operations.record_consents(make_user(), {of("portrait"): True}, cohort=cohort)
    for address in (page("portrait", cohort), page("marketing", cohort), page("portrait"), page("nothing")):
        assert client.get(address).status_code == 404
        assert client.post(address, {"answer": "withdraw"}).status_code == 404
    assert ConsentRecord.objects.count() == 1


# --- the data -----------------------------------------------------------------------------------------


def unpacked(response):
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_trust_33_everything_held_is_taken_along(client, person, parts, tmp_path):
    cohort = make_cohort()
    operations.change_profile(
        person.pk, by=person, full_name="김다별", phone="+821012345678", credits=[{"year": "2024"}]
    )
    operations.record_consents(person, {of("portrait"): True}, cohort=cohort, items={of("portrait"): "사진"})
    make_grant(person, Role.REVIEWER, cohort)
    make_grant(person, Role.ADMIN, to_at=clock.now() + timedelta(days=1))
    set_up_second_factor(person)
    emails.account_mail("account/email/password_changed", to=person.email, person=person, context={})

    class Gone:
        def open(self, mode):
            raise FileNotFoundError

    privacy.register(
        "programs",
        export=lambda user: {"applications": [{"receipt": "RB27-0001", "at": clock.now()}]},
        files=lambda user: [
            ("기획안.pdf", ContentFile(b"%PDF-1.7")),
            ("../../a\\b.hwp", ContentFile(b"x")),
            ("c", Gone()),
        ],
    )
    privacy.register("quiet")

    response = client.post(url("my-privacy-data"))

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="grow-creative-')
    assert response["Cache-Control"] == "no-store"
    box = unpacked(response)
    assert box.namelist() == ["files/programs/001-기획안.pdf", "files/programs/002-b.hwp", "data.json"]
    assert box.read("files/programs/001-기획안.pdf") == b"%PDF-1.7"
    data = json.loads(box.read("data.json"))
    account = data["account"]
    assert (account["email"], account["full_name"]) == (person.email, "김다별")
    assert account["profile"]["phone"] == "+821012345678"
    assert account["profile"]["credits"] == [{"year": "2024"}]
    assert {role["role"] for role in account["roles"]} == {"reviewer", "admin"}
    assert account["consents"][0] | {"at": ""} == {
        "title": of("portrait").title_ko,
        "version": 1,
        "cohort": str(cohort),
        "given": True,
        "items": "사진",
        "language": "ko",
        "on_paper": False,
        "at": "",
    }
    assert account["addresses"] == [{"email": person.email, "verified": True, "primary": True}]
    assert {factor["type"] for factor in account["second_factors"]} == {"totp", "recovery_codes"}
    assert account["mails"][-1]["to"] == person.email
    assert "person.changed" in {deed["verb"] for deed in account["history"]}
    assert data["programs"]["applications"][0]["receipt"] == "RB27-0001"
    assert [file["stored"] for file in data["files"]] == [True, True, False]
    text = box.read("data.json").decode()
    assert person.password not in text
    assert "totp_secret" not in text
    assert AuditEvent.objects.filter(verb="person.data_downloaded", by=person).count() == 1


def test_somebody_who_told_little_gets_little(client, person, parts):
    data = json.loads(unpacked(client.post(url("my-privacy-data"))).read("data.json"))
    assert data["account"]["profile"] is None
    assert data["files"] == []
    assert set(data) == {"made_at", "account", "files"}


def test_looking_takes_nothing_along(client, person):
    assert client.get(url("my-privacy-data")).status_code == 405
    assert not AuditEvent.objects.filter(verb="person.data_downloaded").exists()


# --- the end ------------------------------------------------------------------------------------------


def test_trust_33_closing_an_account_erases_the_person_and_keeps_the_record(client, person, parts):
    operations.change_profile(person.pk, by=person, full_name="김다별", phone="+821012345678")
    operations.record_consents(person, {of("portrait"): True})
    set_up_second_factor(person)
    emails.account_mail("account/email/password_changed", to=person.email, person=person, context={})
    erased = []
    privacy.register("programs", erase=lambda user: erased.append(("programs", user.email)))
    privacy.register("mentoring", erase=lambda user: erased.append(("mentoring", user.email)))
    privacy.register("quiet")
    elsewhere = Client()
    log_in(elsewhere)

    assert client.get(url("my-privacy-close"))["Location"].startswith(url("account_reauthenticate"))
    assert client.post(url("my-privacy-close"))["Location"].startswith(url("account_reauthenticate"))
    assert User.objects.get(pk=person.pk).is_active  # asked for the password, nothing done

    client.get(url("my-privacy-close"))
    confirm_password(client)
    assert "되돌릴 수 없습니다" in texts_of(client.get(url("my-privacy-close")))
    response = client.post(url("my-privacy-close"))
    assert response["Location"] == url("my-privacy-closed")
    assert "탈퇴가 완료되었습니다" in texts_of(client.get(response["Location"]))

    assert erased == [("mentoring", "dabyeol@example.com"), ("programs", "dabyeol@example.com")]
    gone = User.objects.get(pk=person.pk)
    assert (gone.full_name, gone.romanized_name, gone.age_confirmed_at, gone.is_active) == ("", "", None, False)
    assert gone.email.endswith("@invalid.example")
    assert not gone.has_usable_password()
    assert not Profile.objects.exists()
    assert not EmailAddress.objects.exists()
    assert not Authenticator.objects.exists()
    assert ConsentRecord.objects.filter(user=gone, given=True).count() == 1
    assert AuditEvent.objects.filter(verb="person.closed", target_id=gone.pk).count() == 1
    for who in (client, elsewhere):  # no session is left
        assert who.get(url("my"))["Location"].startswith(url("account_login"))
    assert log_in(Client()).status_code == 200  # the form again


def test_trust_34_the_last_mail_says_so_and_then_its_address_goes(person, parts, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    operations.change_profile(person.pk, by=person, full_name="김다별")
    waiting = emails.account_mail("account/email/password_changed", to=person.email, person=person, context={})
    stranger = emails.account_mail("account/email/unknown_account", to=person.email, person=None, context={})
    other = emails.account_mail("account/email/unknown_account", to="other@example.com", person=None, context={})
    OutgoingMail.objects.filter(pk__in=[waiting.pk, stranger.pk, other.pk]).update(status=MailStatus.WAITING)

    operations.close_account(person.pk, by=person)

    (last,) = mails(emails.CLOSED)
    assert (last.to, last.language) == ("dabyeol@example.com", "ko")
    assert last.subject == "[Grow Creative] 탈퇴 완료 안내"
    assert last.body.startswith("김다별 님")
    for row in (waiting, stranger):
        row.refresh_from_db()
        assert (row.to, row.subject, row.body, row.status) == ("", "", "", MailStatus.DROPPED)
    other.refresh_from_db()
    assert other.to == "other@example.com"

    mail.deliver(last.pk)
    last.refresh_from_db()
    assert (last.status, last.to, last.body) == (MailStatus.SENT, "", "")
    assert "dabyeol" not in str(list(OutgoingMail.objects.values_list("to", "subject", "body")))


def test_closing_twice_is_the_same_as_once(parts):
    person = make_member()
    for _time in range(2):
        operations.close_account(person.pk, by=person)
    assert len(mails(emails.CLOSED)) == 1
    assert AuditEvent.objects.filter(verb="person.closed").count() == 1


def test_the_address_is_free_again(parts):
    person = make_member()
    operations.close_account(person.pk, by=person)
    assert make_member().pk != person.pk


def test_what_still_needs_the_person_keeps_the_account(client, person, parts):
    privacy.register("programs", blocks=lambda user: ["진행 중인 지원이 있어요."])
    privacy.register("quiet")
    make_grant(person, Role.REVIEWER, make_cohort())
    confirm_password(client)
    for text in (texts_of(client.get(url("my-privacy-close"))), texts_of(client.post(url("my-privacy-close")))):
        assert "심사위원" in text
        assert "진행 중인 지원이 있어요." in text
        assert "<button" not in text.split("<main")[1].split("</main")[0]
    with pytest.raises(Refused, match="진행 중인 지원"):
        operations.close_account(person.pk, by=person)
    assert User.objects.get(pk=person.pk).is_active


def test_a_superuser_is_asked_to_be_released_first(parts):
    call_command("createsuperuser", email="root@example.com", interactive=False, verbosity=0)
    (reason,) = privacy.blockers(User.objects.get())
    assert "관리자" in reason


def test_what_comes_in_between_is_said_on_the_page(client, person, parts, monkeypatch):
    confirm_password(client)
    answers = iter([[], ["방금 지원했어요."], ["방금 지원했어요."]])
    privacy.register("programs", blocks=lambda user: next(answers))
    response = client.post(url("my-privacy-close"), follow=True)
    assert response.redirect_chain == [(url("my-privacy-close"), 302)]
    assert "방금 지원했어요." in texts_of(response)


def test_nobody_brings_back_who_has_gone(client, parts):
    boss, person = make_admin(language="en"), make_member()
    operations.close_account(person.pk, by=person)
    with pytest.raises(Refused, match="탈퇴한 계정"):
        operations.unblock_user(person.pk, by=boss, reason="요청")
    client.force_login(boss)
    assert "Closed" in client.get("/admin/accounts/user/").content.decode()
    data = {"action": "unblock", "index": "0", "_selected_action": [person.pk]}
    assert "closed for good" in client.post("/admin/accounts/user/", data).content.decode()


def test_an_address_that_only_looks_erased_is_a_person_like_any_other(parts):
    assert not privacy.is_erased(make_user("erased-1@invalid.example"))


def test_trust_33_a_person_corrects_what_is_wrong(client, person):
    text = texts_of(client.get(url("my-privacy")))
    assert f'href="{url("profile")}"' in text
    client.post(
        url("profile"), {"full_name": "김다솔", "romanized_name": "", "language": "ko", "time_zone": "Asia/Seoul"}
    )
    assert User.objects.get(pk=person.pk).full_name == "김다솔"


# --- what the law wants of sign-up --------------------------------------------------------------------


def test_trust_31_under_14_nothing_is_asked_and_nothing_is_kept(client):
    assert client.get(url("account_signup"))["Location"].startswith(url("age"))
    assert client.post(url("age"), {"answer": "no"})["Location"] == url("too_young")
    assert client.get(url("account_signup"))["Location"].startswith(url("age"))


def test_trust_27_a_resident_number_is_refused_and_not_kept(client, person):
    response = client.post(
        url("profile"),
        {"full_name": "900101-1234567", "romanized_name": "", "language": "ko", "time_zone": "Asia/Seoul"},
    )
    assert "full_name" in response.context["form"].errors
    assert User.objects.get(pk=person.pk).full_name != "900101-1234567"


def test_trust_32_sign_up_wants_what_it_needs_and_says_why(client):
    client.post(url("age"), {"answer": "yes"})
    form = client.get(url("account_signup")).context["form"]
    required = {name for name, field in form.fields.items() if field.required}
    assert required == {"full_name", "email", "password1", "agree_terms", "agree_privacy"}
    assert "목적" in str(form.fields["agree_privacy"].help_text)
