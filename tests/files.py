"""Files for tests, each made from nothing: the smallest that count as a PDF, DOCX, HWPX, HWP or image.

Each function returns bytes; `uploaded` makes of them what a form gets.
"""

import io
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def uploaded(content, name="자기소개서.pdf"):
    """The content as a form gets it, with a type that the browser made up."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def make_pdf(text="자기소개서", *, before=b"", after=b""):
    """A PDF of one blank page; `before` and `after` are what does not belong there."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Title<" + text.encode("utf-16-be").hex().encode() + b">>>",
    ]
    body, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return before + body + after


def make_zip(entries, *, stored=()):
    """A ZIP file of `entries` (name to content), packed except for those named in `stored`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def docx_entries(text="안녕하세요", *, content_type=WORD_TYPE):
    """What a Word document holds at least."""
    office = "http://schemas.openxmlformats.org"
    kinds = (
        f'<Types xmlns="{office}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{content_type}"/></Types>'
    )
    links = (
        f'<Relationships xmlns="{office}/package/2006/relationships">'
        '<Relationship Id="rId1" Target="word/document.xml" '
        f'Type="{office}/officeDocument/2006/relationships/officeDocument"/>'
        "</Relationships>"
    )
    document = (
        f'<w:document xmlns:w="{office}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
        "</w:body></w:document>"
    )
    start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return {
        "[Content_Types].xml": start + kinds,
        "_rels/.rels": start + links,
        "word/document.xml": start + document,
    }


def make_docx(text="안녕하세요", **more):
    """A Word document of one paragraph; `more` are further entries."""
    return make_zip(docx_entries(text) | more)


def hwpx_entries(text="안녕하세요"):
    """What an HWPX document holds at least."""
    return {
        "mimetype": "application/hwp+zip",
        "version.xml": '<?xml version="1.0" encoding="UTF-8"?><HCFVersion major="5" minor="1"/>',
        "Contents/content.hpf": '<?xml version="1.0" encoding="UTF-8"?><package/>',
        "Contents/header.xml": '<?xml version="1.0" encoding="UTF-8"?><head/>',
        "Contents/section0.xml": f'<?xml version="1.0" encoding="UTF-8"?><sec><p><t>{text}</t></p></sec>',
    }


def make_hwpx(text="안녕하세요", **more):
    """An HWPX document of one paragraph; `more` are further entries."""
    return make_zip(hwpx_entries(text) | more, stored=("mimetype",))


def make_hwp(*, flags=1, signature=b"HWP Document File", body=b"\x01" * 5000):
    """An HWP 5 document; `flags` are those of its header (2 means a password)."""
    header = signature.ljust(32, b"\x00") + struct.pack("<LL", 0x05000300, flags)
    return make_compound({"FileHeader": header.ljust(256, b"\x00"), "DocInfo": b"\x00" * 300, "Section0": body})


def make_compound(streams):
    """A compound file (OLE) with these streams, all of them at its root."""
    size = 512
    sectors, table, mini, mini_table, entries = [], [], b"", [], []

    def add(content):
        if not content:
            return END
        first = len(sectors)
        parts = [content[at : at + size].ljust(size, b"\x00") for at in range(0, len(content), size)]
        table.extend([*range(first + 1, first + len(parts)), END])
        sectors.extend(parts)
        return first

    def entry(name, kind, first, length, *, child=FREE, right=FREE):
        text = name.encode("utf-16-le")
        start = text.ljust(64, b"\x00") + struct.pack("<HBBLLL", len(text) + 2, kind, 1, FREE, right, child)
        return start.ljust(116, b"\x00") + struct.pack("<LQ", first, length)

    for number, (name, content) in enumerate(streams.items(), start=1):
        right = number + 1 if number < len(streams) else FREE
        if len(content) >= 4096:
            first = add(content)
        else:
            first, count = len(mini_table), -(-len(content) // 64)
            mini_table += [*range(first + 1, first + count), END]
            mini += content.ljust(count * 64, b"\x00")
        entries.append(entry(name, 2, first, len(content), right=right))
    entries.insert(0, entry("Root Entry", 5, add(mini), len(mini), child=1))
    directory = add(b"".join(entries))
    mini_start = add(struct.pack(f"<{len(mini_table)}L", *mini_table).ljust(size, b"\xff"))
    count = lists = 0  # the table has to list itself and the lists of its own places
    while count * 128 < len(table) + count + lists:
        count += 1
        lists = -(-max(0, count - 109) // 127)
    first = len(sectors)
    places = [*range(first, first + count)] + [FREE] * 109
    packed = struct.pack(f"<{len(table) + count}L", *table, *[TABLE] * count).ljust(count * size, b"\xff")
    sectors += [packed[at : at + size] for at in range(0, len(packed), size)]
    for number in range(lists):
        more = [*places[109 + number * 127 :], *[FREE] * 127][:127]
        following = first + count + number + 1 if number + 1 < lists else END
        sectors.append(struct.pack("<128L", *more, following))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    listed = first + count if lists else END
    header += struct.pack("<9L", 0, count, directory, 0, 4096, mini_start, 1, listed, lists)
    header += struct.pack("<109L", *places[:109])
    return header + b"".join(sectors)


def make_image(kind="png", size=(40, 30), color=(200, 30, 60), **how):
    """An image of one color; `how` goes to Pillow (`exif=…`, `icc_profile=…`)."""
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, kind.upper(), **how)
    return target.getvalue()


MAKERS = {
    "pdf": make_pdf,
    "docx": make_docx,
    "hwp": make_hwp,
    "hwpx": make_hwpx,
    "png": make_image,
    "jpeg": lambda: make_image("jpeg"),
    "webp": lambda: make_image("webp"),
}
