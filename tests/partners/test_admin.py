"""Organizations, campaigns and agreements in the admin: administrators edit them, nobody else sees them there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models.agreements import Agreement, Campaign, Signature
from partners.models.organizations import Organization
from portal.models import AuditEvent
from tests import make
from tests.programs.test_admin_cohorts import send, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("model", ["organization", "campaign", "agreement"])
def test_each_list_costs_the_same_for_any_number_of_rows(client, boss, model, count):
    for number in range(count):
        campaign = Campaign.objects.create(
            slug=f"c{number}", name_ko="캠페인", name_en="Campaign", launched_on="2024-01-01"
        )
        parent = make.make_organization()
        make.make_agreement(campaign=campaign, parties=[make.make_organization(parent=parent)])
    address = reverse(f"admin:partners_{model}_changelist")
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert len(response.context["cl"].result_list) >= count
    assert len(queries) <= 9


@pytest.mark.parametrize("model", ["organization", "campaign", "agreement"])
def test_managers_find_none_of_it(client, model):
    organization = make.make_organization()
    client.force_login(make.make_manager(organization))

    assert client.get(reverse(f"admin:partners_{model}_changelist")).status_code == 404
    assert client.get(reverse(f"admin:partners_{model}_add")).status_code == 404


def test_an_agreement_with_its_signatures(client, boss):
    first, second = make.make_organization(), make.make_organization()
    address = reverse("admin:partners_agreement_add")
    data = typed(client.get(address)) | {
        "slug": "mou-2027",
        "state": "active",
        "title_ko": "업무협약",
        "title_en": "Memorandum",
        "signed_on": "2027-04-01",
        "signed_precision": "month",
        "signatures-TOTAL_FORMS": 2,
        "signatures-0-organization": first.pk,
        "signatures-0-position": 1,
        "signatures-0-signatory_ko": "가람",
        "signatures-0-signatory_en": "Garam",
        "signatures-0-title_ko": "원장",
        "signatures-0-title_en": "President",
        "signatures-1-organization": second.pk,
        "signatures-1-position": 2,
    }

    assert send(client, address, data).status_code == 302

    agreement = Agreement.objects.get()
    assert agreement.signed_precision == "month"
    signed = Signature.objects.values_list("organization", "signatory_ko", "title_en")
    assert list(signed) == [(first.pk, "가람", "President"), (second.pk, "", "")]
    assert AuditEvent.objects.get().after == "signature +2"
    assert "April 2027" in client.get(reverse("admin:partners_agreement_changelist")).content.decode()


def test_a_constraint_is_said_in_the_form(client, boss):
    agreement = make.make_agreement()
    address = reverse("admin:partners_agreement_change", args=[agreement.pk])
    data = typed(client.get(address), ends_on="2001-01-01")

    response = client.post(address, data)

    assert response.status_code == 200
    assert response.context["errors"]


def test_an_organization_in_use_is_not_deleted(client, boss):
    organization = make.make_organization()
    make.make_agreement(parties=[organization])

    response = client.post(reverse("admin:partners_organization_delete", args=[organization.pk]), {"post": "yes"})

    assert response.status_code == 200
    assert Organization.objects.filter(pk=organization.pk).exists()
