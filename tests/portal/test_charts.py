"""Charts: what is drawn is what was counted, it is told in words, and no text of people's becomes markup."""

import re
from xml.etree import ElementTree

import pytest

from portal import charts

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    charts.Row("본 과정에 전반적으로 만족한다", ((5, 541), (4, 249), (3, 41), (2, 8), (1, 3)), "4.56"),
    charts.Row("Nobody chose two of these", ((5, 10), (4, 0), (3, 0), (2, 0), (1, 10)), "3.00"),
]


def pictures(text):
    """Both pictures as trees."""
    root = ElementTree.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{text}</div>')
    return root.findall(f"{SVG}svg")


@pytest.fixture
def both():
    return pictures(charts.stacked("q", "Answers", "Highest: 4.56.", ROWS))


def test_there_is_one_for_a_page_and_one_for_a_phone(both):
    assert [svg.get("class") for svg in both] == ["chart only-wide-chart", "chart only-phone"]


def test_each_says_what_it_shows(both):
    for svg in both:
        title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        assert (title.text, desc.text) == ("Answers", "Highest: 4.56.")
    names = [element.get("id") for svg in both for element in svg if element.get("id")]
    assert len(names) == len(set(names)) == 4


def test_lengths_are_shares(both):
    for svg, length in zip(both, (520, 308), strict=True):
        rects = svg.findall(f"{SVG}rect")
        assert [rect.get("class") for rect in rects] == ["s5", "s4", "s3", "s2", "s1", "s5", "s1"]
        first = [float(rect.get("width")) for rect in rects[:5]]
        assert first[0] == pytest.approx(length * 541 / 842 - charts.GAP, abs=0.06)
        starts = [float(rect.get("x")) for rect in rects[:5]]
        assert starts == sorted(starts)
        ends = [start + width for start, width in zip(starts, first, strict=True)]
        assert max(ends) <= float(svg.get("viewBox").split()[2])
        assert all(width >= 1 for width in first)  # three people are still to be seen


def test_everything_lies_inside(both):
    for svg in both:
        height = float(svg.get("viewBox").split()[3])
        for element in svg.iter():
            if element.get("y"):
                assert 0 <= float(element.get("y")) + float(element.get("height", 0)) <= height


def test_text_of_people_is_text():
    text = charts.stacked("q", "<script>", '"><b>', [charts.Row("<img src=x onerror=1>", ((5, 1),), "</svg>")])
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("</svg>") == 2
    assert "style=" not in text
    [wide, _phone] = pictures(text)
    assert "<img src=x onerror=1>" in [element.text for element in wide.iter(f"{SVG}text")]


def test_a_long_label_becomes_lines_and_is_cut_at_last():
    lines = charts.wrapped("Application, information and operation went smoothly from start to end", 370)
    assert len(lines) == 2
    assert all(charts.width_of(line) <= 370 for line in lines)
    endless = charts.wrapped("가" * 300, 370)
    assert endless[0].endswith("…")
    assert charts.width_of(endless[0]) <= 370


def test_bars_stand_on_a_track_for_the_whole():
    [wide, _phone] = pictures(charts.bars("c", "Choices", "Of 8.", [charts.Row("a", ((5, 2),), "2")], 8))
    track, bar = wide.findall(f"{SVG}rect")
    assert (track.get("class"), bar.get("class")) == ("track", "s5")
    assert float(bar.get("width")) == pytest.approx(float(track.get("width")) / 4, abs=0.06)


def test_nothing_counted_draws_nothing():
    text = charts.stacked("q", "Answers", "Nobody.", [charts.Row("a", ((5, 0), (1, 0)), "–")])
    assert "<rect" not in text
    assert not re.search(r"nan|inf", text)
