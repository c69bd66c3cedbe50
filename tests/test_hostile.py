"""What nobody means well by: every page and form against values that no browser sends. None is a fault of ours.

A form that refuses what it was sent saves nothing of it (a draft keeps the fields that are right).
"""

from html.parser import HTMLParser
from urllib.parse import quote, unquote, urlencode

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from zeal import zeal_ignore

from accounts.models import Role
from portal import wsgi
from tests import make
from tests.test_access import EXPECTED, admin_addresses, names

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"

# As they stand percent-encoded in an address or a body, so that broken encodings can be among them.
VALUES = {
    "nul": "a%00b",
    "lone surrogate": "%ED%A0%80x",
    "broken utf-8": "%FF%FE%C3",
    "long": "x" * 100_000,
    "long hangul": quote("가" * 20_000),
    "marks": quote("\u202eabc\u200f\u2066\ufeff\u0001\u001b"),
    "emoji": quote("👩‍👩‍👧‍👦" * 30),
    "newlines": "a%0D%0AX-Evil:%201%0D%0A%0D%0A<b>",
    "negative": "-1",
    "huge number": "9" * 25,
    "past bigint": "9223372036854775808",
    "past int": "2147483648",
    "past double": "1e400",
    "not a number": "NaN",
    "arabic digits": quote("٣٣٣٣"),
    "superscript digit": quote("²"),
    "year zero": "0000-01-01T00:00",
    "year 9999": "9999-12-31T23:59",
    "year one": "0001-01-01T00:00",
    "no such day": "2026-02-30T10:00",
    "script": quote("\"'><script>alert(1)</script>"),
    "scheme": quote("javascript:alert(1)//https://x.example"),
    "broken host": quote("https://[::1"),
    "other site": quote("//evil.example/\\evil.example"),
    "sql": quote("' OR 1=1; --"),
    "regex": quote("(["),
    "list": quote("[1,2]"),
    "format": quote("%s%(x)s{0}{{7*7}}"),
    "empty": "",
}
QUERIES = ["q", "page", "p", "o", "kind", "phase", "partner", "track", "delivery", "origin", "next", "person"]
QUERIES += [
    "cohort",
    "status",
    "staged",
    "mentor",
    "year",
    "holds",
    "all",
    "_popup",
    "_to_field",
    "_changelist_filters",
]

SEVERE = ["nul", "lone surrogate", "long", "marks", "newlines", "past bigint", "year zero", "script", "regex"]


