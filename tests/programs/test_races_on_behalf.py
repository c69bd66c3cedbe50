"""Staff and applicants write at the same moment: nothing is lost, nothing is there twice (PostgreSQL)."""

import pytest

from accounts.models import User
from portal.models import OutgoingMail
from programs import consents
from programs.models.applications import Application
from programs.models.applying import Submission
from programs.operations.drafts import save_draft
from programs.operations.on_behalf import enter_application, fix_application
from tests.make import make_admin, make_application, make_cohort
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TYPED = {"full_name": "고운솔", "motivation": "현장에서 배우고 싶습니다."}


def entering(cohort, staff):
    given = {row["version"]: True for row in consents.rows(cohort, None, []) if row["required"]}
    return lambda: enter_application(
        cohort.pk, "paper@example.com", TYPED, by=staff, reason="서면 접수", given=given
    )


def test_the_same_paper_entered_ten_times_is_one_application():
    cohort, staff = make_cohort(), make_admin()
    at_once([entering(cohort, staff) for _time in range(10)])
    assert Application.objects.count() == Submission.objects.count() == 1
    assert sorted(OutgoingMail.objects.values_list("reason", flat=True)) == ["account_opened", "entered"]


def test_one_person_entered_in_many_cohorts_gets_one_account():
    cohorts, staff = [make_cohort() for _number in range(5)], make_admin()
    at_once([entering(cohort, staff) for cohort in cohorts])
    assert Application.objects.count() == 5
    assert User.objects.filter(email="paper@example.com").count() == 1
    assert OutgoingMail.objects.filter(reason="account_opened").count() == 1


def test_what_the_applicant_types_meanwhile_is_kept():
    application, staff = make_application(make_cohort()), make_admin()

    def typing(number):
        fresh = Application.objects.select_related("cohort").get(pk=application.pk)
        save_draft(fresh, typed={"career": f"경력 {number}"})

    jobs = [lambda number=number: typing(number) for number in range(6)]
    jobs += [
        lambda number=number: fix_application(
            application.pk, {"motivation": f"고침 {number}"}, by=staff, reason="본인 요청"
        )
        for number in range(4)
    ]
    at_once(jobs)

    application.refresh_from_db()
    assert application.draft["career"].startswith("경력 ")
    assert application.answers["career"] == "동시녹음 3년"
    assert application.draft["motivation"] == application.answers["motivation"]
    assert application.sent_revision != application.revision
    assert Submission.objects.count() == 4
