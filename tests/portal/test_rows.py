"""Rows of a form that people add to: read, cleaned, shown; nothing typed is lost."""

import json
import re
import time
import unicodedata
from contextlib import suppress

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal import clock, rows
from portal.rows import CAREER, CREDITS, Column, RowsField

WORK = {"year": "2024", "title": "새벽 배송", "role": "각본", "platform": "ott"}
JOB = {"from": "2022-03", "to": "2024-02", "organization": "별빛 영화사", "role": "조연출"}
BLANK = dict.fromkeys(WORK, "")


class CvForm(forms.Form):
    credits = RowsField(CREDITS, 20, required=False, label="주요 참여작", help_text="최근 작품부터")
    career = RowsField(CAREER, 20, required=False, label="경력")


def posted(name="credits", *lines, **more):
    """What a browser sends for `lines`."""
    data = {f"{name}-rows": "1"}
    for index, line in enumerate(lines):
        data |= {f"{name}-{index}-{key}": text for key, text in line.items()}
    return data | more


def errors_of(line, columns=CREDITS):
    """The errors of one row."""
    field = RowsField(columns, 20)
    try:
        field.clean([line])
    except forms.ValidationError as refused:
        return refused.messages
    return []


# --- reading ---------------------------------------------------------------------------------------


def test_rows_are_read_as_typed_and_kept_clean():
    form = CvForm(posted("credits", WORK, BLANK, WORK | {"title": " 열세  번째\n계단 ", "year": "２０２５년"}))
    assert form["credits"].data == [WORK, BLANK, WORK | {"title": " 열세  번째\n계단 ", "year": "２０２５년"}]
    assert form.is_valid()
    assert form.cleaned_data["credits"] == [WORK, WORK | {"title": "열세 번째 계단", "year": "2025"}]
    assert form.cleaned_data["career"] == []


def test_what_a_page_without_the_rows_sends_is_not_the_same_as_none():
    widget = CvForm().fields["credits"].widget
    assert widget.value_from_datadict({}, {}, "credits") is None
    assert widget.value_from_datadict({"credits-0-title": "x"}, {}, "credits") is None
    assert widget.value_from_datadict({"credits-rows": "1"}, {}, "credits") == []
    assert widget.value_omitted_from_data({}, {}, "credits")


def test_gaps_close_and_indexes_beyond_are_not_read():
    data = QueryDict(mutable=True)
    data.update(posted("credits", WORK))
    for index in ("3", "24", "25", "999999999", "-1", "０", "1e3", "", "__row__"):
        data[f"credits-{index}-title"] = f"줄 {index}"
    data["credits-0-nonsense"] = "x"
    data["credits-2-nonsense"] = "x"
    titles = [row["title"] for row in CvForm(data)["credits"].data]
    assert titles == ["새벽 배송", "줄 3", "줄 24"]
    assert set(CvForm(data)["credits"].data[0]) == set(WORK)


def test_a_field_has_its_prefix():
    form = CvForm(posted("me-credits", WORK), prefix="me")
    assert form.is_valid()
    assert form.cleaned_data["credits"] == [WORK]
    assert 'name="me-credits-0-title"' in str(form["credits"])


@pytest.mark.parametrize(
    "raw",
    [None, "", "text", 3, {}, {"0": WORK}, [None, 3, "x", [WORK]], [{"title": 3, "year": None, "role": ["x"]}]],
)
def test_whatever_a_draft_holds_is_read(raw):
    assert all(rows.is_blank(row) for row in rows.tidy(CREDITS, 20, raw))
    assert RowsField(CREDITS, 20, required=False).clean(raw) == []


