"""Unguessable codes for addresses: Crockford's base 32 in lower case, no i, l, o, u."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 20  # 100 bits
GROUP = 4
MISREAD = str.maketrans("ilo", "110")
FIELD = 0b100101  # x⁵ + x² + 1, over which the check character is reckoned


def new_code():
    """A fresh code of 100 random bits, safe in an address and easy to read aloud."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_checked_code():
    """A code for people to type: 95 random bits and a check character at the end."""
    return checked_code(new_code())


def checked_code(code):
    """`code` with its last character in the place of a check of the others."""
    kept = code[:-1]
    return kept + ALPHABET[_double(_remainder(kept))]


def typed_code(text):
    """A checked code as somebody typed it, in its own form; empty where it is none, or mistyped.

    Capitals, hyphens and spaces do not matter, and O is read as 0, I and L as 1. One wrong character, or two that
    changed places, is always noticed.
    """
    code = "".join(text.lower().replace("-", " ").split()).translate(MISREAD)
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        return ""
    return "" if _remainder(code) else code


def shown_code(code):
    """A code as it is printed: `7Q4M-K2ZD-9RXA-V5TN-C8HM`."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)).upper()


def _double(value):
    value <<= 1
    return value ^ FIELD if value > 31 else value


def _remainder(code):
    value = 0
    for letter in code:
        value = _double(value) ^ ALPHABET.index(letter)
    return value
