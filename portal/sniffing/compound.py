"""HWP 5: a compound file (OLE). Reads its tables within bounds and checks that every stream is there to its end."""

import struct
from itertools import chain, islice

from portal.models import UploadKind
from portal.sniffing.reading import Unfit, ends_as_zip, read_at, size_of

LAST = 0xFFFFFFFA  # sector numbers above mean "end", "free" and the like
MINI = 64
CUTOFF = 4096  # smaller streams lie in the mini stream
MOST_ENTRIES = 16_384
STREAM, ROOT = 2, 5
HWP_SIGNATURE = b"HWP Document File"
HWP_PASSWORD = 0x2


def kind_of(file):
    """HWP, or Unfit. The file begins as a compound file does."""
    compound = Compound(file)
    if "EncryptedPackage" in compound.streams:  # what Word makes of a document with a password
        raise Unfit("locked", UploadKind.DOCX)
    if "FileHeader" not in compound.streams:
        raise Unfit("wrong_type")
    header = compound.read("FileHeader", 40)
    if not header.startswith(HWP_SIGNATURE):
        raise Unfit("wrong_type")
    if len(header) < 40:
        raise Unfit("broken", UploadKind.HWP)
    if int.from_bytes(header[36:40], "little") & HWP_PASSWORD:
        raise Unfit("locked", UploadKind.HWP)
    compound.check_streams()
    if ends_as_zip(file, compound.size):
        raise Unfit("broken", UploadKind.HWP)
    return UploadKind.HWP


def _broken():
    return Unfit("broken", UploadKind.HWP)


class Compound:
    """The tables of a compound file. Whatever they say, no more is read than the file has sectors."""

    def __init__(self, file):
        self.file = file
        self.size = size_of(file)
        header = read_at(file, 0, 512)
        if len(header) < 512:
            raise _broken()
        order, shift, mini_shift = struct.unpack("<3H", header[28:34])
        cutoff = int.from_bytes(header[56:60], "little")
        if order != 0xFFFE or shift not in (9, 12) or mini_shift != 6 or cutoff != CUTOFF:
            raise _broken()
        self.sector = 1 << shift
        self.sectors = max(0, -(-self.size // self.sector) - 1)
        self.table = self._read_table(header)
        self.streams = {}
        self._read_directory(int.from_bytes(header[48:52], "little"))

    def _sector(self, number):
        """One sector's bytes; less at the end of a file that was not filled up."""
        if number >= self.sectors:
            raise _broken()
        return read_at(self.file, (number + 1) * self.sector, self.sector)

    def _numbers(self, number):
        """One sector read as sector numbers."""
        data = self._sector(number)
        return struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4])

    def _read_table(self, header):
        """For each sector the number of the one that follows it."""
        table = []
        places = list(struct.unpack("<109L", header[76:512]))
        more = int.from_bytes(header[68:72], "little")
        while more < LAST and len(places) * self.sector // 4 < self.sectors:
            numbers = self._numbers(more)
            if len(numbers) < self.sector // 4:
                raise _broken()
            places += numbers[:-1]
            more = numbers[-1]
        for place in places:
            if place >= LAST or len(table) >= self.sectors:
                break
            table += self._numbers(place)
        return table

    def _chain(self, start, most):
        """The sectors of a stream, `most` at most."""
        number, count = start, 0
        while number < LAST:
            count += 1
            if number >= min(self.sectors, len(self.table)) or count > most:
                raise _broken()
            yield number
            number = self.table[number]

    def _read_directory(self, start):
        """Names, places and sizes of all streams."""
        self.root = (LAST, 0)
        for number in self._chain(start, MOST_ENTRIES * 128 // self.sector):
            data = self._sector(number)
            for at in range(0, len(data) - 127, 128):
                entry = data[at : at + 128]
                length, kind = struct.unpack("<HB", entry[64:67])
                first, size = struct.unpack("<LL", entry[116:124])
                if kind == ROOT:
                    self.root = (first, size)
                elif kind == STREAM:
                    name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                    self.streams.setdefault(name, []).append((first, size))

    def read(self, name, length):
        """The first bytes, 64 at most, of the first stream with that name."""
        first, size = self.streams[name][0]
        length = min(length, size, MINI)
        if size >= CUTOFF:
            return self._sector(first)[:length]
        index, begin = divmod(first * MINI, self.sector)
        for number in islice(self._chain(self.root[0], self.sectors), index, index + 1):
            return self._sector(number)[begin : begin + length]
        raise _broken()

    def check_streams(self):
        """Every stream is there to its end. No sector belongs to two, so that the file's size bounds them all."""
        taken = bytearray(self.sectors)
        for stream in [self.root, *chain.from_iterable(self.streams.values())]:
            first, size = stream
            needed = -(-size // self.sector) if size >= CUTOFF or stream is self.root else 0
            number = -1
            for number in islice(self._chain(first, self.sectors), needed):
                if taken[number]:
                    raise _broken()
                taken[number] = 1
                needed -= 1
            last = (number + 1) * self.sector + (size - 1) % self.sector
            if needed or (number >= 0 and last >= self.size):
                raise _broken()