def test_a_row_and_a_cell_have_bounds():
    [row] = rows.tidy(CREDITS, 1, [{"title": "가" * 1_000_000}])
    assert len(row["title"]) == rows.LONGEST_RAW
    assert len(rows.tidy(CREDITS, 20, [WORK] * 1000)) == 25
    [row] = rows.tidy(CREDITS, 1, [{"title": "a\x00b\ud800c\r\n"}])
    assert row["title"] == "abc\r\n"
    json.dumps(row, ensure_ascii=False).encode()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*WORK, "x"]), inner),
        max_leaves=20,
    )
)
def test_nothing_raw_breaks_it_and_tidying_twice_changes_nothing(raw):
    once = rows.tidy(CREDITS, 3, raw)
    assert rows.tidy(CREDITS, 3, once) == once
    form = CvForm(initial={"credits": raw})
    assert str(form["credits"])
    field, cleaned = RowsField(CREDITS, 3, required=False), []
    with suppress(forms.ValidationError):
        cleaned = field.clean(raw)
    assert field.clean(cleaned) == cleaned


# --- cleaning --------------------------------------------------------------------------------------


def test_an_error_names_its_row_and_its_column():
    form = CvForm(posted("credits", WORK, WORK | {"year": "20x5", "role": ""}))
    last = clock.now().year + 5
    assert form.errors["credits"] == [
        f"2번째 줄 · 연도: 연도를 네 자리 숫자로 적어 주세요. 1900년부터 {last}년까지 적을 수 있어요.",
        "2번째 줄 · 역할: 필수 항목이에요.",
    ]
    with override("en"):
        form = CvForm(posted("credits", WORK | {"role": ""}))
        assert form.errors["credits"] == ["Row 1 · Role: This field is required."]


@pytest.mark.parametrize("year", ["2024", "２０２４", "2024년", " 1999 ", "1900"])
def test_years_that_are_taken(year):
    assert errors_of(WORK | {"year": year}) == []


@pytest.mark.parametrize(
    "year", ["24", "1899", "2100", "20x5", "20244", "-2024", "2024.0", "٢٠٢٤", "二〇二四", "2024\x002"]
)
def test_years_that_are_not(year):
    [error] = errors_of(WORK | {"year": year})
    assert error.startswith("1번째 줄 · 연도: ")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2024-03", "2024-03"),
        ("2024-3", "2024-03"),
        ("2024.3", "2024-03"),
        ("2024. 3.", "2024-03"),
        ("2024/03", "2024-03"),
        ("2024년 3월", "2024-03"),
        ("2024년3월", "2024-03"),
        ("202403", "2024-03"),
        ("２０２４－０３", "2024-03"),
        (unicodedata.normalize("NFD", "2024년 3월"), "2024-03"),
    ],
)
def test_months_in_every_usual_spelling(typed, kept):
    field = RowsField(CAREER, 20)
    assert field.clean([JOB | {"from": typed, "to": ""}]) == [JOB | {"from": kept, "to": ""}]


@pytest.mark.parametrize(
    "typed", ["2024", "2024-13", "2024-00", "3/2024", "2024-03-01", "1850-01", "9999-01", "now"]
)
def test_months_that_are_none(typed):
    assert errors_of(JOB | {"from": typed, "to": ""}, CAREER) == [
        "1번째 줄 · 시작: 연도와 월을 2024-03처럼 적어 주세요."
    ]


@pytest.mark.parametrize("typed", ["", "현재", "재직 중", "now", "Present"])
def test_what_goes_on_has_no_end(typed):
    [row] = RowsField(CAREER, 20).clean([JOB | {"to": typed}])
    assert row["to"] == ""


def test_an_end_is_not_before_its_beginning():
    assert errors_of(JOB | {"to": "2021-12"}, CAREER) == [
        "1번째 줄 · 끝: 끝이 시작보다 빨라요. 다시 확인해 주세요."
    ]
    assert errors_of(JOB | {"to": "2022-03"}, CAREER) == []
    assert len(errors_of(JOB | {"from": "x", "to": "2021-12"}, CAREER)) == 1


def test_a_text_has_its_limit_counted_when_it_is_clean():
    assert errors_of(WORK | {"title": unicodedata.normalize("NFD", "각" * 120)}) == []
    assert errors_of(WORK | {"title": "각" * 121}) == [
        "1번째 줄 · 작품명: 120자 이하로 줄여 주세요. 지금 1자가 넘어요."
    ]


