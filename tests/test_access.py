"""Every address against every kind of visitor: what they get, and that looking writes nothing.

A visitor is sent to log-in, a stranger gets 404, and 403 is for CSRF alone. An address without a row here fails.
"""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.translation import override

from accounts.models import Role
from mentoring.models.safeguarding import Concern
from mentoring.operations.form_evaluations import standard_form
from portal import clock
from portal.models import OutgoingMail
from programs.operations import feeds
from tests import make

pytestmark = pytest.mark.django_db

LOGIN, YES, MOVED, HIDDEN, POST_ONLY = "log-in", 200, 302, 404, 405
VISITORS = (
    "visitor",
    "stranger",
    "applicant",
    "mentor",
    "reviewer",
    "instructor",
    "partner",
    "manager",
    "other_manager",
    "admin",
)


def row(visitor, others, **special):
    """What each visitor gets: `visitor` without a log-in, `others` everyone else, unless named."""
    return {"visitor": visitor} | dict.fromkeys(VISITORS[1:], others) | special


PUBLIC = row(YES, YES)
PERSONAL = row(LOGIN, YES)
OWN = row(LOGIN, HIDDEN, applicant=YES, manager=YES, admin=YES)  # staff of the cohort read it
OWN_ACT = row(LOGIN, HIDDEN, applicant=MOVED)  # the page asks only while the answer is possible
REVIEWERS = row(LOGIN, HIDDEN, reviewer=YES)
INSTRUCTORS = row(LOGIN, HIDDEN, instructor=YES)
TEACHERS = row(LOGIN, HIDDEN, instructor=YES, manager=YES, admin=YES)
STAFF = row(LOGIN, HIDDEN, manager=YES, admin=YES)
PARTNERS = row(LOGIN, HIDDEN, partner=YES)

