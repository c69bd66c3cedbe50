"""Until when an agreement holds, and the how-manieth in a row it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners import terms
from partners.models.agreements import Agreement
from tests.make import make_agreement


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2024-03-01", 12, "2025-02-28"),
        ("2025-04-24", 12, "2026-04-23"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-01-31", 2, "2025-03-30"),
        ("2024-12-01", 1, "2024-12-31"),
        ("2024-08-31", 6, "2025-02-28"),
    ],
)
def test_the_last_day_of_a_term(first, months, last):
    assert terms.last_day(date.fromisoformat(first), months) == date.fromisoformat(last)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 120))
def test_the_next_term_begins_where_the_last_ended(first, months):
    last = terms.last_day(first, months)
    assert last >= first
    if first.day <= 28:  # then no month is too short, and two terms one after the other are one twice as long
        assert terms.last_day(last + timedelta(days=1), months) == terms.last_day(first, 2 * months)
    assert terms.last_day(first, months + 1) > last


@pytest.mark.parametrize(
    ("ends", "notice"),
    [
        ("2026-04-23", "2026-01-23"),
        ("2025-05-31", "2025-02-28"),
        ("2024-05-31", "2024-02-29"),
        ("2025-02-28", "2024-11-28"),
    ],
)
def test_notice_is_given_three_months_before(ends, notice):
    assert terms.notice_day(date.fromisoformat(ends)) == date.fromisoformat(notice)


@pytest.mark.django_db
def test_a_chain_of_four_counts_its_years():
    before = None
    for number, year in enumerate(range(2023, 2027), 1):
        before = make_agreement(signed_on=date(year, 4, 24), term_months=12, renews=before)
        before.refresh_from_db()
        assert before.ends_on == date(year + 1, 4, 23)
        assert terms.in_a_row(before) == number


@pytest.mark.django_db
def test_a_row_breaks_at_a_gap_and_at_a_note_on_history():
    first = make_agreement(signed_on=date(2020, 1, 1), term_months=12)
    later = make_agreement(signed_on=date(2023, 1, 1), renews=first)
    assert terms.in_a_row(later) == 1
    note = make_agreement(signed_on=date(2022, 4, 27), is_history_note=True)
    assert terms.in_a_row(make_agreement(signed_on=date(2023, 4, 27), renews=note)) == 1
    overlapping = make_agreement(signed_on=date(2023, 6, 1), renews=later)
    assert terms.in_a_row(overlapping) == 2


@pytest.mark.django_db
def test_a_chain_that_comes_round_ends_there():
    one = make_agreement(signed_on=date(2024, 1, 1))
    two = make_agreement(signed_on=date(2025, 1, 1), renews=one)
    Agreement.objects.filter(pk=one.pk).update(renews=two)
    one.refresh_from_db()
    assert terms.in_a_row(one) == 1
    assert terms.in_a_row(two) == 2


@pytest.mark.django_db
def test_whichever_day_is_changed_the_last_one_follows():
    agreement = make_agreement(signed_on=date(2024, 2, 29), term_months=12)
    agreement.starts_on = date(2024, 3, 1)
    agreement.save(update_fields=["starts_on"])
    agreement.refresh_from_db()
    assert agreement.ends_on == date(2025, 2, 28)
    agreement.term_months, agreement.ends_on = None, date(2025, 6, 30)
    agreement.save(update_fields=["term_months", "ends_on"])
    agreement.refresh_from_db()
    assert agreement.ends_on == date(2025, 6, 30)
