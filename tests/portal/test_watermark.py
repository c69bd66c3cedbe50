"""A line over every page of a PDF, whatever its pages are like; what cannot be marked is refused in clear words."""

import io
import logging
import time
from datetime import datetime

import pikepdf
import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from PIL import ImageOps

from portal import watermark
from portal.clock import SEOUL
from tests import documents
from tests.files import make_pdf

NAME = "제갈한결"
HELVETICA = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)


def saved(pdf, **options):
    target = io.BytesIO()
    pdf.save(target, **options)
    return target.getvalue()


def pages(count, *, size=(595, 842), **fields):
    """A PDF whose pages say their number; `fields` are further entries of each page."""
    pdf = pikepdf.new()
    for number in range(count):
        pdf.add_blank_page(page_size=size)
        page = pdf.pages[-1]
        page.Contents = pdf.make_stream(b"BT /F1 24 Tf 72 100 Td (Page %d) Tj ET" % number)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=HELVETICA))
        for name, value in fields.items():
            page[f"/{name}"] = value
    return pdf


def marked(content, text=NAME):
    return watermark.mark(io.BytesIO(content), text).getvalue()


def texts(content):
    """The text of each page."""
    return documents.text_of(content).split("\f")[:-1]


def is_marked(content, count=1):
    found = texts(content)
    return len(found) == count and all(NAME in text for text in found) and documents.is_whole(content)


def test_every_page_carries_the_line_and_keeps_what_it_says():
    found = marked(saved(pages(3)))
    assert is_marked(found, 3)
    assert [f"Page {number}" in text for number, text in enumerate(texts(found))] == [True] * 3


def test_the_words_say_who_and_when_in_the_readers_language():
    at = datetime(2026, 12, 1, 17, 5, tzinfo=SEOUL)
    with override("en"):
        assert watermark.words("Kim", at) == "Kim · Tue, 1 December 2026, 17:05 KST"
    with override("ko"):
        assert watermark.words(NAME, at) == f"{NAME} · 2026년 12월 1일 (화) 17:05"


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 450, -90])
def test_pages_that_are_turned_or_cropped(turn):
    assert is_marked(marked(saved(pages(1, size=(842, 595), Rotate=turn, CropBox=[100, 50, 500, 400]))))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_line_stands_within_what_is_seen_the_way_up_that_it_is_read(turn):
    found = marked(saved(pages(1, Rotate=turn, CropBox=[200, 300, 500, 500])), NAME * 4)
    picture = ImageOps.invert(pypdfium2.PdfDocument(found)[0].render().to_pil().convert("L"))
    width, height = picture.size
    left, top, right, bottom = picture.getbbox()
    assert right - left > width * 0.5
    assert bottom - top > height * 0.5
    below = picture.crop((0, round(height * 0.93), width, height)).getbbox()
    assert below
    assert below[2] - below[0] > 3 * (below[3] - below[1])  # a line, level


def test_what_pages_share_or_inherit_is_left_alone():
    pdf = pages(2)
    shared = pdf.make_indirect(pdf.pages[0].Resources)
    for page in pdf.pages:
        del page.Resources
    pdf.Root.Pages.Resources = shared
    pdf.pages[1].Contents = pikepdf.Array([pdf.pages[1].Contents, pdf.make_stream(b" q ")])
    found = marked(saved(pdf))
    assert is_marked(found, 2)
    assert [f"Page {number}" in text for number, text in enumerate(texts(found))] == [True] * 2


def test_empty_pages_and_those_without_resources():
    assert is_marked(marked(make_pdf()))


def test_two_hundred_pages_take_seconds_not_minutes():
    content = saved(pages(200))
    began = time.process_time()
    found = marked(content)
    assert time.process_time() - began < 10
    assert is_marked(found, 200)
    assert len(found) < len(content) + 200 * 1000


def test_a_name_that_no_font_has_is_no_failure(caplog):
    with caplog.at_level(logging.WARNING):
        assert documents.is_whole(marked(make_pdf(), "🦊 김다별"))


def encrypted(**passwords):
    return saved(pages(1), encryption=pikepdf.Encryption(**passwords))


def looped():
    """Pages whose tree leads back into itself."""
    pdf = pages(1)
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)
    return saved(pdf)


def deep():
    """Arrays within arrays."""
    return make_pdf().replace(
        b"/MediaBox[0 0 595 842]", b"/MediaBox[0 0 595 842]/X" + b"[" * 50_000 + b"]" * 50_000
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (encrypted(owner="a", user="b"), "locked"),
        (encrypted(owner="a", user=""), "locked"),
        (saved(pages(watermark.MOST_PAGES + 1)), "pages"),
        (saved(pikepdf.new()), "broken"),
        (b"%PDF-1.7\nnothing at all\nstartxref\n0\n%%EOF\n", "broken"),
        (saved(pages(1))[:300], "broken"),
        (saved(pages(1, size=(3, 3))), "broken"),
        (saved(pages(1, CropBox=["a", "b", "c", "d"])), "broken"),
        (looped(), "broken"),
        (deep(), "broken"),
    ],
    ids=[
        "password",
        "owner's password",
        "many pages",
        "no page",
        "nothing",
        "cut",
        "tiny",
        "no box",
        "loop",
        "deep",
    ],
)
def test_what_cannot_be_marked_is_refused_in_words(content, code):
    with override("en"), pytest.raises(ValidationError) as refused:
        watermark.check(io.BytesIO(content))
    assert refused.value.code == code
    assert str(refused.value.messages[0])


def test_checking_leaves_the_file_at_its_start():
    file = io.BytesIO(make_pdf())
    watermark.check(file)
    assert file.tell() == 0
