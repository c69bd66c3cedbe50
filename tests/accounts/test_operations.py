"""Roles, consents, blocking: what is checked, what is written down, and that twice is the same as once."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts import operations, terms
from accounts.models import ConsentRecord, Role, RoleGrant, Term, TermKind, TermVersion, User
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from tests.make import make_admin, make_cohort, make_organization, make_program, make_user

pytestmark = pytest.mark.django_db


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "by", "before", "after"))


@pytest.fixture
def admin():
    return make_admin()


def test_a_role_for_each_kind_of_scope(admin):
    user = make_user()
    scopes = [
        (Role.ADMIN, {}),
        (Role.PARTNER, {"organization": make_organization()}),
        (Role.MANAGER, {"program": make_program()}),
        (Role.REVIEWER, {"cohort": make_cohort()}),
    ]
    for role, scope in scopes:
        grant = operations.grant_role(user.pk, role, by=admin, **scope)
        assert (grant.user, grant.role) == (user, role)
    fresh = User.objects.get(pk=user.pk)
    assert fresh.has_role(Role.REVIEWER)
    assert fresh.is_staff
    assert [event[0] for event in trail()] == [f"role.granted.{role}" for role, _scope in scopes]
    assert {event[1] for event in trail()} == {admin.pk}


def test_a_role_given_again_is_given_once(admin):
    user, cohort = make_user(), make_cohort()
    first = operations.grant_role(user.pk, Role.REVIEWER, by=admin, cohort=cohort)
    assert operations.grant_role(user.pk, Role.REVIEWER, by=admin, cohort=cohort) == first
    assert user.grants.count() == len(trail()) == 1


def test_a_role_without_its_scope_is_refused(admin):
    user = make_user()
    for role, scope in ((Role.REVIEWER, {}), (Role.ADMIN, {"cohort": make_cohort()})):
        with pytest.raises(Refused, match="하나의 범위|exactly one scope|범위"):
            operations.grant_role(user.pk, role, by=admin, **scope)
    for wrong in ({"role": "emperor"}, {"to_at": clock.now() - timedelta(days=1)}):
        with pytest.raises(Refused):
            operations.grant_role(user.pk, **{"role": Role.ADMIN, "by": admin} | wrong)
    assert not user.grants.exists()
    assert not trail()


def test_a_role_holds_until_it_ends(admin, settings):
    settings.DEMO_NOW = clock.now()
    user = make_user()
    grant = operations.grant_role(user.pk, Role.ADMIN, by=admin, to_at=clock.now() + timedelta(days=1))
    assert list(user.grants.live()) == [grant]
    settings.DEMO_NOW += timedelta(days=1)
    assert not user.grants.live()


def test_a_role_that_is_ended_is_gone_at_once_and_stays_on_record(admin, settings):
    settings.DEMO_NOW = clock.now()
    user = make_user()
    grant = operations.grant_role(user.pk, Role.ADMIN, by=admin)
    settings.DEMO_NOW += timedelta(hours=1)
    for _time in range(2):
        assert operations.end_grant(grant.pk, by=admin).to_at == clock.now()
    assert not User.objects.get(pk=user.pk).is_staff
    assert trail()[1:] == [("role.ended.admin", admin.pk, str(user.pk), "")]


def test_a_role_that_never_began_is_taken_back(admin, settings):
    settings.DEMO_NOW = clock.now()
    grant = operations.grant_role(make_user().pk, Role.ADMIN, by=admin)
    for _time in range(2):
        assert operations.end_grant(grant.pk, by=admin) is None
    assert not RoleGrant.objects.filter(pk=grant.pk).exists()
    assert len(trail()) == 2


def test_blocking_and_letting_in_again(admin):
    user = make_user()
    for _time in range(2):
        operations.block_user(user.pk, by=admin, reason="부정 이용")
    assert not User.objects.get(pk=user.pk).is_active
    for _time in range(2):
        operations.unblock_user(user.pk, by=admin, reason="소명 인정")
    assert User.objects.get(pk=user.pk).is_active
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "reason")) == [
        ("person.blocked", "부정 이용"),
        ("person.unblocked", "소명 인정"),
    ]


def test_blocking_needs_a_reason_and_somebody_else(admin):
    user = make_user()
    for act in (operations.block_user, operations.unblock_user):
        with pytest.raises(Refused):
            act(user.pk, by=admin, reason=" ")
    with pytest.raises(Refused):
        operations.block_user(admin.pk, by=admin, reason="부정 이용")
    assert not trail()


def test_consents_are_added_never_overwritten():
    user = make_user()
    term = terms.in_force(TermKind.APPLICATION)
    operations.record_consents(user, {term: True})
    operations.record_consents(user, {term: False})
    assert list(ConsentRecord.objects.filter(user=user).values_list("version", "given")) == [
        (term.pk, False),
        (term.pk, True),
    ]


def test_an_address_that_is_vouched_for_counts_as_verified():
    user = make_user()
    for _time in range(2):
        operations.verify_address(user)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.primary, address.verified) == (user.email, True, True)


def test_createsuperuser_makes_somebody_who_can_log_in(monkeypatch, client):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", email="Root@Example.com", interactive=False, verbosity=0)
    root = User.objects.get()
    assert (root.email, root.is_staff, root.is_admin) == ("root@example.com", True, True)
    form = {"login": "root@example.com", "password": "correct horse battery", "next": "/admin/"}
    assert client.post("/ko/accounts/login/", form)["Location"] == "/admin/"
    assert User.objects.get_by_natural_key("ROOT@example.com") == root


def test_what_the_database_refuses():
    user, term = make_user(), Term.objects.get(slug="privacy")
    now = clock.now()
    for model, fields in (
        (User, {"email": "x@example.com", "language": "fr"}),
        (RoleGrant, {"user": user, "role": "emperor", "from_at": now}),
        (RoleGrant, {"user": user, "role": "admin", "from_at": now, "to_at": now}),
        (RoleGrant, {"user": user, "role": "mentor", "from_at": now}),
        (TermVersion, {"term": term, "number": 1, "in_force_at": now}),
        (Term, {"slug": "privacy", "kind": "application"}),
        (Term, {"slug": "other", "kind": "other"}),
        (Term, {"slug": "second-policy", "kind": "privacy"}),
        (Term, {"slug": "photos-2", "kind": "portrait", "is_essential": True}),
        (Term, {"slug": "photos-3", "kind": "portrait", "recipient": make_organization()}),
        (ConsentRecord, {"user": user, "version": term.versions.first(), "given": True, "language": "fr"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**fields)


def test_names_as_people_read_them():
    user = User(email="a@example.com")
    assert (str(user), user.display_name, user.get_short_name()) == ("a@example.com",) * 3
    user.romanized_name = "Kim Dabyeol"
    assert user.get_full_name() == "Kim Dabyeol"
    user.full_name = "김다별"
    assert (str(user), user.display_name) == ("김다별", "김다별")
    grant = RoleGrant(user_id=7, role="admin")
    term = terms.in_force(TermKind.PRIVACY)
    assert str(grant).endswith(" 7")
    assert str(term).endswith(" 2")
    assert str(term.term).endswith(" (privacy)")
    assert str(ConsentRecord(user_id=7, version=term, given=True)) == f"7 {term.pk} True"
    assert not user.live_grants
