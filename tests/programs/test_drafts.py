"""What is typed is kept, and never over what is newer."""

import pytest

from portal import clock
from portal.errors import Refused
from programs.models.applications import Application, ApplicationStatus
from programs.operations import drafts
from programs.operations.drafts import Moved, Stale, save_draft
from tests.make import make_application, make_cohort, make_form_version
from tests.races import at_once

pytestmark = pytest.mark.django_db
S = ApplicationStatus


def fresh(application):
    return Application.objects.select_related("cohort__program", "applicant").get(pk=application.pk)


def test_a_draft_keeps_what_was_typed_however_wrong():
    application = make_application(status=S.DRAFT)
    save_draft(application, typed={"motivation": "가" * 600, "career": "", "born": "2월 30일"})
    kept = fresh(application)
    assert (kept.draft["motivation"], kept.draft["career"], kept.draft["born"]) == ("가" * 600, "", "2월 30일")
    assert (kept.status, kept.answers, kept.revision) == (S.DRAFT, {}, 1)
    assert kept.changes.count() == 0


def test_the_same_again_changes_nothing():
    application = make_application(status=S.DRAFT)
    save_draft(application, typed={"career": "새 경력"})
    save_draft(application, typed={"career": "새 경력", "other": ""})
    assert fresh(application).revision == 1


def test_a_key_changed_since_is_not_overwritten():
    application = make_application(status=S.DRAFT)
    save_draft(application, typed={"career": "새 창"}, base=0)
    with pytest.raises(Stale) as refusal:
        save_draft(fresh(application), typed={"career": "옛 창", "motivation": "옛 창"}, base=0)
    assert refusal.value.keys == ["career"]
    assert fresh(application).draft["career"] == "새 창"
    save_draft(fresh(application), typed={"career": "새 창", "motivation": "옛 창"}, base=0)
    save_draft(fresh(application), typed={"career": "알고 덮어씀"}, base=2)
    assert fresh(application).draft["career"] == "알고 덮어씀"


def test_what_another_save_wrote_in_between_stays():
    application = make_application(status=S.DRAFT)
    outdated = fresh(application)
    save_draft(application, typed={"career": "먼저"})
    save_draft(outdated, typed={"motivation": "나중"})
    kept = fresh(application)
    assert (kept.draft["career"], kept.draft["motivation"], kept.revision) == ("먼저", "나중", 2)


def test_what_is_submitted_in_between_is_seen():
    application = make_application(status=S.DRAFT)
    outdated = fresh(application)
    other = fresh(application)
    Application.objects.filter(pk=other.pk).update(
        status=S.IN_REVIEW, receipt_number="X-1", receipt_serial=1, submitted_at=clock.now()
    )
    with pytest.raises(Refused):
        save_draft(outdated, typed={"career": "늦음"})


def test_a_form_changed_in_between_is_seen_even_where_the_revision_is_the_same():
    """What was typed for one form's questions is never written under those of another."""
    application = make_application(status=S.DRAFT)
    outdated = fresh(application)
    newer = make_form_version(questions=[{"key": "career", "type": "short"}])
    Application.objects.filter(pk=application.pk).update(form_version=newer)
    with pytest.raises(Moved):
        save_draft(outdated, typed={"career": "옛 문항의 답"})
    assert fresh(application).draft == application.draft


def test_a_draft_thrown_away_in_between_is_said_to_be_gone():
    application = make_application(status=S.DRAFT)
    Application.objects.all().delete()
    with pytest.raises(Refused):
        save_draft(application, typed={"career": "글"})


def test_saves_that_never_get_through_say_so(monkeypatch):
    application = make_application(status=S.DRAFT)
    Application.objects.filter(pk=application.pk).update(revision=7)
    monkeypatch.setattr(Application, "refresh_from_db", lambda *args, **kwargs: None)
    with pytest.raises(Refused):
        save_draft(application, typed={"career": "글"})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_saves_at_once_lose_nothing():
    application = make_application(status=S.DRAFT)
    keys = [f"q{number}" for number in range(4)]
    at_once([lambda key=key: save_draft(fresh(application), typed={key: "글"}) for key in keys])
    kept = fresh(application)
    assert [kept.draft[key] for key in keys] == ["글"] * 4
    assert kept.revision == 4


def test_a_submitted_application_is_written_until_the_deadline_and_stays_as_it_was_sent(settings):
    application = make_application()
    save_draft(application, typed={"career": "고친 글"})
    assert fresh(application).answers["career"] != "고친 글"
    settings.DEMO_NOW = application.cohort.closes_at
    with pytest.raises(Refused):
        save_draft(application, typed={"career": "늦은 글"})


def test_what_was_sent_back_is_written_until_its_own_deadline(settings):
    application = make_application(make_cohort(phase="in_review"), status=S.CHANGES_REQUESTED)
    save_draft(application, typed={"career": "고친 글"})
    settings.DEMO_NOW = application.changes_by
    with pytest.raises(Refused):
        save_draft(application, typed={"career": "늦은 글"})


def test_a_draft_is_kept_even_after_the_deadline(settings):
    application = make_application(status=S.DRAFT)
    settings.DEMO_NOW = application.cohort.closes_at
    save_draft(application, typed={"career": "늦은 글"})
    assert fresh(application).draft["career"] == "늦은 글"


def test_going_back_to_what_was_sent_is_seen_by_other_windows():
    application = make_application()
    save_draft(application, typed={"career": "고친 글"})
    drafts.reset_draft(application)
    revision = fresh(application).revision
    drafts.reset_draft(application)
    kept = fresh(application)
    assert (kept.revision, kept.draft["career"]) == (revision, kept.answers["career"])
    with pytest.raises(Stale):
        save_draft(kept, typed={"career": "옛 창"}, base=1)
