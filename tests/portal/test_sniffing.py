"""What a file is, is told by its content; what pretends, bursts or breaks off is refused, and no more than that."""

import contextlib
import io
import os
import struct
import time
import zlib
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from portal.models import UploadKind
from portal.sniffing import compound, pictures, zips
from portal.sniffing.reading import Unfit
from portal.sniffing.sniff import identify, sniff
from tests.files import (
    MAKERS,
    docx_entries,
    hwpx_entries,
    make_compound,
    make_docx,
    make_hwp,
    make_hwpx,
    make_image,
    make_pdf,
    make_zip,
)


def cause_of(content):
    """Why a file is refused; the test fails when it is taken."""
    with pytest.raises(Unfit) as refused:
        identify(io.BytesIO(content))
    return refused.value.cause


@pytest.mark.parametrize("kind", UploadKind.values)
def test_every_kind_that_is_kept_is_known_by_its_content(kind):
    assert sniff(io.BytesIO(MAKERS[kind]())) == kind


def noise(kind):
    """An image whose every part matters."""
    target = io.BytesIO()
    Image.effect_noise((60, 60), 90).save(target, kind.upper())
    return target.getvalue()


@pytest.mark.parametrize("kind", UploadKind.values)
def test_a_file_that_broke_off_is_refused(kind):
    whole = noise(kind) if kind in pictures.FORMATS else MAKERS[kind]()
    for length in {len(whole) * part // 10 for part in range(9)}:
        given = io.BytesIO(whole[:length])
        found = sniff(given)
        if found in pictures.FORMATS:
            with pytest.raises(Unfit):
                pictures.decode(given, found)
        else:
            assert found is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + b"\x00" * 200,
        b"\x7fELF" + b"\x00" * 200,
        b"#!/bin/sh\nrm -rf /\n",
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"<?php system($_GET['c']); ?>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05" + b"\x00" * 200,
        b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 200,
        b"\x00\x00\x00\x18ftypheic" + b"\x00" * 200,
        b"=cmd|' /C calc'!A0",
        "이름,나이\n김다별,29\n".encode(),
        b"{\\rtf1 hello}",
        b"Rar!\x1a\x07\x00" + b"\x00" * 100,
        b"%!PS-Adobe-3.0\n",
    ],
    ids=lambda content: repr(content[:14]),
)
def test_anything_else_is_not_taken(content):
    assert sniff(io.BytesIO(content)) is None


# --- PDF ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [b"\xef\xbb\xbf", b"\r\n", b"\x00" * 8, b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE = PDF\n"],
)
def test_a_pdf_may_begin_with_what_drivers_and_editors_leave(before):
    assert sniff(io.BytesIO(make_pdf(before=before, after=b"\r\n\x00"))) == UploadKind.PDF


@pytest.mark.parametrize(
    "content",
    [
        make_pdf(before=b"MZ\x90\x00" + b"\x00" * 60),
        make_pdf(before=b"<html><script>alert(1)</script>"),
        make_pdf(before=b"<?php phpinfo(); ?>\n"),
        make_pdf(before=b"GIF89a"),
        make_pdf(before=b"PK\x03\x04" + b"\x00" * 30),
        make_pdf(before=b"\x7fELF" + b"\x00" * 60),
        make_pdf(before=b"\x00" * 2000),
        make_pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%<script>alert(1)</script>\n"),
        make_pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%<!DOCTYPE HTML>\n"),
        make_pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%PDF-1.4\n"),
        b"%PDF-9.x\n" + make_pdf()[9:],
        make_pdf(after=make_zip({"a.class": b"\xca\xfe\xba\xbe"})),
        make_pdf(after=b"<script>alert(1)</script>"),
        make_pdf().replace(b"startxref", b"startxxxx"),
        make_pdf().replace(b"%%EOF", b"%%EOX"),
    ],
)
def test_a_pdf_that_is_something_else_too_is_not_taken(content):
    assert sniff(io.BytesIO(content)) is None


