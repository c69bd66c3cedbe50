"""Charts: what is drawn is what was counted, what is not shown stays so, no text of people's becomes markup."""

import json
import re
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
import typst
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import pdf
from portal.charts import bars, drawing, frame, lines, parts
from portal.charts.bars import Bar, Reached, Target
from portal.charts.examples import EMPTY, FULL, SUPPRESSED, all_examples, kinds
from portal.charts.frame import HIDDEN
from portal.charts.lines import Series
from portal.charts.parts import Stack
from tests import documents
from tests.portal.test_look import COMPONENTS, SURFACES, colors, contrast

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ["ko", "en"]
OF = ("Course", "People")
AGREED = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]
LONG = "폐쇄를 앞둔 섬 등대에 남은 다섯 아이가 마지막 겨울을 나며 한 사람씩 섬을 떠나는 이야기를 쓰는 교육 " * 3
ENDLESS = "가" * 300
quick = settings(deadline=None, max_examples=15)
counts = st.lists(st.integers(0, 10**6), min_size=1, max_size=20)
labels = st.text("가나힣 Wiw.VFX()…&<\"'", min_size=1, max_size=90)


def pictures(chart):
    """Both pictures of a chart as trees."""
    root = ElementTree.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{chart["svg"]}</div>')
    return root.findall(f"{SVG}svg")


def drawn(svg, look):
    """The rectangles of a class, but for the signs of the legend."""
    return [rect for rect in svg.findall(f"{SVG}rect") if rect.get("class") == look and not is_sign(rect)]


def hatched(svg):
    """The places of values that are not shown, but for the sign of the legend."""
    rects = [rect for rect in svg.findall(f"{SVG}rect") if not is_sign(rect)]
    return [rect for rect in rects if rect.get("fill").endswith("-hatch)")]


def is_sign(rect):
    """Whether it belongs to the legend."""
    return number(rect, "width") == number(rect, "height") == frame.SWATCH


def number(element, name):
    """An attribute as a number."""
    return float(element.get(name))


def widths(rects):
    """How long they are."""
    return [number(rect, "width") for rect in rects]


def size_of(svg):
    """How wide and how high a picture is."""
    return tuple(map(float, svg.get("viewBox").split()[2:]))


def box_of(text):
    """About where a line of text stands."""
    size = float(text.get("font-size", drawing.TEXT))
    width = drawing.width_of(text.text, size)
    left = number(text, "x") - {"end": width, "middle": width / 2}.get(text.get("text-anchor"), 0)
    return left, number(text, "y") - size * 0.8, left + width, number(text, "y") + size * 0.2


