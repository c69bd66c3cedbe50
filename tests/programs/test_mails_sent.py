"""What was sent about an application, to its applicant alone."""

import pytest
from django.urls import reverse

from portal.models import MailStatus, OutgoingMail
from programs import mails_sent
from programs.models.applications import Offer, StateChange
from programs.operations import applications, decisions, releases, seats
from programs.operations.on_behalf import fix_application
from tests import make

pytestmark = pytest.mark.django_db


def test_everything_about_it_newest_first_and_nothing_else(django_assert_num_queries):
    boss, person = make.make_admin(), make.make_user(language="en")
    cohort = make.make_cohort(phase="in_review")
    application = make.make_application(cohort, person, status="in_review")
    fix_application(application.pk, {"career": "고침"}, by=boss, reason="본인 요청")
    decisions.stage_decisions([application.pk], "offer", by=boss)
    releases.release_decisions(cohort.pk, by=boss)
    seats.confirm_offer(application.pk, by=person)
    other = make.make_application(applicant=person)
    applications.withdraw_application(other.pk, by=person)

    with django_assert_num_queries(1):
        found = [row.reason for row in mails_sent.about(application)]

    assert found == ["confirmed", "offered", "fixed"]
    assert [row.reason for row in mails_sent.about(other)] == ["withdrawn"]


def test_what_went_to_others_is_not_among_them():
    application = make.make_application(make.make_cohort())
    change = StateChange.objects.create(application=application, from_status="draft", to_status="submitted")
    for person in (None, make.make_user()):
        OutgoingMail.objects.create(
            reason="reference_asked", person=person, to="letters@example.com", language="ko", subject="제목",
            body="글", target_type="programs.statechange", target_id=change.pk,
        )  # fmt: skip
    assert list(mails_sent.about(application)) == []


def test_a_line_says_what_it_was_about_and_leads_to_its_text():
    application = make.make_application(make.make_cohort(), status="waitlisted")
    mail = OutgoingMail.objects.create(
        reason="x", person=application.applicant, to="a@example.com", language="en", body="Text",
        subject="[Grow Creative] Reboot Camp: application received", target_type="programs.application",
        target_id=application.pk, status="failed",
    )  # fmt: skip
    line = mails_sent.lines(application)[0]
    assert (line["title"], line["title_lang"]) == ("Reboot Camp: application received", "en")
    assert line["url"] == reverse("my-mail-text", args=[mail.code])
    assert line["pill"]["tone"] == "bad"

    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=mail.queued_at)
    assert mails_sent.lines(application)[0]["pill"] is None

    for status in (MailStatus.DROPPED, MailStatus.WAITING, MailStatus.HELD):
        OutgoingMail.objects.update(status=status, sent_at=None)
        assert mails_sent.lines(application) == []
    assert [row.pk for row in mails_sent.about(application)] == [mail.pk]


def test_an_offer_of_another_application_with_the_same_number_is_not_among_them():
    """A target is a kind and a number; the numbers of different kinds meet."""
    application = make.make_application(make.make_cohort(), status="offered")
    offer = Offer.objects.create(
        application=application, kind="first", made_at=application.created_at, expires_at=application.answer_by
    )
    stranger = make.make_application(applicant=application.applicant, pk=offer.pk + 1000)
    OutgoingMail.objects.create(
        reason="x", person=application.applicant, to="a@example.com", language="ko", subject="제목", body="글",
        target_type="programs.offer", target_id=stranger.pk,
    )  # fmt: skip
    assert list(mails_sent.about(application)) == list(mails_sent.about(stranger)) == []