def zip_in_pdf(change=lambda end: end):
    """A PDF whose last lines stand in the comment of a ZIP file: readers of both find what they look for."""
    archive = make_zip({"a.class": b"\xca\xfe\xba\xbe"})
    tail = b"\nstartxref\n0\n%%EOF\n"
    return make_pdf()[:-30] + change(archive[:-2]) + len(tail).to_bytes(2, "little") + tail


def test_a_zip_file_inside_the_end_of_a_pdf_is_seen():
    assert sniff(io.BytesIO(zip_in_pdf())) is None
    marked = zip_in_pdf(lambda end: end[:-20] + b"PK\x06\x07" + b"\x00" * 16 + end[-20:])
    assert sniff(io.BytesIO(marked)) is None


def test_the_mark_of_a_zip_file_alone_makes_none():
    """An attachment inside a PDF may end so; no program finds a ZIP file there."""
    for length in (0xFFFFFFFF, 1):
        mark = b"\n%PK\x05\x06" + b"\x00" * 8 + struct.pack("<LLH", length, 0, 0) + b"\n"
        content = make_pdf().replace(b"trailer", mark + b"trailer")
        assert sniff(io.BytesIO(content)) == UploadKind.PDF


# --- DOCX and HWPX ------------------------------------------------------------------------------------------------


