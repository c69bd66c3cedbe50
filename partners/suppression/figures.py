"""Figures that are worked out from counts give counts away, so they stand only where their counts do."""

from fractions import Fraction

from partners.suppression.tables import LEAST


def rate(published, part, whole):
    """How many of a cell are in another within it, as a Fraction; None where that may not be told.

    That is where either count is hidden, where the whole is fewer than five, and where the rest is: a rate tells
    how many are left over. Facts, such as the places of a funnel, are told whatever is left.
    """
    counts = published.count(part), published.count(whole)
    if None in counts or counts[1] < LEAST:
        return None
    is_fact = {published.frame.box(part), published.frame.box(whole)} <= published.fixed
    if 0 < counts[1] - counts[0] < LEAST and not is_fact:
        return None
    return Fraction(*counts)


def of_people(published, named, value):
    """What was worked out from the people of a cell (a mean, a median, a sum); None where that may not be told.

    With the figure of everybody that of the hidden cells together can be had, never that of a single one: no line
    of a table has one alone, nor do those of a line come to fewer than five.
    """
    count = published.count(named)
    return None if count is None or count < LEAST else value
