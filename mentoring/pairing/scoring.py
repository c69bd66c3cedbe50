"""What a pair is worth: five parts in whole points that add up to its score, and its fit. Pure.

Where nobody knows a part because somebody has said nothing, it gets points in the measure of the parts that are
known, so that silence neither helps nor hurts.
"""

PARTS = ("mentee_rank", "mentor_rank", "discipline", "skills", "time")
FIT = ("discipline", "skills", "time")
WHOLE = 1000
VERSION = 2  # of these rules; part of a run's fingerprint


def points(weight, share):
    """`weight` times `share`, a (numerator, denominator), rounded half up."""
    part, whole = share
    return (2 * weight * part + whole) // (2 * whole)


def discipline_share(wanted, main, others):
    """1 for the mentor's discipline, 0.6 for one of the others, else 0; None where one side has not said."""
    offered = [name for name in (main, *others) if name]
    if not wanted or not offered:
        return None
    if wanted == main:
        return 1, 1
    return (3, 5) if wanted in others else (0, 1)


def skills_share(needs, offers):
    """How many of the needed skills are offered; None where one side has not said."""
    needs, offers = set(needs), set(offers)
    return (len(needs & offers), len(needs)) if needs and offers else None


def time_share(meetings):
    """How much of four meetings a week the two have time for; None where that is not known."""
    return None if meetings is None else (min(meetings, 4), 4)


def place_share(place, count, sharing=1):
    """The share of place 1 … `count` of a list: all of it for the first.

    Where several share a place, each gets that of the middle of them: whoever says nothing puts everybody in the
    middle, and neither gains nor loses by it.
    """
    return max(2 * (count - place + 1) - (sharing - 1), 0), 2 * max(count, 1)


def filled(weights, shares):
    """The points of each part; those without a share in the measure of the others, 0 where nothing is known."""
    known = {name: points(weights[name], share) for name, share in shares.items() if share is not None}
    weight = sum(weights[name] for name in known)
    measure = (sum(known.values()), weight) if weight else (0, 1)
    return {name: known[name] if name in known else points(weights[name], measure) for name in shares}


def fit_of(weights, shares):
    """How well two suit each other, 0 to 1000, whatever they wish; None where nothing is known."""
    known = {name: points(weights[name], shares[name]) for name in FIT if shares[name] is not None}
    weight = sum(weights[name] for name in known)
    return points(WHOLE, (sum(known.values()), weight)) if weight else None


def completed(wishes, possible, fit):
    """`{other: place}` of a whole list: the wishes that are possible in their order, then the rest by fit.

    Those of equal fit share a place, and so do those of whom nobody knows a fit, after the others.
    """
    places = {}
    for other in wishes:
        if other in possible and other not in places:
            places[other] = len(places) + 1
    named, last, place = len(places), object(), 0
    rest = sorted((other for other in possible if other not in places), key=lambda other: -known_fit(fit[other]))
    for number, other in enumerate(rest, 1):
        if known_fit(fit[other]) != last:
            last, place = known_fit(fit[other]), named + number
        places[other] = place
    return places


def known_fit(fit):
    """A fit to sort by; one that nobody knows comes after all that are known."""
    return -1 if fit is None else fit