def test_a_zip_file_of_anything_else_is_not_taken():
    inner = make_zip({"0.txt": b"\x00" * 1_000_000})
    for entries in (
        {"a.txt": "a"},
        {"inner.zip": inner},
        {"META-INF/MANIFEST.MF": "Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"},
        {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"},
        {"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>"},
        hwpx_entries() | {"mimetype": "application/epub+zip"},
        {"Contents/content.hpf": "<package/>", "mimetype": "application/hwp+zip"},
    ):
        assert cause_of(make_zip(entries)) == "wrong_type"


def test_what_word_calls_its_main_part_may_have_a_number():
    entries = docx_entries()
    entries["word/document2.xml"] = entries.pop("word/document.xml")
    assert sniff(io.BytesIO(make_zip(entries))) == UploadKind.DOCX


def test_files_inside_a_document_are_left_alone():
    """A workbook inside a text is usual. It is not opened, so that what it would unpack to does not matter."""
    inner = make_zip({"0.txt": b"\x00" * 50_000_000})
    assert sniff(io.BytesIO(make_docx(**{"word/embeddings/a.xlsx": inner}))) == UploadKind.DOCX


@pytest.mark.parametrize(
    "content",
    [
        make_docx(**{"word/vbaProject.bin": b"x"}),
        make_docx(**{"word/VBAPROJECT.BIN": b"x"}),
        make_zip(docx_entries(content_type="application/vnd.ms-word.document.macroEnabled.main+xml")),
        make_zip(
            docx_entries()
            | {
                "[Content_Types].xml": docx_entries()["[Content_Types].xml"].replace(
                    "</Types>", "<a b='vbaProject'/>"
                )
            }
        ),
        make_zip(
            docx_entries(content_type="application/vnd.ms-word.document.macroEnabled.main+xml")
            | {
                "[Content_Types].xml": docx_entries(content_type="x.macroEnabled.y")["[Content_Types].xml"].encode(
                    "utf-16"
                )
            }
        ),
    ],
)
def test_macros_are_refused_by_a_word_of_their_own(content):
    assert cause_of(content) == "macros"


@pytest.mark.parametrize("hidden", ["macro&#69;nabled", "&e;"])
def test_a_list_of_types_hides_nothing(hidden):
    assert cause_of(make_zip(docx_entries(content_type=hidden))) == "broken"
    types = '<!DOCTYPE x [<!ENTITY e "vbaProject">]>' + docx_entries()["[Content_Types].xml"]
    assert cause_of(make_zip(docx_entries() | {"[Content_Types].xml": types})) == "broken"


def test_a_template_is_no_document():
    template = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
    assert cause_of(make_zip(docx_entries(content_type=template))) == "wrong_type"


def test_a_document_with_a_password_says_so():
    assert cause_of(make_compound({"EncryptedPackage": b"x" * 5000})) == "locked"
    assert cause_of(make_hwp(flags=3)) == "locked"
    manifest = '<manifest><file-entry full-path="Contents/section0.xml"><encryption-data/></file-entry></manifest>'
    assert cause_of(make_hwpx(**{"META-INF/manifest.xml": manifest})) == "locked"
    assert sniff(io.BytesIO(make_hwpx(**{"META-INF/manifest.xml": "<manifest/>"}))) == UploadKind.HWPX


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = make_docx(**{"word/media/a.bmp": b"\x00" * (zips.UNPACKED_UNBOUNDED + 1)})
    with mock.patch.object(zips, "_unpack", side_effect=AssertionError):
        assert cause_of(bomb) == "broken"
    large = make_docx(**{"word/media/a.bmp": os.urandom(100_000) * 90})
    assert sniff(io.BytesIO(large)) == UploadKind.DOCX
    with mock.patch.object(zips, "MOST_UNPACKED", 1_000_000):
        assert cause_of(large) == "broken"


def directory_of(content):
    """Where the directory of a ZIP file begins."""
    return int.from_bytes(content[-6:-2], "little")


def rewritten(content, name, **values):
    """A ZIP file whose directory tells something else about `name`."""
    places = {
        "flags": (8, 2),
        "method": (10, 2),
        "crc": (16, 4),
        "packed": (20, 4),
        "unpacked": (24, 4),
        "offset": (42, 4),
    }
    content = bytearray(content)
    at = directory_of(content)
    while content[at + 46 : at + 46 + len(name)] != name.encode():
        at += 46 + sum(int.from_bytes(content[at + place : at + place + 2], "little") for place in (28, 30, 32))
    for what, value in values.items():
        place, length = places[what]
        content[at + place : at + place + length] = value.to_bytes(length, "little")
    return bytes(content)


def test_a_bomb_that_lies_about_its_size_is_stopped_where_it_said_it_would_end():
    bomb = make_docx(**{"word/media/a.bmp": b"\x00" * 100_000_000})
    seen = []
    real = zips._pieces

    def counted(*args):
        for piece in real(*args):
            seen.append(len(piece))
            yield piece

    with mock.patch.object(zips, "_pieces", counted):
        assert cause_of(rewritten(bomb, "word/media/a.bmp", unpacked=1000)) == "broken"
    assert sum(seen) < 3_000_000
    assert max(seen) <= zips.PIECE


@pytest.mark.parametrize(
    "change",
    [
        {"crc": 1},
        {"unpacked": 5},
        {"unpacked": 500_000},
        {"packed": 3},
        {"packed": 100_000},
        {"method": 12},
        {"method": 0},
        {"offset": 5},
        {"offset": 4_000_000_000},
    ],
    ids=str,
)
def test_a_directory_that_does_not_tell_the_truth_is_refused(change):
    assert cause_of(rewritten(make_docx(), "word/document.xml", **change)) == "broken"


def test_the_same_in_the_other_header():
    content = make_docx()
    start = content.index(b"word/document.xml") - 30
    for at, value in ((0, b"PK\x03\x05"), (8, b"\x0c\x00"), (26, b"\x05\x00"), (30, b"W")):
        changed = content[: start + at] + value + content[start + at + len(value) :]
        assert cause_of(changed) == "broken"
    encrypted = content[: start + 6] + b"\x01\x00" + content[start + 8 :]
    assert cause_of(encrypted) == "wrong_type"
    assert cause_of(rewritten(content, "word/document.xml", flags=1)) == "wrong_type"


def test_compressed_data_that_do_not_end_where_they_say():
    content = make_docx()
    start = content.index(b"word/document.xml") + len(b"word/document.xml")
    spoiled = content[:start] + b"\xff" * 20 + content[start + 20 :]
    assert cause_of(spoiled) == "broken"
    entries = docx_entries()
    target = io.BytesIO(make_zip(entries, stored=("word/document.xml",)))
    assert sniff(target) == UploadKind.DOCX
    assert cause_of(rewritten(target.getvalue(), "word/document.xml", unpacked=5)) == "broken"
    # Stored data read as compressed ones: a whole stream, and bytes after its end.
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(b"<w:document/>") + squeeze.flush() + b"behind the end"
    whole = make_zip(entries | {"word/document.xml": packed}, stored=("word/document.xml",))
    at = whole.index(b"word/document.xml") - 30
    whole = whole[: at + 8] + b"\x08\x00" + whole[at + 10 :]
    honest = {"method": 8, "unpacked": 13, "crc": zlib.crc32(b"<w:document/>")}
    assert cause_of(rewritten(whole, "word/document.xml", **honest)) == "broken"


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "word/../../x", "/etc/passwd", "\\windows\\x", "a\\..\\..\\x", "C:/x", "C:\\x"],
)
def test_names_inside_stay_inside(name):
    assert cause_of(make_docx(**{name: "x"})) == "broken"


