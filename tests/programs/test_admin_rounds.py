"""The pages of a round: what they show, what they ask before they act, who may see them."""

import pytest
from django.urls import reverse
from django.utils import translation

from programs.models.cohorts import Criterion
from programs.models.selection import Conflict, Reviewer
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    """An administrator, logged in, who reads English."""
    user = make.make_admin(language="en")
    client.force_login(user)
    translation.activate("en")
    return user


def page(round_, name="round", **more):
    """An address of a round."""
    place = {"cohort_id": round_.cohort_id, "number": round_.number, **more}
    return reverse(f"admin:programs_cohort_{name}", kwargs=place)


def said(response):
    """The messages of a page."""
    return [str(message) for message in response.context["messages"]]


def test_the_page_of_an_empty_round(client, boss):
    round_ = make.make_round()
    response = client.get(page(round_))
    assert response.status_code == 200
    content = response.content.decode()
    assert "Nobody has been invited yet." in content
    assert "Every application has its reviewers." in content
    assert client.post(page(round_)).status_code == 404
    assert client.get(page(round_).replace("/1/", "/9/")).status_code == 404


def test_inviting_assigning_and_what_the_page_then_says(client, boss):
    round_ = make.make_round(min_reviews=2)
    files = [make.make_application(round_.cohort, status="in_review") for _number in range(3)]
    for number in range(2):
        response = client.post(
            page(round_, "round_invite"),
            {"email": f"r{number}@example.com", "full_name": f"심사{number}", "language": "ko", "most": 10},
            follow=True,
        )
        assert said(response) == [f"심사{number} is a reviewer of this round."]
    response = client.post(page(round_, "round_spread"), follow=True)
    assert said(response) == ["6 reviews assigned."]
    rows = response.context["reviewers"]
    assert [row["assigned"] for row in rows] == [3, 3]
    assert response.context["gaps"]["count"] == 0
    assert response.context["run"]["gaps"] == 0
    assert files[0].reviews.count() == 2


def test_gaps_say_what_rules_the_others_out(client, boss):
    round_ = make.make_round(min_reviews=2)
    application = make.make_application(round_.cohort, status="in_review")
    reviewer = make.make_reviewer(round_)
    Conflict.objects.create(application=application, reviewer=reviewer.user, kind="family")
    response = client.post(page(round_, "round_spread"), follow=True)
    assert said(response) == ["0 reviews assigned. 1 application lacks reviewers."]
    line = response.context["gaps"]["rows"][0]
    assert line["title"] == application.receipt_number
    assert (line["note"], line["side"]) == ("Family or close friend 1", "0 of 2 · 0 possible")


def test_a_refusal_stands_on_the_page_and_nothing_typed_is_lost(client, boss):
    round_ = make.make_round()
    response = client.post(page(round_, "round_spread"), {"moves_unbegun": "on"})
    assert [row["note"] for row in response.context["refused"]] == ["Invite reviewers first."]
    response = client.post(page(round_, "round_invite"), {"email": "no address", "full_name": "김심사"})
    assert response.context["form"].errors["email"]
    assert 'value="김심사"' in response.content.decode()


def test_limits_follow_the_questions_the_round_looks_at(client, boss):
    version = make.make_form_version(
        questions=[
            {
                "key": "discipline",
                "type": "single",
                "choices": [
                    {"key": "edit", "ko": "편집", "en": "Editing"},
                    {"key": "vfx", "ko": "VFX", "en": "VFX"},
                ],
            }
        ]
    )
    cohort = make.make_cohort(phase="in_review", form_version=version)
    round_ = make.make_round(cohort, discipline_key="discipline", language_key="nothing")
    reviewer = make.make_reviewer(round_, affiliation="가온")
    response = client.get(page(round_, "round_limits", reviewer_id=reviewer.pk))
    form = response.context["form"]
    assert "languages" not in form.fields
    assert form.initial["affiliation"] == "가온"
    response = client.post(
        page(round_, "round_limits", reviewer_id=reviewer.pk), {"most": 3, "disciplines": ["vfx"]}, follow=True
    )
    assert said(response) == ["Saved."]
    reviewer.refresh_from_db()
    assert (reviewer.most, reviewer.disciplines, reviewer.affiliation) == (3, ["vfx"], "")
    assert response.context["reviewers"][0]["limits"] == "VFX"


def test_taking_a_reviewer_off(client, boss):
    round_ = make.make_round()
    reviewer = make.make_reviewer(round_)
    response = client.post(page(round_, "round_end", reviewer_id=reviewer.pk), {"reason": "일정"}, follow=True)
    assert response.context["reviewers"][0]["ended"]
    other = make.make_reviewer()
    assert client.get(page(round_, "round_end", reviewer_id=other.pk)).status_code == 404


def test_by_hand_and_a_conflict(client, boss):
    round_ = make.make_round()
    application = make.make_application(round_.cohort, status="in_review")
    reviewer = make.make_reviewer(round_)
    typed = {"receipt": application.receipt_number.lower(), "reviewer": reviewer.user_id}
    assert said(client.post(page(round_, "round_assign"), typed, follow=True)) == ["Assigned."]
    wrong = client.post(page(round_, "round_assign"), {**typed, "receipt": "RB99-1"})
    assert wrong.context["form"].errors["receipt"]
    response = client.post(
        page(round_, "round_conflict"), {**typed, "kind": "family", "reason": "사촌"}, follow=True
    )
    assert said(response) == ["Written down."]
    assert response.context["given_back"][0]["note"] == "Family or close friend · 사촌"