EXPECTED = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "favicon": row(MOVED, MOVED),
    "robots": PUBLIC,
    "poster": PUBLIC,
    "home": PUBLIC,
    "my": PERSONAL,
    "my-restrictions": PERSONAL,
    "my-certificates": PERSONAL,
    "certificate-verify": PUBLIC,
    "certificate-short": row(MOVED, MOVED),  # to the check, whatever the code
    "certificate-document": row(LOGIN, HIDDEN),  # there is none; tests/programs/test_certificate_pages.py has one
    "certificate-badge": row(LOGIN, HIDDEN),
    "certificate-make": row(LOGIN, POST_ONLY),
    "badge-issuer": PUBLIC,
    "badge-keys": PUBLIC,
    "badge-key": row(HIDDEN, HIDDEN),  # there is none; tests/programs/test_badges.py has one
    "badge-status": row(HIDDEN, HIDDEN),
    "catalog": PUBLIC,
    "program": PUBLIC,
    "cohort": PUBLIC,
    "cohort-results": PUBLIC,  # of one whose results are out; tests/programs/test_results.py has one whose are not
    "instructors": PUBLIC,
    "calendar": PUBLIC,
    "calendar-ics": PUBLIC,
    "calendar-feed": PUBLIC,  # for whoever has its address; the code in it is the key
    "my-calendar": PERSONAL,
    "learning": OWN,
    # a link for those enrolled; tests/programs/test_materials.py has a file, and one for everyone
    "material": row(LOGIN, HIDDEN, applicant=MOVED, instructor=MOVED, manager=MOVED, admin=MOVED),
    "teaching-materials": TEACHERS,
    "teaching-material-remove": row(LOGIN, POST_ONLY),
    "teaching-check-in": TEACHERS,
    "teaching-check-in-code": TEACHERS,
    "check-in": row(LOGIN, HIDDEN, applicant=YES),  # of those who take part
    "check-in-scan": row(LOGIN, HIDDEN, applicant=YES),  # a reason with a code that holds; tests/programs has one
    "partners": PUBLIC,
    "partner": PUBLIC,
    "agreements": PUBLIC,
    "agreement": PUBLIC,
    "partnering": PARTNERS,
    "partnering-agreement": PARTNERS,
    "partnering-figure": PARTNERS,
    "partnering-report": row(LOGIN, HIDDEN),  # there is none; tests/partners/test_report_pages.py has one
    "privacy": PUBLIC,
    "terms": PUBLIC,
    "age": row(YES, MOVED),
    "too_young": PUBLIC,
    "profile": PERSONAL,
    "stay": row(LOGIN, POST_ONLY),
    "my-mail": PERSONAL,
    "my-mail-text": row(LOGIN, HIDDEN, applicant=YES),
    "my-privacy": PERSONAL,
    "my-consent": row(LOGIN, YES),  # that to advertising messages, which anyone may give
    "my-privacy-data": row(LOGIN, POST_ONLY),
    "my-privacy-close": PERSONAL,
    "my-privacy-closed": PUBLIC,
    "apply": row(LOGIN, YES, applicant=MOVED),
    "application": OWN,
    "application-edit": OWN_ACT,
    "application-submit": OWN_ACT,
    "application-discard": OWN_ACT,
    "application-files": row(LOGIN, POST_ONLY),
    "application-file": row(LOGIN, HIDDEN),  # there is no such file
    "application-withdraw": OWN_ACT,
    "application-confirm": OWN_ACT,
    "application-decline": OWN_ACT,
    "application-cancel": row(LOGIN, HIDDEN, applicant=YES),
    "application-interview": OWN_ACT,
    "application-interview-return": OWN_ACT,
    "application-interview-ics": row(LOGIN, HIDDEN),  # there is none; tests/programs/test_calendars.py has one
    "reviews-interviews": row(LOGIN, HIDDEN),  # nobody here sits in a panel
    "reviews-interviews-ics": row(LOGIN, HIDDEN),
    "application-reference": OWN_ACT,
    "application-reference-ask": row(LOGIN, POST_ONLY),
    "reference": PUBLIC,  # for whoever has its address; the code in it is the key
    "mentoring": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    # before pairing
    "mentor-profile": row(LOGIN, HIDDEN, mentor=YES),
    "week": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "mentoring-round": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "mentoring-round-wishes": row(LOGIN, POST_ONLY),
    "mentoring-round-answer": row(LOGIN, POST_ONLY),
    "mentoring-round-briefs": row(LOGIN, POST_ONLY),
    "mentoring-round-conflict": row(LOGIN, POST_ONLY),
    # pairs
    "pairing": row(LOGIN, HIDDEN, applicant=YES, mentor=YES, manager=YES, admin=YES),
    "pairing-accept": row(LOGIN, POST_ONLY),
    "pairing-decline": row(LOGIN, POST_ONLY),
    "pairing-rematch": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),  # one's own request; the two alone
    "pairing-closing": row(LOGIN, HIDDEN, manager=YES, admin=YES),  # the two once staff have closed the pair
    "evaluation-save": row(LOGIN, POST_ONLY),
    "evaluation-share": row(LOGIN, POST_ONLY),
    "form-evaluation": row(LOGIN, HIDDEN, applicant=YES, mentor=YES, manager=YES, admin=YES),
    "form-evaluation-share": row(LOGIN, POST_ONLY),
    "goal-add": row(LOGIN, POST_ONLY),
    "concern-report": PUBLIC,
    "concern": PUBLIC,  # for whoever has its code; it is the key
    "my-concerns": PERSONAL,
    "my-concern": row(LOGIN, HIDDEN, applicant=YES),
    "honorarium": row(LOGIN, HIDDEN, mentor=YES),
    "honorarium-statement": row(LOGIN, HIDDEN),  # there is none; tests/mentoring/test_honorarium.py has one
    # meetings: for the two of the pair, and to read and call off for its staff
    "meeting": row(LOGIN, HIDDEN, applicant=YES, mentor=YES, manager=YES, admin=YES),
    "meeting-book": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "meeting-move": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "meeting-cancel": row(LOGIN, HIDDEN, applicant=YES, mentor=YES, manager=YES, admin=YES),
    "meeting-details": row(LOGIN, POST_ONLY),
    "meeting-word": row(LOGIN, POST_ONLY),
    "meeting-feedback": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "meeting-ics": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "mentee-file": row(LOGIN, HIDDEN),  # there is no such file; tests/mentoring has one that there is
    "note-add": row(LOGIN, POST_ONLY),
    "note": row(LOGIN, HIDDEN, mentor=YES),  # of its author alone
    "note-remove": row(LOGIN, POST_ONLY),
    "action-add": row(LOGIN, POST_ONLY),
    "action": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "action-tick": row(LOGIN, POST_ONLY),
    "action-remove": row(LOGIN, POST_ONLY),
    "goal": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "milestone-add": row(LOGIN, POST_ONLY),
    "milestone": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "milestone-tick": row(LOGIN, POST_ONLY),
    "milestone-remove": row(LOGIN, POST_ONLY),
    "sample-add": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),
    "sample": row(LOGIN, HIDDEN, applicant=YES, mentor=YES),  # of the two alone; tests/mentoring lets others in
    "sample-version": row(LOGIN, POST_ONLY),
    "sample-change": row(LOGIN, POST_ONLY),
    "sample-withdraw": row(LOGIN, POST_ONLY),
    "sample-open": row(LOGIN, HIDDEN),  # there is no such version; tests/mentoring has one that there is
    "reviews": REVIEWERS,
    "review": REVIEWERS,
    "review-save": row(LOGIN, POST_ONLY),
    "review-give-back": REVIEWERS,
    "review-file": row(LOGIN, HIDDEN),  # there is no such file; tests/programs has one that there is
    "review-pledge": row(LOGIN, HIDDEN, reviewer=MOVED),  # made already
    "teaching": INSTRUCTORS,
    "teaching-session": INSTRUCTORS,
    "teaching-sheet": INSTRUCTORS,
    "learning-excuses": row(LOGIN, HIDDEN, applicant=YES),
    "learning-excuse-withdraw": row(LOGIN, POST_ONLY),
    "learning-excuse-file": row(LOGIN, HIDDEN),  # there is no such file; tests/programs/test_excuses.py has one
    "survey": row(LOGIN, HIDDEN, applicant=YES),
    "teaching-surveys": INSTRUCTORS,
    "teaching-survey": row(LOGIN, HIDDEN),
    "teaching-survey-pdf": row(LOGIN, HIDDEN),
}


