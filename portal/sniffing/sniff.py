"""What a file is, by its content alone. Its name and what the browser says about it are not asked.

A file that another program could take for something else (a PDF that is also a ZIP file or a page) is refused.
"""

import re

from portal.models import UploadKind
from portal.sniffing import compound, pictures, zips
from portal.sniffing.reading import Unfit, ends_as_zip, read_at, size_of

HEAD = 1024
TAIL = 2048
BLANK = b"\x00\t\n\x0c\r "
PRINTER = re.compile(rb"\x1b%-12345X(?:@PJL[^\n]*\n)*")  # what a printer driver may put before a PDF
PDF_START = re.compile(rb"%PDF-[12]\.\d")
# What a browser or a server would take for a page or a program.
FOREIGN = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php|\?=)|%PDF-", re.I)


def sniff(file):
    """A member of UploadKind, or None where the file is none of them, or is damaged."""
    try:
        return identify(file)
    except Unfit:
        return None


def identify(file):
    """A member of UploadKind, or Unfit with its cause. Time and memory are bounded by the file's size."""
    head = read_at(file, 0, HEAD)
    if kind := pictures.kind_of(head):
        pictures.look(file, kind)
        return kind
    if b"%PDF-" in head:
        return _pdf(file, head)
    if FOREIGN.search(head):
        raise Unfit("wrong_type")
    if head.startswith(b"PK\x03\x04"):
        return zips.kind_of(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return compound.kind_of(file)
    raise Unfit("wrong_type")


def _pdf(file, head):
    """PDF where nothing foreign stands before its start, behind its end or in between."""
    start = PDF_START.search(head)
    before = head[: start.start()] if start else b""
    before = PRINTER.sub(b"", before.removeprefix(b"\xef\xbb\xbf"), count=1)
    if start is None or before.strip(BLANK) or FOREIGN.search(head, start.end()):
        raise Unfit("wrong_type")
    size = size_of(file)
    tail = read_at(file, max(0, size - TAIL), TAIL)
    end = tail.rfind(b"%%EOF")
    if end == -1 or b"startxref" not in tail[:end] or tail[end + 5 :].strip(BLANK) or ends_as_zip(file, size):
        raise Unfit("broken", UploadKind.PDF)
    return UploadKind.PDF
