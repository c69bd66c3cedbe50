"""Names of which strangers see enough to compare and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.names import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("김서연", "김*연"),
        ("김 서연", "김*연"),
        ("김연", "김*"),
        ("김", "김*"),
        ("남궁별", "남궁*"),
        ("남궁다별", "남궁*별"),
        ("황보", "황*"),
        ("김다나라별", "김***별"),
        ("洪吉童", "洪*童"),
        ("Kim Seoyeon", "K** S."),
        ("Amara Lindholm", "A** L."),
        ("Jean-Luc O’Neill Picard", "J** O. P."),
        ("Madonna", "M**"),
        ("김James", "김**"),
        ("", ""),
    ],
)
def test_masking(name, shown):
    assert masked(name) == shown


@given(st.text(min_size=1, max_size=60))
def test_whatever_the_name_it_can_be_masked(name):
    shown = masked(name)
    assert ("*" in shown) == bool(name.split())
    assert len(name) < 3 or shown != name or "*" in name