def test_names_inside_are_given_once_and_without_nul():
    content = make_docx(**{"word/one.xml": "1", "word/two.xml": "2"})
    assert cause_of(content.replace(b"word/two.xml", b"word/one.xml")) == "broken"
    assert cause_of(content.replace(b"word/two.xml", b"word/tw\x00.xml")) == "broken"


def test_nothing_stands_before_or_behind_a_document():
    content = make_docx()
    assert cause_of(content + b"\x00") == "broken"
    assert cause_of(content + b"<script>alert(1)</script>") in ("broken", "wrong_type")
    assert cause_of(b"PK\x03\x04" + content) == "broken"
    assert cause_of(make_zip({"hidden": "x"})[:60] + content) == "broken"
    assert cause_of(content[:-2] + b"\x03\x00abc") == "broken"
    assert cause_of(content[:-4]) == "broken"
    assert cause_of(b"PK\x03\x04") == "broken"
    assert cause_of(make_zip({"a.pdf": make_pdf()} | docx_entries(), stored=("a.pdf",))) in ("wrong_type", "broken")


def test_the_first_entry_stands_first_and_none_over_another():
    content = make_docx()
    assert cause_of(rewritten(content, "[Content_Types].xml", offset=2)) == "broken"
    first = len("[Content_Types].xml") + 30
    moved = rewritten(content, "_rels/.rels", offset=first)
    assert cause_of(moved) == "broken"


def test_more_entries_than_a_document_has_are_not_even_listed():
    crowd = make_zip(docx_entries() | {f"word/{number}.xml": "" for number in range(zips.MOST_ENTRIES)})
    assert cause_of(crowd) == "broken"
    wide = make_docx(**{f"word/{'x' * 60_000}{number}.xml": "" for number in range(40)})
    assert cause_of(wide) == "broken"
    empty = b"PK\x03\x04" + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 0, 0, 0, 4, 0)
    assert cause_of(empty) == "broken"


def test_a_directory_of_something_else_is_refused():
    content = make_docx()
    at = directory_of(content)
    assert cause_of(content[:at] + b"XX" + content[at + 2 :]) == "broken"
    one_less = content[:-14] + struct.pack("<2H", 2, 2) + content[-10:]
    assert cause_of(one_less) == "broken"
    one_more = content[:-14] + struct.pack("<2H", 4, 4) + content[-10:]
    assert cause_of(one_more) == "broken"


def test_a_list_of_types_larger_than_any_is_not_read():
    assert cause_of(make_zip(docx_entries() | {"[Content_Types].xml": os.urandom(zips.MOST_READ + 1)})) == "broken"


# --- HWP ----------------------------------------------------------------------------------------------------------


def test_other_compound_files_are_not_taken():
    assert cause_of(make_compound({"WordDocument": b"x" * 5000})) == "wrong_type"
    assert cause_of(make_hwp(signature=b"Something Else   ")) == "wrong_type"
    assert cause_of(make_compound({"FileHeader": b"HWP Document File"})) == "broken"


