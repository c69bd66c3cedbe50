"""Is a plan really the best one, or the stable one? Worked out from the problem's rows and the plan alone.

Nothing the solver computed is used but the certificate, which is checked.

The best plan: think of every change to it as a circle. A mentee takes up another mentor, who hands one of theirs
on, and so on until a seat is free or somebody has nobody. When each mentor has a price such that no single step is
cheaper than the difference of the prices it leads between, no circle costs less than nothing. Costs and prices are
lists, a number for each stage, and the first stage in which two differ decides.

The stable plan: the certificate lists refusals. Each is shown to be one that every stable plan makes: at that
moment as many mentees as the mentor has seats for prefer this mentor to all who have not refused them, and the
mentor prefers each of them. So nobody can have anybody better than the best who has not refused them; that is whom
the plan gives them.
"""

from bisect import bisect_left, insort

from portal.assignment import problem as lots

LARGEST = 1 << 60  # of a price


class NotProven(ValueError):
    """The plan breaks the problem's rules, or its certificate does not show that it is the best one."""


def check(problem, plan):
    """Raise NotProven, saying what does not hold, unless the plan keeps the rules and is shown to be the best."""
    if plan.mode != problem.mode:
        raise NotProven(f"the plan is {plan.mode}, the problem asks for {problem.mode}")
    if plan.certificate.get("problem") != problem.digest():
        raise NotProven("the certificate is for another problem")
    _check_rules(problem, plan)
    _check_stages(problem, plan)
    _check_unmatched(problem, plan)
    (_check_stable if plan.mode == "stable" else _check_best)(problem, plan)


def _check_rules(problem, plan):
    chosen = set(plan.pairs)
    seen = set()
    twice = [mentee for mentee, _mentor in plan.pairs if mentee in seen or seen.add(mentee)]
    _refuse("mentees with more than one mentor", twice)
    _refuse("pairs that may not meet", sorted(chosen - problem.possible.keys()))
    _refuse("locked pairs that are gone", sorted(set(problem.locks) - chosen))
    load = {}
    for _mentee, mentor in plan.pairs:
        load[mentor] = load.get(mentor, 0) + 1
    _refuse("mentors over capacity", [one for one, capacity in problem.mentors if load.get(one, 0) > capacity])


def _check_stages(problem, plan):
    chosen, published = set(plan.pairs), set(problem.published)
    limits = [*problem.bands, 0, 0]
    values = {"matched": len(chosen), "poor": 0, "changed": len(published - chosen), "weak": 0, "total": 0}
    for pair in chosen:
        score, fit = problem.possible[pair]
        values["total"] += score
        if fit is not None and fit < limits[0]:
            values["poor"] += 1
        elif fit is not None and fit < limits[1]:
            values["weak"] += 1
    for name, value in values.items():
        said = plan.stages.get(name)
        if type(said) is not int or said != value:
            raise NotProven(f"stage {name}: the plan says {said}, it is {value}")


def _check_unmatched(problem, plan):
    """Everybody who is left over is named, and what is said of the seats they share is so."""
    have, said = {mentee for mentee, _mentor in plan.pairs}, [entry.get("mentee") for entry in plan.unmatched]
    if sorted(map(str, said)) != sorted(set(problem.mentees) - have):
        raise NotProven("the plan does not name exactly those who have no mentor")
    if not said:
        return
    capacity, possible = dict(problem.mentors), {mentee: set() for mentee in problem.mentees}
    for mentee, mentor, _score, _fit in problem.scores:
        possible[mentee].add(mentor)
    possible |= {mentee: {mentor} for mentee, mentor in problem.locks}
    shown = {}
    for entry in plan.unmatched:
        hall = entry.get("hall")
        if entry.get("reason") == "seat_free" and not hall:
            continue
        try:
            key = tuple(hall["mentees"]), tuple(hall["mentors"]), hall["seats"]
            if key not in shown:
                people, mentors, seats = set(key[0]), set(key[1]), sum(capacity[mentor] for mentor in set(key[1]))
                held = all(possible[mentee] <= mentors for mentee in people)
                shown[key] = people if held and len(people) > seats == hall["seats"] else ()
            holds = entry["mentee"] in shown[key]
        except (KeyError, TypeError):
            holds = False
        if not holds:
            raise NotProven(f"{entry['mentee']}: the seats that are said to be too few are not")


