"""The question of who mentors whom, and its answer: frozen, checked on entry row by row, with a fingerprint.

What is best is said by stages, strictly in order; `NEW` is the order before pairs are published, `PUBLISHED` the
one afterwards. Plans are worth comparing only by these: `value_of` computes what a plan comes to in each.
"""

import hashlib
import json
import math
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

LARGEST = 1_000_000  # of a score, a capacity
MODES = ("optimal", "stable")
NEW = ("matched", "poor", "weak", "total")
PUBLISHED = ("matched", "poor", "changed", "weak", "total")
# `new_poor` counts Poor pairs that were not published: what a repair must not bring about.
STAGES = ("matched", "poor", "new_poor", "changed", "weak", "total")
VALUES = ("matched", "poor", "changed", "weak", "total")  # what every plan says of itself
NAMED = 50  # lines of a refusal; the rest is counted


class BadProblem(ValueError):
    """The question cannot be put. `lines` name every row that is wrong, one line each."""

    def __init__(self, lines):
        self.lines = list(lines)
        more = [f"… and {len(self.lines) - NAMED} more"] if len(self.lines) > NAMED else []
        super().__init__("\n".join([*self.lines[:NAMED], *more]))


@dataclass(frozen=True)
class Problem:
    """A frozen question. Whatever order things come in, they are kept sorted by id.

    `mentees` are ids; `mentors` are (id, capacity); `scores` has (mentee, mentor, score, fit) for the pairs that
    may meet, and no others: score a whole number up to 1,000,000, fit 0 to 1000 or None. A fit below the first of
    `bands` is Poor, below the second Weak. `locks` are pairs that are kept, `published` pairs that were announced.
    Ranks name who is wished for, best first; a list within a list is a tie. What they name wrongly is taken out
    and told in `cleaned`. `excluded` holds (mentee, mentor, reason) of pairs that may not meet: it explains and
    changes nothing. `order` is the order of stages; empty means the usual one.
    """

    mentees: tuple
    mentors: tuple
    scores: tuple
    bands: tuple = ()
    locks: tuple = ()
    published: tuple = ()
    mentee_ranks: dict = field(default_factory=dict)
    mentor_ranks: dict = field(default_factory=dict)
    seed: str = ""
    mode: str = "optimal"
    order: tuple = ()
    excluded: tuple = ()
    cleaned: tuple = ()

    def __post_init__(self):
        wrong = []
        self._take_sides(wrong)
        self._take_scores(wrong)
        self._take_pairs(wrong)
        self._take_rules(wrong)
        if wrong:
            raise BadProblem(wrong)
        self._clean_ranks(wrong)
        if wrong:
            raise BadProblem(wrong)

    def _set(self, **values):
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _take_sides(self, wrong):
        mentees, mentors = list(self.mentees), [_row(row) for row in self.mentors]
        wrong += [f"mentors: {row!r} is not an id with a capacity" for row in mentors if len(row) != 2]
        mentors = [row for row in mentors if len(row) == 2]
        for side, ids in (("mentees", mentees), ("mentors", [row[0] for row in mentors])):
            wrong += [f"{side}: the id {one!r} is not text" for one in ids if not _is_id(one)]
            wrong += [f"{side}: {one} is there twice" for one in _repeated(filter(_is_id, ids))]
        for one, capacity in mentors:
            if not _is_whole(capacity):
                wrong.append(
                    f"mentors: {one}: the capacity {capacity!r} is not a whole number from 0 to {LARGEST:,}"
                )
        if not wrong:
            sides = sorted((one, int(capacity)) for one, capacity in mentors)
            self._set(mentees=tuple(sorted(mentees)), mentors=tuple(sides))

    def _take_scores(self, wrong):
        if wrong:
            return
        mentees, mentors = set(self.mentees), {one for one, _capacity in self.mentors}
        taken = {}
        for number, given in enumerate(self.scores, 1):
            row = _row(given)
            if len(row) not in (3, 4):
                wrong.append(f"scores, row {number}: {given!r} is not mentee, mentor, score and perhaps fit")
                continue
            mentee, mentor, score, fit = (*row, None) if len(row) == 3 else row
            pair = (mentee, mentor)
            if (
                _known(mentee, mentees)
                and _known(mentor, mentors)
                and pair not in taken
                and _is_whole(score)
                and (fit is None or _is_whole(fit, 1000))
            ):
                taken[pair] = (mentee, mentor, int(score), None if fit is None else int(fit))
                continue
            here = f"scores, row {number} ({mentee}, {mentor})"
            unknown = _unknown(here, pair, mentees, mentors)
            wrong += unknown
            if not unknown and pair in taken:
                wrong.append(f"{here}: the pair is there twice")
            if not _is_whole(score):
                wrong.append(f"{here}: the score {score!r} is not a whole number from 0 to {LARGEST:,}")
            if fit is not None and not _is_whole(fit, 1000):
                wrong.append(f"{here}: the fit {fit!r} is not a whole number from 0 to 1000")
        if not wrong:
            self._set(scores=tuple(map(taken.__getitem__, sorted(taken))))

    def _take_pairs(self, wrong):
        if wrong:
            return
        mentees, capacity = set(self.mentees), dict(self.mentors)
        possible = self.possible
        for name, size in (("locks", 2), ("published", 2), ("excluded", 3)):
            rows = [_row(row) for row in getattr(self, name)]
            kept = []
            for number, row in enumerate(rows, 1):
                here = f"{name}, row {number} ({', '.join(map(str, row))})"
                if len(row) != size or size == 3 and not isinstance(row[2], str):
                    what = "a mentee and a mentor" if size == 2 else "a mentee, a mentor and a reason"
                    wrong.append(f"{name}, row {number}: {list(row)!r} is not {what}")
                    continue
                unknown = _unknown(here, row[:2], mentees, capacity)
                wrong += unknown
                if unknown:
                    continue
                kept.append(row)
                if name == "locks" and row not in possible:
                    wrong.append(f"{here}: the pair may not meet, there is no score for it")
                if name == "excluded" and row[:2] in possible:
                    wrong.append(f"{here}: the pair has a score, so it may meet")
            who = [row[0] for row in kept]
            if name != "excluded":
                wrong += [f"{name}: mentee {one} is there twice" for one in _repeated(who)]
            self._set(**{name: tuple(sorted(set(kept)))})
        held = {}
        for _mentee, mentor in self.locks:
            held[mentor] = held.get(mentor, 0) + 1
        wrong += [
            f"locks: mentor {mentor} has {count} of them and capacity {capacity[mentor]}"
            for mentor, count in sorted(held.items())
            if count > capacity.get(mentor, 0)
        ]

    def _take_rules(self, wrong):
        bands = list(self.bands) if isinstance(self.bands, list | tuple) else [None]
        if len(bands) > 2 or not all(_is_whole(one, 1000) for one in bands) or bands != sorted(bands):
            wrong.append(f"bands: {self.bands!r} are not up to two rising whole numbers from 0 to 1000")
        else:
            self._set(bands=tuple(map(int, bands)))
        if self.mode not in MODES:
            wrong.append(f"mode: {self.mode!r} is neither optimal nor stable")
        if not isinstance(self.seed, str):
            wrong.append(f"seed: {self.seed!r} is not text")
        order = tuple(self.order)
        wrong += [f"order: there is no stage {one!r}" for one in order if one not in STAGES]
        wrong += [f"order: {one} is there twice" for one in _repeated(filter(_is_id, order))]
        self._set(order=order)

    def _clean_ranks(self, wrong):
        """Ranks with only those in them who may be met, each once; `cleaned` tells what was taken out."""
        possible, cleaned = self.possible, []
        mentees, mentors = set(self.mentees), {one for one, _capacity in self.mentors}
        for name, own, others in (("mentee_ranks", mentees, mentors), ("mentor_ranks", mentors, mentees)):
            ranks = getattr(self, name)
            if not isinstance(ranks, dict):
                wrong.append(f"{name}: {ranks!r} is not a list for each id")
                continue
            kept = {}
            for one, wishes in sorted(ranks.items(), key=lambda item: str(item[0])):
                if not isinstance(wishes, list | tuple):
                    wrong.append(f"{name}: {one}: {wishes!r} is not a list")
                    continue
                if one not in own:
                    cleaned.append({"ranks": name, "of": one, "named": None, "why": "unknown"})
                    continue
                seen, levels = set(), []
                for level in wishes:
                    level = list(level) if isinstance(level, list | tuple) else [level]
                    good = []
                    for other in level:
                        pair = (one, other) if name == "mentee_ranks" else (other, one)
                        why = _why_out(one, other, pair, others, seen, possible)
                        if why:
                            cleaned.append({"ranks": name, "of": one, "named": other, "why": why})
                        else:
                            seen.add(other)
                            good.append(other)
                    if good:
                        levels.append(good[0] if len(good) == 1 else tuple(sorted(good)))
                if levels:
                    kept[one] = tuple(levels)
            self._set(**{name: kept})
        self._set(cleaned=(*self.cleaned, *cleaned))

    @cached_property
    def possible(self):
        """The pairs that may meet, each with its score and its fit."""
        return {row[:2]: row[2:] for row in self.scores}

    @property
    def stages(self):
        """The stages in their order, the lottery aside, which always comes last."""
        return self.order or (PUBLISHED if self.published else NEW)

    def but(self, **changes):
        """The same question, some things changed, `capacities` of some mentors too. Scores are not read again."""
        capacities = changes.pop("capacities", {})
        if not set(changes) <= {"locks", "published", "order", "seed", "mode", "bands"}:
            return replace(self, **changes)
        other = object.__new__(Problem)
        other.__dict__.update({name: value for name, value in self.__dict__.items() if name != "fingerprint"})
        other._set(**changes)
        wrong = []
        if capacities:
            other._set(mentors=tuple((one, capacities.get(one, size)) for one, size in self.mentors))
            other._take_sides(wrong)
            wrong += [f"mentors: {one} is unknown" for one in capacities if one not in dict(self.mentors)]
            if not wrong:
                other._set(table=self.table.with_capacity(other.mentors))
        other._take_pairs(wrong)
        other._take_rules(wrong)
        if wrong:
            raise BadProblem(wrong)
        return other

    def as_json(self, *, scores=True):
        """The whole question as plain data; `from_json` gives it back."""
        return {
            "mode": self.mode,
            "mentees": [{"id": one} for one in self.mentees],
            "mentors": [{"id": one, "capacity": capacity} for one, capacity in self.mentors],
            "scores": [list(row if row[3] is not None else row[:3]) for row in self.scores] if scores else [],
            "bands": list(self.bands),
            "locks": [list(pair) for pair in self.locks],
            "published": [list(pair) for pair in self.published],
            "mentee_ranks": _plain(self.mentee_ranks),
            "mentor_ranks": _plain(self.mentor_ranks),
            "seed": self.seed,
            "order": list(self.order),
            "excluded": [list(row) for row in self.excluded],
        }

    @classmethod
    def from_json(cls, data):
        """The question that plain data puts, as `as_json` writes it; raises BadProblem."""
        if not isinstance(data, dict):
            raise BadProblem(["the problem is not an object with mentees, mentors and scores"])
        wrong = [f"{name}: missing" for name in ("mentees", "mentors", "scores") if name not in data]
        lists = ("mentees", "mentors", "scores", "bands", "locks", "published", "order", "excluded")
        wrong += [f"{name}: not a list" for name in lists if not isinstance(data.get(name, []), list)]
        if wrong:
            raise BadProblem(wrong)
        for side, needs in (("mentees", {"id"}), ("mentors", {"id", "capacity"})):
            for number, row in enumerate(data[side], 1):
                if not isinstance(row, dict) or not needs <= set(row):
                    wrong.append(
                        f"{side}, row {number}: {row!r} has no {' and '.join(sorted(needs, reverse=True))}"
                    )
        if wrong:
            raise BadProblem(wrong)
        given = {name: data[name] for name in (*lists[2:], "mode", "seed") if name in data}
        ranks = {name: data[name] for name in ("mentee_ranks", "mentor_ranks") if data.get(name) is not None}
        return cls(
            mentees=[row["id"] for row in data["mentees"]],
            mentors=[(row["id"], row["capacity"]) for row in data["mentors"]],
            **given,
            **ranks,
        )

    def digest(self):
        """A fingerprint of the question: the same for the same question, in whatever order it was put."""
        return self.fingerprint

    @cached_property
    def fingerprint(self):
        """What `digest` gives, computed once."""
        rest = json.dumps(self.as_json(scores=False), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{self.scores_fingerprint}\n{rest}".encode(errors="surrogatepass")).hexdigest()

    @cached_property
    def scores_fingerprint(self):
        """The scores' part of it, which other questions about the same pairs share."""
        text = json.dumps(self.scores, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    @cached_property
    def table(self):
        """The question in arrays of whole numbers."""
        return Table(self)


class Table:
    """The pairs that may meet as arrays, one entry each in the order of `scores`; ids are places in their lists."""

    def __init__(self, problem):
        import numpy as np

        self.mentees = problem.mentees
        self.mentors = tuple(one for one, _capacity in problem.mentors)
        self.mentee_at = {one: number for number, one in enumerate(self.mentees)}
        self.mentor_at = {one: number for number, one in enumerate(self.mentors)}
        self.size = (len(self.mentees), len(self.mentors))
        count = len(problem.scores)
        at, to, score, fit = zip(*problem.scores, strict=True) if count else ((), (), (), ())
        self.row = np.fromiter(map(self.mentee_at.__getitem__, at), np.intp, count)
        self.column = np.fromiter(map(self.mentor_at.__getitem__, to), np.intp, count)
        self.score = np.fromiter(score, np.int64, count)
        self.fit = np.fromiter((-1 if one is None else one for one in fit), np.int64, count)
        self.capacity = np.array([capacity for _one, capacity in problem.mentors], np.int64)

    def with_capacity(self, mentors):
        """The same arrays with other capacities."""
        import numpy as np

        other = copy(self)
        other.capacity = np.array([capacity for _one, capacity in mentors], np.int64)
        return other

    def marks(self, pairs):
        """An array, mentees by mentors, that is true for these pairs."""
        import numpy as np

        marks = np.zeros(self.size, bool)
        for mentee, mentor in pairs:
            marks[self.mentee_at[mentee], self.mentor_at[mentor]] = True
        return marks


@dataclass(frozen=True)
class Plan:
    """An answer: its pairs sorted, whom it leaves out and why, what it comes to in each stage, and its proof.

    `unmatched` stands in the order of the waiting list, which the seed draws. `blocking_pairs` would both rather
    have each other; those who named each other in their ranks come first, and `mutual` says how many these are.
    """

    pairs: tuple
    unmatched: tuple
    stages: dict
    certificate: dict
    blocking_pairs: tuple = ()
    mutual: int = 0
    cleaned: tuple = ()
    mode: str = "optimal"

    def as_json(self):
        """The plan as plain data; `from_json` gives it back."""
        return {
            "mode": self.mode,
            "pairs": [list(pair) for pair in self.pairs],
            "unmatched": list(self.unmatched),
            "stages": dict(self.stages),
            "certificate": self.certificate,
            "blocking_pairs": [list(pair) for pair in self.blocking_pairs],
            "mutual": self.mutual,
            "cleaned": list(self.cleaned),
        }

    @classmethod
    def from_json(cls, data):
        """The plan that `as_json` wrote down; raises ValueError where it is none."""
        try:
            return cls(
                pairs=tuple((mentee, mentor) for mentee, mentor in data["pairs"]),
                unmatched=tuple(data["unmatched"]),
                stages=dict(data["stages"]),
                certificate=dict(data["certificate"]),
                blocking_pairs=tuple((mentee, mentor) for mentee, mentor in data.get("blocking_pairs", ())),
                mutual=data.get("mutual", 0),
                cleaned=tuple(data.get("cleaned", ())),
                mode=data.get("mode", "optimal"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a plan: {error!r}") from None

    @property
    def mentor_of(self):
        """The mentor of each mentee that has one."""
        return dict(self.pairs)


def band_of(problem, fit):
    """`poor`, `weak`, or empty for a good pair and for one whose fit nobody knows."""
    if fit is None:
        return ""
    return next((name for name, limit in zip(("poor", "weak"), problem.bands, strict=False) if fit < limit), "")


def value_of(problem, pairs):
    """What these pairs come to in every stage."""
    pairs, published = set(pairs), set(problem.published)
    bands = [(pair, band_of(problem, problem.possible[pair][1])) for pair in pairs]
    return {
        "matched": len(pairs),
        "poor": sum(band == "poor" for _pair, band in bands),
        "new_poor": sum(band == "poor" and pair not in published for pair, band in bands),
        "changed": len(published - pairs),
        "weak": sum(band == "weak" for _pair, band in bands),
        "total": sum(problem.possible[pair][0] for pair in pairs),
    }


def _row(given):
    return tuple(given) if isinstance(given, list | tuple) else (given,)


def _is_id(one):
    return isinstance(one, str) and one != ""


def _is_whole(value, most=LARGEST):
    if type(value) is float:
        return math.isfinite(value) and value.is_integer() and 0 <= value <= most
    return type(value) is int and 0 <= value <= most


def _known(one, ids):
    return isinstance(one, str) and one in ids


def _unknown(here, pair, mentees, mentors):
    sides = zip(("mentee", "mentor"), pair, (mentees, mentors), strict=True)
    return [f"{here}: unknown {side} {one}" for side, one, ids in sides if not _known(one, ids)]


def _repeated(things):
    seen = set()
    return [thing for thing in things if thing in seen or seen.add(thing)]


def _why_out(one, other, pair, others, seen, possible):
    if other == one and other not in others:
        return "self"
    if not _known(other, others):
        return "unknown"
    if other in seen:
        return "twice"
    return "" if pair in possible else "infeasible"


def _plain(ranks):
    return {one: [list(w) if isinstance(w, tuple) else w for w in wishes] for one, wishes in ranks.items()}