def test_a_large_header_stands_in_sectors_of_its_own():
    large = make_compound({"FileHeader": b"HWP Document File".ljust(5000, b"\x00")})
    assert sniff(io.BytesIO(large)) == UploadKind.HWP


def test_a_large_document_has_its_table_in_several_places():
    assert sniff(io.BytesIO(make_hwp(body=b"\x01" * 1_000_000))) == UploadKind.HWP


def test_a_zip_file_behind_a_compound_file_is_seen():
    assert cause_of(make_hwp() + make_zip({"a.class": b"\xca\xfe\xba\xbe"})) == "broken"


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (28, b"\xff\xfe"),  # the order of bytes
        (30, b"\x1f\x00"),  # sectors of 2 GB
        (32, b"\x00\x00"),
        (56, b"\x00\x00\x00\x00"),
        (48, b"\xf0\xff\x00\x00"),  # a directory outside of the file
        (76, b"\xf0\xff\x00\x00"),  # a table outside of the file
        (76, b"\xff\xff\xff\xff"),  # no table
    ],
)
def test_a_header_of_nonsense_is_refused(at, value):
    content = make_hwp()
    assert cause_of(content[:at] + value + content[at + len(value) :]) == "broken"


def sector(content, number):
    """Where a sector of a compound file begins."""
    return (number + 1) * 512


def table_of(content):
    """Where the table of a compound file begins."""
    return sector(content, int.from_bytes(content[76:80], "little"))


def test_streams_that_run_in_circles_or_out_of_the_file_are_refused():
    content = make_hwp()
    table = table_of(content)
    first = int.from_bytes(content[48:52], "little")
    for number in (0, first):
        for follower in (number, 0xFFFF):
            at = table + number * 4
            changed = content[:at] + follower.to_bytes(4, "little") + content[at + 4 :]
            assert cause_of(changed) == "broken"


def test_streams_may_not_share_what_they_hold():
    """Many streams over the same sectors would make a small file slow to check."""
    content = make_hwp()
    directory = sector(content, int.from_bytes(content[48:52], "little"))
    at = directory + 3 * 128 + 120
    assert cause_of(content[:at] + (2_000_000_000).to_bytes(4, "little") + content[at + 4 :]) == "broken"
    assert cause_of(content[:at] + (5_600).to_bytes(4, "little") + content[at + 4 :]) == "broken"


def test_a_header_outside_of_its_stream_is_refused():
    content = make_hwp()
    directory = sector(content, int.from_bytes(content[48:52], "little"))
    at = directory + 128 + 116
    assert cause_of(content[:at] + (50_000).to_bytes(4, "little") + content[at + 4 :]) == "broken"


def difat(sectors):
    """The start of a compound file with more tables than its header has room for; their list is at sector 0."""
    header = make_hwp()[:68] + struct.pack("<LL", 0, 1) + struct.pack("<109L", *[5] * 109)
    return header + sectors


def test_lists_of_tables_are_bounded():
    numbers = struct.pack("<128L", *[5] * 127, 0)  # a list that is followed by itself
    assert cause_of(difat(numbers + b"\x00" * 512 * 20_000)) == "broken"
    assert cause_of(difat(numbers + b"\x00" * 512 * 14_000)) == "broken"
    cut = difat(b"\x00" * 512 * 14_000 + numbers[:300])
    assert cause_of(cut[:68] + struct.pack("<L", 14_000) + cut[72:]) == "broken"
    unlisted = difat(numbers + b"\x00" * 512 * 14_000)
    assert cause_of(unlisted[:68] + struct.pack("<LL", 0xFFFFFFFE, 0) + unlisted[76:]) == "broken"


def test_a_document_larger_than_its_header_can_list():
    assert sniff(io.BytesIO(make_hwp(body=b"\x01" * 9_000_000))) == UploadKind.HWP