@pytest.fixture
def world(settings):
    """One object of every kind in a state in which something can be done, and a person for every role."""
    settings.RATE_LIMITS = "off"  # or all but the first answers of a page would be that it is busy
    ours = make.make_organization()
    program = make.make_program(partners=[ours], kind="masterclass", has_mentoring=True)
    cohort = make.make_cohort(program, capacity=9)
    make.make_session(cohort, experts=[make.make_expert()])
    make.make_milestone(cohort)
    agreement = make.make_agreement(parties=[ours])
    applicant = make.make_user()
    referee = {"referee": ["남궁설", "들풀 스튜디오", "referee@example.com"]}
    make.make_question(cohort.form_version, "referee", "referee")
    make.make_question(cohort.form_version, "file", "file")
    draft = make.make_application(cohort, applicant, status="draft", answers=referee)
    confirmed = make.make_application(cohort, status="confirmed")
    enrolment = make.make_enrolment(application=confirmed)
    pairing = make.make_pairing(make.make_mentor(), enrolment)
    make.make_goal(pairing)
    mentoring_round = make.make_mentoring_round(cohort)
    make.make_round_mentor(mentoring_round, pairing.mentor)
    make.make_mentee_profile(mentoring_round, pairing.mentor, enrolment=enrolment)
    announced = make.make_cohort(program, phase="announced")
    states = ["submitted", "in_review", "changes_requested", "offered", "waitlisted", "rejected"]
    applications = {state: make.make_application(cohort, status=state) for state in states}
    applications |= {"draft": draft, "confirmed": confirmed}
    applications["offered now"] = make.make_application(announced, applicant, status="offered")
    sent = make.make_application(
        make.make_cohort(program, form_version=cohort.form_version), applicant, answers=referee
    )
    applications["sent"] = sent
    references = {"open": make.make_reference(applications["submitted"]), "own": make.make_reference(sent)}
    make.make_reference(applications["in_review"], text="추천합니다.")
    make.make_restriction(applicant)
    people = {
        "applicant": applicant,
        "mentor": pairing.mentor.user,
        "mentee": enrolment.person,
        "partner": make.make_user(role=Role.PARTNER, scope=ours),
        "manager": make.make_manager(ours),
        "admin": make.make_admin(),
        "stranger": make.make_user(),
    }
    for person in people.values():
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    place = [program.slug, cohort.slug]
    arguments = {
        "poster": ["course", "dit-training"],
        "program": [program.slug],
        "cohort": place,
        "apply": place,
        "my-consent": ["marketing"],
        "partner": [ours.slug],
        "agreement": [agreement.slug],
    }
    arguments |= {name: [draft.code] for name in EXPECTED if name.startswith("application")}
    arguments |= {"application-reference": [sent.code, "referee"], "reference": [references["open"].code]}
    arguments |= {"application-reference-ask": [draft.code, "referee"], "application-file": [draft.code, "nobody"]}
    arguments |= {name: [pairing.code] for name in ("pairing", "evaluation-save", "evaluation-share", "goal-add")}
    arguments |= {name: [mentoring_round.code] for name in EXPECTED if name.startswith("mentoring-round")}
    return {
        "people": people,
        "arguments": arguments,
        "cohort": cohort,
        "applications": applications,
        "pairing": pairing,
        "program": program,
        "enrolment": enrolment,
        "references": references,
    }


def client_of(world, who):
    """A client logged in as that person, to whom a fault is an answer."""
    client = Client(raise_request_exception=False)
    if who != "visitor":
        client.force_login(world["people"][who])
    return client


def pages(world):
    """Every address that has no more arguments than the world knows."""
    with override("ko"):
        for name in names():
            try:
                yield name, reverse(name, args=world["arguments"].get(name, []))
            except NoReverseMatch:
                continue


def fault(response, what, faults):
    """Note an answer that is a fault."""
    if response.status_code >= 500:
        kind = response.exc_info[1] if getattr(response, "exc_info", None) else ""
        faults.append(f"{what}: {response.status_code} {kind!r}"[:300])


READERS = {"visitor": lambda name: EXPECTED.get(name, {}).get("visitor") in (200, 302)}
READERS["applicant"] = lambda name: name.startswith(("application", "apply", "my", "profile"))
READERS["mentor"] = lambda name: name.startswith(("pairing", "mentor", "week"))


@pytest.mark.parametrize("who", READERS)
def test_no_query_is_a_fault(world, who):
    client, faults = client_of(world, who), []
    for name, address in pages(world):
        if not READERS[who](name):
            continue
        for label, value in VALUES.items():
            query = "&".join(f"{key}={value[:3000]}&{key}=x" for key in QUERIES)
            fault(client.get(f"{address}?{query}"), f"{name} {label}", faults)
    assert faults == [], "\n".join(faults)


def queries_of(model_admin):
    """What a list of the admin lets itself be asked: Django's own names, and its filters, all of them at once."""
    names = ["q", "p", "o", "all", "_popup", "_to_field", "_facets", "_changelist_filters"]
    for entry in model_admin.list_filter:
        if isinstance(entry, str):
            ending = (
                "__id__exact" if model_admin.model._meta.get_field(entry.split("__")[0]).is_relation else "__exact"
            )
            names.append(entry + (ending if "__" not in entry else "__exact"))
        else:
            names.append(entry.parameter_name)
    return names