def points_of(path):
    """The points of a path of M, L, H, V and relative h, v (what shapes are made of is small and not followed)."""
    return [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d"))]


def check_inside(svg):
    """Nothing leaves the picture, and no two texts touch."""
    width, height = size_of(svg)
    for rect in svg.findall(f"{SVG}rect"):
        assert number(rect, "x") >= -0.1
        assert number(rect, "x") + number(rect, "width") <= width + 0.1
        assert number(rect, "y") >= -0.1
        assert number(rect, "y") + number(rect, "height") <= height + 0.1
    for path in svg.findall(f"{SVG}path"):
        if path.get("class") in ("r1", "r2", "r3", "r4") and path.get("fill") == "none":
            assert all(0 <= x <= width and 0 <= y <= height for x, y in points_of(path))
    boxes = [box_of(text) for text in svg.iter(f"{SVG}text") if text.text]
    for left, top, right, bottom in boxes:
        assert left >= -1
        assert right <= width + 1
        assert top >= -1
        assert bottom <= height + 1
    for (a, b, c, d), (e, f, g, h) in combinations(boxes, 2):
        assert min(c, g) - max(a, e) <= 1 or min(d, h) - max(b, f) <= 1


def check(chart):
    """What holds of every chart."""
    assert not re.search(r"style=|\bnan\b|\binf\b", chart["svg"].lower())
    for svg in pictures(chart):
        check_inside(svg)


# --- every kind in every state --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", kinds())
def test_each_kind_says_what_it_shows_and_stays_inside(kind, language):
    with override(language):
        _label, draw = kinds()[kind]
        charts = [draw(f"{kind}-{state}", state) for state in (FULL, SUPPRESSED)]
        empty = draw(kind, EMPTY)
    for chart in charts:
        check(chart)
        assert chart["told"]
        both = pictures(chart)
        assert [svg.get("class") for svg in both] == ["chart chart--wide", "chart chart--narrow"]
        for svg in both:
            title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
            assert svg.get("role") == "img"
            assert svg.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
            assert (title.text, desc.text) == (chart["title"], chart["told"])
    assert not hatched(pictures(charts[0])[0])
    assert all(hatched(svg) for svg in pictures(charts[1]))
    assert (empty["svg"], empty["table"]) == ("", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_picture_refers_to_is_its_own(language):
    with override(language):
        text = "".join(chart["svg"] for kind in all_examples() for chart in kind["charts"])
    names = re.findall(r' id="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(names)


def test_each_class_has_the_colors_that_the_style_sheet_gives_it():
    light = colors(0) | {"paper": "#f5f3ee"}
    assert {name: light[name] for name in drawing.COLORS} == drawing.COLORS
    for look, paint in drawing.LOOKS.items():
        [rule] = re.findall(rf"^\.chart \.{look} {{ (.*) }}$", COMPONENTS, re.MULTILINE)
        assert dict(re.findall(r"([\w-]+): var\(--([\w-]+)\);", rule)) == paint, look
    with override("en"):
        four = lines.over_time("four", "t", ["a"], [Series("s", (1,))] * 4, "x")
        text = "".join(chart["svg"] for kind in all_examples() for chart in [*kind["charts"], four])
    used = {look for names in re.findall(r'class="([^"]+)"', text) for look in names.split()}
    assert used - {"chart", "chart--wide", "chart--narrow", "strong"} == set(drawing.LOOKS)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_marks_and_their_words_can_be_seen(side):
    color = colors(side)
    for look, paint in drawing.LOOKS.items():
        if look in ("track", "grid"):  # they say nothing
            continue
        if look.startswith(("on", "over")):
            ground = paint.get("stroke") if look.startswith("on") else f"step-{look[-1]}"
            text = paint.get("fill", paint["stroke"])
            assert contrast(color[text], color[ground]) >= 4.5, look
            continue
        for surface in SURFACES:
            best = max(contrast(color[token], color[surface]) for token in paint.values() if token != "paper")
            assert best >= (4.5 if look in ("ink", "soft") else 3), (look, surface)


def test_steps_differ_without_color():
    """In light gray from step to step, or by the lines that lie over the two lowest."""
    for side in (0, 1):
        color = colors(side)
        plain = [color[f"step-{step}"] for step in (5, 4, 3)]
        assert all(contrast(one, other) >= 1.7 for one, other in pairwise(plain))
    assert set(drawing.HATCHED) == {1, 2}


# --- numbers --------------------------------------------------------------------------------------------------


@quick
@given(counts)
def test_bars_are_as_long_as_their_numbers(values):
    with override("en"):
        chart = bars.plain("c", "People", [Bar(f"Course {place}", value) for place, value in enumerate(values)], OF)
    check(chart)
    for svg in pictures(chart):
        found, [track, *_rest] = widths(drawn(svg, "s5")), widths(drawn(svg, "track"))
        known = [value for value in values if value]
        assert len(found) == len(known)
        for width, value in zip(found, known, strict=True):
            assert width == pytest.approx(max(track * value / max(values), 1), abs=0.11)
    assert [row["cells"] for row in chart["table"]["rows"]] == [[f"{value:,}"] for value in values]


@quick
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=10))
def test_what_is_less_than_nothing_goes_the_other_way(values):
    rows = [Bar(str(place), value) for place, value in enumerate(values)]
    with override("en"):
        charts = [bars.plain("c", "Left", rows, OF), bars.columns("d", "Left", rows, OF)]
    for chart in charts:
        check(chart)
    for svg in pictures(charts[0]):
        zero = max(0, -min(values)) / (max(0, *values, *[0]) - min(0, *values, *[0]) or 1)
        [track, *_rest] = drawn(svg, "track")
        zero = number(track, "x") + number(track, "width") * zero
        for rect, value in zip(drawn(svg, "s5"), filter(None, values), strict=True):
            edge = number(rect, "x") + (0 if value > 0 else number(rect, "width"))
            assert edge == pytest.approx(zero, abs=0.2)


@quick
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=10))
def test_columns_are_as_high_as_their_numbers(values):
    rows = [Bar(str(place), value) for place, value in enumerate(values)]
    with override("en"):
        chart = bars.columns("c", "People", rows, OF)
    check(chart)
    wide = pictures(chart)[0]
    if wide.find(f"{SVG}rect[@class='track']") is None:
        known = [value for value in values if value]
        top = float(frame.ticks(0, max(values))[-1])
        for rect, value in zip(drawn(wide, "s5"), known, strict=True):
            assert number(rect, "height") == pytest.approx(max(bars.PLOT * value / top, 1), abs=0.11)