def _check_best(problem, plan):
    """Row by row and mentor by mentor, in the order of the stages."""
    import numpy as np

    names = [*problem.stages, *(f"lottery {number}" for number in range(1, lots.DRAWS + 1))]
    if plan.certificate.get("stages") != names:
        raise NotProven("the certificate is not for these stages")
    mentors = {one: number for number, (one, _capacity) in enumerate(problem.mentors)}
    price = _read(plan.certificate.get("prices"), mentors, len(names))
    locked, holds = dict(problem.locks), dict(plan.pairs)
    rows = {mentee: number for number, mentee in enumerate(m for m in problem.mentees if m not in locked)}
    room, load = np.array([capacity for _one, capacity in problem.mentors]), np.zeros(len(mentors), np.int64)
    for mentee, mentor in plan.pairs:
        if mentee in locked:
            room[mentors[mentor]] -= 1
        else:
            load[mentors[mentor]] += 1
    at, to, score, fit = zip(*problem.scores, strict=True) if problem.scores else ((), (), (), ())
    column = np.array(list(map(mentors.__getitem__, to)), np.intp)
    everyone = {mentee: rows.get(mentee, -1) for mentee in problem.mentees}
    row = np.array(list(map(everyone.__getitem__, at)), np.intp)
    mine = np.full(len(rows) + 1, -1)
    mine[[rows[mentee] for mentee in holds if mentee in rows]] = [mentors[holds[m]] for m in holds if m in rows]
    taken = column == mine[row]
    counts = (row >= 0) & (room > 0)[column]
    row, column, taken = row[counts], column[counts], taken[counts]
    mine, alone = row[taken], np.ones(len(rows), bool)
    alone[mine] = False
    free, held = load < room, load > 0
    costs = _costs(problem, rows, counts, row, column, (score, fit))
    still = np.ones(len(row), bool)
    nobody = ~alone
    for name, here in zip(names, price, strict=True):
        cost, left = costs[name], int(name == "matched")
        reach = cost + here[column]
        right = np.full(len(rows), left, np.int64)
        right[mine] = reach[taken]
        wrong = np.zeros(len(rows), bool)
        wrong[row[still & (reach < right[row])]] = True
        wrong |= nobody & (left < right)
        columns = (free & (here > 0)) | (held & (here < 0))
        for some, ids in ((wrong, list(rows)), (columns, list(mentors))):
            found = [ids[number] for number in some.nonzero()[0]]
            _refuse(f"stage {name}: a better plan is not ruled out, as may be seen at", found)
        # Where this stage finds no difference the next one decides.
        still &= reach == right[row]
        nobody &= left == right
        free &= here == 0
        held &= here == 0


def _costs(problem, rows, counts, row, column, scored):
    """What the open pairs cost in each stage, from the rows of the problem."""
    import numpy as np

    score, fit = scored
    score = np.array(score, np.int64)[counts]
    fit = np.array([-1 if one is None else one for one in fit], np.int64)[counts]
    limits = [*problem.bands, 0, 0]
    poor = (fit >= 0) & (fit < limits[0])
    weak = (fit >= limits[0]) & (fit >= 0) & (fit < limits[1])
    ids, mentors = list(rows), [one for one, _capacity in problem.mentors]
    published = np.zeros((len(rows), len(mentors)), bool)
    at = {mentor: number for number, mentor in enumerate(mentors)}
    for mentee, mentor in problem.published:
        if mentee in rows:
            published[rows[mentee], at[mentor]] = True
    kept = published[row, column]
    costs = {
        "matched": np.zeros(len(row), np.int64),
        "poor": poor.astype(np.int64),
        "new_poor": (poor & ~kept).astype(np.int64),
        "changed": -kept.astype(np.int64),
        "weak": weak.astype(np.int64),
        "total": -score,
    }
    hashes = lots.hashed("row", problem.seed, ids), lots.hashed("column", problem.seed, mentors)
    for number, draw in enumerate(lots.tickets(hashes[0][row], hashes[1][column]), 1):
        costs[f"lottery {number}"] = draw.astype(np.int64)
    return costs


def _read(prices, mentors, stages):
    """The prices as an array, stages by mentors."""
    import numpy as np

    if not isinstance(prices, dict) or set(prices) != set(mentors):
        raise NotProven("the certificate does not price every mentor")
    lists = [prices[mentor] for mentor in mentors]
    for some in lists:
        if not isinstance(some, list | tuple) or len(some) != stages:
            raise NotProven("the certificate's prices are not one for each stage")
        if any(type(one) is not int or abs(one) > LARGEST for one in some):
            raise NotProven("the certificate's prices are not whole numbers")
    return np.array(lists, np.int64).reshape(len(lists), stages).T