def test_no_query_of_the_admin_is_a_fault(world):
    client, faults = client_of(world, "admin"), []
    for model, model_admin in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for label, value in VALUES.items():
            query = "&".join(f"{key}={value[:500]}" for key in queries_of(model_admin))
            fault(client.get(f"{address}?{query}"), f"{address} {label}", faults)
            if label in ("past bigint", "lone surrogate"):
                for key in queries_of(model_admin):
                    fault(client.get(f"{address}?{key}={value[:500]}"), f"{address}?{key} {label}", faults)
    assert faults == [], "\n".join(faults)


def test_no_query_of_a_page_of_the_admin_is_a_fault(world):
    client, faults = client_of(world, "admin"), []
    for _model, address in admin_addresses(world):
        for label in ("nul", "marks", "newlines", "past bigint", "empty"):
            query = "&".join(f"{key}={VALUES[label]}" for key in QUERIES)
            fault(client.get(f"{address}?{query}"), f"{address} {label}", faults)
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 30, "x", "1_", "%00", "%ED%A0%80", "٩٩٩٩٩٩"])
def test_no_number_of_a_row_is_a_fault(world, number):
    client, faults = client_of(world, "manager"), []
    for name in ("change", "history", "delete", "overview", "release", "capacity"):
        address = reverse("admin:programs_cohort_overview", args=[1]).replace("1/overview", f"{number}/{name}")
        response = client.get(address)
        fault(response, address, faults)
        assert response.status_code in (302, 400, 404), address  # Django leads what it does not know to …/change/
    fields = {"action": "start_review", "confirm": "yes", "_selected_action": unquote(number)}
    response = client.post(reverse("admin:programs_application_changelist"), fields)
    fault(response, "selected", faults)
    assert faults == []


@pytest.mark.parametrize(
    "query",
    [
        "id__in=99999999999999999999",
        "id__regex=(",
        "pk__range=1,2,3",
        "password__startswith=scrypt",
        "grants__role=admin",
        "_to_field=",
        "unknown=1",
    ],
)
def test_a_list_of_the_admin_answers_no_question_but_its_filters(client, query):
    client.force_login(make.make_admin())
    address = reverse("admin:accounts_user_changelist")
    response = client.get(f"{address}?{query}")
    assert response.status_code == 302 or query == "_to_field="
    assert query == "_to_field=" or response.url == f"{address}?e=1"
    assert client.get(f"{address}?e=1").status_code == 200
    assert client.get(f"{address}?is_active__exact=1&language__exact=ko").status_code == 200
    programs = reverse("admin:programs_program_changelist")
    assert client.get(f"{programs}?series__id__exact=7&kind__exact=course").status_code == 200
    assert client.get(f"{programs}?series__isnull=True").status_code == 200


def test_an_empty_column_name_is_no_fault(world):
    client = client_of(world, "admin")
    address = reverse("admin:programs_program_change", args=[world["program"].pk])
    assert client.get(f"{address}?_to_field=").status_code == 200
    assert client.get(f"{address}?_to_field=slug").status_code == 400


MANY = "&".join(f"a{n}=1" for n in range(3500))


@pytest.mark.parametrize(
    ("content_type", "query"),
    [
        *[
            (f"text/plain; charset={charset}", "q=%2BAAA-")
            for charset in ("rot13", "undefined", "utf-7", "hex", "none")
        ],
        (f"{FORM}; charset=utf-8", MANY),
        ("text/plain", MANY),
    ],
)
def test_nothing_said_of_the_content_breaks_the_request_while_it_is_made(content_type, query):
    """The test client makes requests of its own kind, so this one goes in by the front door."""
    answer = []
    environ = RequestFactory().generic("GET", f"/ko/programs/?{query}", b"x", content_type="text/plain").environ
    body = wsgi.application(
        {**environ, "CONTENT_TYPE": content_type}, lambda status, headers: answer.append(status)
    )
    body.close()
    assert answer == ["400 Bad Request"]
    request = wsgi.Request({**environ, "CONTENT_TYPE": content_type.replace("none", "utf-8")})
    assert request.encoding is None  # which is UTF-8


