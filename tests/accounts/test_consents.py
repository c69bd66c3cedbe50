"""Agreeing, asking again, taking back: who stands how towards which text, and what the boxes look like."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from accounts import consent_form, operations, signals, terms
from accounts.consent_form import ConsentForm
from accounts.models import ConsentRecord, Term, TermKind, TermVersion
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from tests.make import make_admin, make_cohort, make_user

pytestmark = pytest.mark.django_db
ASKED = {
    "application": True,
    "third-party-hosts": True,
    "no-show": True,
    "optional-items": False,
    "third-party-netflix": False,
    "abroad-netflix": False,
    "portrait": False,
    "marketing": False,
}


@dataclass
class CohortTerm:
    """What a cohort asks, as the app above keeps it."""

    term: Term
    is_required: bool

    @property
    def term_id(self):
        return self.term.pk


def asked(**choices):
    """The terms of a cohort: `slug=is_required`, with `_` for `-`."""
    choices = {slug.replace("_", "-"): value for slug, value in choices.items()} or ASKED
    return [CohortTerm(Term.objects.get(slug=slug), required) for slug, required in choices.items()]


def of(slug):
    """The version of that text that holds now."""
    return next(iter(terms.versions_in_force(Term.objects.filter(slug=slug)).values()))


def form_for(rows, data=None, **kwargs):
    versions = terms.versions_in_force(row.term for row in rows)
    return ConsentForm(consent_form.rows_for(rows, versions=versions, **kwargs), data)


def ticked(*slugs):
    return {f"consent_{slug}": "on" for slug in slugs}


def shown(form):
    return render_to_string("components/consents.html", {"rows": form.rows})


@pytest.fixture
def told():
    """What the apps above were told about withdrawals."""
    heard = []

    def listen(sender, user, term, cohort_id, **kwargs):
        assert sender is Term
        assert transaction.get_connection().in_atomic_block
        heard.append((user.pk, term.slug, cohort_id))

    signals.consent_withdrawn.connect(listen)
    yield heard
    signals.consent_withdrawn.disconnect(listen)


# --- the boxes ----------------------------------------------------------------------------------------


def test_trust_28_required_and_optional_stand_apart_and_nothing_is_ticked():
    html = shown(form_for(asked()))
    required, optional = html.split('id="consents-optional"')
    assert "필수 동의" in required
    assert [f"consent_{slug}" in required for slug in ASKED] == list(ASKED.values())
    assert [f"consent_{slug}" in optional for slug in ASKED] == [not value for value in ASKED.values()]
    assert "checked" not in html
    assert html.count('type="checkbox" name=') == len(ASKED)  # the two boxes that tick a group have no name
    assert re.findall(r"data-consents-all", html) == ["data-consents-all"] * 2
    assert html.count(" hidden>") == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_trust_28_each_is_shown_with_purpose_items_period_and_right_to_refuse(language):
    labels = {"ko": ["이메일 주소", "지원동기"], "en": ["E-mail address", "Motivation"]}[language]
    with override(language):
        html = shown(form_for(asked(), items={TermKind.APPLICATION: labels}))
        boxes = html.split('<div class="consent panel"')[1:]
        assert len(boxes) == len(ASKED)
        for box, row in zip(boxes, asked(), strict=True):
            version = of(row.term.slug)
            for part in (version.title, version.purpose, version.retention, version.refusal):
                assert part.replace("’", "&#x27;") in box
            assert box.count("consent__stressed") == (3 if version.recipient else 2)
        assert " · ".join(labels) in html


def test_trust_28_refusing_what_is_optional_blocks_nothing():
    form = form_for(asked(), ticked("application", "third-party-hosts", "no-show"))
    assert form.is_valid()
    answers = {version.term.slug: given for version, given in form.answers().items()}
    assert answers == ASKED


def test_trust_28_a_missing_required_one_is_said_at_its_box():
    form = form_for(asked(), ticked("application", "portrait"))
    assert not form.is_valid()
    assert set(form.errors) == {"consent_third-party-hosts", "consent_no-show"}
    html = shown(form)
    assert html.count("이 동의가 없으면 지원할 수 없어요.") == 2
    assert 'aria-describedby="id_consent_no-show_error"' in html
    assert html.count(" checked") == 2  # what was ticked stays
    assert html.count('aria-invalid="true"') == 2


def test_trust_28_what_the_law_leaves_open_is_never_required():
    rows = asked(portrait=True, marketing=True, sensitive=True, optional_items=True, abroad_netflix=True)
    rows += asked(third_party_kocca=True)
    form = form_for(rows, {})
    assert form.is_valid()
    assert not any(row["required"] for row in form.rows)
    assert "consents-required" not in shown(form)


def test_items_are_those_of_the_form_unless_the_text_names_its_own():
    wants = {TermKind.APPLICATION: ["성명", "경력"], TermKind.MARKETING: ["전화번호"]}
    form = form_for(asked(application=True, marketing=False), {}, items=wants)
    assert [row["items"] for row in form.rows] == [["성명", "경력"], ["성명, 이메일 주소"]]
    assert list(form.items().values()) == ["성명\n경력", "성명, 이메일 주소"]


def test_a_text_without_parts_says_its_items_itself():
    first = TermVersion.objects.get(term__slug="application", number=1)
    assert consent_form.items_of(first, ["성명"]) == []
    first.items_ko = "- 성명\n\n- 경력"
    assert consent_form.items_of(first) == ["성명", "경력"]


def test_what_was_agreed_to_is_shown_as_agreed():
    user, cohort, rows = make_user(), make_cohort(), asked(application=True, portrait=False)
    operations.record_consents(user, {of("application"): True, of("portrait"): False}, cohort=cohort)
    form = form_for(rows, standing=terms.standing(user, cohort))
    assert [row["given"] for row in form.rows] == [True, False]
    assert shown(form).count(" checked") == 1


def test_a_term_without_any_version_is_not_asked():
    empty = CohortTerm(Term.objects.create(slug="empty", kind="portrait"), is_required=False)
    assert form_for([empty]).rows == []
    assert terms.still_asked([empty], {}, {}) == []


# --- what stands --------------------------------------------------------------------------------------


def test_trust_30_version_time_language_and_items_are_kept(settings):
    settings.DEMO_NOW = clock.now()
    user, cohort, version = make_user(), make_cohort(), of("application")
    with override("en"):
        operations.record_consents(user, {version: True}, cohort=cohort, items={version: "Full name\nCareer"})
    record = ConsentRecord.objects.get(user=user)
    assert (record.version, record.cohort, record.given) == (version, cohort, True)
    assert (record.at, record.language, record.items) == (settings.DEMO_NOW, "en", "Full name\nCareer")
    assert record.recorded_by is None
    assert not AuditEvent.objects.exists()  # the row is its own record


def test_staff_who_hold_a_consent_in_writing_are_named():
    user, boss = make_user(), make_admin()
    operations.record_consents(user, {of("portrait"): True}, recorded_by=boss)
    assert ConsentRecord.objects.get().recorded_by == boss
    assert list(AuditEvent.objects.values_list("verb", "by", "after")) == [
        ("consent.recorded", boss.pk, "portrait")
    ]


def test_each_cohort_stands_alone():
    user, cohort, other = make_user(), make_cohort(), make_cohort()
    operations.record_consents(user, {of("portrait"): True}, cohort=cohort)
    operations.record_consents(user, {of("terms"): True})
    portrait, account = Term.objects.get(slug="portrait"), Term.objects.get(slug="terms")
    assert set(terms.standing(user, cohort)) == {portrait.pk, account.pk}
    assert set(terms.standing(user)) == {account.pk}
    assert set(terms.standing(user, other)) == {account.pk}


def test_trust_30_a_new_version_asks_again(settings):
    settings.DEMO_NOW = clock.now()
    user, cohort, rows = make_user(), make_cohort(), asked(application=True, portrait=False)
    operations.record_consents(user, {of("application"): True, of("portrait"): True}, cohort=cohort)
    term = rows[0].term
    newer = TermVersion.objects.create(
        term=term, number=9, title_ko="새 글", in_force_at=clock.now() + timedelta(days=1)
    )

    def again():
        versions = terms.versions_in_force(row.term for row in rows)
        return [row.term.slug for row in terms.still_asked(rows, terms.standing(user, cohort), versions)]

    assert again() == []
    settings.DEMO_NOW += timedelta(days=1)
    assert terms.versions_in_force([term]) == {term.pk: newer}
    assert again() == ["application"]
    operations.record_consents(user, {newer: True}, cohort=cohort)
    assert again() == []
    operations.withdraw_consent(user.pk, term.pk, cohort_id=cohort.pk, by=user)
    assert again() == ["application"]


def test_advertising_messages_have_one_answer_wherever_it_was_given(told):
    user, cohort, other, marketing = make_user(), make_cohort(), make_cohort(), of("marketing")
    operations.record_consents(user, {marketing: True}, cohort=cohort)
    assert ConsentRecord.objects.get().cohort is None
    rows = asked(marketing=False)
    versions = terms.versions_in_force([marketing.term])
    assert terms.still_asked(rows, terms.standing(user, other), versions) == []
    assert list(terms.who_agreed(marketing.term, other)) == [{"user": user.pk}]
    operations.withdraw_consent(user.pk, marketing.term_id, cohort_id=other.pk, by=user)
    operations.record_consents(user, {marketing: True}, cohort=other)
    operations.record_consents(user, {marketing: False}, cohort=cohort)
    assert not terms.who_agreed(marketing.term).exists()
    assert told == [(user.pk, "marketing", None)] * 2


def test_reading_costs_one_query_each(django_assert_num_queries):
    user, cohort, rows = make_user(), make_cohort(), asked()
    with django_assert_num_queries(1):
        versions = terms.versions_in_force(row.term for row in rows)
        assert {version.kind for version in versions.values()} >= {"application", "marketing"}
    with override("ko"):
        operations.record_consents(user, dict.fromkeys(versions.values(), True), cohort=cohort)
    with django_assert_num_queries(1):
        standing = terms.standing(user, cohort)
        assert terms.still_asked(rows, standing, versions) == []
    with django_assert_num_queries(0):
        shown(ConsentForm(consent_form.rows_for(rows, versions=versions, standing=standing)))


def test_the_first_of_several_texts_of_a_kind_holds():
    second = Term.objects.create(slug="application-2", kind="application", position=900)
    TermVersion.objects.create(term=second, number=7, title_ko="둘째", in_force_at=clock.now())
    assert terms.in_force(TermKind.APPLICATION).term.slug == "application"
    TermVersion.objects.filter(term__kind="portrait").delete()
    with pytest.raises(TermVersion.DoesNotExist):
        terms.in_force(TermKind.PORTRAIT)


# --- taking back --------------------------------------------------------------------------------------


def test_trust_30_withdrawing_is_a_new_row_and_is_told_to_all(told):
    user, cohort, version = make_user(), make_cohort(), of("third-party-netflix")
    operations.record_consents(user, {version: True}, cohort=cohort, items={version: "성명"})

    for _time in range(2):
        record = operations.withdraw_consent(user.pk, version.term_id, cohort_id=cohort.pk, by=user)
        assert (record.given, record.items, record.recorded_by) == (False, "성명", None)

    assert list(ConsentRecord.objects.values_list("given", flat=True)) == [False, True]
    assert told == [(user.pk, "third-party-netflix", cohort.pk)]
    assert list(AuditEvent.objects.values_list("verb", "by", "before", "after")) == [
        ("consent.withdrawn", user.pk, "third-party-netflix", str(cohort.pk))
    ]


def test_withdrawing_for_somebody_names_who_did_it(told):
    user, boss, version = make_user(), make_admin(), of("marketing")
    operations.record_consents(user, {version: True})
    record = operations.withdraw_consent(user.pk, version.term_id, by=boss)
    assert record.recorded_by == boss
    assert told == [(user.pk, "marketing", None)]


def test_withdrawing_what_was_never_given_changes_nothing(told):
    user, version = make_user(), of("portrait")
    assert operations.withdraw_consent(user.pk, version.term_id, by=user) is None
    operations.record_consents(user, {version: False})
    assert operations.withdraw_consent(user.pk, version.term_id, by=user).given is False
    assert ConsentRecord.objects.count() == 1
    assert told == []


@pytest.mark.parametrize("slug", ["privacy", "terms"])
def test_what_belongs_to_the_account_ends_with_it(told, slug):
    user, version = make_user(), of(slug)
    operations.record_consents(user, {version: True})
    with pytest.raises(Refused, match="탈퇴"):
        operations.withdraw_consent(user.pk, version.term_id, by=user)
    assert ConsentRecord.objects.count() == 1
    assert told == []


def test_unticking_later_is_a_withdrawal_too(told):
    user, boss, cohort = make_user(), make_admin(), make_cohort()
    portrait, marketing = of("portrait"), of("marketing")
    operations.record_consents(user, {portrait: True, marketing: False}, cohort=cohort)
    operations.record_consents(user, {portrait: False, marketing: False}, cohort=cohort)
    operations.record_consents(user, {portrait: True}, cohort=None)
    operations.record_consents(user, {portrait: False}, cohort=None, recorded_by=boss)
    assert told == [(user.pk, "portrait", cohort.pk), (user.pk, "portrait", None)]


def test_trust_29_a_recipient_sees_only_those_whose_last_word_is_yes():
    cohort, other = make_cohort(), make_cohort()
    netflix, kocca = of("third-party-netflix"), of("third-party-kocca")
    yes, no, withdrew, elsewhere, somebody = [make_user() for _number in range(5)]
    operations.record_consents(yes, {netflix: False}, cohort=cohort)
    operations.record_consents(yes, {netflix: True}, cohort=cohort)
    operations.record_consents(no, {netflix: False, kocca: True}, cohort=cohort)
    operations.record_consents(withdrew, {netflix: True}, cohort=cohort)
    operations.withdraw_consent(withdrew.pk, netflix.term_id, cohort_id=cohort.pk, by=withdrew)
    operations.record_consents(elsewhere, {netflix: True}, cohort=other)
    operations.record_consents(somebody, {of("marketing"): True})

    assert list(terms.who_agreed(netflix.term, cohort)) == [{"user": yes.pk}]
    assert list(terms.who_agreed(kocca.term, cohort)) == [{"user": no.pk}]
    assert list(terms.who_agreed(of("marketing").term)) == [{"user": somebody.pk}]
