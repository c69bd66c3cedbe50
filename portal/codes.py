"""Unguessable codes for addresses: Crockford's base 32 in lower case, no i, l, o, u."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 20  # 100 bits


def new_code():
    """A fresh code of 100 random bits, safe in an address and easy to read aloud."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
