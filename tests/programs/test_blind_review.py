"""Blind review: a mark in every field that tells who somebody is, looked for wherever a reviewer can look.

The reviewer asks every address there is with everything they could know: the codes of their reviews and of files,
names of programs and cohorts, in both languages, before and after handing in, the deadline and the release.
"""

import json
from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from accounts.models import Profile
from portal import clock, uploads
from portal.models import OutgoingMail, UploadKind
from programs import emails
from programs.models.applying import Submission
from programs.models.forms import QuestionType
from programs.models.selection import OthersShown, Review, ReviewRound
from programs.operations import decisions, releases
from tests import make
from tests.files import make_pdf, uploaded
from tests.test_access import names

pytestmark = pytest.mark.django_db
T = QuestionType

MARKS = {
    "full_name": "흰여울벗",
    "romanized_name": "Huinyeoul Beot",
    "account_name": "검은여울벗",
    "account_romanized": "Geomeunyeoul Beot",
    "email": "huin.secret@example.com",
    "phone": "010-9753-8642",
    "phone_stored": "+821097538642",
    "birth": "1987-03-29",
    "birth_ko": "1987년 3월 29일",
    "birth_en": "29 March 1987",
    "affiliation": "물비늘제작소",
    "position": "갈대연출전공",
    "profile_affiliation": "은모래프로덕션",
    "gender": "성별표시여울",
    "school": "노을빛예술학교",
    "languages": "윤슬어능통",
    "contact": "other.secret@example.com",
    "plain_reviewer": "심사위원만읽는여울",
    "plain_staff": "담당자만읽는여울",
    "credits": "여울목대표작",
    "career": "여울목경력회사",
    "link": "https://huinyeoul.example.com/me",
    "file": "흰여울포트폴리오.pdf",
    "secret_file": "흰여울가족관계.pdf",
    "referee": "추천인노고지리",
    "referee_affiliation": "추천기관달무리",
    "referee_email": "nogojiri@example.com",
    "letter_file": "노고지리추천서.pdf",
    "nominated_by": "추천처별무리",
    "support": "지원필요여울",
    "earlier": "지난제출여울",
    "draft": "쓰는중여울",
}
IN_LETTER = ("full_name", "account_name", "romanized_name", "referee", "email")  # what a letter says of both
SHOWN = "파도가 부르는 이야기"  # what stands under a question that reviewers read in blind review too


def questions():
    """A question of every type and field of the profile; many say `blind`, so that only we can hide them."""
    return [
        {"key": "idea", "type": T.LONG, "audience": "blind"},
        {"key": "portfolio_file", "type": T.FILE, "audience": "blind"},
        {"key": "referee", "type": T.REFEREE, "audience": "blind"},
        {"key": "phone", "type": T.PHONE, "audience": "blind", "profile_field": "phone"},
        {"key": "second_phone", "type": T.PHONE, "audience": "blind"},
        {"key": "contact", "type": T.EMAIL, "audience": "blind"},
        {"key": "birth_on", "type": T.DATE, "audience": "blind", "profile_field": "birth_on"},
        {"key": "affiliation", "type": T.SHORT, "audience": "blind", "profile_field": "affiliation"},
        {"key": "position", "type": T.SHORT, "audience": "blind", "profile_field": "position_title"},
        {"key": "gender", "type": T.SHORT},
        {"key": "school", "type": T.SHORT},
        {"key": "motivation", "type": T.LONG},
        {"key": "portfolio", "type": T.LINKS},
        {"key": "credits", "type": T.CREDITS, "profile_field": "credits"},
        {"key": "career", "type": T.CAREER, "profile_field": "career"},
        {"key": "secret_file", "type": T.FILE, "audience": "staff", "is_confidential": True},
        {"key": "support", "type": T.LONG, "audience": "staff", "is_personal": True},
        {"key": "note", "type": T.LONG, "audience": "staff"},
    ]


def keep(application, key, name):
    """A file that was sent under a question."""
    upload = uploads.store(
        uploaded(make_pdf(), name), owner=application.applicant, kinds=UploadKind.values, most_bytes=10**7
    )
    application.files.create(question_key=key, upload=upload)
    return upload


