"""The pages on which staff write for an applicant: what they show, keep, refuse and do."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ConsentRecord, User
from portal.models import OutgoingMail, Upload
from programs import consents
from programs.admin.on_behalf import PREFIX
from programs.models.applications import Application
from programs.models.applying import ApplicationFile, Submission
from programs.models.eligibility import EligibilityRule, RuleKind
from programs.operations import drafts
from programs.operations.on_behalf import Unfit
from tests import make
from tests.files import make_pdf, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make.make_cohort(phase="in_review")


def entry_url(cohort):
    return reverse("admin:programs_cohort_enter", args=[cohort.pk])


def fix_url(application):
    return reverse("admin:programs_application_fix", args=[application.pk])


def beside(**data):
    """What staff say beside the answers."""
    return {f"{PREFIX}-{name}": value for name, value in data.items()}


def entry(cohort, **data):
    """A whole entry as the page posts it."""
    ticked = {row["field"]: "on" for row in consents.rows(cohort, None, []) if row["required"]}
    said = beside(email="paper@example.com", language="en", is_of_age="on", reason="On paper")
    return said | ticked | {"full_name": "고운솔", "motivation": "현장에서 배우고 싶습니다."} | data


def errors(response):
    return {(str(error.get("label", "")), error["text"]) for error in response.context["errors"]}


# --- entering -----------------------------------------------------------------------------------------


def test_the_cohorts_page_leads_to_it(client, boss, cohort):
    overview = client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk]))
    assert entry_url(cohort) in [button["url"] for button in overview.context["buttons"]]
    over = make.make_cohort(phase="finished")
    overview = client.get(reverse("admin:programs_cohort_overview", args=[over.pk]))
    assert entry_url(over) not in [button["url"] for button in overview.context["buttons"]]
    assert client.get(entry_url(over)).url == reverse("admin:programs_cohort_overview", args=[over.pk])


def test_it_holds_every_question_and_every_consent(client, boss, cohort):
    page = client.get(entry_url(cohort))
    assert page.status_code == 200
    for name in ("full_name", "romanized_name", "motivation", "career", "portfolio_0"):
        assert f'name="{name}"' in page.text
    for row in consents.rows(cohort, None, []):
        assert f'name="{row["field"]}"' in page.text
    assert "checked" not in page.text.split("<form method", 1)[1]
    assert page.context["errors"] == []


def test_an_application_is_entered(client, boss, cohort):
    response = client.post(entry_url(cohort), entry(cohort), follow=True)
    application = Application.objects.get()
    assert response.redirect_chain[-1][0] == reverse("admin:programs_application_change", args=[application.pk])
    assert [str(message) for message in response.context["messages"]] == [
        f"The application is entered. Receipt number: {application.receipt_number}"
    ]
    assert (application.applicant.email, application.applicant.language) == ("paper@example.com", "en")
    assert application.answers["motivation"] == "현장에서 배우고 싶습니다."
    assert Submission.objects.get().reason == "On paper"
    record = ConsentRecord.objects.get()
    assert (record.given, record.recorded_by, record.user) == (True, boss, application.applicant)


def test_what_is_missing_is_said_once_on_top_and_nothing_is_lost(client, boss, cohort):
    page = client.post(entry_url(cohort), {"motivation": "적어 둔 글", "portfolio_0": "주소 아님"})
    assert page.status_code == 200
    labels = {label for label, _text in errors(page)}
    consent = consents.rows(cohort, None, [])[0]["version"].title_en
    assert labels == {
        "E-mail of the person",
        "The person is 14 or older",
        "Reason",
        consent,
        "Full name",
        "Portfolio link",
        "Language of the mails",
    }
    assert page.text.count('role="alert" tabindex="-1" data-focus') == 1
    assert "적어 둔 글</textarea>" in page.text
    assert 'value="주소 아님"' in page.text
    assert Application.objects.count() == 0


def test_a_refusal_stands_on_the_page_with_everything_typed(client, boss, cohort):
    taken = make.make_application(cohort, status="draft").applicant
    page = client.post(entry_url(cohort), entry(cohort, **beside(email=taken.email)))
    assert errors(page) == {("", "This person has begun or sent an application to this cohort already.")}
    assert "현장에서 배우고 싶습니다.</textarea>" in page.text
    assert taken.email in page.text


def test_a_condition_asks_for_its_own_word(client, boss, cohort):
    make.make_question(cohort.form_version, "years", "number", profile_field="career_years")
    EligibilityRule.objects.create(cohort=cohort, kind=RuleKind.CAREER, lowest=3)
    page = client.post(entry_url(cohort), entry(cohort, years="1"))
    assert errors(page) == {
        ("Take it although a condition to apply is not met", "Not met: Experience: 3 years or more")
    }
    client.post(entry_url(cohort), entry(cohort, years="1", **beside(override="on")))
    assert Application.objects.get().answers["years"] == 1


def test_a_referee_is_somebody_else(client, boss, cohort):
    make.make_question(cohort.form_version, "referee", "referee")
    own = {"referee_0": "나", "referee_1": "", "referee_2": "paper@example.com"}
    page = client.post(entry_url(cohort), entry(cohort, **own))
    assert [label for label, _text in errors(page)] == ["Question referee"]


def test_a_file_comes_with_it_and_a_wrong_one_is_said_at_its_field(client, boss, cohort):
    make.make_question(cohort.form_version, "plan", "file")
    page = client.post(entry_url(cohort), entry(cohort, plan=uploaded(b"<svg/>", "plan.pdf")))
    assert [label for label, _text in errors(page)] == ["Question plan"]
    assert Upload.objects.count() == 0
    client.post(entry_url(cohort), entry(cohort, plan=uploaded(make_pdf(), "기획안.pdf")))
    assert Upload.objects.get().code in Application.objects.get().answers["plan"]


def test_another_row_is_given_without_a_word_about_the_rest(client, boss, cohort):
    make.make_question(cohort.form_version, "credits", "credits")
    posted = entry(cohort, more="credits", **{"credits-rows": "1", "credits-0-title": "두 번째 겨울"})
    del posted[f"{PREFIX}-reason"]
    page = client.post(entry_url(cohort), posted)
    assert page.context["errors"] == []
    assert "invalid-feedback" not in page.text
    assert "두 번째 겨울" in page.text
    assert 'value="paper@example.com"' in page.text
    assert Application.objects.count() == 0
    row = consents.rows(cohort, None, [])[0]
    box = page.text.split(f'name="{row["field"]}"')[1].split(">")[0]
    assert "checked" in box


def test_the_token_is_asked_for_although_files_are_taken(cohort):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.make_admin())
    assert client.post(entry_url(cohort), entry(cohort)).status_code == 403
    assert Application.objects.count() == 0
    page = client.get(entry_url(cohort))
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert client.post(entry_url(cohort), entry(cohort, csrfmiddlewaretoken=token)).status_code == 302


def test_a_file_that_is_too_large_is_said(client, boss, cohort, monkeypatch):
    make.make_question(cohort.form_version, "plan", "file")
    monkeypatch.setattr("portal.uploads.LimitHandler.receive_data_chunk", too_large)
    page = client.post(entry_url(cohort), entry(cohort, plan=uploaded(make_pdf(), "기획안.pdf")))
    assert ("", "A file was too large, and was not taken.") in errors(page)
    assert Application.objects.count() == 0


def too_large(handler, raw_data, start):
    handler.request.upload_too_large = True


def test_a_consent_that_has_become_required_meanwhile_is_said_at_its_box(client, boss, cohort, monkeypatch):
    row = consents.rows(cohort, None, [])[0]

    def refuse(*args, **kwargs):
        raise Unfit([(row["field"], "needed"), ("nowhere", "odd")])

    monkeypatch.setattr("programs.operations.on_behalf.enter_application", refuse)
    page = client.post(entry_url(cohort), entry(cohort))
    assert errors(page) == {(row["version"].title_en, "needed"), ("", "odd")}


def test_only_for_those_who_run_the_cohort(client, cohort):
    for person in (make.make_manager(make.make_cohort()), make.make_user()):
        client.force_login(person)
        assert client.get(entry_url(cohort)).status_code == 404
        assert client.post(entry_url(cohort), entry(cohort)).status_code == 404
    client.force_login(make.make_manager(cohort))
    assert client.post(entry_url(cohort), entry(cohort)).status_code == 302
    assert User.objects.filter(email="paper@example.com").exists()


def test_a_text_too_long_to_be_kept_is_said_and_still_there(client, boss, cohort):
    page = client.post(entry_url(cohort), entry(cohort, motivation="가" * 30_000))
    assert ("Motivation", "This is too long to be kept. Please shorten it.") in errors(page)
    assert "가" * 30_000 in page.text


HOSTILE = [
    "\x00", "가" * 20_001, "=1+1", "\u202e뒤집힘", "<script>alert(1)</script>", "🎬" * 50, "900101-1234567", "가",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_a_message_or_plain_text(client, boss, cohort, text):
    """Every field of the page at once, and names that no page has; nothing fails, nothing is executed."""
    for kind in ("phone", "number", "date", "links", "region", "ranked", "multiple", "credits", "referee"):
        make.make_question(cohort.form_version, f"q-{kind}", kind)
    posted = {name: text for name in entry(cohort)} | beside(email=text, language=text, is_of_age=text)
    posted |= {f"q-{kind}": text for kind in ("phone", "number", "date", "region", "multiple")}
    posted |= {"q-credits-rows": text, "q-credits-999999999-title": text, "q-referee_2": text, "drop:q-file": text}
    page = client.post(entry_url(cohort), posted)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    application = make.make_application(cohort)
    page = client.post(fix_url(application), posted | beside(reason=text, seen=text))
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    application.refresh_from_db()
    assert application.answers["career"] == "동시녹음 3년"


# --- putting right ------------------------------------------------------------------------------------


def whole(application, **data):
    """The page as it stands, posted with changes."""
    answers = application.answers
    return (
        beside(reason="At their wish", seen="0")
        | {"full_name": application.full_name, "romanized_name": application.romanized_name}
        | {"motivation": answers["motivation"], "career": answers["career"], "portfolio_0": ""}
        | data
    )


def test_the_applications_page_leads_to_it(client, boss, cohort):
    application = make.make_application(cohort)
    assert fix_url(application) in client.get(application_url(application)).text
    ended = make.make_application(cohort, status="withdrawn")
    assert fix_url(ended) not in client.get(application_url(ended)).text
    assert client.get(fix_url(ended)).url == application_url(ended)


def application_url(application):
    return reverse("admin:programs_application_change", args=[application.pk])


def test_what_was_sent_is_changed(client, boss, cohort):
    application = make.make_application(cohort)
    page = client.get(fix_url(application))
    assert "동시녹음 3년</textarea>" in page.text
    response = client.post(fix_url(application), whole(application, career="동시녹음 5년"))
    assert response.url == application_url(application)
    application.refresh_from_db()
    assert application.answers["career"] == "동시녹음 5년"
    assert OutgoingMail.objects.get().reason == "fixed"


def test_a_newer_submission_is_not_written_over(client, boss, cohort):
    application = make.make_application(cohort)
    client.post(fix_url(application), whole(application, career="하나"))
    page = client.post(fix_url(application), whole(application, career="둘"))
    assert errors(page) == {("", "The application was sent again in the meantime. Read the newer one first.")}
    assert "둘</textarea>" in page.text
    assert client.get(fix_url(application)).context["own"].initial == {"seen": 1}


def test_an_unsent_draft_stays_out_of_it(client, boss):
    application = make.make_application(make.make_cohort())
    drafts.save_draft(application, typed={"motivation": "아직 보내지 않은 글"})
    assert "아직 보내지 않은 글" not in client.get(fix_url(application)).text
    client.post(fix_url(application), whole(application, career="고침"))
    application.refresh_from_db()
    assert application.draft["motivation"] == "아직 보내지 않은 글"
    assert application.answers["motivation"] == "현장에서 배우고 싶습니다."


def test_whether_it_is_complete_is_asked_where_it_was_sent_back(client, boss, cohort):
    assert "completes" not in client.get(fix_url(make.make_application(cohort))).context["own"].fields
    application = make.make_application(cohort, status="changes_requested")
    client.post(fix_url(application), whole(application, **beside(completes="on")))
    application.refresh_from_db()
    assert application.status == "submitted"


def test_a_file_is_taken_out(client, boss, cohort):
    make.make_question(cohort.form_version, "plan", "file", most_items=2)
    application = make.make_application(cohort)
    client.post(fix_url(application), whole(application, plan=uploaded(make_pdf(), "하나.pdf")))
    client.post(
        fix_url(application), whole(application, plan=uploaded(make_pdf("둘"), "둘.pdf"), **beside(seen="1"))
    )
    first, second = (row.upload for row in ApplicationFile.objects.order_by("pk"))
    page = client.get(fix_url(application))
    assert f'name="drop:plan" value="{first.code}"' in page.text
    client.post(fix_url(application), whole(application, **{"drop:plan": first.code}, **beside(seen="2")))
    application.refresh_from_db()
    assert application.answers["plan"] == [second.code]
    assert list(Upload.objects.values_list("name", flat=True)) == ["둘.pdf"]


def test_another_row_on_the_page_of_a_fix(client, boss, cohort):
    make.make_question(cohort.form_version, "credits", "credits")
    application = make.make_application(cohort)
    page = client.post(fix_url(application), whole(application, more="credits", career="고침", **beside(reason="")))
    assert page.context["errors"] == []
    assert "고침</textarea>" in page.text
    assert page.context["own"].initial["seen"] == "0"


def test_only_by_those_who_run_the_cohort_and_never_ones_own(client, cohort):
    application = make.make_application(cohort)
    for person in (make.make_manager(make.make_cohort()), application.applicant):
        client.force_login(person)
        assert client.get(fix_url(application)).status_code == 404
    own = make.make_application(cohort, make.make_manager(cohort))
    client.force_login(own.applicant)
    assert client.get(fix_url(own)).status_code == 404
    assert client.get(fix_url(application)).status_code == 200
