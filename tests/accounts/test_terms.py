"""The texts that people agree to: what is shipped, what holds when, how it is shown."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils.translation import override

from accounts import terms, texts
from accounts.apps import load_texts
from accounts.models import Term, TermKind, TermVersion
from partners.models.organizations import Organization
from portal import clock
from tests.accounts.doors import url
from tests.make import make_organization

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", ["privacy", "terms"])
def test_anyone_reads_the_text_in_force(client, page, language):
    response = client.get(url(page, language))
    text = response.content.decode()
    with override(language):
        term = terms.in_force(page)
        assert f">{term.title}</h1>" in text
    assert "help@example.com" in text
    assert "{contact}" not in text
    assert "2026" in text
    assert text.count("<h2>") > 10


def test_each_text_exists_in_both_languages_in_the_same_shape():
    for slug, number in texts.IN_FORCE:
        (title_ko, ko), (title_en, en) = (texts.read(slug, number, language) for language in ("ko", "en"))
        assert title_ko
        assert title_en
        assert {name for name, text in ko.items() if text} == {name for name, text in en.items() if text}
        ko, en = ("\n".join(parts.values()) for parts in (ko, en))
        shapes = [[line[:2] for line in text.split("\n") if line[:1] in ("#", "!", "-")] for text in (ko, en)]
        assert shapes[0] == shapes[1]
        assert "한국어 본문을 따릅니다" in ko
        assert "the Korean text prevails" in en
    assert {slug for slug, _number in texts.IN_FORCE} == set(texts.TERMS)


def test_the_consent_of_an_application_says_what_the_law_wants():
    version = terms.in_force(TermKind.APPLICATION)
    assert "교육생 선발" in version.purpose_ko
    assert "3년" in version.retention_ko
    assert "6개월" in version.retention_ko
    assert "거부할 수 있습니다" in version.refusal_ko
    assert "Selecting trainees" in version.purpose_en
    assert "hree years" in version.retention_en
    assert "six months" in version.retention_en
    assert "may refuse" in version.refusal_en
    assert version.items == ""  # those of the form


@pytest.mark.parametrize(
    "slug", [slug for slug, shipped in texts.TERMS.items() if shipped.kind not in ("privacy", "terms")]
)
def test_trust_28_each_text_has_purpose_period_and_the_right_to_refuse(slug):
    term = Term.objects.get(slug=slug)
    version = term.versions.latest("number")
    for language in ("ko", "en"):
        with override(language):
            assert all((version.title, version.purpose, version.retention, version.refusal))
            assert bool(version.recipient) == (term.kind in ("third_party", "abroad"))
            assert bool(version.transfer) == (term.kind == "abroad")
    assert "습니다" in version.refusal_ko
    assert "may" in version.refusal_en or "need not" in version.refusal_en
    from_the_form = term.kind in ("application", "optional_items")
    assert bool(version.items) != (from_the_form or term.kind in ("confidentiality", "no_show", "conduct"))
    if not term.may_be_required:
        assert "불이익이 없" in version.refusal_ko
        assert "no effect" in version.refusal_en


def test_trust_29_marketing_each_recipient_and_abroad_are_texts_of_their_own():
    kinds = [shipped.kind for shipped in texts.TERMS.values()]
    assert set(kinds) == set(TermKind.values)
    assert kinds.count("third_party") == 4
    optional = {slug for slug in texts.TERMS if not Term.objects.get(slug=slug).may_be_required}
    assert optional == {
        "optional-items",
        "sensitive",
        "third-party-kocca",
        "third-party-kofic",
        "third-party-netflix",
        "abroad-netflix",
        "portrait",
        "marketing",
        "excuse-evidence",
    }


def test_a_recipient_is_named_once_it_is_known_here():
    assert Term.objects.get(slug="third-party-netflix").recipient is None
    netflix = make_organization(code="NFLX")
    make_organization(code="OTHER")
    named = Term.objects.filter(recipient=netflix).values_list("slug", flat=True)
    assert set(named) == {"third-party-netflix", "abroad-netflix"}


def test_a_recipient_that_came_in_bulk_is_named_by_the_next_migrate():
    Organization.objects.bulk_create([Organization(code="KOFIC", slug="kofic", kind="public_agency")])
    load_texts(sender=None, apps=apps)
    assert Term.objects.get(slug="third-party-kofic").recipient.code == "KOFIC"


def test_rows_of_a_fixture_are_taken_as_they_are():
    organization = make_organization(code="OTHER")
    organization.code = "KOCCA"
    organization.save_base(raw=True)
    assert Term.objects.get(slug="third-party-kocca").recipient is None


def test_the_latest_version_in_force_holds(settings):
    now = settings.DEMO_NOW = clock.now()
    fields = {"term": Term.objects.get(slug="terms"), "title_ko": "이용약관", "text_ko": "본문"}
    third = TermVersion.objects.create(number=3, in_force_at=now + timedelta(days=7), **fields)
    assert terms.in_force(TermKind.TERMS).number == 2
    settings.DEMO_NOW += timedelta(days=7)
    assert terms.in_force(TermKind.TERMS) == third


def test_a_clock_set_back_still_finds_the_first_text(settings):
    settings.DEMO_NOW = clock.now() - timedelta(days=5000)
    assert terms.in_force(TermKind.TERMS).number == 1


def test_loading_again_adds_and_changes_nothing():
    TermVersion.objects.filter(term__slug="terms").update(text_ko="고친 글")
    Term.objects.filter(slug="application").update(position=900)
    TermVersion.objects.filter(term__slug="privacy").delete()
    Term.objects.filter(slug="privacy").delete()
    load_texts(sender=None, apps=apps)
    assert set(TermVersion.objects.values_list("term__slug", "number")) == set(texts.IN_FORCE)
    assert {version.text_ko for version in TermVersion.objects.filter(term__slug="terms")} == {"고친 글"}
    assert Term.objects.get(slug="application").position == 900


def test_before_the_table_exists_nothing_is_loaded():
    class Earlier:
        def get_model(self, *names):
            raise LookupError

    assert load_texts(sender=None, apps=Earlier()) is None