@pytest.fixture
def world():
    m = MARKS
    program = make.make_program(has_mentoring=True)
    cohort = make.make_cohort(
        program, phase="in_review", form_version=make.make_form_version(questions=questions())
    )
    round_ = make.make_round(cohort, others_shown=OthersShown.ALWAYS, discipline_key="idea")
    person = make.make_user(m["email"], full_name=m["account_name"], romanized_name=m["account_romanized"])
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Profile.objects.create(
        user=person,
        phone=m["phone_stored"],
        birth_on=date.fromisoformat(m["birth"]),
        affiliation=m["profile_affiliation"],
        position_title=m["position"],
        languages=m["languages"],
    )
    answers = {
        "idea": SHOWN,
        "referee": [m["referee"], m["referee_affiliation"], m["referee_email"]],
        "phone": m["phone_stored"],
        "second_phone": m["phone_stored"],
        "contact": m["contact"],
        "birth_on": m["birth"],
        "affiliation": m["affiliation"],
        "position": m["position"],
        "gender": m["gender"],
        "school": m["school"],
        "motivation": m["plain_reviewer"],
        "portfolio": [m["link"]],
        "credits": [{"year": "2020", "title": m["credits"], "role": "연출", "platform": "극장"}],
        "career": [{"organization": m["career"], "role": "연출"}],
        "support": m["support"],
        "note": m["plain_staff"],
    }
    application = make.make_application(
        cohort,
        person,
        status="in_review",
        full_name=m["full_name"],
        romanized_name=m["romanized_name"],
        answers=answers,
        nominated_by=make.make_organization(name_ko=m["nominated_by"], name_en=m["nominated_by"], is_listed=False),
    )
    application.draft = {"full_name": m["draft"], "motivation": m["draft"]}
    files = {
        key: keep(application, key, m[name]) for key, name in (("portfolio_file", "file"), ("secret_file",) * 2)
    }
    application.answers |= {key: [upload.code] for key, upload in files.items()}
    application.save()
    Submission.objects.create(
        application=application,
        number=1,
        form_version=cohort.form_version,
        full_name=m["earlier"],
        answers={"idea": m["earlier"]},
        files=[{"code": files["secret_file"].code, "name": m["secret_file"]}],
        by=person,
    )
    letter = uploads.store(
        uploaded(make_pdf(), m["letter_file"]), owner=None, kinds=UploadKind.values, most_bytes=10**7
    )
    reference = make.make_reference(
        application,
        name=m["referee"],
        affiliation=m["referee_affiliation"],
        email=m["referee_email"],
        text=" ".join(m[name] for name in IN_LETTER) + "을 추천합니다.",
        upload=letter,
    )
    reviewer = make.make_reviewer(round_)
    review = make.make_review(round_, application, reviewer.user)
    others = [
        make.make_review(round_, application, points=3, comment_applicant="다른 위원의 말"),
        make.make_review(round_, reviewer=reviewer.user),
    ]
    return {
        "round": round_,
        "application": application,
        "review": review,
        "others": others,
        "reviewer": reviewer.user,
        "files": files,
        "letter": letter,
        "reference": reference,
        "person": person,
    }


def known_to(world):
    """What fits into addresses and a reviewer could know, or guess: codes, numbers, names of cohorts."""
    review, application, cohort = world["review"], world["application"], world["round"].cohort
    codes = [review.code, world["others"][1].code, application.code, application.receipt_number, "wrong"]
    files = [*(upload.code for upload in world["files"].values()), world["letter"].code]
    yield ()
    yield from ((code,) for code in (*codes, *files, str(application.pk), str(world["person"].pk), "marketing"))
    yield from ((code, file) for code in (review.code, application.code) for file in (*files, "wrong", "referee"))
    yield (cohort.program.slug, cohort.slug)
    yield (cohort.program.slug, cohort.slug, 1)


def addresses(world):
    """Every address of the portal with everything that fits into it."""
    for name in sorted(set(names())):
        for arguments in known_to(world):
            try:
                yield name, reverse(name, args=arguments)
            except NoReverseMatch:
                continue


