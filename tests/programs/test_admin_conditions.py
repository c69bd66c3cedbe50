"""A cohort's conditions and texts to agree to, as staff set them in the admin."""

import pytest
from django.urls import reverse

from accounts.models import Term, TermKind
from programs import eligibility
from programs.models.eligibility import EligibilityRule
from programs.models.terms import CohortTerm
from tests import make
from tests.programs.test_admin_cohorts import send, typed

pytestmark = pytest.mark.django_db
BIRTH = {"key": "birth", "type": "date", "profile_field": "birth_on"}


@pytest.fixture
def cohort(client):
    """A cohort whose form asks for the date of birth, with one who runs it logged in."""
    cohort = make.make_cohort(form_version=make.make_form_version(questions=[BIRTH]))
    client.force_login(make.make_manager(cohort, language="en"))
    return cohort


def save(client, cohort, prefix, *rows):
    """Send the cohort's form with `rows` beneath it."""
    address = reverse("admin:programs_cohort_change", args=[cohort.pk])
    data = typed(client.get(address))
    data[f"{prefix}-TOTAL_FORMS"] = len(rows)
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return send(client, address, data, follow=True)


def test_conditions_are_added(client, cohort):
    wanted = make.make_program()
    rows = [
        {"kind": "age", "lowest": 19, "highest": 34},
        {"kind": "completed", "program": wanted.pk},
        {"kind": "completed", "program": make.make_program().pk},
        {"kind": "not_twice"},
    ]
    response = save(client, cohort, "eligibility_rules", *rows)
    assert response.redirect_chain
    assert sorted(cohort.eligibility_rules.values_list("kind", flat=True)) == sorted(row["kind"] for row in rows)
    assert "does not ask what" not in response.text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"kind": "age"}], "needs years"),
        ([{"kind": "age", "lowest": 30, "highest": 20}], "above the most"),
        ([{"kind": "completed"}], "needs years"),
        ([{"kind": "not_twice"}, {"kind": "not_twice"}], "stands here twice"),
        ([{"kind": "age", "lowest": 19}, {"kind": "age", "highest": 34}], "stands here twice"),
        ([{"kind": "star_sign"}], "Select a valid choice"),
    ],
)
def test_a_condition_that_says_nothing_is_refused_at_its_row(client, cohort, rows, words):
    response = save(client, cohort, "eligibility_rules", *rows)
    assert words in response.text
    assert not EligibilityRule.objects.exists()


def test_a_condition_that_the_form_cannot_tell_is_pointed_out(client, cohort):
    response = save(
        client, cohort, "eligibility_rules", {"kind": "career", "lowest": 3}, {"kind": "age", "lowest": 19}
    )
    assert [rule.kind for rule in eligibility.unasked(cohort)] == ["career"]
    assert "does not ask what “Years of experience” needs to know" in response.text


def term(kind, **fields):
    found = Term.objects.filter(kind=kind, **fields).first()
    return found or Term.objects.create(slug=f"own-{kind}", kind=kind, **fields)


def test_texts_are_chosen(client, cohort):
    rows = [
        {"term": term(TermKind.APPLICATION).pk, "is_required": "on", "position": 1},
        {"term": term(TermKind.PORTRAIT).pk, "position": 2},
    ]
    assert save(client, cohort, "terms", *rows).redirect_chain
    assert list(cohort.terms.values_list("term__kind", "is_required")) == [
        ("application", True),
        ("portrait", False),
    ]


@pytest.mark.parametrize(
    ("kind", "is_required", "words"),
    [
        (TermKind.PORTRAIT, "on", "free choice"),
        (TermKind.MARKETING, "on", "free choice"),
        (TermKind.ABROAD, "on", "free choice"),
        (TermKind.APPLICATION, "", "Nobody can apply"),
        (TermKind.PRIVACY, "on", "Select a valid choice"),
        (TermKind.TERMS, "on", "Select a valid choice"),
    ],
)
def test_trust_28_what_has_to_stay_free_cannot_be_required(client, cohort, kind, is_required, words):
    row = {"term": term(kind).pk, "position": 1} | ({"is_required": "on"} if is_required else {})
    assert words in save(client, cohort, "terms", row).text
    assert not CohortTerm.objects.exists()


def test_a_row_without_a_text_is_a_fault_at_its_field(client, cohort):
    response = save(client, cohort, "terms", {"is_required": "on", "position": 3})
    assert response.status_code == 200
    assert "required" in response.text
    assert not CohortTerm.objects.exists()
