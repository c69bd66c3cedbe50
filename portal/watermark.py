"""PDF files with their reader's name and the time laid over every page.

What is laid over is made by typst like every document, and stands in the file once; each page only draws it. The
pages themselves are not read, so that a large file costs little and none can keep us busy with what it draws.
"""

import io
import math

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
)

from portal import i18n, pdf
from portal.uploads import CAUSES

MOST_PAGES = 500
TEMPLATE = "documents/watermark.typ"
SMALLEST, LARGEST = 8, 20_000  # of a page's side, in points
NAME = "/GrowReader"  # of what is laid over, and of how it shines through, on a page
LINE, ACROSS = 0.4, 0.8  # how long the line is: below, of the shorter side; across, of the diagonal
CLEAR, FAINT = 0.9, 0.25  # how much of each covers what is beneath

TOO_MANY = gettext_lazy("This PDF has too many pages. At most %(most)s can be taken; please divide it.")


class Unmarkable(Exception):
    """A file over whose pages nothing can be laid; `cause` is `locked`, `pages` or `broken`."""

    def __init__(self, cause):
        super().__init__(cause)
        self.cause = cause


def check(file):
    """ValidationError where `file`, a PDF, could not be given out marked. Its code: locked, pages, broken."""
    file.seek(0)
    try:
        mark(file, "0")
    except Unmarkable as found:
        said = TOO_MANY if found.cause == "pages" else CAUSES[found.cause]
        raise ValidationError(said, code=found.cause, params={"most": MOST_PAGES}) from found
    finally:
        file.seek(0)


def words(name, moment):
    """What is laid over: who opened the file, and when."""
    return f"{name} · {i18n.moment(moment, year=True)}"


def mark(file, text):
    """A new file: the PDF `file` with `text`, one line, over each of its pages. Raises Unmarkable."""
    label = pdf.make(TEMPLATE, {"text": text, "language": i18n.language()}, about="a watermark").content
    try:
        return _marked(file, label)
    except Unmarkable:
        raise
    except Exception as error:  # whatever a file that somebody made can do to a reader of files
        raise Unmarkable("broken") from error


def _marked(file, label):
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted:
        raise Unmarkable("locked")
    if len(reader.pages) > MOST_PAGES:
        raise Unmarkable("pages")
    writer = PdfWriter(clone_from=reader)
    if not writer.pages:
        raise Unmarkable("broken")
    form, size = _form(writer, label)
    before = writer._add_object(_stream(b"q"))
    for page in writer.pages:
        _lay_over(writer, page, form, size, before)
    marked = io.BytesIO()
    writer.write(marked)
    marked.seek(0)
    return marked


def _form(writer, label):
    """The line as something that every page can draw, and its size."""
    page = PdfReader(io.BytesIO(label)).pages[0]
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    form = _stream(page.get_contents().get_data())
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(side) for side in (0, 0, width, height)]),
            NameObject("/Resources"): page["/Resources"].clone(writer),
        }
    )
    return writer._add_object(form.flate_encode()), (width, height)


def _stream(content):
    stream = DecodedStreamObject()
    stream.set_data(content)
    return stream


def _lay_over(writer, page, form, size, before):
    """Draw the line once across the page and once below, the way up that the page is read."""
    upright, width, height = _upright(page)
    drawn = [b"Q q ", upright]
    slope = math.atan2(height, width)
    for part, scale, angle in (
        ("Faint", ACROSS * math.hypot(width, height) / size[0], slope),
        ("Clear", LINE * min(width, height) / size[0], 0),
    ):
        middle = height / 2 if part == "Faint" else size[1] * scale
        cos, sin = math.cos(angle) * scale / 2, math.sin(angle) * scale / 2
        x, y = width / 2 - size[0] * cos + size[1] * sin, middle - size[0] * sin - size[1] * cos
        drawn += [b"q ", _matrix(angle, scale, x, y), f"{NAME}{part} gs {NAME} Do Q ".encode()]
    after = writer._add_object(_stream(b"".join([*drawn, b"Q"])))
    own = page.raw_get("/Contents") if "/Contents" in page else ArrayObject()
    parts = own.get_object() if isinstance(own.get_object(), ArrayObject) else [own]
    page[NameObject("/Contents")] = ArrayObject([before, *parts, after])
    _add_resources(page, form)


def _upright(page):
    """What lets one draw from the lower left corner of the page as it is read; its width and height then."""
    left, bottom, width, height = _seen(page)
    turns = int(page.get("/Rotate", 0)) // 90 % 4
    corners = ((left, bottom), (left + width, bottom), (left + width, bottom + height), (left, bottom + height))
    sides = (height, width) if turns % 2 else (width, height)
    return _matrix(turns * math.pi / 2, 1, *corners[turns]), *sides


def _seen(page):
    """What is shown of a page: its left and lower edge, its width and height."""
    box = page.cropbox
    sides = [float(side) for side in (box.left, box.bottom, box.width, box.height)]
    if not all(SMALLEST <= side <= LARGEST for side in sides[2:]) or any(abs(side) > LARGEST for side in sides[:2]):
        raise Unmarkable("broken")
    return sides


def _matrix(angle, scale, x, y):
    """What turns, scales and moves all that is drawn afterwards."""
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    return f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.3f} {y:.3f} cm ".encode()


def _add_resources(page, form):
    """What the line needs, beside what the page has; pages may share that, so it is a copy."""
    resources = DictionaryObject(page.get("/Resources", DictionaryObject()).get_object())
    shining = {
        part: DictionaryObject({NameObject("/ca"): FloatObject(share), NameObject("/CA"): FloatObject(share)})
        for part, share in (("Clear", CLEAR), ("Faint", FAINT))
    }
    for kind, added in (
        ("/XObject", {NAME: form}),
        ("/ExtGState", {f"{NAME}{part}": state for part, state in shining.items()}),
    ):
        both = DictionaryObject(resources.get(kind, DictionaryObject()).get_object())
        both.update({NameObject(name): value for name, value in added.items()})
        resources[NameObject(kind)] = both
    page[NameObject("/Resources")] = resources
