"""Pairing problems made up for tests, and what they come to when every plan is tried."""

import itertools
import random
from functools import cache

from mentoring import matching
from mentoring.solver.problem import STAGES
from portal.assignment import problem as lots

LESS = {"matched": -1, "poor": 1, "new_poor": 1, "changed": 1, "weak": 1, "total": -1}


def tiny(rng, *, mode="optimal"):
    """A problem in plain data, small enough to try every plan: any capacity, ties, locks, any order of stages."""
    mentees = [f"a{number}" for number in range(rng.choice((0, 1, 2, 3, 3, 4, 4, 5, 5, 6)))]
    capacity = {f"m{number}": rng.choice((0, 1, 1, 2, 3)) for number in range(rng.randint(0, 4))}
    top, share = rng.choice((0, 3, 1000, 1_000_000)), rng.choice((0.3, 0.6, 0.9, 1))
    scores = [
        [
            mentee,
            mentor,
            rng.randint(0, top),
            *rng.choice(([], [rng.randint(0, 1000)], [rng.choice((100, 300, 900))])),
        ]
        for mentee in mentees
        for mentor in capacity
        if rng.random() < share
    ]
    locks, room = {}, dict(capacity)
    for mentee, mentor, *_rest in rng.sample(scores, len(scores)):
        if rng.random() < 0.08 and room[mentor] and mentee not in locks:
            locks[mentee] = mentor
            room[mentor] -= 1
    problem = {
        "mode": mode,
        "mentees": [{"id": mentee} for mentee in mentees],
        "mentors": [{"id": mentor, "capacity": seats} for mentor, seats in capacity.items()],
        "scores": scores,
        "bands": rng.choice(([], [250], [250, 450], [250, 450])),
        "locks": [list(pair) for pair in locks.items()],
        "published": [],
        "seed": str(rng.random()),
    }
    if capacity and rng.random() < 0.5:
        problem["published"] = [[one, rng.choice(list(capacity))] for one in mentees if rng.random() < 0.8]
    if rng.random() < 0.3:
        order = rng.sample(STAGES, len(STAGES))
        problem["order"] = order[: rng.randint(1, len(order))]
    if mode == "stable" or rng.random() < 0.3:
        for side, own, others in (("mentee_ranks", mentees, capacity), ("mentor_ranks", capacity, mentees)):
            problem[side] = {one: _ranks(rng, list(others)) for one in own if rng.random() < 0.9}
    return problem


def tiny_market(rng):
    """A stable problem in plain data in which most people name each other, so that stable plans are several."""
    mentees, mentors = ([f"{side}{number}" for number in range(rng.randint(3, 4))] for side in "am")
    scores = [[a, m, 0, rng.choice((0, 500))] for a in mentees for m in mentors if rng.random() < 0.95]
    problem = tiny(rng, mode="stable")
    if rng.random() < 0.3:
        return problem
    return problem | {
        "mentees": [{"id": one} for one in mentees],
        "mentors": [{"id": one, "capacity": rng.choice((1, 1, 1, 1, 2, 0))} for one in mentors],
        "scores": scores,
        "locks": [],
        "published": [],
        "mentee_ranks": {one: rng.sample(mentors, rng.choice((len(mentors), 2))) for one in mentees},
        "mentor_ranks": {one: rng.sample(mentees, rng.choice((len(mentees), 2))) for one in mentors},
    }


def _ranks(rng, others):
    ranks = rng.sample(others, rng.randint(0, len(others)))
    if len(ranks) > 2 and rng.random() < 0.2:
        ranks = [ranks[0], ranks[1:3], *ranks[3:]]
    return ranks


