"""Tables handed in by staff and taken away by them."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import csvs
from portal.errors import Refused

COLUMNS = {"name": ("성명", "이름", "Full name"), "email": ("이메일", "E-mail")}
LINES = "성명,이메일,비고\n김다별,kim@example.com,첫 줄\n\n남궁별,namgung@example.com,\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_program_saved_it(coding, delimiter):
    table = csvs.read(LINES.replace(",", delimiter).encode(coding), COLUMNS)
    assert table.rows == [
        (2, {"name": "김다별", "email": "kim@example.com"}),
        (4, {"name": "남궁별", "email": "namgung@example.com"}),
    ]
    assert (table.missing, table.ignored) == ([], ["비고"])


def test_a_heading_is_known_whatever_its_case_and_width_and_a_column_that_lacks_is_named():
    table = csvs.read("ＦＵＬＬ  name\nKim\n".encode(), COLUMNS)
    assert table.rows == [(2, {"name": "Kim"})]
    assert table.missing == ["email"]


def test_a_row_shorter_than_the_headings_and_the_first_of_two_columns_of_one_meaning():
    table = csvs.read("이름,성명,email\n김다별\n".encode(), COLUMNS)
    assert table.rows == [(2, {"name": "김다별", "email": ""})]
    assert table.ignored == ["성명"]


def test_line_breaks_inside_a_cell_keep_the_row_and_the_line():
    table = csvs.read(b'name,email\n"Kim\nDabyeol",a@example.com\nLee,b@example.com\n', COLUMNS)
    assert [line for line, _cells in table.rows] == [3, 4]
    assert table.rows[0][1]["name"].split() == ["Kim", "Dabyeol"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\x00\xd8", b"a" * (csvs.MOST_BYTES + 1)],
)
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(Refused):
        csvs.read(content, COLUMNS)


def test_too_many_rows_are_refused_and_just_enough_are_taken(monkeypatch):
    monkeypatch.setattr(csvs, "MOST_ROWS", 2)
    assert len(csvs.read(b"name\na\nb\n", COLUMNS).rows) == 2
    with pytest.raises(Refused):
        csvs.read(b"name\na\nb\nc\n", COLUMNS)


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content):
    with suppress(Refused):
        csvs.read(content, COLUMNS)


def test_trust_49_a_table_to_take_away_holds_no_formula_opens_with_hangul_and_keeps_its_rows():
    cells = ["=1+1", "+82", "-3", "@SUM(A1)", "\t=1", "＝1", "줄\n바꿈", 'a"b,c', "bell\x07", "한글 이름"]
    answer = csvs.response("거절된 행", ["값"], [[cell] for cell in cells])
    assert answer.content.startswith("\ufeff".encode())
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(cells) + 1
    assert all(len(row) == 1 for row in rows)
    assert not [row for row in rows if row[0].startswith(csvs.FORMULA)]
    assert not [row for row in rows if any(ord(character) < 32 for character in row[0])]
    assert rows[-1] == ["한글 이름"]
    assert rows[1] == ["'=1+1"]