def mail_to(person):
    """A mail to a person, about something that belongs to nobody."""
    return OutgoingMail.objects.create(
        reason="news",
        person=person,
        to=person.email,
        language="ko",
        subject="제목",
        body="내용",
        status="sent",
        sent_at=clock.now(),
    )


@pytest.fixture
def world():
    """One object of every kind, and a visitor of every kind."""
    ours, theirs = make.make_organization(), make.make_organization()
    program = make.make_program(partners=[ours], kind="masterclass", has_mentoring=True)
    cohort = make.make_cohort(program, capacity=9)
    expert = make.make_expert(user=make.make_user())
    session = make.make_session(cohort, experts=[expert])
    make.make_milestone(cohort)
    applicant = make.make_user()
    make.make_question(cohort.form_version, "referee", "referee")
    referee = {"referee": ["남궁설", "들풀 스튜디오", "referee@example.com"]}
    application = make.make_application(cohort, applicant, status="confirmed", answers=referee)
    reference = make.make_reference(application)
    enrolment = make.make_enrolment(application=application)
    pairing = make.make_pairing(make.make_mentor(), enrolment)
    make.make_rematch(pairing)
    forms = {"mid_form": standard_form(), "mid_due": clock.now().date()}
    mentoring_round = make.make_mentoring_round(cohort, **forms)
    make.make_round_mentor(mentoring_round, pairing.mentor)
    excuse = make.make_excuse(enrolment, session)
    make.make_attendance(session, enrolment)
    make.make_appeal(make.make_restriction(applicant))
    other = make.make_cohort(make.make_program(partners=[theirs]))
    round_ = make.make_round(make.make_cohort(program, phase="in_review"))
    review = make.make_review(round_)
    people = {
        "stranger": make.make_user(),
        "applicant": applicant,
        "mentor": pairing.mentor.user,
        "reviewer": review.reviewer,
        "instructor": expert.user,
        "partner": make.make_user(role=Role.PARTNER, scope=ours),
        "manager": make.make_manager(ours),
        "other_manager": make.make_manager(theirs),
        "admin": make.make_admin(),
    }
    for person in people.values():  # as sign-up leaves it; allauth would add the row on looking
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    asked = make.make_survey(make.make_cohort(program, phase="running"))
    make.make_enrolment(asked.cohort, applicant, status="active")
    agreement = make.make_agreement(parties=[ours])
    announced = make.make_cohort(make.make_program(partners=[theirs]), phase="announced")
    place = [program.slug, cohort.slug]
    arguments = {
        "poster": ["course", "dit-training"],
        "program": [program.slug],
        "cohort": place,
        "cohort-results": [announced.program.slug, announced.slug],
        "apply": place,
        "my-consent": ["marketing"],
        "my-mail-text": [mail_to(applicant).code],
        "mentee-file": [pairing.code, "nobody"],
        "review-file": [review.code, "nobody"],
        "review-pledge": [program.slug, round_.cohort.slug, round_.number],
        "partner": [ours.slug],
        "agreement": [agreement.slug],
        "partnering-agreement": [agreement.slug],
        "partnering-figure": [agreement.slug, make.make_commitment(agreement).pk],
        "partnering-report": [agreement.slug, "nobody"],
        "survey": [asked.code],
        "teaching-survey": [asked.code],
        "teaching-survey-pdf": [asked.code],
    }
    material = make.make_material(cohort, session=session, link="https://files.example.com/a")
    arguments |= {"material": [material.code], "teaching-materials": [session.code]}
    arguments |= {name: [session.code] for name in ("teaching-check-in", "teaching-check-in-code", "check-in")}
    arguments["check-in-scan"] = [session.code, "nobody"]
    arguments["teaching-material-remove"] = [session.code, material.code]
    arguments |= {"calendar-feed": [feeds.renew_feed(applicant, "learning").code], "learning": [enrolment.code]}
    arguments |= {name: [application.code] for name in EXPECTED if name.startswith("application")}
    arguments |= {f"certificate-{page}": ["nobody"] for page in ("short", "document", "badge", "make")}
    arguments |= {"badge-key": ["nobody"], "badge-status": ["nobody", 0]}
    arguments |= {"application-reference": [application.code, "referee"], "reference": [reference.code]}
    arguments["application-reference-ask"] = arguments["application-reference"]
    arguments["application-file"] = [application.code, "nobody"]
    arguments |= {name: [pairing.code] for name in EXPECTED if name.startswith("pairing")}
    arguments |= {name: [pairing.code] for name in ("evaluation-save", "evaluation-share", "goal-add")}
    note, action = make.make_note("private", pairing), make.make_action(pairing)
    milestone = make.make_goal_milestone(make.make_goal(pairing))
    arguments |= {"note": ["private", note.code], "note-remove": [note.code]}
    arguments |= {name: [pairing.code] for name in ("note-add", "action-add")}
    arguments |= {name: [action.code] for name in ("action", "action-tick", "action-remove")}
    arguments |= {name: [pairing.code, 1] for name in ("goal", "milestone-add")}
    arguments |= {name: [milestone.code] for name in ("milestone", "milestone-tick", "milestone-remove")}
    sample = make.make_sample(pairing)
    arguments |= {name: [sample.code] for name in EXPECTED if name.startswith("sample")}
    arguments |= {"sample-add": [pairing.code], "sample-open": [sample.code, "nobody"]}
    arguments |= {name: [mentoring_round.code] for name in EXPECTED if name.startswith("mentoring-round")}
    meeting = make.make_meeting(pairing, starts_at=clock.now() + timedelta(days=4))
    arguments |= {name: [meeting.code] for name in EXPECTED if name.startswith("meeting")}
    arguments["meeting-book"] = [pairing.code]
    arguments["meeting-feedback"] = [make.make_held_meeting(pairing).code]
    arguments |= {name: [pairing.code, "mid"] for name in ("form-evaluation", "form-evaluation-share")}
    arguments |= {name: [session.code] for name in ("teaching-session", "teaching-sheet")}
    arguments |= {
        name: [enrolment.code, excuse.code] for name in ("learning-excuse-withdraw", "learning-excuse-file")
    }
    arguments["learning-excuses"] = [enrolment.code]
    arguments["concern"] = [Concern.objects.create(text="멘토링 중에 불편한 말을 들었습니다.").code]
    arguments["my-concern"] = [Concern.objects.create(text="자료를 함부로 썼습니다.", reporter=applicant).code]
    arguments["honorarium-statement"] = ["nobody"]
    arguments |= {name: [review.code] for name in ("review", "review-save", "review-give-back")}
    return {"people": people, "arguments": arguments, "other": other, "cohort": cohort}