@quick
@given(st.lists(st.tuples(*[st.integers(0, 5000)] * 5), min_size=1, max_size=12), st.booleans())
def test_parts_are_drawn_in_their_order(rows, is_whole):
    stacks = [Stack(f"Row {place}", row) for place, row in enumerate(rows)]
    with override("en"):
        chart = parts.stacked("c", "Parts", AGREED, stacks, "Row", is_whole=is_whole)
    check(chart)
    for svg in pictures(chart):
        found = {}
        for step, _words in AGREED:
            for rect in drawn(svg, f"s{step}"):
                found.setdefault(number(rect, "y"), []).append((number(rect, "x"), step))
        told = [[step for (step, _words), count in zip(AGREED, row, strict=True) if count] for row in rows]
        shown = [found[y] for y in sorted(found)]
        assert [[step for _x, step in row] for row in shown] == [row for row in told if row]
        assert all(row == sorted(row, key=lambda pair: pair[0]) for row in shown)
    cells = [row["cells"] for row in chart["table"]["rows"]]
    assert cells == [[f"{count:,}" for count in row] for row in rows]


@quick
@given(st.lists(st.integers(1000, 5000), min_size=2, max_size=4), st.integers(1, 3))
def test_parts_are_as_long_as_their_numbers(row, times):
    names, more = AGREED[: len(row)], tuple(count * times for count in row)
    for is_whole in (True, False):
        chart = parts.stacked("q", "t", names, [Stack("a", tuple(row)), Stack("b", more)], "x", is_whole=is_whole)
        for svg in pictures(chart):
            small, large = zip(*(drawn(svg, f"s{step}") for step, _words in names), strict=True)
            for rects, factor in ((small, 1 if is_whole else times), (large, 1)):
                lengths = [width + frame.GAP for width in widths(rects)]
                whole = sum(width + frame.GAP for width in widths(large)) / factor
                assert lengths == pytest.approx([whole * count / sum(row) for count in row], abs=0.3)


def test_what_is_next_to_nothing_is_still_to_be_seen():
    chart = parts.stacked("q", "t", AGREED, [Stack("a", (9000, 249, 41, 0, 1))], "x")
    for svg in pictures(chart):
        assert widths(drawn(svg, "s1")) == [1]
        assert not drawn(svg, "s2")