def _check_stable(problem, plan):
    """Every refusal of the certificate in its order; then nobody blocks, and everybody has the best there is."""
    locked, room = dict(problem.locks), dict(problem.mentors)
    for mentor in locked.values():
        room[mentor] -= 1
    wishes, standing = _tastes(problem, locked)
    nth, asking = dict.fromkeys(wishes, 0), {mentor: [] for mentor in room}

    def ask(mentee):
        if nth[mentee] < len(wishes[mentee]):
            mentor = wishes[mentee][nth[mentee]]
            insort(asking[mentor], standing[mentee, mentor])

    for mentee in wishes:
        ask(mentee)
    for entry in plan.certificate.get("refused") or ():
        mentee, mentor = entry
        here = wishes.get(mentee, ())[nth.get(mentee, 0) :][:1]
        if here != [mentor]:
            raise NotProven(f"{mentee} is said to be refused by {mentor}, whom they do not ask next")
        before = bisect_left(asking[mentor], standing[mentee, mentor])
        if before < room[mentor]:
            raise NotProven(f"{mentor} need not refuse {mentee}")
        asking[mentor].pop(before)
        nth[mentee] += 1
        ask(mentee)
    holds = dict(plan.pairs)
    for mentee, list_ in wishes.items():
        best = list_[nth[mentee]] if nth[mentee] < len(list_) else None
        if holds.get(mentee) != best:
            raise NotProven(f"{mentee}: it is not shown that {best or 'nobody'} is the best they can have")
    _check_nobody_blocks(problem, holds, locked, wishes, standing)


def _tastes(problem, locked):
    """For everybody who is not locked whom they may meet, best first; and how each pair stands with the mentor."""
    places = {name: {} for name in ("mentee_ranks", "mentor_ranks")}
    for name, known in places.items():
        for one, levels in getattr(problem, name).items():
            for nth, level in enumerate(levels):
                for other in level if isinstance(level, tuple) else (level,):
                    known[one, other] = nth
    hashes = [lots.hashed("row", problem.seed, problem.mentees)]
    hashes.append(lots.hashed("column", problem.seed, [one for one, _capacity in problem.mentors]))
    at = [{one: number for number, one in enumerate(problem.mentees)}]
    at.append({one: number for number, (one, _capacity) in enumerate(problem.mentors)})
    rows = [at[0][row[0]] for row in problem.scores]
    columns = [at[1][row[1]] for row in problem.scores]
    one, two, three = lots.tickets(hashes[0][rows], hashes[1][columns])
    draws = ((one << 32) + (two << 16) + three).tolist()
    wishes, standing = {mentee: [] for mentee in problem.mentees if mentee not in locked}, {}
    for (mentee, mentor, score, fit), draw in zip(problem.scores, draws, strict=True):
        if mentee in wishes:
            worth = score if fit is None else fit
            nth = places["mentee_ranks"].get((mentee, mentor))
            wishes[mentee].append(((1, -worth, draw) if nth is None else (0, nth, draw), mentor))
            nth = places["mentor_ranks"].get((mentor, mentee))
            standing[mentee, mentor] = (1, -worth, draw) if nth is None else (0, nth, draw)
    return {mentee: [mentor for _key, mentor in sorted(some)] for mentee, some in wishes.items()}, standing


def _check_nobody_blocks(problem, holds, locked, wishes, standing):
    """Once more from the definition, whatever the refusals say."""
    people, capacity, load = {}, dict(problem.mentors), {}
    for mentee, mentor in holds.items():
        load[mentor] = load.get(mentor, 0) + 1
        if mentee not in locked:
            people.setdefault(mentor, []).append(standing[mentee, mentor])
    worst = {mentor: max(some) for mentor, some in people.items()}
    full = {mentor for mentor, count in load.items() if count >= capacity[mentor]}
    blocked = []
    for mentee, mentors in wishes.items():
        for mentor in mentors:
            if holds.get(mentee) == mentor:
                break
            least = worst.get(mentor)
            if mentor not in full and capacity[mentor] or least is not None and standing[mentee, mentor] < least:
                blocked.append((mentee, mentor))
    _refuse("pairs that would rather have each other", blocked)


def _refuse(what, things):
    if things:
        names = ", ".join("/".join(t) if isinstance(t, tuple) else t for t in things[:5])
        raise NotProven(f"{what}: {names}{f' and {len(things) - 5} more' if len(things) > 5 else ''}")
