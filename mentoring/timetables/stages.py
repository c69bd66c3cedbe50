"""What makes one timetable better than another, strictly in this order; each is a number to keep small.

moved           meetings announced before that are not in their slot any more
handed          of those that are, the ones with another interpreter
unfair          slots that nobody likes, beyond a mentee's share: meetings / slots a day, rounded up
uneven          for each mentee the square of their slots that nobody likes, so that they are spread evenly
interpreters    for each pair the interpreters it meets
avoided         meetings that lie where one of the people would rather be free
repeated        for each mentee the pairs of meetings in the same place of the day

What all of these find equal is drawn: the search takes the columns in an order that the seed gives.
"""

from math import ceil

NAMES = ("moved", "handed", "unfair", "uneven", "interpreters", "avoided", "repeated")


def share(problem, mentee):
    """How many of the slots that nobody likes are a mentee's fair share."""
    a_day = max(problem.position.values(), default=0) + 1
    wanted = sum(
        problem.wanted(pair, day) for pair in problem.pairs if pair.mentee == mentee for day in problem.days
    )
    return ceil(wanted / a_day)


def costs(name, model, previous):
    """What the model's columns cost in a stage, {column: whole number}; adds the columns that count."""
    return {
        "moved": _moved,
        "handed": _handed,
        "unfair": _unfair,
        "uneven": _uneven,
        "interpreters": _interpreters,
        "avoided": _avoided,
        "repeated": _repeated,
    }[name](model, previous)


def _moved(model, previous):
    kept = {(meeting.pair, meeting.slot) for meeting in previous}
    return {c: -1 for c, meeting in enumerate(model.meetings) if (meeting.pair, meeting.slot) in kept}


def _handed(model, previous):
    had = {(meeting.pair, meeting.slot): meeting.interpreter for meeting in previous}
    return {
        c: 1
        for c, meeting in enumerate(model.meetings)
        if had.get((meeting.pair, meeting.slot), meeting.interpreter) != meeting.interpreter
    }


def _unloved(model):
    """For each mentee the columns in slots that nobody likes."""
    found = {}
    for column, meeting in enumerate(model.meetings):
        if model.problem.slot_of[meeting.slot].unloved:
            found.setdefault(meeting.mentee, []).append(column)
    return found


def _unfair(model, previous):
    found = {}
    for mentee, columns in _unloved(model).items():
        beyond = model.column(len(columns), whole=False)
        model.row([(beyond, 1), *((column, -1) for column in columns)], low=-share(model.problem, mentee))
        found[beyond] = 1
    return found


def _uneven(model, previous):
    found = {}
    for mentee, columns in _unloved(model).items():
        found |= _units(model, columns, _most(model.problem, mentee), lambda number: 2 * number + 1)
    return found


def _interpreters(model, previous):
    """A pair's day counts once, so that half an interpreter here and half there cost as much as one."""
    found, days = {}, {}
    for column, meeting in enumerate(model.meetings):
        if meeting.interpreter:
            day = model.problem.slot_of[meeting.slot].day
            days.setdefault((*meeting.pair, meeting.interpreter), {}).setdefault(day, []).append(column)
    for (mentor, mentee, _name), columns_of in days.items():
        pair, met = model.problem.pair_of[mentor, mentee], model.column()
        found[met] = 1
        for day, columns in columns_of.items():
            if model.problem.wanted(pair, day) <= 1:
                model.row([(met, 1), *((column, -1) for column in columns)], low=0)
            else:
                for column in columns:
                    model.row([(met, 1), (column, -1)], low=0)
    return found


def _avoided(model, previous):
    found = {}
    for column, meeting in enumerate(model.meetings):
        count = avoided(model.problem, meeting)
        if count:
            found[column] = count
    return found


def avoided(problem, meeting):
    """How many of the meeting's people would rather be free then."""
    slot = problem.slot_of[meeting.slot]
    roles = (("mentor", meeting.mentor), ("mentee", meeting.mentee), ("interpreter", meeting.interpreter))
    people = [problem.people[role, name] for role, name in roles if name]
    return sum(any(start < slot.end and slot.start < end for start, end in who.avoids) for who in people)


def _repeated(model, previous):
    places, found = {}, {}
    for column, meeting in enumerate(model.meetings):
        places.setdefault((meeting.mentee, model.problem.position[meeting.slot]), []).append(column)
    for (mentee, _position), columns in sorted(places.items()):
        found |= _units(model, columns, _most(model.problem, mentee), lambda number: number)
    return found


def _most(problem, mentee):
    return sum(problem.wanted(pair, day) for pair in problem.pairs if pair.mentee == mentee for day in problem.days)


def _units(model, columns, most, price):
    """Columns that count how many of `columns` are taken, the first for `price(0)`, the second for `price(1)`, …"""
    units = [model.column(whole=False) for _number in range(min(most, len(columns)))]
    model.row([*((unit, 1) for unit in units), *((column, -1) for column in columns)], low=0)
    return {unit: price(number) for number, unit in enumerate(units)}