def names(resolver=None, prefix=""):
    """Every named address, with its namespace; the admin's and allauth's have tests of their own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.namespace != "admin":
                yield from names(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield prefix + (pattern.name or str(pattern.pattern))


def of_allauth(name):
    return name.startswith(("account_", "mfa_", "reauthenticate"))


def get(client, address):
    """The answer, and what looking wrote; a session's own bookkeeping is not the domain's."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    written = [
        query["sql"]
        for query in queries
        if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "PRAGMA"))
        and "django_session" not in query["sql"]
    ]
    return response, written


def test_every_address_has_a_row():
    assert {name for name in names() if not of_allauth(name)} == set(EXPECTED)


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_each_visitor_gets(client, world, visitor):
    if visitor in world["people"]:
        client.force_login(world["people"][visitor])
    with override("ko"):
        for name, expected in EXPECTED.items():
            address = reverse(name, args=world["arguments"].get(name, []))
            response, written = get(client, address)
            wanted = expected[visitor]
            if wanted == LOGIN:
                assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login")), name
            else:
                assert response.status_code == wanted, f"{name} for {visitor}"
            assert written == [], name


@pytest.mark.parametrize("visitor", VISITORS)
def test_looking_at_accounts_writes_nothing(client, world, visitor):
    """Allauth's pages answer everyone, or send them on; none fails and none writes on GET."""
    if visitor in world["people"]:
        client.force_login(world["people"][visitor])
    with override("ko"):
        for name in sorted(name for name in names() if of_allauth(name)):
            try:
                address = reverse(name)
            except NoReverseMatch:  # an address with arguments, such as a reset key
                continue
            response, written = get(client, address)
            assert response.status_code in (200, 302, 404, 405), name
            assert written == [], name