def test_taking_a_review_back(client, boss):
    review = make.make_review(points=4)
    address = page(review.round, "round_take_back", code=review.code)
    assert said(client.post(address, {"reason": "잘못 배정"}, follow=True)) == ["Taken back."]
    assert client.get(address).status_code == 404


def test_a_released_round_offers_no_deeds(client, boss):
    round_ = make.make_round(released_at=make.clock.now())
    make.make_reviewer(round_)
    response = client.get(page(round_))
    assert response.context["buttons"] == []
    assert "Take off" not in response.content.decode()


def test_an_interview_round_is_not_spread(client, boss):
    labels = [button["url"] for button in client.get(page(make.make_round(kind="interview"))).context["buttons"]]
    assert not any("spread" in url for url in labels)


def test_the_page_of_a_round_costs_the_same_for_many(client, boss, django_assert_max_num_queries):
    round_ = make.make_round(min_reviews=1)
    counts = []
    for number in (2, 8):
        for _number in range(number):
            make.make_review(round_, points=3)
            make.make_application(round_.cohort, status="in_review")
        with django_assert_max_num_queries(60) as queries:
            client.get(page(round_))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_cohorts_page_leads_to_its_rounds(client, boss):
    round_ = make.make_round()
    overview = client.get(reverse("admin:programs_cohort_overview", args=[round_.cohort_id]))
    assert page(round_) in overview.content.decode()


# --- rounds and criteria in the cohort's form -------------------------------------------------------


def test_criteria_say_what_their_scores_mean(client, boss):
    round_ = make.make_round(criteria=(100,))
    address = reverse("admin:programs_cohort_change", args=[round_.cohort_id])
    form = client.get(address).context
    fields = {}
    for formset in [form["adminform"].form, *[inline.formset for inline in form["inline_admin_formsets"]]]:
        for one in [formset] if not hasattr(formset, "forms") else [formset.management_form, *formset.forms]:
            for bound in one:
                value = bound.value()
                if value is not None and value is not False:
                    fields[bound.html_name] = (
                        bound.field.widget.format_value(value)
                        if hasattr(bound.field.widget, "format_value") and not isinstance(value, list)
                        else value
                    )
    fields = {name: value if value is not None else "" for name, value in fields.items()}
    fields |= {"criteria-0-anchors_ko": "5: 뛰어남\n\n1 부족", "criteria-0-anchors_en": "6: too high"}
    response = client.post(address, fields)
    errors = response.context["errors"]
    assert "Write each line as a score, a colon and the words, such as 5: …" in str(errors)
    assert "Each score up to the highest can stand there once." in str(errors)
    fields |= {"criteria-0-anchors_ko": "5: 뛰어남\n1: 부족", "criteria-0-anchors_en": ""}
    other = make.make_round()
    refused = client.post(address, fields | {"criteria-0-round": other.pk})
    assert "Select a valid choice" in str(refused.context["errors"])
    done = client.post(address, fields)
    assert done.status_code == 302, done.context["errors"]
    assert Criterion.objects.get(round=round_).anchors_ko == "5: 뛰어남\r\n1: 부족".replace("\r\n", "\n")


def test_a_manager_sees_only_their_own_rounds(client):
    mine, other = make.make_round(), make.make_round()
    client.force_login(make.make_manager(mine.cohort))
    assert client.get(page(mine)).status_code == 200
    assert client.get(page(other)).status_code == 404
    assert client.post(page(other, "round_spread")).status_code == 404
    assert Reviewer.objects.count() == 0


def test_a_round_leads_to_its_cohort_its_ranking_and_its_interviews(client, boss):
    round_ = make.make_round(kind="interview")
    text = client.get(page(round_)).text
    for name, args in (
        ("programs_cohort_overview", [round_.cohort_id]),
        ("programs_cohort_ranking", [round_.cohort_id]),
        ("programs_panel_round", [round_.pk]),
    ):
        assert reverse(f"admin:{name}", args=args) in text
    assert page(round_) in client.get(reverse("admin:programs_panel_round", args=[round_.pk])).text


def test_nobody_is_chosen_by_default_and_a_conflict_needs_its_kind(client, boss):
    review = make.make_review()
    round_ = review.round
    typed = {"receipt": review.application.receipt_number}
    for name in ("round_assign", "round_conflict"):
        errors = client.post(page(round_, name), typed).context["form"].errors
        assert set(errors) - {"kind"} == {"reviewer"}
    assert "kind" in errors
    assert Conflict.objects.count() == 0


def test_pages_that_ask_call_a_cohort_by_its_name(client, boss):
    round_ = make.make_round()
    cohort = round_.cohort
    name = f"{cohort.program.title_en} {cohort.label_en}"
    assert f"Document review · {name}" in client.get(page(round_, "round_invite")).text
    release = client.get(reverse("admin:programs_cohort_release", args=[cohort.pk])).text
    assert name in release
    assert f"{cohort.program.title_en} {cohort.slug}" not in release
