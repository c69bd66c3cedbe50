"""Series, programs and experts in the admin: who changes which."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from portal.models import AuditEvent
from programs.models.experts import Expert
from programs.models.programs import Program, ProgramPartner, Series
from tests import make
from tests.programs.test_admin_cohorts import typed

pytestmark = pytest.mark.django_db


def change(model, row):
    return reverse(f"admin:programs_{model}_change", args=[row.pk])


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("model", "build"),
    [
        ("series", lambda n: Series.objects.create(slug=f"s{n}", name_ko="사업", name_en="Series")),
        (
            "program",
            lambda n: make.make_program(series=Series.objects.create(slug=f"s{n}", name_ko="가", name_en="A")),
        ),
        ("expert", lambda n: make.make_expert(user=make.make_user())),
    ],
)
def test_each_list_costs_the_same_for_any_number_of_rows(client, boss, model, build, count):
    for number in range(count):
        build(number)
    address = reverse(f"admin:programs_{model}_changelist")
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)

    assert len(response.context["cl"].result_list) == count
    assert len(queries) <= 9


def test_an_administrator_adds_a_program_with_its_partners(client, boss):
    organization = make.make_organization()
    address = reverse("admin:programs_program_add")
    data = typed(
        client.get(address),
        title_ko="색보정",
        title_en="Color grading",
        slug="color-grading",
        kind="course",
        track="data_color",
        **{"program_partners-0-organization": organization.pk, "program_partners-0-role": "organizer"},
    )

    assert client.post(address, data).status_code == 302

    made = Program.objects.get()
    assert ProgramPartner.objects.get().organization == organization
    assert "slug" not in client.get(change("program", made)).context["adminform"].form.fields
    assert AuditEvent.objects.get().verb == "program.added"


def test_a_manager_of_the_program_changes_its_texts_but_not_who_carries_it(client):
    organization = make.make_organization()
    program = make.make_program(partners=[organization])
    client.force_login(make.make_manager(organization))
    response = client.get(change("program", program))

    data = typed(response, tagline_en="Light and color", slug="x", kind="talk")
    data |= {"program_partners-0-role": "sponsor", "program_partners-TOTAL_FORMS": 1}
    assert client.post(change("program", program), data).status_code == 302

    program.refresh_from_db()
    assert (program.tagline_en, program.kind, program.slug != "x") == ("Light and color", "course", True)
    assert ProgramPartner.objects.get().role == "organizer"


def test_a_manager_of_one_cohort_reads_its_program(client):
    cohort = make.make_cohort()
    other = make.make_program()
    client.force_login(make.make_manager(cohort))

    assert client.get(change("program", cohort.program)).context["has_change_permission"] is False
    assert client.post(change("program", cohort.program), {"title_en": "x"}).status_code == 404
    assert client.get(change("program", other)).status_code == 404
    assert client.get(reverse("admin:programs_program_add")).status_code == 404
    assert client.get(reverse("admin:programs_series_changelist")).status_code == 404


def test_a_program_with_cohorts_is_not_deleted(client, boss):
    cohort = make.make_cohort()
    empty = make.make_program()

    client.post(reverse("admin:programs_program_delete", args=[cohort.program_id]), {"post": "yes"})
    client.post(reverse("admin:programs_program_delete", args=[empty.pk]), {"post": "yes"})

    assert list(Program.objects.all()) == [cohort.program]
    assert [event.verb for event in AuditEvent.objects.all()] == ["program.deleted"]


def test_a_manager_adds_experts_and_changes_those_who_teach_for_them(client):
    cohort = make.make_cohort()
    own, other = make.make_expert(), make.make_expert()
    make.make_session(cohort, experts=[own])
    client.force_login(make.make_manager(cohort))

    response = client.get(change("expert", own))
    assert client.post(change("expert", own), typed(response, bio_en="Mixes films.")).status_code == 302
    assert client.get(change("expert", other)).context["has_change_permission"] is False
    assert client.post(change("expert", other), {"bio_en": "x"}).status_code == 404
    address = reverse("admin:programs_expert_add")
    data = typed(client.get(address), name_ko="가람", name_en="Garam", slug="garam", country="kr")
    data |= {"specialism_ko": "음악", "specialism_en": "Music"}
    assert client.post(address, data).status_code == 302

    own.refresh_from_db()
    assert own.bio_en == "Mixes films."
    assert Expert.objects.get(slug="garam").country == "KR"


def test_an_administrator_gives_an_expert_a_login(client, boss):
    expert, taken = make.make_expert(), make.make_expert(user=make.make_user())
    person = make.make_user()
    response = client.get(change("expert", expert))

    for wrong in ("nobody@example.com", taken.user.email):
        again = client.post(change("expert", expert), typed(response, login_email=wrong))
        assert "login_email" in again.context["adminform"].form.errors
    client.post(change("expert", expert), typed(response, login_email=person.email.upper()))
    expert.refresh_from_db()
    assert expert.user == person
    assert client.get(change("expert", expert)).context["adminform"].form["login_email"].value() == person.email
    client.post(change("expert", expert), typed(client.get(change("expert", expert)), login_email=""))

    expert.refresh_from_db()
    assert expert.user is None


def test_resident_numbers_are_refused(client, boss):
    expert = make.make_expert()
    data = typed(client.get(change("expert", expert)), bio_ko="900101-1234567")

    assert "bio_ko" in client.post(change("expert", expert), data).context["adminform"].form.errors


def test_a_manager_by_program_sees_the_program_and_runs_it(client):
    cohort, other = make.make_cohort(), make.make_cohort()
    person = make.make_manager(cohort.program)
    make.make_grant(person, Role.REVIEWER, other)
    client.force_login(person)

    rows = client.get(reverse("admin:programs_program_changelist")).context["cl"].result_list
    assert list(rows) == [cohort.program]
    assert client.get(change("program", cohort.program)).context["has_change_permission"] is True
    assert client.get(reverse("admin:programs_cohort_add")).status_code == 200