def test_a_parameter_in_an_encoding_that_there_is_not_is_refused():
    environ = RequestFactory().get("/ko/").environ | {"CONTENT_TYPE": "text/plain; x*=none''%41"}
    assert wsgi.Request(environ).content_params == wsgi.UNREADABLE


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_host_is_a_bad_request_also_with_a_session(world, method):
    client = client_of(world, "applicant")
    for address in ("/ko/", "/en/my/", "/admin/", "/ko/nowhere/"):
        assert client.generic(method, address, headers={"host": "evil.example"}).status_code == 400


# --- forms ------------------------------------------------------------------------------------------


def deed(world, name, state, **fields):
    """A deed of the admin with one application in `state`, as its page sends it."""
    row = world["applications"][state]
    return (
        reverse("admin:programs_application_changelist"),
        {"action": name, "_selected_action": str(row.pk), "confirm": "yes", "object": "", "back": "q=x", **fields},
    )


def forms_of(world):
    """Who may send what where: each form with fields that are right, or nearly."""
    cohort, applications = world["cohort"], world["applications"]
    code, pair = applications["draft"].code, world["pairing"].code
    answers = {
        "full_name": "김다별",
        "romanized_name": "Kim",
        "motivation": "배우고 싶습니다.",
        "career": "3년",
        "goals": "하나",
        "portfolio_0": "https://example.com/",
        "referee_0": "남궁설",
        "referee_2": "referee@example.com",
        "revision": "0",
        "next": "1",
    }
    agreed = {"consent_application": "on", "consent_marketing": "on"}
    letter = {"text": "추천합니다.", "agree": "on", "reason": "", "answer": "send"}
    another = {"referee_0": "제갈온", "referee_1": "", "referee_2": "other@example.com"}
    words = {"strengths": "좋습니다.", "next_steps": "더.", "score_1": "3", "submit": "1"}
    profile = {"full_name": "김다별", "romanized_name": "", "language": "ko", "time_zone": "Asia/Seoul"}
    with override("ko"):
        page = reverse("application-edit", args=[code])
        yield "visitor", reverse("account_login"), {"login": "a@example.com", "password": "x", "next": "/ko/my/"}
        yield "visitor", reverse("account_reset_password"), {"email": "a@example.com", "next": "/ko/my/"}
        yield "visitor", reverse("age"), {"answer": "yes", "next": "/ko/my/"}
        yield "applicant", f"{page}?step=part-1", answers
        yield "applicant", f"{page}?step=details", answers
        yield "applicant", f"{page}?step=consent", agreed
        yield "applicant", reverse("application-submit", args=[code]), {"revision": "0", "opened": "x:y:z"}
        yield "applicant", reverse("application-files", args=[code]), {"question": "file", "file": "x"}
        yield "applicant", reverse("application-reference-ask", args=[code, "referee"]), {"x": "1"}
        yield (
            "applicant",
            reverse("application-reference", args=world["arguments"]["application-reference"]),
            another,
        )
        yield "visitor", reverse("reference", args=[world["references"]["open"].code]), letter
        yield "stranger", reverse("apply", args=[cohort.program.slug, cohort.slug]), agreed
        yield "applicant", reverse("my-restrictions"), {"text": "소명합니다.", "restriction": "1"}
        yield "applicant", reverse("my-consent", args=["marketing"]), {"given": "1"}
        yield "applicant", reverse("application-confirm", args=[applications["offered now"].code]), {"x": "1"}
        yield "applicant", reverse("profile"), profile
        yield "applicant", reverse("account_email"), {"email": "new@example.com", "action_add": "1"}
        yield "applicant", reverse("account_change_password"), {"oldpassword": "x", "password1": "y"}
        yield "mentor", reverse("evaluation-save", args=[pair]), words
        yield "mentor", reverse("goal-add", args=[pair]), {"text": "새 목표"}
        yield "mentor", reverse("evaluation-share", args=[pair]), {"x": "1"}
    yield "manager", *deed(world, "start_review", "submitted")
    yield "manager", *deed(world, "request_changes", "in_review", note="빠짐", until="2030-01-01T10:00")
    yield "manager", *deed(world, "stage_reject", "in_review", reason_code="score")
    yield "manager", *deed(world, "stage_waitlist", "in_review")
    yield "manager", *deed(world, "offer_seat", "rejected", reason="다시")
    yield "manager", *deed(world, "extend_deadline", "submitted", until="2030-01-01T10:00", reason="사정")
    yield "manager", *deed(world, "cancel_place", "confirmed", reason="사정")
    yield "manager", *deed(world, "release", "in_review")
    letters = reverse("admin:programs_referencerequest_changelist")
    asked = {"_selected_action": str(world["references"]["open"].pk), "confirm": "yes"}
    yield "manager", letters, {"action": "ask_again", **asked}
    yield "manager", letters, {"action": "end_request", "reason": "사정", **asked}
    enrolments = reverse("admin:programs_enrolment_changelist")
    chosen = {"_selected_action": str(world["enrolment"].pk), "confirm": "yes"}
    yield "manager", enrolments, {"action": "end_enrolment", "outcome": "dropped", "reason": "사정", **chosen}
    of_cohort = {
        "capacity": {"capacity": "12"},
        "extend": {"email": world["people"]["applicant"].email, "until": "2030-01-01T10:00", "reason": "사정"},
        "cancel": {"reason": "사정"},
    }
    for name, fields in of_cohort.items():
        yield "manager", reverse(f"admin:programs_cohort_{name}", args=[cohort.pk]), fields
    yield (
        "admin",
        reverse("admin:accounts_rolegrant_add"),
        {
            "email": world["people"]["applicant"].email,
            "role": "manager",
            "organization": "",
            "program": str(world["program"].pk),
            "cohort": "",
            "to_at": "2030-01-01T10:00",
        },
    )
    yield (
        "admin",
        reverse("admin:accounts_user_changelist"),
        {
            "action": "block",
            "_selected_action": str(world["people"]["stranger"].pk),
            "confirm": "yes",
            "reason": "사정",
        },
    )
    change = reverse("admin:programs_cohort_change", args=[cohort.pk])
    yield "manager", change, cohort_fields(world, change)