def leaks(text, but=()):
    """Which marks stand in a text."""
    return sorted(name for name, mark in MARKS.items() if mark in text and name not in but)


def told(response):
    """All that an answer says: its head, its words, the name of a file."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response.get("Content-Type", "").startswith("application/json"):
        body = json.dumps(json.loads(body), ensure_ascii=False).encode()
    head = "\n".join(f"{name}: {value}" for name, value in response.items())
    return unquote(head) + "\n" + body.decode("utf-8", "replace")


def look_everywhere(client, world, languages=("ko", "en")):
    """Ask every address as the reviewer; returns (address, mark) for each mark found, and how much was opened."""
    found, opened = [], {}
    for language in languages:
        with override(language):
            for name, address in addresses(world):
                response = client.get(address)
                text = told(response)
                found += [(address, mark) for mark in leaks(text)]
                opened.setdefault(name, set()).add(response.status_code)
    return found, opened


def full(world, points="4"):
    return {f"criterion{c.pk}": points for c in world["round"].criteria.all()}


def as_reviewer(client, world):
    client.force_login(world["reviewer"])


def test_no_address_says_who_it_is(client, world):
    as_reviewer(client, world)
    found, opened = look_everywhere(client, world)
    assert found == []
    assert {name for name, codes in opened.items() if name.startswith("review") and 200 in codes} == {
        "reviews",
        "review",
        "review-give-back",
        "review-file",
    }
    page = client.get(reverse("review", args=[world["review"].code])).text
    assert SHOWN in page  # so that nothing is hidden by showing nothing
    assert "을 추천합니다" in page
    assert world["application"].receipt_number in page
    assert "다른 위원의 말" in page


def test_trust_8_files_have_no_names_in_blind_review(client, world):
    """Reviewers in blind review see no names, contact data or file names with names."""
    as_reviewer(client, world)
    receipt = world["application"].receipt_number
    for upload, name in ((world["files"]["portfolio_file"], "portfolio_file"), (world["letter"], "referee")):
        response = client.get(reverse("review-file", args=[world["review"].code, upload.code]))
        assert response.status_code == 200
        assert f"{receipt}-{name}.pdf" in response["Content-Disposition"]
        assert leaks(told(response)) == []
    hidden = reverse("review-file", args=[world["review"].code, world["files"]["secret_file"].code])
    assert client.get(hidden).status_code == 404


def test_what_is_sent_back_while_writing_says_nothing(client, world):
    as_reviewer(client, world)
    save = reverse("review-save", args=[world["review"].code])
    posts = [
        (full(world) | {"revision": "0"}, {"X-Autosave": "1"}, 200),
        (full(world, "2") | {"revision": "0"}, {"X-Autosave": "1"}, 409),
        (full(world, "9") | {"revision": "1", "submit": "1"}, {}, 200),
        ({"revision": "x" * 50, "comment_staff": "가" * 30_000}, {"X-Autosave": "1"}, 409),
        (full(world) | {"revision": "1", "submit": "1"}, {}, 302),
    ]
    for data, headers, status in posts:
        response = client.post(save, data, headers=headers)
        assert (response.status_code, leaks(told(response))) == (status, [])
    give_back = reverse("review-give-back", args=[world["others"][1].code])
    for data in ({}, {"kind": "work", "note": "같은 팀"}):
        assert leaks(told(client.post(give_back, data, follow=True))) == []
    for address in (save.replace(world["review"].code, "wrong"), "/ko/reviews/", "/en/reviews/none/"):
        assert leaks(told(client.post(address))) == []


def test_nothing_is_said_before_the_pledge_and_on_a_file_that_is_closed(client, world):
    as_reviewer(client, world)
    world["round"].reviewers.filter(user=world["reviewer"]).update(pledged_at=None)
    assert look_everywhere(client, world, ["en"])[0] == []
    cohort = world["round"].cohort
    pledge = reverse("review-pledge", args=[cohort.program.slug, cohort.slug, 1])
    assert client.get(pledge).status_code == 200
    kind = f"kind_{world['review'].code}"
    for data in ({}, {kind: "work"}, {"pledge": "on"}):
        assert leaks(told(client.post(pledge, data, follow=True))) == []
    make.make_reference(world["application"], question_key="second", email=world["reviewer"].email)
    closed = client.get(reverse("review", args=[world["review"].code]))
    assert closed.status_code == 200
    assert leaks(told(closed)) == []


@pytest.mark.parametrize("after", ["handed in", "due", "released"])
def test_not_later_either(client, world, after):
    as_reviewer(client, world)
    client.post(reverse("review-save", args=[world["review"].code]), full(world) | {"revision": "0", "submit": "1"})
    assert Review.objects.get(pk=world["review"].pk).submitted_at is not None
    if after != "handed in":
        ReviewRound.objects.update(due_at=clock.now() - timedelta(minutes=1))
    if after == "released":
        staff = make.make_admin()
        cohort = world["round"].cohort
        cohort.announce_at = clock.now()
        cohort.save()
        both = [world["application"].pk, world["others"][1].application_id]
        decisions.stage_decisions(both, "offer", by=staff)
        releases.release_decisions(cohort.pk, by=staff)
        assert client.get(reverse("review", args=[world["review"].code])).status_code == 404
    assert look_everywhere(client, world, ["en"])[0] == []


def test_the_admin_is_no_place_for_a_reviewer(client, world):
    as_reviewer(client, world)
    for model, model_admin in admin.site._registry.items():
        first = model._default_manager.order_by("pk").first()
        for pattern in model_admin.get_urls():
            if pattern.name:
                wants = pattern.pattern.converters or "(" in str(pattern.pattern)
                places = max(1, len(pattern.pattern.converters))
                key = first.pk if first is not None else 1
                response = client.get(reverse(f"admin:{pattern.name}", args=[key] * places if wants else []))
                assert (response.status_code, leaks(told(response))) == (404, []), pattern.name


def test_no_mail_to_a_reviewer_says_it(client, world):
    as_reviewer(client, world)
    application = world["application"]
    change = application.changes.create(from_status="submitted", to_status="in_review")
    emails.received(change)
    client.post(reverse("review-save", args=[world["review"].code]), full(world) | {"revision": "0", "submit": "1"})
    give_back = reverse("review-give-back", args=[world["others"][1].code])
    client.post(give_back, {"kind": "work", "note": "같은 팀"})
    theirs = OutgoingMail.objects.filter(person=world["reviewer"])
    assert [leaks(mail.subject + mail.body) for mail in theirs] == [[] for _mail in theirs]
    assert OutgoingMail.objects.filter(person=world["person"]).exists()
    mine = client.get(reverse("my-mail-text", args=[OutgoingMail.objects.get(person=world["person"]).code]))
    assert (mine.status_code, leaks(told(mine))) == (404, [])


def test_what_a_reviewer_takes_along_about_themselves_says_it_neither(client, world):
    as_reviewer(client, world)
    client.post(reverse("review-save", args=[world["review"].code]), full(world) | {"revision": "0", "submit": "1"})
    response = client.post(reverse("my-privacy-data"))
    assert response.status_code in (200, 302)
    assert leaks(told(response)) == []


def test_where_names_are_shown_they_are_shown(client, world):
    """The marks are found where they may be, so the other tests look for the right thing."""
    as_reviewer(client, world)
    ReviewRound.objects.update(is_blind=False)
    page = client.get(reverse("review", args=[world["review"].code])).text
    seen = {name for name, mark in MARKS.items() if mark in page}
    assert seen >= {
        "full_name",
        "romanized_name",
        "plain_reviewer",
        "school",
        "affiliation",
        "phone",
        "referee",
        "file",
    }
    assert not seen & {"plain_staff", "support", "secret_file", "earlier", "draft", "profile_affiliation"}


def test_every_type_of_question_has_its_mark():
    asked = {question["type"] for question in questions()}
    silent = {
        T.SINGLE,
        T.MULTIPLE,
        T.RANKED,
        T.YES_NO,
        T.NUMBER,
        T.LIKERT,
        T.NPS,
        T.REGION,
        T.STATEMENT,
    }  # no words of one's own
    assert asked | silent == set(QuestionType)