@quick
@given(
    st.lists(st.one_of(st.integers(-500, 10**6), st.none(), st.just(HIDDEN)), min_size=1, max_size=60),
    st.one_of(st.none(), st.integers(0, 10**6)),
)
def test_lines_go_through_their_numbers(values, goal):
    days = [date(2026, 1, 1).toordinal() + place for place in range(len(values))]
    names = [str(day) for day in days]
    with override("en"):
        chart = lines.over_time("c", "Days", names, [Series("People", tuple(values))], "Day", days=days, goal=goal)
        small = lines.multiples("d", "Days", names, [Series("People", tuple(values), goal)] * 5, "Course")
    check(chart)
    check(small)
    known = [value for value in values if isinstance(value, int)]
    for svg in pictures(chart):
        runs = [points_of(path) for path in svg.findall(f"{SVG}path[@class='r1'][@fill='none']")]
        heights = [y for run in runs for _x, y in run]
        longer = [value for run in lines.runs(values) if len(run) > 1 for value in (values[place] for place in run)]
        assert len(heights) == len(longer)
        for (one, y), (other, z) in pairwise(zip(longer, heights, strict=True)):
            assert (one < other) <= (y >= z)
    told = [row["cells"][0] for row in chart["table"]["rows"]]
    assert [cell for cell in told if cell not in ("Not shown", "Being counted")] == [
        f"{value:,}" for value in known
    ]


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), Decimal("NaN"), True])
def test_what_is_no_number_is_refused(wrong):
    for draw in (
        lambda: bars.plain("c", "t", [Bar("a", wrong)], OF),
        lambda: bars.plain("c", "t", [Bar("a", 1, wrong)], OF),
        lambda: bars.plain("c", "t", [Bar("a", 1)], OF, whole=wrong),
        lambda: bars.columns("c", "t", [Bar("a", wrong)], OF),
        lambda: bars.targets("c", "t", [Target("a", 1, wrong)], "x"),
        lambda: parts.stacked("c", "t", AGREED, [Stack("a", (1, wrong, 0, 0, 0))], "x"),
        lambda: parts.strip("c", "t", [Bar("a", wrong)], OF),
        lambda: lines.over_time("c", "t", ["1"], [Series("a", (wrong,))], "x"),
        lambda: lines.over_time("c", "t", ["1"], [Series("a", (1,))], "x", goal=wrong),
        lambda: lines.multiples("c", "t", ["1"], [Series("a", (1,), wrong)], "x"),
    ):
        with pytest.raises(ValueError, match="cannot be drawn"):
            draw()


def test_whole_numbers_decimals_and_floats_go_together():
    values = (Decimal("4.25"), 3, 2.5)
    check(lines.over_time("c", "t", list("abc"), [Series("s", values)], "x", low=Decimal("0.1")))
    check(bars.columns("c", "t", [Bar("a", value) for value in values], OF))


def test_what_nobody_could_read_is_refused():
    with pytest.raises(ValueError, match="less than nothing"):
        parts.strip("c", "t", [Bar("a", -1)], OF)
    with pytest.raises(ValueError, match="so many parts"):
        parts.strip("c", "t", [Bar("a", 1)] * 6, OF)
    with pytest.raises(ValueError, match="so many lines"):
        lines.over_time("c", "t", ["1"], [Series("a", (1,))] * 5, "x")
    with pytest.raises(ValueError, match="for each point"):
        lines.over_time("c", "t", ["1", "2"], [Series("a", (1,))], "x")
    with pytest.raises(ValueError, match="must rise"):
        lines.over_time("c", "t", ["1", "2"], [Series("a", (1, 2))], "x", days=[2, 2])


@given(st.integers(-(10**7), 10**7), st.integers(0, 10**7), st.sampled_from([1, 7, 100, 10**4]))
def test_the_numbers_of_an_axis_are_round_and_reach_around(low, span, divisor):
    low, high = Decimal(low) / divisor, Decimal(low + span) / divisor
    marks = frame.ticks(low, high)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= 8
    steps = {other - one for one, other in pairwise(marks)}
    assert len(steps) == 1
    assert Decimal(steps.pop()).normalize().as_tuple().digits in {(1,), (2,), (5,)}


@given(st.lists(st.floats(0, 200), min_size=1, max_size=4))
def test_values_at_the_ends_are_pushed_apart(ys):
    found = lines.apart(sorted(ys), 18, 0, 200)
    assert all(other - one >= 17.9 for one, other in pairwise(found))
    assert max(found) <= 200
    assert min(found) >= -0.1


# --- targets --------------------------------------------------------------------------------------------------


