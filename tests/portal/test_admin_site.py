"""The admin's door, its index, and every list and page of it for those who may see them."""

from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext, override

from accounts.admin_tools import ScopedAdmin
from accounts.models import Role
from portal.admin_words import WORDS
from tests import make

pytestmark = pytest.mark.django_db
LISTS = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry]
NOT_BY_ROLE = (
    "admin:mentoring_concern_changelist",
)  # only for whoever is named (tests/mentoring/test_safeguarding.py)


@pytest.fixture
def world():
    """One cohort with everything in it."""
    organization = make.make_organization()
    make.make_agreement(parties=[organization])
    program = make.make_program(partners=[organization])
    cohort = make.make_cohort(program, phase="in_review", criteria=[60, 40])
    make.make_session(cohort, experts=[make.make_expert()])
    make.make_milestone(cohort)
    for status in ("submitted", "in_review", "waitlisted", "offered"):
        make.make_application(cohort, status=status)
    confirmed = make.make_application(cohort, status="confirmed")
    make.make_enrolment(application=confirmed)
    return cohort


def test_only_models_that_ask_for_roles_are_in_it():
    assert all(isinstance(model_admin, ScopedAdmin) for model_admin in admin.site._registry.values())
    assert not any(model._meta.app_label in ("auth", "mfa", "account") for model in admin.site._registry)


def test_a_visitor_is_sent_to_log_in(client):
    response = client.get(reverse("admin:index"))

    assert response.status_code == 302
    assert "/accounts/login/" in client.get(response.url).url if "/admin/" in response.url else response.url


def test_the_login_address_leads_to_the_one_log_in(client):
    response = client.get(reverse("admin:login"), {"next": "//evil.example.com/"})

    assert response.status_code == 302
    assert "/accounts/login/?next=/admin/" in response.url


def test_who_works_here_goes_from_the_login_address_to_the_index(client):
    client.force_login(make.make_admin())

    assert client.get(reverse("admin:login")).url == reverse("admin:index")


@pytest.mark.parametrize("name", ["admin:index", "admin:login", "admin:jsi18n", *LISTS])
@pytest.mark.parametrize("role", [None, Role.REVIEWER, Role.PARTNER])
def test_strangers_get_404(client, name, role):
    scope = make.make_organization() if role else None
    client.force_login(make.make_user(role=role, scope=scope))

    assert client.get(reverse(name)).status_code == 404


def test_a_blocked_administrator_is_out(client):
    boss = make.make_admin()
    client.force_login(boss)
    boss.is_active = False
    boss.save()

    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", ["admin:index", *(name for name in LISTS if name not in NOT_BY_ROLE)])
def test_administrators_see_every_list_in_their_language(client, world, name, language):
    client.force_login(make.make_admin(language=language))

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()
    assert "style=" not in response.content.decode()
    assert "onclick" not in response.content.decode()


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_administrators_see_every_page(client, world, model):
    client.force_login(make.make_admin())
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    model_admin = admin.site._registry[model]
    request = type("Request", (), {"user": make.make_admin()})

    for row in model_admin.get_queryset(request)[:2]:
        assert client.get(reverse(f"admin:{label}_change", args=[row.pk])).status_code == 200
        assert client.get(reverse(f"admin:{label}_history", args=[row.pk])).status_code == 200
    may_add = model_admin.has_add_permission(request)
    assert client.get(reverse(f"admin:{label}_add")).status_code == (200 if may_add else 404)
    assert client.get(reverse(f"admin:{label}_change", args=["no-number"])).status_code == 404
    assert client.get(reverse(f"admin:{label}_history", args=[987654])).status_code == 404


def test_the_index_groups_by_work_and_lists_what_is_under_way(client, world):
    client.force_login(make.make_admin(language="en"))

    response = client.get(reverse("admin:index"))

    assert [group["app_label"] for group in response.context["app_list"]][:1] == ["run"]
    assert [line["url"] for line in response.context["today"]] == [
        reverse("admin:programs_cohort_overview", args=[world.pk])
    ]


def test_a_manager_is_shown_only_what_managers_may_see(client, world):
    client.force_login(make.make_manager(world))

    groups = client.get(reverse("admin:index")).context["app_list"]

    shown = {entry["object_name"] for group in groups for entry in group["models"]}
    assert {"Cohort", "Application", "Enrolment", "Program", "Expert"} <= shown
    assert not shown & {"User", "RoleGrant", "AuditEvent", "OutgoingMail", "Agreement", "Series"}


def test_an_app_has_no_page_of_its_own(client):
    client.force_login(make.make_admin())

    assert client.get("/admin/programs/").url == reverse("admin:index")


def test_passwords_are_changed_where_everyone_changes_them(client):
    client.force_login(make.make_admin())

    assert "/accounts/" in client.get(reverse("admin:password_change")).url


def test_log_out_is_by_post_alone(client):
    client.force_login(make.make_admin())

    assert client.get(reverse("admin:logout")).status_code == 404
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.post(reverse("admin:logout")).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 302


def test_what_no_list_understands_breaks_nothing(client, world):
    client.force_login(make.make_admin())
    address = reverse("admin:programs_application_changelist")

    for query in ("cohort=x", "cohort=999999", "status=x", "staged=x", "p=999", "o=77.x", "q=%F0%9F%8E%AC", "e=1"):
        assert client.get(f"{address}?{query}", follow=True).status_code == 200
    for query in ("year=x", "phase=x", "kind=x"):
        assert client.get(f"{reverse('admin:programs_cohort_changelist')}?{query}", follow=True).status_code == 200


@pytest.mark.parametrize("text", WORDS)
def test_what_is_said_in_better_korean_is_still_said_by_django(text):
    folder = Path(admin.__file__).parent
    files = [path.read_text() for path in folder.rglob("*") if path.suffix in (".py", ".html")]
    sources = " ".join(" ".join(files).split()).replace('" "', "")

    assert text in sources
    with override("ko"):
        assert gettext(text) != text
