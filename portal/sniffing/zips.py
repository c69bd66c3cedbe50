"""DOCX and HWPX: ZIP files, read to their end within bounds.

`zipfile` trusts what a file says about itself and takes whatever stands before, between and behind its entries.
This reader takes only what office programs write; what two programs might read differently is refused.
"""

import re
import struct
import zlib
from typing import NamedTuple

from portal.models import UploadKind
from portal.sniffing.reading import Unfit, read_at, size_of

MOST_ENTRIES = 5_000
MOST_DIRECTORY = 2_000_000
MOST_UNPACKED = 250_000_000
MOST_TIMES_LARGER = 100  # text of an office document packs to a twentieth; a bomb to a thousandth
UNPACKED_UNBOUNDED = 10_000_000  # below this the factor does not matter
MOST_READ = 1_000_000  # of the entries that are looked into
CHUNK = 64 * 1024
PIECE = 1024 * 1024

STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1 | 0x40 | 0x2000
KINDS = (UploadKind.DOCX, UploadKind.HWPX)
CONTENT_TYPES = "[Content_Types].xml"
MANIFEST = "META-INF/manifest.xml"
WORD_DOCUMENT = re.compile(r"word/document\d*\.xml")
WORD_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
HWPX_TYPE = b"application/hwp+zip"


class Entry(NamedTuple):
    """One file inside: where its data lies and what it is said to unpack to."""

    name: str
    start: int
    packed: int
    unpacked: int
    method: int
    crc: int


def kind_of(file):
    """DOCX or HWPX, or Unfit. The file begins as a ZIP file does."""
    found = _directory(file)
    names = [entry.name for entry in found]
    if CONTENT_TYPES in names and any(WORD_DOCUMENT.fullmatch(name) for name in names):
        kind = UploadKind.DOCX
    elif names[0] == "mimetype" and "Contents/content.hpf" in names:
        kind = UploadKind.HWPX
    else:
        raise Unfit("wrong_type")
    _check_totals(found, size_of(file), kind)
    read = {entry.name: _unpack(file, entry, kind) for entry in found}
    if kind == UploadKind.HWPX:
        if read["mimetype"].strip() != HWPX_TYPE:
            raise Unfit("wrong_type")
        if b"encryption-data" in read.get(MANIFEST, b""):
            raise Unfit("locked", kind)
    else:
        _check_word(names, read[CONTENT_TYPES])
    return kind


def _directory(file):
    """The entries in the order of their place, each checked against its own header and none over another."""
    size = size_of(file)
    end = read_at(file, max(0, size - 22), 22)
    if len(end) < 22 or end[:4] != b"PK\x05\x06":
        raise Unfit("broken", *KINDS)
    disk, directory_disk, here, total, length, start, comment = struct.unpack("<4H2LH", end[4:])
    if disk or directory_disk or here != total or comment or start + length != size - 22:
        raise Unfit("broken", *KINDS)
    if not 0 < total <= MOST_ENTRIES or length > MOST_DIRECTORY:
        raise Unfit("broken", *KINDS)
    directory = read_at(file, start, length)
    rows, at = [], 0
    for _number in range(total):
        if len(directory) < at + 46 or directory[at : at + 4] != b"PK\x01\x02":
            raise Unfit("broken", *KINDS)
        row = struct.unpack_from("<4s6H3L5H2L", directory, at)
        name = directory[at + 46 : at + 46 + row[10]]
        rows.append((row[16], name, row))
        at += 46 + row[10] + row[11] + row[12]
    if at != length or len({name for _offset, name, _row in rows}) != total:
        raise Unfit("broken", *KINDS)
    rows.sort(key=lambda row: row[0])
    entries, free = [], 0
    for offset, name, row in rows:
        if offset < free or (offset and not entries):
            raise Unfit("broken", *KINDS)
        entries.append(_entry(file, offset, name, row))
        free = entries[-1].start + entries[-1].packed
    if free > start:
        raise Unfit("broken", *KINDS)
    return entries


def _entry(file, offset, name, row):
    """One row of the directory together with the header that stands before the data itself."""
    flags, method, crc, packed, unpacked = row[3], row[4], row[7], row[8], row[9]
    header = read_at(file, offset, 30 + len(name))
    if len(header) < 30 + len(name) or header[:4] != b"PK\x03\x04" or header[30:] != name:
        raise Unfit("broken", *KINDS)
    local = struct.unpack("<4s5H3L2H", header[:30])
    if local[3] != method or local[9] != len(name) or not _is_harmless(name):
        raise Unfit("broken", *KINDS)
    if (flags | local[2]) & ENCRYPTED:
        raise Unfit("wrong_type")
    if method not in (STORED, DEFLATED) or (method == STORED and packed != unpacked):
        raise Unfit("broken", *KINDS)
    text = name.decode("utf-8" if flags & 0x800 else "cp437", "replace")
    return Entry(text, offset + 30 + len(name) + local[10], packed, unpacked, method, crc)


def _is_harmless(name):
    """Whether a name inside stays inside, however it is unpacked."""
    parts = name.replace(b"\\", b"/").split(b"/")
    return bool(name) and b"\x00" not in name and parts[0] != b"" and b".." not in parts and b":" not in parts[0]


def _check_totals(entries, size, kind):
    """Refuse a bomb by what it says about itself; `_unpack` holds each entry to what it says."""
    unpacked = sum(entry.unpacked for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > max(UNPACKED_UNBOUNDED, MOST_TIMES_LARGER * size):
        raise Unfit("broken", kind)


def _unpack(file, entry, kind):
    """Unpack one entry to its end, checking size and sum; returns what is looked into, and of the rest nothing."""
    wanted = entry.name in ("mimetype", CONTENT_TYPES, MANIFEST)
    if wanted and entry.unpacked > MOST_READ:
        raise Unfit("broken", kind)
    kept, unpacked, crc = [], 0, 0
    for piece in _pieces(file, entry, kind):
        unpacked += len(piece)
        if unpacked > entry.unpacked:
            raise Unfit("broken", kind)
        crc = zlib.crc32(piece, crc)
        if wanted:
            kept.append(piece)
    if unpacked != entry.unpacked or crc != entry.crc:
        raise Unfit("broken", kind)
    return b"".join(kept)


def _pieces(file, entry, kind):
    """The content of one entry, a megabyte at a time at most."""
    file.seek(entry.start)
    left = entry.packed
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == DEFLATED else None
    while chunk := file.read(min(left, CHUNK)):
        left -= len(chunk)
        if inflate is None:
            yield chunk
            continue
        try:
            while piece := inflate.decompress(chunk, PIECE):
                yield piece
                chunk = inflate.unconsumed_tail
        except zlib.error as error:
            raise Unfit("broken", kind) from error
    if inflate is not None and (not inflate.eof or inflate.unused_data):
        raise Unfit("broken", kind)


def _check_word(names, content_types):
    """A Word document by its own list of types, and without macros. References and odd encodings hide nothing."""
    types = content_types.replace(b"\x00", b"").lower()
    if b"&" in types or b"<!" in types:
        raise Unfit("broken", UploadKind.DOCX)
    macros = b"macroenabled" in types or b"vbaproject" in types
    if macros or any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise Unfit("macros", UploadKind.DOCX)
    if WORD_TYPE not in types:
        raise Unfit("wrong_type")