def test_where_a_target_stands_is_said_by_more_than_color():
    rows = [
        Target("Run", 8, 8, rate="100%"),
        Target("Enrolled", 1104, 1000, rate="110.4%"),
        Target("Placed", 18, 20, rate="90.0%"),
        Target("Of this year", 18, 20, rate="90.0%", reached=Reached.RUNNING),
        Target("Counted later", None, 20),
    ]
    with override("en"):
        chart = bars.targets("c", "Targets", rows, "Commitment")
    check(chart)
    assert [row["cells"] for row in chart["table"]["rows"]] == [
        ["8", "8", "100%", "Met"],
        ["1,000", "1,104", "110.4%", "Exceeded"],
        ["20", "18", "90.0%", "Missed"],
        ["20", "18", "90.0%", "In progress"],
        ["20", "Being counted", "–", "–"],
    ]
    assert chart["told"] == "2 of 5 targets are reached. Missed: Placed 18 / 20."
    for svg in pictures(chart):
        [met, over, running] = widths(drawn(svg, "s4"))
        [beyond], [missed] = widths(drawn(svg, "s5")), widths(drawn(svg, "miss"))
        assert met == over
        assert met * 0.104 == pytest.approx(beyond + frame.GAP, abs=0.2)
        assert missed == running == pytest.approx(met * 0.9, abs=0.2)
        assert len(svg.findall(f"{SVG}path[@class='gap']")) == 2  # of the row and of the legend
        words = [text.text for text in svg.iter(f"{SVG}text")]
        assert {"100% Met", "110.4% Exceeded", "90.0% Missed", "90.0% In progress"} <= set(words)


@quick
@given(st.lists(st.tuples(st.integers(-50, 5000), st.integers(0, 3000)), min_size=1, max_size=15))
def test_any_actual_can_be_drawn_against_any_target(pairs):
    with override("ko"):
        chart = bars.targets("c", "t", [Target("약속", *pair) for pair in pairs], "약속")
    check(chart)


def test_a_hidden_actual_tells_neither_rate_nor_state():
    charts = []
    for rate in ("90.0%", "10.0%"):
        with override("ko"):
            charts.append(bars.targets("c", "t", [Target("배치", HIDDEN, 20, rate=rate)], "약속"))
    assert charts[0] == charts[1]
    assert charts[0]["table"]["rows"][0]["cells"] == ["20", "표시하지 않음", "–", "–"]


# --- what is not shown ----------------------------------------------------------------------------------------


def test_a_hidden_value_is_as_long_as_any():
    with override("en"):
        flat = bars.plain("c", "t", [Bar("a", HIDDEN), Bar("b", 10)], OF)
        whole = parts.stacked("d", "t", AGREED, [Stack("a", (HIDDEN, 7, 0, 9, HIDDEN))], "x")
        strip = parts.strip("e", "t", [Bar("a", 30), Bar("b", HIDDEN), Bar("c", HIDDEN)], OF)
    for svg in pictures(flat):
        assert widths(hatched(svg)) == widths(drawn(svg, "track"))
    for chart in (whole, strip):
        for svg in pictures(chart):
            assert widths(hatched(svg)) == [parts.HIDDEN_WIDTH - frame.GAP] * 2
    assert "%" not in strip["told"]
    assert strip["table"]["headings"] == list(OF)
    assert strip["told"] == "a 30, b, c. 2 values are not shown."


def test_neighbors_that_are_hidden_are_one_band():
    values = (1, HIDDEN, HIDDEN, 4, None, HIDDEN)
    with override("en"):
        chart = lines.over_time("c", "t", list("abcdef"), [Series("s", values)], "x")
    for svg in pictures(chart):
        assert len(hatched(svg)) == 2
        assert len({number(band, "height") for band in hatched(svg)}) == 1


# --- words ----------------------------------------------------------------------------------------------------


def test_text_of_people_is_text():
    hostile = '"><img src=x onerror=1></svg><script>'
    with override("en"):
        charts = [
            bars.plain("a", hostile, [Bar(hostile, 1)], OF, write=lambda _value: hostile, told=hostile),
            bars.targets("b", hostile, [Target(hostile, 1, 2)], "x"),
            parts.stacked("c", hostile, [(5, hostile)], [Stack(hostile, (1,), hostile)], "x"),
            lines.multiples("d", hostile, [hostile], [Series(hostile, (1,))], "x"),
        ]
    for chart in charts:
        assert not re.search(r"<(img|script)", chart["svg"])
        assert chart["svg"].count("</svg>") == 2
        assert len(pictures(chart)) == 2
        page = render_to_string("components/chart.html", {"chart": chart, "headed": True})
        assert not re.search(r"<(img|script)", page)


