"""What every reader of a stranger's file needs: bytes at a place, or the one exception it may raise."""

import os


class Unfit(Exception):
    """A file is not taken. `cause` says why in one word, `kinds` what it may have been meant to be.

    Causes: `wrong_type`, `broken`, `locked` (a password), `macros`, `pixels` (an image of too many).
    """

    def __init__(self, cause, *kinds):
        super().__init__(cause)
        self.cause = cause
        self.kinds = kinds


def size_of(file):
    """How many bytes a file really has."""
    file.seek(0, os.SEEK_END)
    return file.tell()


def read_at(file, start, length):
    """At most `length` bytes from `start` on; fewer at the end of the file."""
    file.seek(start)
    return file.read(length)


def ends_as_zip(file, size):
    """Whether a program that reads ZIP files, which begins at the end, would find one here."""
    start = max(0, size - 22 - 65_535)
    tail = read_at(file, start, size - start)
    at = tail.find(b"PK\x05\x06")
    while at != -1:
        if tail[at - 20 : at - 16] == b"PK\x06\x07":
            return True
        length = int.from_bytes(tail[at + 12 : at + 16], "little")
        directory = start + at - length
        if directory >= 0 and read_at(file, directory, 4) == b"PK\x01\x02":
            return True
        at = tail.find(b"PK\x05\x06", at + 1)
    return False
