"""The page of one application in the admin: what was sent and what belongs to it, and nothing of a draft."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ConsentRecord, Term, TermKind, TermVersion
from portal import clock, uploads
from portal.models import FileAccess, OutgoingMail, UploadKind
from programs import consents
from programs.models.eligibility import EligibilityRule, RuleKind
from programs.operations import drafts
from programs.operations.on_behalf import fix_application
from tests import make
from tests.files import make_pdf, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make.make_cohort(phase="in_review")


def page_of(client, application):
    return client.get(reverse("admin:programs_application_change", args=[application.pk]))


def test_nothing_that_was_not_sent_is_shown(client, boss):
    application = make.make_application(make.make_cohort())
    drafts.save_draft(application, typed={"career": "아직 보내지 않은 글", "full_name": "새 이름"})
    for name in ("change", "fix"):
        text = client.get(reverse(f"admin:programs_application_{name}", args=[application.pk])).text
        assert "아직 보내지 않은 글" not in text
        assert "새 이름" not in text
        assert application.answers["career"] in text


def test_consents_letters_mails_and_submissions_on_the_page(client, boss, cohort):
    question = make.make_question(cohort.form_version, "referee", "referee")
    application = make.make_application(cohort)
    application.references.create(question_key=question.key, name="남궁설", email="letters@example.com")
    fix_application(application.pk, {"career": "동시녹음 5년"}, by=boss, reason="본인 요청")

    response = page_of(client, application)

    assert [line["pill"]["label"] for line in response.context["consents"]] == ["Agreed"]
    assert [line["title"] for line in response.context["references"]] == ["남궁설"]
    mail = OutgoingMail.objects.get(reason="fixed")
    assert [line["url"] for line in response.context["mails"]] == [
        reverse("admin:portal_outgoingmail_change", args=[mail.pk])
    ]
    assert [line["pill"]["label"] for line in response.context["mails"]] == ["Waiting"]
    entry = response.context["submissions"][0]
    assert (entry["number"], entry["who"], entry["reason"]) == (1, boss.display_name, "본인 요청")


def test_how_an_applicant_stands_towards_what_a_cohort_asks(client, boss, cohort):
    application = make.make_application(cohort, status="in_review")
    row = consents.rows(cohort, application.applicant, [])[0]
    states = [[line["pill"]["label"] for line in page_of(client, application).context["consents"]]]
    for given, by in ((True, boss), (False, None)):
        ConsentRecord.objects.create(
            user=application.applicant, version=row["version"], cohort=cohort, given=given, recorded_by=by
        )
        lines = page_of(client, application).context["consents"]
        states.append([line["pill"]["label"] for line in lines])
        assert (boss.display_name in lines[0]["note"]) == given
    newer = TermVersion.objects.create(
        term=row["term"], number=99, title_ko="새 글", title_en="New", in_force_at=clock.now()
    )
    ConsentRecord.objects.create(user=application.applicant, version=row["version"], cohort=cohort, given=True)
    line = page_of(client, application).context["consents"][0]
    states.append([line["pill"]["label"]])
    assert states == [["Not answered"], ["Agreed"], ["Not agreed"], ["Agreed to an earlier version"]]
    assert line["title"] == newer.title
    other = Term.objects.filter(kind=TermKind.PORTRAIT).first()
    version = other.versions.first()
    ConsentRecord.objects.create(user=application.applicant, version=version, cohort=cohort, given=True)
    assert [line["title"] for line in page_of(client, application).context["consents"]] == ["New", version.title]


def test_what_was_written_on_behalf_stands_in_the_history_in_words(client, boss, cohort):
    make.make_question(cohort.form_version, "years", "number", profile_field="career_years")
    EligibilityRule.objects.create(cohort=cohort, kind=RuleKind.CAREER, lowest=3)
    application = make.make_application(cohort, answers={"years": 5})
    fix_application(application.pk, {"career": "고침"}, by=boss, reason="본인 요청")
    fix_application(application.pk, {"years": "1"}, by=boss, reason="서면 확인", override=True)
    notes = [line["note"] for line in page_of(client, application).context["lines"]]
    assert notes == [f"서면 확인 · although not met: {RuleKind.CAREER.label}", "본인 요청"]


def test_a_manager_reads_no_mail_of_another(client, cohort):
    application = make.make_application(cohort)
    fix_application(application.pk, {"career": "고침"}, by=make.make_admin(), reason="본인 요청")
    client.force_login(make.make_manager(cohort, language="en"))
    assert ["url" in line for line in page_of(client, application).context["mails"]] == [False]


def test_the_page_costs_the_same_however_often_it_was_sent(client, boss):
    counts = []
    for times in (1, 6):
        application = make.make_application(make.make_cohort())
        for number in range(times):
            fix_application(application.pk, {"career": f"{number}"}, by=boss, reason="본인 요청")
        page_of(client, application)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, application)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- files ------------------------------------------------------------------------------------------------


def file_of(application, *, key="plan", is_sent=True):
    """A confidential file of an application; `is_sent`: named by what was sent."""
    upload = uploads.store(
        uploaded(make_pdf(), "기획안.pdf"),
        owner=application.applicant,
        kinds=UploadKind.values,
        most_bytes=10**7,
        is_confidential=True,
    )
    application.files.create(question_key=key, upload=upload)
    if is_sent:
        application.answers[key] = [upload.code]
        application.save(update_fields=["answers"])
    return upload


def address_of(application, upload):
    return reverse("admin:programs_application_file", args=[application.pk, upload.code])


def test_a_file_is_given_out_and_that_is_written_down(client, boss, cohort):
    make.make_question(cohort.form_version, "plan", "file", is_confidential=True)
    application = make.make_application(cohort)
    upload = file_of(application)
    assert address_of(application, upload) in page_of(client, application).text

    response = client.get(address_of(application, upload))

    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == make_pdf()
    access = FileAccess.objects.get()
    assert (access.by, access.upload, access.owner) == (boss, upload, application.applicant)
    seen = page_of(client, application).context["seen"]
    assert [(line["title"], line["side"], line["note"]) for line in seen] == [
        (boss.display_name, "Administrator", "기획안.pdf")
    ]


def test_a_file_that_was_not_sent_is_nobody_elses(client, boss, cohort):
    make.make_question(cohort.form_version, "plan", "file", most_items=2)
    application = make.make_application(cohort)
    upload = file_of(application, is_sent=False)
    other = file_of(make.make_application(cohort))
    drafted = make.make_application(cohort, status="draft")
    for row, file in ((application, upload), (application, other), (drafted, file_of(drafted))):
        assert client.get(address_of(row, file)).status_code == 404
    assert client.post(address_of(application, other)).status_code == 404
    assert FileAccess.objects.count() == 0


def test_files_are_for_the_cohorts_own_staff(client, cohort):
    application = make.make_application(cohort)
    upload = file_of(application)
    for person in (make.make_manager(make.make_cohort()), application.applicant, make.make_user()):
        client.force_login(person)
        assert client.get(address_of(application, upload)).status_code == 404
    client.force_login(make.make_manager(cohort))
    response = client.get(address_of(application, upload))
    assert response.status_code == 200
    response.close()