@quick
@given(st.lists(st.tuples(labels, st.integers(0, 10**9)), min_size=1, max_size=8))
def test_any_label_fits(rows):
    names, values = zip(*rows, strict=True)
    named = [Bar(label, value) for label, value in rows]
    small = [Series(label, (value, 1)) for label, value in rows]
    with override("ko"):
        check(bars.plain("a", "t", named, OF))
        check(bars.columns("b", "t", named, OF))
        check(bars.targets("c", "t", [Target(label, value, 10**6) for label, value in rows], "x"))
        check(parts.strip("d", "t", named[:5], OF))
        check(lines.multiples("e", "t", ["2025년", "2026년"], small, "x"))
        check(lines.over_time("f", "t", names, [Series("s", values)], "x"))


def test_long_labels_become_lines_and_are_cut_at_last():
    found = drawing.wrapped(LONG, 330)
    assert len(found) == 2
    assert found[-1].endswith("…")
    [only] = drawing.wrapped(ENDLESS, 330)
    assert only.endswith("…")
    assert drawing.width_of(only) <= 330
    chart = bars.plain("c", "t", [Bar(LONG, 1), Bar(ENDLESS, 2)], OF)
    check(chart)
    assert [row["label"] for row in chart["table"]["rows"]] == [LONG, ENDLESS]


@pytest.mark.parametrize(("language", "words"), [("ko", "가장 높은 값은 가 1,104"), ("en", "Highest: 가, 1,104")])
def test_the_finding_is_in_the_language_of_the_page(language, words):
    with override(language):
        chart = bars.plain("c", "t", [Bar("가", 1104), Bar("나", 18)], OF)
    assert chart["told"].startswith(words)


def test_one_value_none_at_all_and_nothing_counted():
    with override("en"):
        one = bars.plain("c", "t", [Bar("a", 3)], OF)
        zero = bars.columns("c", "t", [Bar("a", 0), Bar("b", 0)], OF)
        hidden = bars.plain("c", "t", [Bar("a", HIDDEN), Bar("b", None)], OF)
        point = lines.over_time("c", "t", ["2026"], [Series("a", (3,))], "Year", goal=4)
    assert one["told"] == "a: 3."
    assert zero["told"] == "All have the same value, 0."
    assert hidden["told"] == "1 value is not shown."
    assert point["told"] == "a: 3 (2026). The target is 4."
    for chart in (one, zero, hidden, point):
        check(chart)
    assert not drawn(pictures(zero)[0], "s5")


# --- on the page and in a document ----------------------------------------------------------------------------


def test_the_component_is_a_figure_with_its_words_and_its_table():
    with override("ko"):
        chart = bars.plain("c", "연령", [Bar("19–24세", 218), Bar("25–29세", HIDDEN)], ("연령", "인원"))
        html = render_to_string("components/chart.html", {"chart": chart, "note": "2024년 기준"})
        empty = render_to_string("components/chart.html", {"chart": frame.empty("연령")})
    words = re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
    assert re.search(r"<figure.*<figcaption.*연령.*218.*</figcaption>.*2024년 기준.*<details", words)
    assert '<th scope="row">25–29세</th><td class="r num">표시하지 않음</td>' in words
    assert "아직 집계한 값이 없어요." in empty
    assert "<details" not in empty


SOURCE = b"""#import "/components/chart.typ": charted
#let data = json(bytes(sys.inputs.data))
#set document(title: "Charts")
#set text(font: ("Noto Sans KR", "Libertinus Serif"), size: 9pt, lang: data.lang)
#for chart in data.charts { charted(chart) }
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_holds_the_picture_of_the_page(language):
    with override(language):
        charts = [chart for kind in all_examples() for chart in kind["charts"]]
        held = [frame.for_document(chart) for chart in charts]
    assert all(one["svg"] in other["svg"] for one, other in zip(held, charts, strict=True))
    data = json.dumps({"lang": language, "charts": held})
    content = typst.compile(
        SOURCE, root=pdf.TEMPLATES, font_paths=pdf._fonts(), sys_inputs={"data": data}, pdf_standards=[pdf.STANDARD]
    )
    facts = documents.facts_of(content)
    assert (facts["Tagged"], facts["UA"]) == (True, "1")
    assert documents.is_whole(content)
    assert all(documents.fonts_of(content).values())
    assert "1,104" in documents.text_of(content)
