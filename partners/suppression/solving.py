"""Hide the small numbers, and the fewest others from which they would follow.

What is asked of a hidden number below five: each count from 1 to 5 is still possible that would be so if only what
stands anyway were told, the facts and what is out already (where that is a single one: nobody, too). Possible means
that there is a table, whole and nowhere negative, in which it has that count and all that is shown is as shown. So
nobody can tell it from the smallest, nor that it is small.

Hiding more never makes anything known. So whatever proves that a number is barred from a count names shown numbers
of which one at least must be hidden, and the best choice that meets all such demands and bars nothing is the best.
"""

from partners.suppression import hiding
from partners.suppression.attack import Attack
from partners.suppression.tables import LEAST, BadTables, published

ENOUGH = 1e-6
MANY = 8  # a search for many tables at once goes on as long as one in so many is found
ROUNDS = 400  # of asking anew; then whatever bars something is hidden, and the choice is no longer proved


def suppress(release):
    """The Published of a Release."""
    return _Search(release).run()


class _Search:
    def __init__(self, release):
        import numpy as np

        self.release = release
        self.attack = attack = Attack(release.frame, {**release.known, **release.counts})
        size = len(attack.boxes)
        is_fact = self._mask(release.fixed) | self._mask(release.known)
        self.is_small = self._mask(release.small)
        self.stands = is_fact
        self.always = (self.is_small | self._mask(release.unshown)) & ~is_fact
        is_open = ~is_fact & ~self.always
        self.choice = hiding.Choice(np.flatnonzero(is_open))
        self.asked = [
            int(at) for at in np.flatnonzero((self.is_small & ~is_fact) | (is_open & (attack.counts == 0)))
        ]
        self.tables = np.zeros((0, size))
        self.is_whole = np.zeros(0, dtype=bool)

    def _mask(self, boxes):
        import numpy as np

        mask = np.zeros(len(self.attack.boxes), dtype=bool)
        mask[[self.attack.at[box] for box in boxes if box in self.attack.at]] = True
        return mask

    def run(self):
        import numpy as np

        attack, choice = self.attack, self.choice
        if attack.view(np.ones(len(attack.boxes), dtype=bool)).table({}) is None:
            raise BadTables(["the tables are not about the same people: nobody could be counted like that"])
        self.possible = self._possible()
        self._foresee()
        hidden = set()
        for costs in (
            dict.fromkeys(choice.places, 1),
            {at: int(attack.counts[at]) for at in choice.places},
            {at: hiding.lot(attack.boxes[at]) for at in choice.places},
        ):
            hidden = self._stage(costs, hidden)
            choice.hold(costs, sum(costs[at] for at in hidden))
        return published(self.release, [attack.boxes[at] for at in hidden], is_smallest=choice.is_proved)

    def _stage(self, costs, before):
        """The places to hide at the least cost."""
        hidden = before
        for _round in range(ROUNDS):
            found = self.choice.best(costs)
            if found is None:
                break
            hidden = found
            if not self._demand(hidden):
                return hidden
        self.choice.is_proved = False
        while barring := self._demand(hidden):
            hidden |= barring
        return hidden

    def _possible(self):
        """The counts from 1 to 5 that what stands leaves to each asked place; 0 where else there is one."""
        import numpy as np

        whole = self.attack.at.get(frozenset())
        if [int(at) for at in np.flatnonzero(self.stands)] == [whole]:
            most = int(min(LEAST, self.attack.counts[whole]))
            counts = list(range(1, most + 1)) if most > 1 else [0, 1][: most + 1]
            return {at: counts for at in self.asked if most and at != whole}
        view = self.attack.view(self.stands)
        self._start(~self.stands)
        self._cover(view, {at: range(1, LEAST + 1) for at in self.asked})
        possible = {}
        for at in self.asked:
            counts = [count for count in range(1, LEAST + 1) if self._table(view, at, count)]
            if len(counts) == 1 and self._table(view, at, 0):
                counts = [0, *counts]
            if counts and counts != [self.attack.counts[at]]:
                possible[at] = counts
        return possible

    def _start(self, is_hidden):
        """Look at what is known of tables in which nothing changes but what is hidden."""
        self.is_hidden = is_hidden
        self.usable = ~((self.tables != self.attack.counts) & ~is_hidden).any(axis=1)

    def _keep(self, found):
        import numpy as np

        self.tables = np.vstack([self.tables, found.counts])
        self.is_whole = np.append(self.is_whole, found.is_whole)
        self.usable = np.append(self.usable, True)

    def _cover(self, view, wanted):
        """Find tables in which many places at once have counts that they are `wanted` to have {place: counts}."""
        while True:
            have = self.tables[self.usable & self.is_whole]
            missing = {at: [n for n in counts if not (have[:, at] == n).any()] for at, counts in wanted.items()}
            wanted = {at: counts for at, counts in missing.items() if counts}
            if not wanted:
                return
            turn = {at: counts[at % len(counts)] for at, counts in wanted.items()}
            found = view.near(turn)
            self._keep(found)
            met = sum(found.counts[at] == count for at, count in turn.items()) if found.is_whole else 0
            if met * MANY < len(turn):
                return

    def _table(self, view, at, count):
        """Whether the place can have the count."""
        if (self.tables[self.usable & self.is_whole, at] == count).any():
            return True
        found = view.table({at: count})
        if found is not None:
            self._keep(found)
        return found is not None

    def _demand(self, hidden):
        """Tell the choice what it has not met; returns the places of which more have to be hidden."""
        is_hidden = self.always.copy()
        is_hidden[list(hidden)] = True
        barring, view = set(), self.attack.view(~is_hidden)
        asked = [at for at in self.possible if is_hidden[at]]
        self._start(is_hidden)
        self._cover(view, {at: [max(self.possible[at]), min(self.possible[at])] for at in asked})
        for at in asked:
            for target in (max(self.possible[at]), min(self.possible[at])):
                self._start(is_hidden)
                barring |= self._reach(at, target, view)
        if barring:
            return barring
        self._start(is_hidden)
        self._cover(view, {at: self.possible[at] for at in asked})
        for at in asked:
            for count in self.possible[at]:
                if not self._table(view, at, count):
                    barring |= self._bar(at, count, is_hidden)
        return barring

    def _reach(self, at, target, view):
        """What bars a place from a count; one demand after the other, each as if those before were met."""
        barring = set()
        while True:
            counts = self.tables[self.usable, at]
            if (counts >= target - ENOUGH).any() if target > self.attack.counts[at] else (counts <= target).any():
                return barring
            found, bars = view.reach(at, target)
            self._keep(found)
            bars = {place: gain for place, gain in bars.items() if place in self.choice.column}
            if not bars:
                return barring
            self.choice.need(bars, abs(target - found.counts[at]), where=self._where(at))
            barring |= set(bars)
            is_hidden = self.is_hidden.copy()
            is_hidden[list(bars)] = True
            self._start(is_hidden)
            view = self.attack.view(~is_hidden)

    def _bar(self, at, count, is_hidden):
        """What bars a place from a count in whole numbers only: as few places as all the others leave."""
        left = set(self.choice.places) - {place for place in self.choice.places if is_hidden[place]}
        for place in sorted(left):
            more = is_hidden.copy()
            more[place] = True
            if self.attack.view(~more).table({at: count}) is None:
                is_hidden, left = more, left - {place}
        self.choice.need(dict.fromkeys(left, 1.0), where=self._where(at))
        return left

    def _where(self, at):
        return at if at in self.choice.column else None

    def _foresee(self):
        """Demands that are plain from sums alone, so that fewer have to be found out."""
        for whole, parts in self._sums():
            line = [whole, *parts]
            for at in line:
                others = [other for other in line if other != at]
                if not any(self.always[other] for other in others) and (
                    at in self.possible or at in self.choice.column
                ):
                    self.choice.need(dict.fromkeys(others, 1.0), where=self._where(at))
            for at in line:
                if at in self.possible and not (at != whole and self.always[whole]):
                    self._need_room(at, whole, parts)

    def _need_room(self, at, whole, parts):
        """What a part gains, other parts lose; what the whole loses, the parts do."""
        if at == whole:
            least, weights = self.attack.counts[at] - min(self.possible[at]), {}
        else:
            least, weights = max(self.possible[at]) - self.attack.counts[at], {whole: float("inf")}
        others = [part for part in parts if part != at]
        least -= sum(self.attack.counts[part] for part in others if self.always[part])
        if least > 0:
            weights |= {part: self.attack.counts[part] for part in others if self.attack.counts[part]}
            self.choice.need(weights, least, where=self._where(at))

    def _sums(self):
        """Places of a whole with the places of its parts, in every dimension and level."""
        frame, at = self.release.frame, self.attack.at
        names = [(name, *frame.dimension(name)) for name in [*frame.labels, *frame.levels]]
        for box in self.attack.boxes:
            inside = dict(box)
            for _name, of, groups in names:
                whole = inside.get(of, frozenset(frame.labels[of]))
                some = [group for group in groups.values() if group < whole]
                if sum(map(len, some)) != len(whole) or frozenset().union(*some) != whole:
                    continue
                parts = [frozenset({**inside, of: group}.items()) for group in some]
                if all(part in at for part in parts):
                    yield at[box], [at[part] for part in parts]