def admin_addresses(world):
    """Every address of the admin: with the id of an object of its model where it wants one."""
    for model, model_admin in admin.site._registry.items():
        rows = model_admin.model._default_manager.order_by("pk")
        first = rows.first()
        for pattern in model_admin.get_urls():
            if not pattern.name:
                continue
            wants = pattern.pattern.converters or ("(" in str(pattern.pattern))
            if wants and first is None:
                continue
            places = max(1, len(pattern.pattern.converters))
            yield model, reverse(f"admin:{pattern.name}", args=[first.pk] * places if wants else [])
    yield None, reverse("admin:index")
    yield None, reverse("admin:password_change")


@pytest.mark.parametrize("visitor", VISITORS)
def test_the_admin_lets_in_staff_alone(client, world, visitor):
    if visitor in world["people"]:
        client.force_login(world["people"][visitor])
    staff = visitor in ("manager", "other_manager", "admin")
    opened = 0
    for _model, address in admin_addresses(world):
        response, written = get(client, address)
        assert written == [], address
        if visitor == "visitor":
            assert response.status_code == 302, address
            assert "/accounts/login/" in client.get(address, follow=True).redirect_chain[-1][0], address
        elif not staff:
            assert response.status_code == 404, f"{address} for {visitor}"
        else:
            assert response.status_code in (200, 302, 404, 405), f"{address} for {visitor}"
            opened += response.status_code == 200
    assert opened > 0 if staff else opened == 0


def test_a_manager_of_another_organization_finds_nothing_of_ours(client, world):
    client.force_login(world["people"]["other_manager"])
    assert client.get(reverse("admin:programs_cohort_change", args=[world["cohort"].pk])).status_code in (302, 404)
    assert client.get(reverse("admin:programs_cohort_change", args=[world["other"].pk])).status_code == 200
    text = client.get(reverse("admin:programs_cohort_changelist")).text
    assert world["other"].label_ko in text
    assert world["cohort"].label_ko not in text


def test_a_grant_that_has_ended_opens_nothing(client):
    user = make.make_user()
    make.make_grant(user, Role.ADMIN, to_at=clock.now() - timedelta(seconds=1))
    client.force_login(user)
    assert client.get("/admin/").status_code == 404


@pytest.mark.parametrize("visitor", [v for v in VISITORS if v != "visitor"])
def test_a_post_without_its_token_is_refused(world, visitor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["people"][visitor])
    with override("ko"):
        address = reverse("application-withdraw", args=world["arguments"]["application-withdraw"])
        assert client.post(address).status_code == 403