def test_a_resident_number_is_refused_in_any_cell():
    [error] = errors_of(WORK | {"title": "900101-1234567"})
    assert "주민등록번호" in error


@pytest.mark.parametrize("platform", ["cinema", "극장", "<b>", "ott\x01x"])
def test_a_choice_is_one_of_the_list(platform):
    assert errors_of(WORK | {"platform": platform}) == ["1번째 줄 · 공개: 목록에서 하나를 골라 주세요."]
    assert errors_of(WORK | {"platform": ""}) == []


def test_hostile_text_is_cleaned_and_never_markup():
    nasty = "\u202e<img src=x onerror=alert(1)>\x00'\"=1+1"
    form = CvForm(posted("credits", WORK | {"title": nasty, "year": "x"}))
    assert not form.is_valid()
    html = render_crispy_form(form)
    assert "<img" not in html
    assert "&lt;img" in html
    assert (
        RowsField(CREDITS, 20).clean([WORK | {"title": nasty}])[0]["title"] == "<img src=x onerror=alert(1)>'\"=1+1"
    )


def test_more_rows_than_the_limit_are_kept_for_mending():
    form = CvForm(posted("credits", *[WORK] * 22))
    assert form.errors["credits"] == ["20줄까지 적을 수 있어요. 2줄을 비워 주세요."]
    assert str(form["credits"]).count('value="새벽 배송"') == 22
    assert CvForm(posted("credits", *[WORK] * 20, BLANK, BLANK)).is_valid()


def test_where_rows_are_required_blank_ones_do_not_count():
    field = RowsField(CREDITS, 20)
    for raw in (None, [], [BLANK], [{"title": " \t"}]):
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(raw)
        assert refused.value.messages == ["필수 항목이에요."]


def test_blank_rows_are_no_change():
    field = RowsField(CREDITS, 20)
    assert not field.has_changed([WORK], [WORK, BLANK])
    assert not field.has_changed(None, [BLANK])
    assert field.has_changed([WORK], [WORK | {"title": "다른 작품"}])


# --- showing ---------------------------------------------------------------------------------------


def ids_described(html):
    """Each id that something is said to be described by."""
    return {token for value in re.findall(r'aria-describedby="([^"]+)"', html) for token in value.split()}


def test_each_cell_in_error_says_so_and_what():
    form = CvForm(posted("credits", WORK, BLANK, WORK | {"year": "x"}))
    html = render_crispy_form(form)
    assert html.count('aria-invalid="true"') == 1
    [cell] = re.findall(r'<input[^>]*aria-invalid="true"[^>]*>', html)
    assert 'id="id_credits-2-year"' in cell
    assert 'aria-describedby="id_credits-2-year_error"' in cell
    assert 'href="#id_credits-2-year"' in html
    assert re.search(r'<p id="id_credits-2-year_error">연도: 연도를 네 자리', html)
    assert all(f'id="{token}"' in html for token in ids_described(html.split("<template")[0]))


def test_an_error_of_the_whole_is_said_once_at_the_rows():
    form = CvForm(posted("credits"))
    form.add_error("credits", "한 편은 적어 주세요.")
    html = render_crispy_form(form)
    assert 'href="#id_credits"' in html
    assert html.count("한 편은 적어 주세요.") == 3  # in the summary, at the rows, and hidden where crispy says it
    assert '<div class="rows" id="id_credits" tabindex="-1"' in html


def test_labels_arrive_and_each_row_has_its_name():
    html = str(CvForm(initial={"credits": [WORK]})["credits"])
    assert set(re.findall(r'<label[^>]*for="([^"]+)"', html)) == set(re.findall(r'\sid="(id_credits-[^"]+)"', html))
    assert 'role="group" aria-label="1번째 줄"' in html
    assert 'value="새벽 배송"' in html
    assert '<option value="ott" selected>온라인</option>' in html
    assert "줄마다 꼭 적어 주세요: 연도, 작품명, 역할." in html
    assert '줄 추가<span class="visually-hidden">: 주요 참여작</span>' in html


def shown(html):
    """How many rows stand on the page, the one for the script apart."""
    return html.split("<template")[0].count("data-rows-row")


