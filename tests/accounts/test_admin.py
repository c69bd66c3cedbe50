"""People and roles in the admin: what is shown, blocked, given and ended, and that each leaves its row."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from accounts.admin import PARTS
from accounts.models import ConsentRecord, Role, RoleGrant, Term, TermVersion, User
from portal import clock
from portal.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"
GRANTS = "/admin/accounts/rolegrant/"


@pytest.fixture
def boss(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


def ask(client, address, deed, *rows):
    data = {"action": deed, "index": "0", "_selected_action": [row.pk for row in rows]}
    return client.post(address, data)


def confirm(client, page, **data):
    posted = {}
    for name, value in page.context["hidden"]:
        posted.setdefault(name, []).append(value)
    with zeal_ignore():  # each row is an operation of its own
        return client.post(page.context["action_url"], {**posted, **data}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


# --- people -------------------------------------------------------------------------------------------


def test_people_are_found_by_name_and_address(client, boss):
    wanted = make.make_user("wanted@example.com", full_name="민들레", romanized_name="Min Deulle")
    make.make_user()

    for term in ("민들레", "deulle", "wanted@"):
        assert list(client.get(PEOPLE, {"q": term}).context["cl"].result_list) == [wanted]


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("address", [PEOPLE, GRANTS, "/admin/accounts/consentrecord/", "/admin/accounts/term/"])
def test_each_list_costs_the_same_for_any_number_of_rows(client, boss, address, count):
    term = TermVersion.objects.create(term=Term.objects.get(slug="terms"), number=9, in_force_at=clock.now())
    for number in range(count):
        added = Term.objects.create(slug=f"photos-{number}", kind="portrait")
        TermVersion.objects.create(term=added, number=1, title_ko="촬영", in_force_at=clock.now())
        person = make.make_user(role=Role.REVIEWER, scope=make.make_cohort())
        ConsentRecord.objects.create(user=person, version=term, given=True, cohort=make.make_cohort())
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert len(response.context["cl"].result_list) >= count
    assert len(queries) <= 9
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_the_page_of_a_person_shows_roles_and_no_password(client, boss):
    cohort = make.make_cohort()
    person = make.make_user(password="wind-and-water-9", role=Role.REVIEWER, scope=cohort)

    text = client.get(reverse("admin:accounts_user_change", args=[person.pk])).content.decode()

    assert "Reviewer" in text
    assert str(cohort) in text
    assert person.password not in text
    assert "password" not in text
    assert f"{reverse('admin:accounts_rolegrant_add')}?person={person.pk}" in text


def test_nobody_is_edited_added_or_deleted(client, boss):
    person = make.make_user()
    page = reverse("admin:accounts_user_change", args=[person.pk])

    assert client.post(page, {"full_name": "x", "is_superuser": "on", "is_active": ""}).status_code == 404
    assert client.get(reverse("admin:accounts_user_add")).status_code == 404
    assert client.post(reverse("admin:accounts_user_delete", args=[person.pk]), {"post": "yes"}).status_code == 404
    assert User.objects.get(pk=person.pk).full_name == person.full_name


def test_managers_find_no_people_and_no_roles(client):
    cohort = make.make_cohort()
    person = make.make_user()
    client.force_login(make.make_manager(cohort))

    for address in (PEOPLE, GRANTS, reverse("admin:accounts_user_change", args=[person.pk]), f"{GRANTS}add/"):
        assert client.get(address).status_code == 404
    data = {"action": "block", "confirm": "yes", "reason": "x", "_selected_action": person.pk}
    assert client.post(PEOPLE, data).status_code == 404
    person.refresh_from_db()
    assert person.is_active


def test_block_and_unblock(client, boss):
    person, blocked = make.make_user(), make.make_user(is_active=False)

    page = ask(client, PEOPLE, "block", person, blocked, boss)
    assert [row["note"] for row in page.context["refused"]] == ["Already blocked."]
    person.refresh_from_db()
    assert person.is_active
    assert confirm(client, page, reason="").context["form"].errors
    response = confirm(client, page, reason="사칭 신고")

    person.refresh_from_db()
    assert not person.is_active
    assert said(response) == ["1 person blocked.", f"{boss.full_name}: You cannot block yourself."]
    page = ask(client, PEOPLE, "unblock", person, boss)
    assert [row["note"] for row in page.context["refused"]] == ["Not blocked."]
    response = confirm(client, page, reason="확인 완료")
    person.refresh_from_db()
    assert person.is_active
    assert said(response) == ["1 person unblocked."]
    assert verbs() == ["person.blocked", "person.unblocked"]


def test_the_history_says_it_in_words(client, boss):
    person = make.make_user()
    confirm(client, ask(client, PEOPLE, "block", person), reason="사칭 신고")

    lines = client.get(reverse("admin:accounts_user_history", args=[person.pk])).context["lines"]

    assert [(line["title"], line["note"], line["side"]) for line in lines] == [
        ("Blocked", "사칭 신고", boss.display_name)
    ]


# --- roles ----------------------------------------------------------------------------------------------


def test_give_a_role(client, boss):
    person, cohort = make.make_user(), make.make_cohort()
    form = client.get(f"{GRANTS}add/?person={person.pk}").context["adminform"].form
    assert form["email"].value() == person.email
    assert client.get(f"{GRANTS}add/?person=x").context["adminform"].form["email"].value() is None

    until = (clock.now() + timedelta(days=9)).astimezone(clock.SEOUL).strftime("%Y-%m-%dT%H:%M")
    data = {"email": person.email.upper(), "role": "manager", "cohort": cohort.pk, "to_at": until}
    assert client.post(f"{GRANTS}add/", data).status_code == 302

    grant = RoleGrant.objects.get(user=person)
    assert (grant.role, grant.cohort, grant.program, grant.organization) == ("manager", cohort, None, None)
    assert grant.to_at is not None
    assert verbs() == ["role.granted.manager"]
    assert AuditEvent.objects.get().by == boss


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "nobody@example.com"}, "email"),
        ({"to_at": "2001-01-01T10:00"}, "to_at"),
        ({"role": "manager"}, "__all__"),
        ({"role": "none"}, "role"),
    ],
)
def test_a_wrong_role_is_refused(client, boss, wrong, field):
    person = make.make_user()
    data = {"email": person.email, "role": "admin"} | wrong

    response = client.post(f"{GRANTS}add/", data)

    assert field in response.context["adminform"].form.errors
    assert not RoleGrant.objects.filter(user=person).exists()
    assert verbs() == []


def test_end_a_role(client, boss):
    person = make.make_user(role=Role.REVIEWER, scope=make.make_cohort())
    grant = person.grants.get()
    own = boss.grants.get()

    page = ask(client, GRANTS, "end_grant", grant, own)
    grant.refresh_from_db()
    assert grant.to_at is None
    response = confirm(client, page)

    grant.refresh_from_db()
    own.refresh_from_db()
    assert grant.to_at <= clock.now()
    assert own.to_at is None
    assert said(response)[0] == "1 role ended."
    assert said(response)[1].endswith("You cannot end your own administrator role.")
    assert verbs() == ["role.ended.reviewer"]
    assert ask(client, GRANTS, "end_grant", grant).context["refused"][0]["note"] == "Ended already."


def test_a_given_role_is_read_only(client, boss):
    grant = make.make_user(role=Role.PARTNER, scope=make.make_organization()).grants.get()
    page = reverse("admin:accounts_rolegrant_change", args=[grant.pk])

    assert client.get(page).status_code == 200
    assert client.post(page, {"role": "admin"}).status_code == 404
    delete = reverse("admin:accounts_rolegrant_delete", args=[grant.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 404


def test_roles_by_whether_they_hold(client, boss):
    ended = make.make_grant(make.make_user(), Role.ADMIN, to_at=clock.now() - timedelta(hours=1))

    now = client.get(GRANTS, {"holds": "now"}).context["cl"].result_list
    assert [grant.user for grant in now] == [boss]
    assert [g.pk for g in client.get(GRANTS, {"holds": "ended"}).context["cl"].result_list] == [ended.pk]


def texts_form(**fields):
    begins = timezone.localtime(clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    empty = {f"{part}_{code}": "" for part in PARTS for code in ("ko", "en")}
    return empty | {"title_ko": "촬영 동의", "title_en": "Photographs", "in_force_at": begins} | fields


def test_consents_are_read_alone(client, boss):
    version = TermVersion.objects.get(term__slug="terms", number=1)
    alone = ConsentRecord.objects.create(user=make.make_user(), version=version, given=True)
    on_paper = ConsentRecord.objects.create(
        user=make.make_user(),
        version=version,
        given=True,
        recorded_by=boss,
        items="성명",
        cohort=make.make_cohort(),
    )

    pages = [
        client.get(reverse("admin:accounts_consentrecord_change", args=[record.pk])).content.decode()
        for record in (alone, on_paper)
    ]
    assert boss.display_name in re.sub(r"(?s)<header.*?</header>", "", pages[1])
    assert "성명" in pages[1]
    address = reverse("admin:accounts_consentrecord_change", args=[alone.pk])
    assert client.post(address, {}).status_code == 404
    assert client.get(reverse("admin:accounts_consentrecord_add")).status_code == 404


def test_a_text_in_force_is_read_alone(client, boss):
    version = TermVersion.objects.get(term__slug="terms", number=1)
    address = reverse("admin:accounts_termversion_change", args=[version.pk])

    assert '<div class="long-text" lang="ko">' in client.get(address).content.decode()
    assert client.post(address, texts_form(text_ko="고친 글", text_en="Mended")).status_code == 404
    version.refresh_from_db()
    assert "고친 글" not in version.text_ko


def test_staff_write_a_text_and_mend_it_until_it_comes_into_force(client, boss):
    client.post(reverse("admin:accounts_term_add"), {"slug": "photos-2027", "kind": "portrait", "position": "70"})
    term = Term.objects.get(slug="photos-2027")
    add = reverse("admin:accounts_termversion_add")
    for number in (1, 2):
        client.post(add, texts_form(term=term.pk, text_ko=f"본문 {number}", text_en=f"Text {number}"))
    assert list(term.versions.order_by("number").values_list("number", "text_ko")) == [(1, "본문 1"), (2, "본문 2")]

    second = term.versions.get(number=2)
    address = reverse("admin:accounts_termversion_change", args=[second.pk])
    assert client.get(address).status_code == 200
    client.post(address, texts_form(purpose_ko="목적", purpose_en="Purpose"))
    second.refresh_from_db()
    assert (second.number, second.purpose_ko, second.text_ko) == (2, "목적", "")
    assert "termversion.changed" in verbs()

    shown = client.get(reverse("admin:accounts_term_changelist")).content.decode()
    assert "Photographs 2" in shown
    client.post(
        reverse("admin:accounts_term_change", args=[term.pk]),
        {"slug": "other", "kind": "marketing", "position": "80"},
    )
    term.refresh_from_db()
    assert (term.slug, term.kind, term.position) == ("photos-2027", "portrait", 80)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("in_force_at", {"text_ko": "가", "text_en": "A", "in_force_at": "2024-01-01T00:00"}),
        ("in_force_at", {"text_ko": "가", "text_en": "A", "in_force_at": ""}),
        ("text_en", {"text_ko": "가"}),
        ("text_ko", {"purpose_en": "Purpose"}),
    ],
)
def test_a_new_text_begins_later_and_says_something_in_both_languages(client, boss, field, typed):
    term = Term.objects.get(slug="terms")
    count = term.versions.count()
    form = texts_form(term=term.pk, **typed)
    response = client.post(reverse("admin:accounts_termversion_add"), form)
    assert field in response.context["adminform"].form.errors
    assert term.versions.count() == count
