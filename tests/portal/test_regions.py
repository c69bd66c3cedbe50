"""Where people live: seventeen regions and abroad."""

import pytest
from django.utils.translation import override

from portal.regions import REGIONS, Region, show

KOREAN = [
    "서울특별시",
    "부산광역시",
    "대구광역시",
    "인천광역시",
    "광주광역시",
    "대전광역시",
    "울산광역시",
    "세종특별자치시",
    "경기도",
    "강원특별자치도",
    "충청북도",
    "충청남도",
    "전북특별자치도",
    "전라남도",
    "경상북도",
    "경상남도",
    "제주특별자치도",
    "해외",
]


def test_the_regions_stand_in_their_official_order():
    assert [str(name) for _key, name in REGIONS] == KOREAN
    assert len(Region.values) == len(set(Region.values)) == 18


def test_each_region_has_a_name_of_its_own_in_english():
    with override("en"):
        names = [str(name) for _key, name in REGIONS]
    assert len(set(names)) == 18
    assert all(name.isascii() for name in names)
    assert names[0] == "Seoul"
    assert names[-1] == "Abroad"


@pytest.mark.parametrize(
    ("key", "name"), [("jeonbuk", "전북특별자치도"), ("abroad", "해외"), ("", ""), ("서울", "")]
)
def test_a_region_is_shown_by_its_name(key, name):
    assert show(key) == name