@pytest.mark.parametrize(("filled", "stand"), [(0, 2), (1, 3), (18, 20), (19, 20), (20, 20), (22, 22)])
def test_two_blank_rows_stand_ready_up_to_the_limit(filled, stand):
    html = str(CvForm(initial={"credits": [WORK] * filled})["credits"])
    assert shown(html) == stand
    add = re.search(r"<button[^>]*data-rows-add[^>]*>", html).group()
    assert ("hidden" in add) == (stand >= 20)


def test_without_a_script_the_page_gives_more_rows_and_keeps_every_word():
    data = posted("credits", WORK, WORK | {"year": "20x"}, BLANK, BLANK, more="credits")
    form = CvForm(data)
    assert rows.more_asked(data) == "credits"
    again = CvForm(initial=rows.as_typed(form))
    rows.open_more(again, data)
    html = render_crispy_form(again)
    assert shown(html.split("id_career")[0]) == 6
    assert 'value="20x"' in html
    assert "aria-invalid" not in html
    assert re.search(r'<input[^>]*id="id_credits-2-year"[^>]*autofocus', html)
    assert html.count("autofocus") == 1
    again = CvForm(posted("credits", *[WORK] * 20, more="credits"))
    assert len(again["credits"].data) == 20


@pytest.mark.parametrize("more", ["", "nothing", "credits-0", "__class__"])
def test_asking_for_more_of_nothing_does_nothing(more):
    form = CvForm()
    rows.open_more(form, {"more": more})
    assert not form.fields["credits"].widget.opened
    assert rows.more_asked({}) == ""


def test_the_row_for_the_script_is_blank_and_outside_the_form():
    html = str(CvForm(initial={"career": [JOB]})["career"])
    blank = html.split("<template")[1]
    assert 'name="career-__row__-from"' in blank
    assert 'aria-label="{n}번째 줄"' in blank
    assert 'value=""' in blank
    assert "별빛" not in blank


def test_rows_are_shown_for_reading():
    lines = rows.show(CAREER, [JOB, JOB | {"to": ""}])
    assert [cell["label"] for cell in lines[0]] == ["시작", "끝", "소속기관", "직무"]
    assert [cell["text"] for cell in lines[0]] == ["2022년 3월", "2024년 2월", "별빛 영화사", "조연출"]
    assert lines[1][1]["text"] == "현재"
    with override("en"):
        [line] = rows.show(
            CREDITS,
            [
                WORK | {"platform": "gone"},
            ][:1],
        )
        assert [str(cell["text"]) for cell in line] == ["2024", "새벽 배송", "각본", "gone"]
        assert rows.show(CREDITS, [WORK])[0][3]["text"] == "Streaming"
        assert rows.show(CAREER, [JOB])[0][0]["text"] == "March 2022"
    assert rows.show((Column("on", "달", "month"),), [{}]) == [[{"label": "달", "text": ""}]]
    html = render_to_string("components/rows_shown.html", {"rows": lines, "label": "경력"})
    assert html.count("<tr>") == 3
    assert "별빛 영화사" in html


def test_twenty_rows_are_shown_in_a_blink():
    form = CvForm(initial={"credits": [WORK] * 20, "career": [JOB] * 20})
    str(form["credits"])
    started = time.perf_counter()
    html = render_crispy_form(form)
    assert time.perf_counter() - started < 0.5
    assert html.count('value="새벽 배송"') == 20


def test_a_hidden_hint_belongs_to_its_column():
    html = str(CvForm()["career"])
    assert 'aria-describedby="id_career_hint_to"' in html
    assert '<span id="id_career_hint_to">지금도 하고 있으면 ‘끝’을 비워 두세요.</span>' in html


def test_rows_without_hints_or_needs_have_no_line_of_them():
    class Plain(forms.Form):
        links = RowsField((Column("url", "주소"),), 3, required=False)

    assert "rows__hints" not in str(Plain()["links"])
    assert 'id="id_links-0-url"' in str(Plain(auto_id=False)["links"])