def cohort_fields(world, address):
    """What the page of a cohort would send back: its own form and every inline, one session added."""
    page = client_of(world, "manager").get(address)
    fields = {}
    forms = [page.context["adminform"].form]
    for formset in page.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if hasattr(bound.field.widget, "format_value"):
                value = bound.field.widget.format_value(value)
            fields[bound.html_name] = value if isinstance(value, str | list) else str(value or "")
    return {name: value for name, value in fields.items() if value not in (None, [""])}


def state():
    """Every row there is, as it stands, but for sessions and failed attempts."""
    kept = {"portal", "accounts", "partners", "programs", "mentoring", "account"}
    models = [model for model in apps.get_models() if model._meta.app_label in kept]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def is_draft(address):
    """Whether the page keeps what is right of what was typed, though it refuses the rest."""
    return any(part in address for part in ("/edit", "/submit/", "/apply/", "/evaluation/"))


class Undone(Exception):
    """Takes back what a test's post did."""


class Writes:
    """Whether any statement was sent to the database that does more than read or mark a place to go back to."""

    READING = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")

    def __init__(self):
        self.seen = False

    def __call__(self, execute, sql, params, many, context):
        self.seen = self.seen or not sql.lstrip().upper().startswith(self.READING)
        return execute(sql, params, many, context)


def send(client, address, body, content_type, *, what, faults, before):
    """Post, note a fault or something saved in spite of a refusal, and take it back.

    `before` is the state to which each post is taken back; it is read anew only where a post has written at all.
    """
    writes = Writes()
    try:
        with transaction.atomic():
            with connection.execute_wrapper(writes):
                response = client.post(address, body, content_type=content_type, headers={"referer": "http://[x"})
            fault(response, what, faults)
            refused = response.status_code != 302 and not is_draft(address)
            if refused and writes.seen and state() != before:
                faults.append(f"{what}: {response.status_code}, and yet something was saved")
            raise Undone
    except Undone:
        pass


