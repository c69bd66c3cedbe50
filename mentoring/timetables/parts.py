"""What can be decided on its own: demands that share nobody are no business of each other."""

from datetime import timedelta


def parts(problem, demands, *, across_days):
    """The demands in groups that do not touch. `across_days` keeps what a mentee has on several days together.

    Where all meetings are of one length, equal minutes are equal counts and stand for themselves.
    """
    equal = [demand for demand in demands if demand.kind == "equal"]
    others = [demand for demand in demands if demand.kind != "equal"]
    if len(problem.lengths()) > 1 and len(equal) > 1:
        return [tuple(demands)] if demands else []
    roots = {}

    def root(node):
        roots.setdefault(node, node)
        while roots[node] != node:
            roots[node] = roots[roots[node]]
            node = roots[node]
        return node

    days_of = {} if across_days else _neighbors(problem)
    for demand in others:
        day = days_of.get(demand.day, "")
        pair = problem.pair_of[demand.mentor, demand.mentee]
        here = root(("demand", demand))
        touched = [("mentor", pair.mentor, day), ("mentee", pair.mentee, day)]
        if pair.language:
            able = (person for person in problem.interpreters if pair.language in person.languages)
            touched += [("interpreter", person.id, day) for person in able]
        for other in touched:
            roots[root(other)] = root(here)
    groups = {}
    for demand in others:
        groups.setdefault(root(("demand", demand)), []).append(demand)
    return [tuple(group) for group in groups.values()] + ([tuple(equal)] if equal else [])


def _neighbors(problem):
    """For each day the first of those that it touches: nobody's buffer reaches from one group to another."""
    reach = timedelta(minutes=max((person.buffer for person in problem.people.values()), default=0))
    ends = {}
    for slot in problem.slots:
        ends[slot.day] = max(ends.get(slot.day, slot.end), slot.end)
    groups, last, first = {}, None, ""
    for day in problem.days:
        begins = next(slot.start for slot in problem.slots if slot.day == day)
        if last is None or begins >= last + reach:
            first = day
        groups[day] = first
        last = ends[day] if last is None else max(last, ends[day])
    return groups
