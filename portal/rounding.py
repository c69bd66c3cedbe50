"""Exact fractions as people read them: rounded once, at the last digit, half up, away from zero."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MINUS = "−"


def half_up(value, digits=0):
    """A fraction as a Decimal of so many digits; exactly half goes away from zero."""
    unit = Decimal(1).scaleb(-digits)
    scaled = Fraction(value) * 10**digits
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    number = (Decimal(whole) * unit).quantize(unit, ROUND_HALF_UP)
    return -number if scaled < 0 and whole else number


def rounded(value, digits=0):
    """The same as text: `4.5641…` is `4.56`."""
    number = half_up(value, digits)
    return f"{MINUS}{abs(number)}" if number < 0 else str(number)
