"""The desk of a reviewer and the page of a file: what stands there, what is kept, what is refused."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import clock, uploads
from portal.models import FileAccess, UploadKind
from programs.models.selection import Conflict, OthersShown, Review, ReviewEnd, Reviewer, ReviewRound
from programs.reviewing import anchors_of, desks
from tests import make
from tests.files import make_pdf, uploaded

pytestmark = pytest.mark.django_db
DESK = "/en/reviews/"


def address(review, name="review", *more):
    return f"/en{reverse(name, args=[review.code, *more], urlconf=None)[3:]}"


def text_of(response):
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def open_as(client, review):
    client.force_login(review.reviewer)
    return client.get(address(review))


def typed(review, points=4, **fields):
    return (
        {f"criterion{c.pk}": points for c in review.round.criteria.all()} | {"revision": review.revision} | fields
    )


def post(client, review, data, **headers):
    client.force_login(review.reviewer)
    return client.post(address(review, "review-save"), data, headers=headers, follow=not headers)


def autosave(client, review, data):
    return post(client, review, data, **{"X-Autosave": "1"})


def over(round_):
    ReviewRound.objects.filter(pk=round_.pk).update(due_at=clock.now() - timedelta(minutes=1))


# --- the desk ---------------------------------------------------------------------------------------------------


def test_the_desk_says_what_is_mine_and_how_it_stands(client):
    round_ = make.make_round(min_reviews=1)
    person = make.make_reviewer(round_).user
    waiting = make.make_review(round_, reviewer=person)
    done = make.make_review(round_, reviewer=person, points=3)
    begun = make.make_review(round_, reviewer=person, revision=1)
    gone = make.make_review(round_, reviewer=person, ended_at=clock.now(), end_reason=ReviewEnd.RECUSED)
    barred = make.make_review(round_, reviewer=person)
    make.make_reference(barred.application, email=person.email)
    client.force_login(person)
    [desk] = desks(person)
    states = {row["review"].pk: row["state"] for row in desk.rows}
    assert states == {waiting.pk: "waiting", done.pk: "handed_in", begun.pk: "begun", barred.pk: "conflict"}
    assert [row["review"].pk for row in desk.ended] == [gone.pk]
    assert (desk.done, desk.total) == (1, 3)
    first = next(row for row in desk.rows if row["state"] in ("waiting", "begun"))
    assert desk.next_url == first["url"]
    page = text_of(client.get(DESK))
    assert "1 of 3 handed in" in page
    assert "KST" in page
    assert "3 days left" in page
    for review in (waiting, done, begun, gone):
        assert review.application.receipt_number in page
        assert review.application.full_name not in page


def test_names_stand_on_the_desk_where_they_are_not_hidden(client):
    review = make.make_review(make.make_round(is_blind=False))
    client.force_login(review.reviewer)
    assert review.application.full_name in client.get(DESK).text


def test_the_discipline_stands_there_as_far_as_it_may_be_read(client):
    round_ = make.make_round(discipline_key="field", language_key="")
    question = make.make_question(round_.cohort.form_version, "field", "single", audience="blind")
    review = make.make_review(
        round_, make.make_application(round_.cohort, status="in_review", answers={"field": "b"})
    )
    make.make_review(round_, reviewer=review.reviewer)
    client.force_login(review.reviewer)
    assert "Choice b" in client.get(DESK).text
    type(question).objects.update(audience="staff")
    assert "Choice b" not in client.get(DESK).text


def test_before_during_and_after_a_round(client):
    round_ = make.make_round(starts_at=clock.now() + timedelta(days=1))
    review = make.make_review(round_)
    client.force_login(review.reviewer)
    assert "open when reviewing begins" in client.get(DESK).text
    assert client.get(address(review)).status_code == 404
    round_.starts_at = clock.now() - timedelta(days=2)
    round_.save()
    Review.objects.update(submitted_at=clock.now())
    assert "Everything is handed in" in client.get(DESK).text
    over(round_)
    assert "The time for reviews is over" in client.get(DESK).text
    type(review.application).objects.update(status="waitlisted", waitlist_number=1)
    page = text_of(client.get(DESK))
    assert "Earlier rounds" in page
    assert "1 handed in" in page
    assert client.get(address(review)).status_code == 404


def test_without_a_file_the_desk_says_so(client):
    client.force_login(make.make_reviewer().user)
    assert "No file is with you" in client.get(DESK).text
    Reviewer.objects.update(ended_at=clock.now())
    assert client.get(DESK).status_code == 404


def test_my_page_leads_to_the_desk(client):
    review = make.make_review(points=3)
    make.make_review(review.round, reviewer=review.reviewer)
    client.force_login(review.reviewer)
    page = text_of(client.get("/en/my/"))
    assert "1 of 2 handed in" in page
    over(review.round)
    assert "handed in" not in client.get("/en/my/").text


def test_my_page_counts_what_the_desk_counts(client):
    review = make.make_review(points=3)
    for status in ("in_review", "withdrawn"):
        application = make.make_application(review.round.cohort, status=status)
        make.make_review(review.round, application, review.reviewer)
    client.force_login(review.reviewer)
    assert "1 of 2 handed in" in text_of(client.get("/en/my/"))
    assert "1 of 2 handed in" in text_of(client.get(DESK))


def test_after_its_time_files_without_a_pledge_are_not_said_to_be_readable(client):
    round_ = make.make_round()
    review = make.make_review(round_, reviewer=make.make_reviewer(round_, pledged_at=None).user)
    over(round_)
    client.force_login(review.reviewer)
    page = client.get(DESK).text
    assert "Without the pledge the files stay closed." in page
    assert "You can still read the files." not in page


# --- the pledge -------------------------------------------------------------------------------------------------


def pledge_address(round_):
    return f"/en/reviews/{round_.cohort.program.slug}/{round_.cohort.slug}/{round_.number}/pledge/"


def test_nothing_opens_before_the_pledge(client):
    round_ = make.make_round()
    invited = make.make_reviewer(round_, pledged_at=None)
    one, two, own = (make.make_review(round_, reviewer=invited.user) for _row in range(3))
    make.make_reference(own.application, email=invited.user.email)
    client.force_login(invited.user)
    where = pledge_address(round_)
    for name in ("review", "review-give-back"):
        assert client.get(address(one, name)).url == where
    assert client.get(address(one, "review-file", "nobody")).status_code == 404
    assert client.post(address(one, "review-save"), typed(one)).url == where
    page = client.get(where).text
    assert one.application.receipt_number in page
    assert one.application.full_name not in page
    missing = client.post(where, {f"kind_{one.code}": "family"}).text
    assert "Without the pledge no file can be opened." in missing
    assert "Give the reason in a sentence." in missing
    assert Reviewer.objects.get().pledged_at is None
    sent = {"pledge": "on", f"kind_{one.code}": "family", f"note_{one.code}": "사촌입니다."}
    answer = client.post(where, sent, follow=True).text
    assert "Given back for a conflict of interest: 2." in answer
    assert list(Review.objects.live()) == [two]
    assert client.get(address(two)).status_code == 200
    assert client.get(where).url == DESK


def test_the_pledge_is_theirs_alone_and_without_files_too(client):
    invited = make.make_reviewer(pledged_at=None)
    where = pledge_address(invited.round)
    client.force_login(make.make_reviewer().user)
    assert client.get(where).status_code == 404
    client.force_login(invited.user)
    assert "No file is with you yet" in client.get(where).text
    assert "The files are open now." in client.post(where, {"pledge": "on"}, follow=True).text


def test_a_pledge_that_crosses_the_end_of_the_invitation_says_so(client, monkeypatch):
    invited = make.make_reviewer(pledged_at=None)
    client.force_login(invited.user)
    found = desks

    def ends(user):
        rows = found(user)
        Reviewer.objects.update(ended_at=clock.now())
        return rows

    monkeypatch.setattr("programs.reviewing.desks", ends)
    answer = client.post(pledge_address(invited.round), {"pledge": "on"})
    assert "not invited to this round any more" in answer.text


# --- one file ---------------------------------------------------------------------------------------------------


def test_a_file_is_read_and_scored(client):
    round_ = make.make_round()
    criterion = round_.criteria.first()
    type(criterion).objects.filter(pk=criterion.pk).update(
        anchors_en="5: Outstanding\n 3 ： Fair \n9: beyond\nno line", note_en="A fresh view"
    )
    criterion.refresh_from_db()
    assert anchors_of(criterion) == {5: "Outstanding", 3: "Fair"}
    make.make_question(round_.cohort.form_version, "idea", "long", audience="blind")
    made = make.make_application(round_.cohort, status="in_review", answers={"idea": "A sea story"})
    review = make.make_review(round_, made)
    page = open_as(client, review).text
    assert "A sea story" in page
    assert "Outstanding" in page
    assert "A fresh view" in page
    assert "현장에서 배우고 싶습니다." not in page  # an answer that reviewers read, but not in blind review
    round_.is_blind = False
    round_.save()
    page = open_as(client, review).text
    assert "현장에서 배우고 싶습니다." in page
    assert made.full_name in page


def test_only_its_reviewer_opens_it(client):
    review = make.make_review()
    for person in (review.application.applicant, make.make_reviewer(review.round).user, make.make_admin()):
        client.force_login(person)
        assert client.get(address(review)).status_code == 404
        assert client.post(address(review, "review-save"), typed(review)).status_code == 404


def test_saving_handing_in_and_what_is_missing(client):
    review = make.make_review()
    one, two = (f"criterion{c.pk}" for c in review.round.criteria.all())
    page = post(client, review, {one: "3", "comment_staff": "근거", "revision": 0, "save": "1"}).text
    assert "Saved at" in page
    review.refresh_from_db()
    assert (review.revision, review.submitted_at) == (1, None)
    page = post(client, review, {one: "3", "comment_staff": "근거", "revision": 1, "submit": "1"}).text
    assert "Choose a score from 0 to 5." in page
    assert f'href="#id_{two}"' in page
    page = post(client, review, typed(review, submit="1")).text
    assert "The review is handed in." in page
    review.refresh_from_db()
    assert review.submitted_at is not None
    assert review.scores == {key.removeprefix("criterion"): 4 for key in (one, two)}
    assert "Hand in the changes" in page


def test_what_is_too_long_is_said_and_everything_else_is_kept(client):
    review = make.make_review()
    page = post(client, review, typed(review, comment_staff="가" * 2001, submit="1")).text
    assert "2,000" in page or "2000" in page
    review.refresh_from_db()
    assert (len(review.comment_staff), review.submitted_at) == (2001, None)
    page = post(client, review, typed(review, points=2, comment_staff="가" * 20_001)).text
    assert "Please check what you entered" in page
    review.refresh_from_db()
    assert len(review.comment_staff) == 2001
    assert set(review.scores.values()) == {2}


def test_a_criterion_with_many_points_is_typed(client):
    round_ = make.make_round(criteria=(100,))
    round_.criteria.update(maximum=100, anchors_en="90: Outstanding")
    review = make.make_review(round_)
    page = open_as(client, review).text
    assert 'type="number"' in page
    assert "Outstanding" in page
    assert "from 0 to 100" in post(client, review, typed(review, points=101, submit="1")).text
    post(client, review, typed(review, points=88, submit="1"))
    review.refresh_from_db()
    assert list(review.scores.values()) == [88]
    post(client, review, typed(review, points=""))
    review.refresh_from_db()
    assert list(review.scores.values()) == [88]


def test_autosave_answers_in_json(client):
    review = make.make_review()
    saved = autosave(client, review, typed(review)).json()
    assert (saved["revision"], saved["lost"]) == (1, [])
    lost = autosave(client, review, typed(review, revision=1, comment_staff="가" * 20_001)).json()
    assert lost["lost"] == ["comment_staff"]
    answer = autosave(client, review, typed(review, points=1, revision=0, confidence=2))
    assert answer.status_code == 409
    one, two = (f"criterion{c.pk}" for c in review.round.criteria.all())
    assert answer.json()["values"] == {one: "4", two: "4", "confidence": ""}
    assert answer.json()["revision"] == 1
    assert answer.json()["labels"][:2] == ["Criterion 1", "Criterion 2"]
    over(review.round)
    refused = autosave(client, review, typed(review, points=1, revision=1))
    assert (refused.status_code, "over" in refused.json()["error"]) == (400, True)


def test_two_windows_without_javascript_overwrite_nothing(client):
    review = make.make_review()
    post(client, review, typed(review, points=5, comment_staff="첫 창", save="1"))
    page = post(client, review, typed(review, points=1, comment_staff="", save="1")).text
    assert "This was changed in another window" in page
    assert "첫 창" in page
    review.refresh_from_db()
    assert set(review.scores.values()) == {5}
    assert 'name="revision" value="1"' in page


def test_after_its_time_a_review_is_only_read(client):
    review = make.make_review(points=3, comment_staff="조심스럽습니다.", comment_applicant="응원합니다.")
    over(review.round)
    page = open_as(client, review).text
    assert "autosave" not in page
    assert "조심스럽습니다." in page
    assert "응원합니다." in page
    assert "60.0" in page
    refused = post(client, review, typed(review, points=5)).text
    assert "The time for reviews is over. Yours stays as it is." in refused or "time for reviews is over" in refused
    review.refresh_from_db()
    assert set(review.scores.values()) == {3}


def test_one_goes_from_file_to_file_in_ones_own_order(client):
    round_ = make.make_round()
    person = make.make_reviewer(round_).user
    for _row in range(4):
        make.make_review(round_, reviewer=person)
    client.force_login(person)
    [desk] = desks(person)
    order = [row["url"].replace("/ko/", "/en/") for row in desk.rows]
    for number, here in enumerate(order):
        around = client.get(here).context["around"]
        assert around["before"] == (order[number - 1] if number else "")
        assert around["after"] == (order[number + 1] if number < 3 else "")
        assert around["unscored"] == order[(number + 1) % 4]
    Review.objects.update(submitted_at=clock.now())
    assert client.get(order[0]).context["around"]["unscored"] == ""


@pytest.mark.parametrize("rule", OthersShown.values)
@pytest.mark.parametrize("handed_in", [True, False])
def test_reviews_of_others_are_shown_as_the_round_says(client, rule, handed_in):
    round_ = make.make_round(others_shown=rule)
    own = make.make_review(round_, points=2 if handed_in else None)
    other = make.make_review(
        round_, own.application, points=5, comment_applicant="탄탄합니다.", comment_staff="우리끼리"
    )
    begun = make.make_review(round_, own.application, comment_applicant="쓰는 중")
    shown = rule == "always" or (rule == "after_own" and handed_in)
    page = open_as(client, own).text
    assert ("탄탄합니다." in page) is shown
    assert ("Reviewer A" in page) is shown
    assert "우리끼리" not in page
    assert begun.comment_applicant not in page
    assert other.reviewer.romanized_name not in page
    ReviewRound.objects.update(is_blind=False)
    assert (other.reviewer.romanized_name in open_as(client, own).text) is shown


# --- conflicts --------------------------------------------------------------------------------------------------


def test_a_file_is_given_back_with_a_reason(client):
    review = make.make_review()
    client.force_login(review.reviewer)
    where = address(review, "review-give-back")
    assert "Choose what connects you." in client.post(where, {"note": "x"}).text
    assert "Family" in client.get(where).text
    page = client.post(where, {"kind": "family", "note": "사촌입니다."}, follow=True).text
    assert "The file is given back." in page
    assert client.get(address(review)).status_code == 404
    assert Conflict.objects.get().kind == "family"


def test_a_file_with_a_found_conflict_is_closed_and_given_back_by_a_button(client):
    review = make.make_review()
    make.make_reference(review.application, email=review.reviewer.email)
    page = open_as(client, review)
    assert "this file is closed to you" in page.text
    assert "parts" not in page.context
    where = address(review, "review-give-back")
    assert client.get(where).url == address(review)
    assert client.get(address(review, "review-file", "nobody")).status_code == 404
    assert "this file is closed" in post(client, review, typed(review)).text
    client.post(where)
    assert Review.objects.get().end_reason == ReviewEnd.RECUSED


def test_what_is_handed_in_is_given_back_by_staff(client):
    review = make.make_review(points=4)
    page = open_as(client, review)
    where = address(review, "review-give-back")
    assert where not in page.text
    assert client.get(where).url == address(review)
    answer = client.post(where, {"kind": "family", "note": "x"}, follow=True)
    assert "Please tell the staff of the cohort." in answer.text
    make.make_reference(review.application, email=review.reviewer.email)
    assert "staff decide whether it counts" in open_as(client, review).text


# --- files ------------------------------------------------------------------------------------------------------


def file_in(round_, audience="blind", count=1):
    question = make.make_question(
        round_.cohort.form_version, "portfolio_file", "file", audience=audience, most_items=3
    )
    application = make.make_application(round_.cohort, status="in_review")
    files = [give(application, question, f"김다별 포트폴리오 {number}.pdf") for number in range(count)]
    application.answers["portfolio_file"] = [file.code for file in files]
    application.save()
    return application, files


def give(application, question, name):
    """A file that was sent with the application."""
    upload = uploads.store(
        uploaded(make_pdf(name), name), owner=application.applicant, kinds=UploadKind.values, most_bytes=10**7
    )
    application.files.create(question_key=question.key, upload=upload)
    return upload


@pytest.mark.parametrize("count", [1, 2])
def test_in_blind_review_files_have_names_of_ours_and_opening_is_on_record(client, count):
    round_ = make.make_round()
    application, files = file_in(round_, count=count)
    review = make.make_review(round_, application)
    page = open_as(client, review).text
    assert "김다별" not in page
    answer = client.get(address(review, "review-file", files[-1].code))
    number = "-2" if count == 2 else ""
    name = f"{application.receipt_number}-portfolio_file{number}.pdf"
    assert name in page
    assert answer["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert b"".join(answer.streaming_content) == make_pdf(files[-1].name)
    opened = FileAccess.objects.get()
    assert (opened.upload, opened.by, opened.owner) == (files[-1], review.reviewer, application.applicant)
    ReviewRound.objects.update(is_blind=False)
    assert "김다별" in open_as(client, review).text


def test_a_file_that_reviewers_do_not_read_is_not_there(client):
    round_ = make.make_round()
    application, [file] = file_in(round_, audience="reviewer")
    review = make.make_review(round_, application)
    client.force_login(review.reviewer)
    assert client.get(address(review, "review-file", file.code)).status_code == 404
    assert not FileAccess.objects.exists()


@pytest.mark.parametrize("blind", [True, False])
def test_letters_are_read_with_their_question(client, blind):
    round_ = make.make_round(is_blind=blind)
    question = make.make_question(round_.cohort.form_version, "referee", "referee", audience="blind")
    made = make.make_application(
        round_.cohort, make.make_user(full_name="남궁별빛", romanized_name="Byeolbit Namgung"), status="in_review"
    )
    text = "남궁별빛 지원자를 추천합니다. 궁별빛 씨는 성실합니다. Namgung Byeolbit is good. 구추천 드림"
    make.make_reference(made, name="구추천", email="goo@example.com", affiliation="들풀 학교", text=text)
    review = make.make_review(round_, made)
    page = open_as(client, review).text
    assert "추천합니다" in page
    for told in ("남궁별빛", "궁별빛", "Namgung Byeolbit", "구추천", "들풀 학교"):
        assert (told in page) is not blind
    type(question).objects.filter(pk=question.pk).update(audience="staff")
    assert "추천합니다" not in open_as(client, review).text


def test_a_file_costs_the_same_beside_many(client):
    round_ = make.make_round()
    review = make.make_review(round_)
    client.force_login(review.reviewer)

    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(review)).status_code == 200
        return len(captured)

    counted()
    one = counted()
    for _row in range(30):
        make.make_review(round_, reviewer=review.reviewer)
    assert counted() == one