# --- images -------------------------------------------------------------------------------------------------------


def decoded(content):
    return Image.open(io.BytesIO(content))


def rewrite(content, kind):
    with pictures.rewrite(io.BytesIO(content), kind) as target:
        return target.read()


def with_place(kind="jpeg", orientation=1):
    """An image that says where it was taken, by what, and which side is up."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (37.0, 34.0, 12.0)
    return make_image(kind, exif=exif)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_where_and_by_what_a_photo_was_taken_is_not_kept(kind):
    before = with_place(kind)
    assert b"Secret Camera" in before
    after = rewrite(before, kind)
    assert b"Secret Camera" not in after
    assert not decoded(after).getexif()
    assert decoded(after).format.lower() == kind
    assert decoded(after).convert("RGB").getpixel((20, 15)) == pytest.approx((200, 30, 60), abs=4)


def test_a_photo_is_turned_as_its_camera_was():
    assert decoded(with_place(orientation=6)).size == (40, 30)
    assert decoded(rewrite(with_place(orientation=6), "jpeg")).size == (30, 40)


def test_comments_and_what_is_appended_do_not_stay():
    archive = make_zip({"a.class": b"\xca\xfe\xba\xbe"})
    photo = make_image("jpeg", comment=b"<script>alert(1)</script>") + archive
    assert sniff(io.BytesIO(photo)) == UploadKind.JPEG
    after = rewrite(photo, "jpeg")
    assert b"script" not in after
    assert b"PK\x05\x06" not in after
    assert b"PK\x05\x06" not in rewrite(make_image("png") + archive, "png")


def test_unreadable_exif_data_and_profiles_do_not_matter():
    with mock.patch.object(pictures.ImageOps, "exif_transpose", side_effect=ValueError):
        assert decoded(rewrite(with_place(), "jpeg")).size == (40, 30)
    assert decoded(rewrite(make_image("jpeg", icc_profile=b"nonsense"), "jpeg")).size == (40, 30)


def test_colors_are_converted_and_their_profile_goes():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("jpeg", "png", "webp"):
        after = decoded(rewrite(make_image(kind, icc_profile=profile), kind))
        assert "icc_profile" not in after.info
        assert after.convert("RGB").getpixel((20, 15)) == pytest.approx((200, 30, 60), abs=4)
    clear = io.BytesIO()
    Image.new("RGBA", (4, 4), (200, 30, 60, 128)).save(clear, "PNG", icc_profile=profile)
    assert decoded(rewrite(clear.getvalue(), "png")).getpixel((1, 1)) == pytest.approx((200, 30, 60, 128), abs=2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16", "CMYK"])
@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_whatever_its_colors_an_image_can_be_kept(mode, kind):
    given = io.BytesIO()
    image = Image.new(mode, (5, 4))
    try:
        image.save(given, kind.upper())
    except OSError:  # a mode that this format does not have
        return
    assert decoded(rewrite(given.getvalue(), kind)).size == (5, 4)


def test_what_is_clear_stays_clear():
    given = io.BytesIO()
    image = Image.new("P", (4, 4))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.save(given, "PNG", transparency=0)
    assert decoded(rewrite(given.getvalue(), "png")).convert("RGBA").getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_of_a_moving_image_the_first_picture_is_kept(kind):
    given = io.BytesIO()
    first, second = (Image.new("RGB", (8, 8), color) for color in ("red", "blue"))
    first.save(given, kind.upper(), save_all=True, append_images=[second], lossless=True)
    assert decoded(given.getvalue()).n_frames == 2
    after = decoded(rewrite(given.getvalue(), kind))
    assert getattr(after, "n_frames", 1) == 1
    assert after.convert("RGB").getpixel((4, 4)) == pytest.approx((255, 0, 0), abs=8)


def png_chunk(name, content):
    return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))


def png_of(width, height):
    """A PNG file that says how large it is and holds no more than a row."""
    start = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return start + png_chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8_000, 7_000), (10_000, 10_000), (60_000, 60_000)])
def test_an_image_of_too_many_pixels_is_never_decoded(size):
    assert cause_of(png_of(*size)) == "pixels"


def test_an_image_that_cannot_be_written_is_broken():
    given = io.BytesIO(make_image())
    with mock.patch.object(Image.Image, "save", side_effect=ValueError), pytest.raises(Unfit):
        pictures.rewrite(given, "png")


def test_text_that_unpacks_to_far_more_is_refused():
    content = make_image()
    bomb = png_chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"x" * 100_000_000))
    hostile = io.BytesIO(content[:33] + bomb + content[33:])
    with pytest.raises(Unfit):
        pictures.decode(hostile, "png")


def test_more_parts_than_any_image_has_are_not_read():
    content = make_image()
    crowd = content[:33] + png_chunk(b"tEXt", b"a\x00b") * (pictures.MOST_PARTS + 1) + content[33:]
    photo = make_image("jpeg")
    segments = photo[:2] + b"\xff\xfe\x00\x03a" * (pictures.MOST_PARTS + 1) + photo[2:]
    began = time.monotonic()
    assert cause_of(crowd) == "broken"
    assert cause_of(segments) == "broken"
    assert time.monotonic() - began < 5


def test_scans_are_counted_by_their_pixels():
    """A progressive JPEG may ask for all its pixels again and again."""
    small = make_image("jpeg", progressive=True)
    segments, scans = pictures.parts_of_jpeg(io.BytesIO(small))
    assert scans > 3
    assert segments > scans
    assert sniff(io.BytesIO(small)) == UploadKind.JPEG
    with mock.patch.object(pictures, "MOST_SCANNED", 40 * 30 * scans - 1):
        assert cause_of(small) == "broken"


def test_marks_inside_of_a_jpeg_are_read_as_they_are_meant():
    start = b"\xff\xd8\xff\xff\xff\xfe\x00\x03a"  # a comment after filling
    scan = b"\xff\xda\x00\x02" + b"\xff\x00" * 40_000 + b"\xff\xd0\xff\x00"
    assert pictures.parts_of_jpeg(io.BytesIO(start + scan * 2 + b"\xff\xd9")) == (4, 2)
    assert pictures.parts_of_jpeg(io.BytesIO(start + b"\xff\x01" + scan)) == (4, 1)
    assert pictures.parts_of_jpeg(io.BytesIO(b"\xff\xd8\xffnothing")) == (1, 0)
    assert pictures.parts_of_png(io.BytesIO(b"\x89PNG\r\n\x1a\n")) == 0


# --- anything at all ----------------------------------------------------------------------------------------------

STARTS = [b"%PDF-1.7\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
STARTS += [b"RIFF\x00\x00\x00\x00WEBP"]


@given(st.sampled_from(STARTS), st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_but_the_refusal(start, rest):
    sniff(io.BytesIO(start + rest))


@given(st.sampled_from(sorted(MAKERS)), st.data())
@settings(max_examples=300, deadline=None)
def test_no_change_to_a_file_raises_anything_but_the_refusal(kind, data):
    content = bytearray(MAKERS[kind]())
    for _change in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        width = data.draw(st.sampled_from([1, 2, 4]))
        content[at : at + width] = data.draw(st.binary(min_size=width, max_size=width))
    found = sniff(io.BytesIO(bytes(content)))
    if found in pictures.FORMATS:
        with contextlib.suppress(Unfit):
            pictures.rewrite(io.BytesIO(bytes(content)), found).close()


def test_the_reader_of_compound_files_stops_at_their_size():
    """However its tables are linked, no more sectors are read than the file has."""
    content = make_hwp(body=b"\x01" * 200_000)
    reads = []
    real = compound.read_at
    with mock.patch.object(compound, "read_at", lambda *args: reads.append(args[1]) or real(*args)):
        assert sniff(io.BytesIO(content)) == UploadKind.HWP
    assert len(reads) <= len(content) // 512
