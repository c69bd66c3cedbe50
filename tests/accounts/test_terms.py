"""The texts that people agree to: what is shipped, what holds when, how it is shown."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils.translation import override

from accounts import terms, texts
from accounts.apps import load_texts
from accounts.models import Term, TermKind, TermVersion
from portal import clock
from tests.accounts.doors import url

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
    term = terms.in_force(TermKind.APPLICATION)
    for word in ("목적", "항목(필수)", "항목(선택)", "보유 기간", "3년", "6개월", "거부할 수 있습니다"):
        assert word in term.text_ko
    for word in ("Purpose", "required", "optional", "Retention", "three years", "six months", "may refuse"):
        assert word in term.text_en


def test_the_latest_version_in_force_holds(settings):
    now = settings.DEMO_NOW = clock.now()
    fields = {"term": Term.objects.get(slug="terms"), "title_ko": "이용약관", "text_ko": "본문"}
    second = TermVersion.objects.create(number=2, in_force_at=now + timedelta(days=7), **fields)
    assert terms.in_force(TermKind.TERMS).number == 1
    settings.DEMO_NOW += timedelta(days=7)
    assert terms.in_force(TermKind.TERMS) == second


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
