"""Prices that are nearly right leave the search little to do. Whatever they are, its answer is the same."""

from portal.assignment.prices import FAR
from portal.assignment.search import Search

ROUNDS = 9
BOUND = 1 << 58  # of a price


def guess(question, group, search):
    """Prices at which the columns get about as many units as they have places at these prices.

    The first stages, as far as they ask nothing of pairs, say where prices lie roughly; that is solved exactly and
    is quick, as most ways are equally good. From there each column moves, time and again, to the price at which the
    rows that would then take it are as many as the places it then opens, the other prices as they are.
    """
    import numpy as np

    rough = Search(question, group.rough, search.state, search.need)
    rough.solved()
    prices = rough.price[:-1]
    columns = np.arange(search.nowhere)
    cost = search.cost[search.rows]
    units = min(len(search.rows), search.loads.shape[1] - 1)
    at = np.minimum(search.base[:, None] + np.arange(units + 1)[None, :], search.loads.shape[1] - 1)
    places = np.take_along_axis(search.loads, at, axis=1)
    best, least = prices, None
    for _round in range(ROUNDS):
        taken, _missed, last, following = search.chosen(prices)
        count = taken.sum(axis=0)
        wrong = int(np.abs(search.base + count - search.places(prices, count)).sum())
        if least is None or wrong < least:
            best, least = prices, wrong
        if not wrong:
            break
        # What the column may cost at most for each row to take it, dearest first; then where both sides meet.
        worth = np.where(taken, following[:, None], last[:, None]) - cost
        worth[cost >= FAR // 2] = -FAR
        worth.sort(axis=0)
        worth = np.concatenate([worth[::-1][:units], np.full((1, search.nowhere), -FAR)]).T
        met = (worth[:, :-1] > places[:, :-1]).sum(axis=1)
        low = np.maximum(np.where(met > 0, places[columns, met - 1], -FAR), worth[columns, met])
        high = np.minimum(np.where(met > 0, worth[columns, met - 1], FAR), places[columns, met])
        low, high = np.clip(low, -BOUND, BOUND), np.clip(high, -BOUND, BOUND)
        middle = np.where(high - low < group.step, low + (high - low) // 2, np.clip(prices, low, high))
        prices = prices + (middle - prices) * 3 // 4
    return best