def ready(world, forms):
    """The forms, each with a client of its own, and the state once all of them are logged in."""
    held = [(client_of(world, who), address, fields) for who, address, fields in forms]
    return held, state()


@pytest.mark.parametrize("saves", [True, False])
def test_what_is_saved_in_spite_of_a_refusal_is_noticed(world, saves):
    """The watch over all forms below sees a row that a refused post leaves behind, and none where there is none."""

    class Refusing:
        def post(self, *args, **kwargs):
            if saves:
                make.make_organization()
            return HttpResponse(status=200)

    faults = []
    send(Refusing(), "/somewhere/", "", FORM, what="a form", faults=faults, before=state())
    assert bool(faults) == saves


def body_of(fields, name=None, value=""):
    """The fields percent-encoded, with one of them replaced by a value that is so already."""
    pairs = [
        (key, item) for key, items in fields.items() for item in (items if isinstance(items, list) else [items])
    ]
    text = urlencode([pair for pair in pairs if pair[0] != name])
    return f"{text}&{name}={value}" if name else text


def bodies(fields):
    """The bodies to send: each field hostile or missing, all hostile, and things that are no form at all.

    The values go round, three to a field; of a page with very many fields every third is sent one.
    """
    names, few = list(fields), len(fields) < 15
    for place, name in enumerate(names if few else names[::3]):
        for turn in range(3 if few else 1):
            label = SEVERE[(place * 3 + turn) % len(SEVERE)]
            yield f"{name} {label}", body_of(fields, name, VALUES[label])
        if few:
            yield f"{name} missing", body_of({key: value for key, value in fields.items() if key != name})
            yield f"{name} twice", body_of(fields) + f"&{name}=x&{name}={quote('둘')}"
    for label in SEVERE if few else ["nul", "past bigint"]:
        yield f"all {label}", "&".join(f"{name}={VALUES[label]}" for name in names)
    yield "nothing", ""
    yield "json in a form", '{"a": [1, null]}'
    yield "more than the form has", body_of(fields) + "&status=confirmed&is_staff=1&applicant=1&pk=1&id=1&code=x"


@pytest.mark.parametrize("part", range(4))
def test_no_form_is_a_fault(world, part):
    faults = []
    forms, before = ready(world, list(forms_of(world))[part::4])
    for client, address, fields in forms:
        for label, body in bodies(fields):
            what = f"{address} {fields.get('action', '')} {label}"
            with zeal_ignore():  # of rows that do not exist each is looked for by itself
                send(client, address, body, FORM, what=what, faults=faults, before=before)
    assert faults == [], "\n".join(faults)


class Inputs(HTMLParser):
    """What the forms of a page that are posted would send."""

    def __init__(self, text):
        super().__init__()
        self.names, self.posts = {}, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.posts = attrs.get("method", "").lower() == "post"
        if self.posts and tag in ("input", "select", "textarea", "button") and attrs.get("name"):
            self.names.setdefault(attrs["name"], attrs.get("value") or "")


@pytest.mark.parametrize("part", range(3))
def test_no_form_of_the_admin_is_a_fault(world, part):
    """Every page of the admin, filled with what it asks for and nothing of it as it should be."""
    client, faults, filled = client_of(world, "admin"), [], 0
    for _model, address in list(admin_addresses(world))[part::3]:
        page = client.get(address)
        if page.status_code != 200 or page.streaming:
            continue
        names = {name: value for name, value in Inputs(page.text).names.items() if name != "csrfmiddlewaretoken"}
        filled += bool(names)
        kept = {name: value for name, value in names.items() if name.endswith("_FORMS") or name.startswith("_")}
        for label in ("nul", "past bigint", "year zero", "long"):
            body = "&".join(f"{quote(name)}={VALUES[label][:5000]}" for name in names)
            half = urlencode(kept) + "".join(
                f"&{quote(name)}={VALUES[label][:5000]}" for name in names if name not in kept
            )
            for text in (body, half):
                try:
                    with transaction.atomic(), zeal_ignore():
                        fault(client.post(address, text, content_type=FORM), f"{address} {label}", faults)
                        raise Undone
                except Undone:
                    pass
    assert filled > 5
    assert faults == [], "\n".join(faults)