@cache
def cohort(seed, mentees, mentors, *, share=0.4, slack=1.2, top=1000, kind="real"):
    """A problem as it comes: disciplines, wishes, seats for `slack` of the mentees, `share` of the pairs open."""
    rng = random.Random(seed)
    capacity = [rng.randint(1, 4) for _mentor in range(mentors)]
    while sum(capacity) != round(mentees * slack):
        number = rng.randrange(mentors)
        if sum(capacity) > mentees * slack:
            capacity[number] -= capacity[number] > 0
        else:
            capacity[number] += 1
    wants = [rng.sample(range(8), 2) for _mentee in range(mentees)]
    knows = [set(rng.sample(range(8), 3)) for _mentor in range(mentors)]
    scores = []
    for row, column in itertools.product(range(mentees), range(mentors)):
        if rng.random() >= share:
            continue
        first, second = (discipline in knows[column] for discipline in wants[row])
        fit = min(1000, max(0, 500 * first + 250 * second + rng.randint(0, 249)))
        score = min(top, (fit * 550 + rng.randint(0, 450_000)) * top // 1_000_000)
        if kind == "ties":
            fit, score = fit // 250 * 250, score // 250 * 250
        scores.append((f"a{row}", f"m{column}", score, fit))
    return matching.Problem(
        mentees=[f"a{row}" for row in range(mentees)],
        mentors=[(f"m{column}", seats) for column, seats in enumerate(capacity)],
        scores=scores,
        bands=(250, 450),
        seed=str(seed),
    )


def plans(data):
    """Every plan that keeps the rules, read from plain data: for each mentee a mentor or None."""
    locks = {mentee: mentor for mentee, mentor in data["locks"]}
    capacity = {mentor["id"]: mentor["capacity"] for mentor in data["mentors"]}
    choices = []
    for mentee in data["mentees"]:
        one = mentee["id"]
        choices.append(
            [locks[one]] if one in locks else [None, *(row[1] for row in data["scores"] if row[0] == one)]
        )
    for chosen in itertools.product(*choices):
        if all(chosen.count(mentor) <= seats for mentor, seats in capacity.items()):
            yield tuple((one["id"], mentor) for one, mentor in zip(data["mentees"], chosen, strict=True) if mentor)


def values(data, pairs):
    """What the pairs come to in each stage, read from plain data."""
    poor, weak = [*data["bands"], 0, 0][:2]
    row_of, found = {(row[0], row[1]): row for row in data["scores"]}, dict.fromkeys(STAGES, 0)
    for pair in pairs:
        score, fit = (*row_of[pair][2:], None)[:2]
        found["matched"] += 1
        found["total"] += score
        if fit is not None and fit < poor:
            found["poor"] += 1
            found["new_poor"] += list(pair) not in data["published"]
        elif fit is not None and fit < weak:
            found["weak"] += 1
    found["changed"] = sum(tuple(pair) not in pairs for pair in data["published"])
    return found


def order_of(data):
    """The stages of a problem in plain data."""
    usual = ["matched", "poor", "changed", "weak", "total"]
    return data.get("order") or [name for name in usual if name != "changed" or data["published"]]


def luck(data, pairs):
    """What the lottery draws for the pairs that are not locked, one sum for each of its stages."""
    pairs = [pair for pair in pairs if list(pair) not in data["locks"]]
    ids = zip(*pairs, strict=True)
    sides = [lots.hashed(kind, data["seed"], some) for kind, some in zip(("row", "column"), ids, strict=False)]
    return [int(draw.sum()) for draw in lots.tickets(*sides)] if pairs else [0] * lots.DRAWS


def rank(data, pairs):
    """By this the best plan is the smallest."""
    found = values(data, pairs)
    return [LESS[name] * found[name] for name in order_of(data)]


def brute(data):
    """The best rank there is, and the one plan that has it and the luck."""
    best, found = None, []
    for pairs in plans(data):
        here = rank(data, pairs)
        if best is None or here < best:
            best, found = here, []
        if here == best:
            found.append(pairs)
    return best, min(found, key=lambda pairs: luck(data, pairs))


def tastes(data):
    """For every mentee whom they may meet, best first, and for every mentor likewise; ties broken as they are."""
    wishes = {one["id"]: [] for one in data["mentees"]} | {one["id"]: [] for one in data["mentors"]}
    for mentee, mentor, score, *fit in data["scores"]:
        draw = luck(data | {"locks": []}, [(mentee, mentor)])
        for own, other, side in ((mentee, mentor, "mentee_ranks"), (mentor, mentee, "mentor_ranks")):
            ranks = [one if isinstance(one, list) else [one] for one in data.get(side, {}).get(own, [])]
            places = [nth for nth, some in enumerate(ranks) if other in some]
            key = (0, places[0], draw) if places else (1, -(fit[0] if fit else score), draw)
            wishes[own].append((key, other))
    return {one: [other for _key, other in sorted(some)] for one, some in wishes.items()}


def blocks(data, pairs, wishes):
    """Pairs that would both rather have each other; whoever is locked stays and is not pushed out."""
    holds = dict(pairs)
    locked = {mentee for mentee, _mentor in data["locks"]}
    found = []
    for mentor in data["mentors"]:
        one, seats = mentor["id"], mentor["capacity"]
        held = [mentee for mentee, other in pairs if other == one]
        movable = [mentee for mentee in held if mentee not in locked]
        for mentee in wishes[one]:
            if mentee in locked or holds.get(mentee) == one:
                continue
            mine = wishes[mentee]
            rather = mentee not in holds or mine.index(one) < mine.index(holds[mentee])
            room = len(held) < seats or any(wishes[one].index(mentee) < wishes[one].index(m) for m in movable)
            if rather and room:
                found.append((mentee, one))
    return found


def best_stable(data):
    """Of all stable plans the one in which every mentee has the best they have in any."""
    wishes = tastes(data)
    stable = [dict(pairs) for pairs in plans(data) if not blocks(data, pairs, wishes)]
    best = {}
    for mentee in (one["id"] for one in data["mentees"]):
        have = [plan[mentee] for plan in stable if mentee in plan]
        if have:
            best[mentee] = min(have, key=wishes[mentee].index)
    assert best in stable
    return tuple(sorted(best.items())), len(stable)
