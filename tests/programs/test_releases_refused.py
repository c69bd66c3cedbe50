"""What a release does not do, and that staff are told why."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock
from portal.errors import Refused
from portal.models import OutgoingMail
from programs.models.applications import Decision, Outcome
from programs.operations import decisions, releases, review
from tests import make

pytestmark = pytest.mark.django_db


def in_review(cohort, count, **fields):
    fields = {"status": "in_review", "moved_at": clock.now() - timedelta(days=1)} | fields
    return [make.make_application(cohort, **fields) for _number in range(count)]


def stage(applications, outcome, **fields):
    return decisions.stage_decisions([row.pk for row in applications], outcome, by=make.make_admin(), **fields)


def page(name, cohort):
    return reverse(f"admin:programs_cohort_{name}", args=[cohort.pk])


def statuses(cohort):
    return list(cohort.applications.order_by("pk").values_list("status", flat=True))


# --- too late ---------------------------------------------------------------------------------------------------


def test_nobody_is_put_on_a_waitlist_that_closes_at_once(settings):
    cohort = make.make_cohort(phase="in_review")
    until = cohort.promote_until = clock.now() + timedelta(hours=1)
    cohort.save()
    applications = in_review(cohort, 2)
    stage(applications[:1], Outcome.WAITLIST)
    settings.DEMO_NOW = until
    with pytest.raises(Refused, match="대기자 충원이"):
        stage(applications[1:], Outcome.WAITLIST)
    with pytest.raises(Refused, match="대기자 충원이"):
        releases.start_release(cohort.pk, by=make.make_admin())
    assert statuses(cohort) == ["in_review"] * 2
    assert Decision.objects.count() == 1

    cohort.promote_until = until + timedelta(hours=1)
    cohort.save()
    assert releases.release_decisions(cohort.pk, by=make.make_admin()).waitlisted == 1
    assert not OutgoingMail.objects.filter(reason="waitlist_closed").exists()


def test_no_offer_is_staged_in_a_cohort_that_has_begun():
    cohort = make.make_cohort(phase="in_review", starts_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Refused, match="시작"):
        stage(in_review(cohort, 1), Outcome.OFFER)
    stage(in_review(cohort, 1), Outcome.REJECT, reason_code="score")


def test_a_release_that_stood_still_offers_nothing_after_the_beginning(settings, client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    a, b, c, d = in_review(cohort, 4)
    stage([a, b], Outcome.OFFER)
    stage([c], Outcome.WAITLIST)
    stage([d], Outcome.REJECT, reason_code="score")
    release = releases.start_release(cohort.pk, by=boss)
    settings.DEMO_NOW = cohort.starts_at
    assert releases.carry_out(release.pk)._asdict() == {
        "offered": 0, "waitlisted": 0, "advanced": 0, "rejected": 1, "undecided": 3,
    }  # fmt: skip
    assert statuses(cohort) == ["in_review", "in_review", "in_review", "rejected"]
    assert decisions.staged(cohort) == {}
    assert list(OutgoingMail.objects.values_list("reason", flat=True)) == ["rejected"]

    response = client.get(page("releasing", cohort))
    assert response.context["warnings"] == [
        "2 offers were not made: the cohort had begun before their turn. The applications are undecided.",
        "1 person was not put on the waitlist: promotion was over. The application is undecided.",
    ]
    assert "Fallen away" not in response.text
    for text in response.context["warnings"]:
        assert text in response.text


def test_whoever_withdrew_while_a_release_stood_still_has_fallen_away_and_nothing_more(settings):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    a, b = in_review(cohort, 2)
    stage([a, b], Outcome.OFFER)
    release = releases.start_release(cohort.pk, by=make.make_admin())
    type(a).objects.filter(pk=a.pk).update(status="withdrawn")
    settings.DEMO_NOW = cohort.starts_at
    releases.carry_out(release.pk)
    assert list(release.items.values_list("is_void", "is_late")) == [(True, False), (True, True)]


def test_what_is_too_late_is_said_where_it_would_be_chosen(client, boss):
    cohort = make.make_cohort(phase="in_review", promote_until=clock.now())
    (application,) = in_review(cohort, 1)
    response = client.get(page("ranking", cohort))
    assert [outcome.value for outcome in response.context["outcomes"]] == ["offer"]
    assert 'name="place-' not in response.text
    assert "Promotion from the waitlist ended on" in response.text
    typed = {"chosen": str(application.pk), "outcome": "waitlist"}
    response = client.post(page("ranking", cohort), typed, follow=True)
    assert [str(message) for message in response.context["messages"]][0].startswith("Promotion from the waitlist")
    chosen = {"action": "stage_waitlist", "_selected_action": [application.pk]}
    response = client.post(reverse("admin:programs_application_changelist"), chosen)
    assert response.context["refused"][0]["note"].startswith("Promotion from the waitlist ended on")
    assert not Decision.objects.exists()


@pytest.mark.parametrize("pk", [987654, "x", None, 10**40])
def test_an_application_that_is_not_there_is_refused(pk):
    (application,) = in_review(make.make_cohort(phase="in_review"), 1)
    with pytest.raises(Refused, match="더 이상 없는"):
        decisions.stage_decisions([application.pk, pk], Outcome.OFFER, by=make.make_admin())
    with pytest.raises(Refused, match="더 이상 없는"):
        review.start_review([application.pk, pk], by=make.make_admin())
    assert not Decision.objects.exists()


# --- held up, or changed ----------------------------------------------------------------------------------------


def test_staff_read_why_results_that_are_due_are_not_out(settings, client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=1)
    applications = in_review(cohort, 2)
    assert releases.held_up(cohort, clock.now()) == ""
    settings.DEMO_NOW = cohort.announce_at

    def said():
        line = client.get(page("overview", cohort)).context["todo"][0]
        warning = client.get(page("release", cohort)).context["warning"]
        assert warning == f"{line['title']}: {line['note']}"
        return line["note"]

    assert said() == "No decision is staged."
    stage(applications, Outcome.OFFER)
    assert said() == "2 offers are staged, but only 1 seats are free for them."
    assert releases.release_due(clock.now()) == 0
    stage(applications[1:], Outcome.REJECT, reason_code="score")
    assert releases.held_up(cohort, clock.now()) == ""
    assert "The results were due on" not in client.get(page("overview", cohort)).text
    assert releases.release_due(clock.now()) == 1
    assert releases.held_up(type(cohort).objects.get(pk=cohort.pk), clock.now()) == ""


def test_a_round_nobody_waits_in_is_not_overdue(settings):
    """Nor for somebody who was left behind in an earlier round."""
    cohort = make.make_cohort(phase="in_review")
    make.make_round(cohort, number=1, criteria=(), released_at=clock.now())
    make.make_round(cohort, number=2, due_at=cohort.announce_at)
    settings.DEMO_NOW = cohort.announce_at
    in_review(cohort, 1, round_number=1)
    assert releases.held_up(cohort, clock.now()) == ""
    in_review(cohort, 1, round_number=2)
    assert releases.held_up(cohort, clock.now())


def test_what_has_changed_since_it_was_shown_is_not_released(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    a, b = in_review(cohort, 2)
    stage([a], Outcome.OFFER)
    hidden = dict(client.get(page("release", cohort)).context["hidden"])
    stage([b], Outcome.REJECT, reason_code="score")
    response = client.post(page("release", cohort), hidden)
    assert response.context["refused"][0]["note"].startswith("What is staged or the seats have changed")
    assert dict(response.context["counts"])["Not selected"] == 1
    assert not cohort.releases.exists()
    assert client.post(page("release", cohort)).context["refused"]
    assert not cohort.releases.exists()
    assert client.post(page("release", cohort), dict(response.context["hidden"])).status_code == 302
    assert cohort.releases.get().total == 2


def test_other_seats_or_another_order_of_the_waitlist_are_a_change_too():
    cohort = make.make_cohort(phase="in_review", capacity=2)
    a, b = in_review(cohort, 2)
    stage([a, b], Outcome.WAITLIST)
    shown = [releases.digest(cohort)]
    stage([b], Outcome.WAITLIST, places={b.pk: 1})
    shown.append(releases.digest(cohort))
    cohort.capacity = 3
    shown.append(releases.digest(cohort))
    assert len(set(shown)) == 3