def test_a_number_of_rows_made_up_builds_no_more_than_a_request_can_hold(world):
    client = client_of(world, "manager")
    address = reverse("admin:programs_cohort_change", args=[world["cohort"].pk])
    fields = cohort_fields(world, address)
    totals = [name for name in fields if name.endswith("-TOTAL_FORMS")]
    page = client.post(address, fields | dict.fromkeys(totals, "9223372036854775808"))
    assert page.status_code == 200
    built = [len(formset.formset.forms) for formset in page.context["inline_admin_formsets"]]
    assert len(built) == len(totals) > 3
    assert max(built) <= 100


def test_a_way_back_that_is_too_long_is_left_out(world):
    """The deed is done by then, so its answer is no refusal."""
    client = client_of(world, "manager")
    address, fields = deed(world, "start_review", "submitted", back="q=" + "x" * 20_000)
    response = client.post(address, fields)
    assert (response.status_code, response.url) == (302, address)
    world["applications"]["submitted"].refresh_from_db()
    assert world["applications"]["submitted"].status == "in_review"


ODD = {
    "json": (b'{"status": "confirmed"}', "application/json"),
    "no form": (b"\xff\x00\x01", "application/octet-stream"),
    "broken multipart": (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    "multipart without boundary": (b"x", "multipart/form-data"),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="full_name"; filename="%s.exe"\r\n'
        b"Content-Type: image/png\r\n\r\nMZ\x00\r\n--x--\r\n" % ("가" * 300).encode(),
        "multipart/form-data; boundary=x",
    ),
    "too many fields": (urlencode([(f"a{n}", 1) for n in range(1500)]).encode(), FORM),
    "too large": (b"a=" + b"x" * 3_000_000, FORM),
    "another charset": (b"full_name=%EA", f"{FORM}; charset=euc-kr"),
}


@pytest.mark.parametrize("kind", ODD)
def test_no_body_is_a_fault(world, kind):
    body, content_type = ODD[kind]
    faults = []
    forms, before = ready(world, list(forms_of(world)))
    for client, address, fields in forms:
        what = f"{address} {fields.get('action', '')} {kind}"
        send(client, address, body, content_type, what=what, faults=faults, before=before)
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "HEAD"])
def test_no_method_is_a_fault_or_writes(world, method):
    faults, before = [], state()
    for who in ("visitor", "applicant", "admin"):
        client = client_of(world, who)
        for name, address in pages(world):
            fault(client.generic(method, address, "full_name=x"), f"{method} {name}", faults)
    assert faults == [], "\n".join(faults)
    assert state() == before | {"accounts.User": state()["accounts.User"]}  # the time of the log-in


@pytest.mark.postgres
def test_what_only_postgresql_refuses(world):
    """NUL in text, and numbers past its own: a few addresses and forms of every kind."""
    client, faults = client_of(world, "admin"), []
    for model, model_admin in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for label in ("nul", "past bigint", "regex"):
            for key in queries_of(model_admin):
                fault(client.get(f"{address}?{key}={VALUES[label]}"), f"{address}?{key} {label}", faults)
    forms, before = ready(world, list(forms_of(world)))
    for client, address, fields in forms:
        for label in ("nul", "past bigint", "year zero"):
            body = "&".join(f"{name}={VALUES[label]}" for name in fields)
            half = body_of(fields, next(iter(fields)), VALUES[label])
            for text in (body, half):
                with zeal_ignore():
                    send(client, address, text, FORM, what=f"{address} {label}", faults=faults, before=before)
    for name in ("catalog", "instructors", "home"):
        query = "&".join(f"{key}={VALUES['past bigint']}" for key in QUERIES)
        with override("ko"):
            fault(client.get(f"{reverse(name)}?{query}"), name, faults)
    assert faults == [], "\n".join(faults)
