"""Rows of one run of the pairing: its pairs, who is without a mentor and why, prices, who would move."""

from django.utils.translation import gettext, ngettext

from mentoring.admin import pairing_words as words
from mentoring.pairing.rules import label as reason_label
from mentoring.pairing.snapshot import Snapshot
from mentoring.pairing.words import UNMATCHED, relaxations
from portal import i18n

SORTS = ("worst", "choice", "mentor", "mentee", "score")
SHOWN = 100  # prices and blocking pairs, which may be as many as there are pairs
RELAXED = 3  # rules that are named
NOBODY = 10_000  # sorts no wish after every wish


class RunRows:
    """What the pages of a run show of it."""

    def __init__(self, answer, people, locks=None):
        self.answer, self.people = answer, people
        self.locks = answer.locks if locks is None else locks
        self.load = answer.load()

    def pairs(self, sort, links):
        """The pairs; `links` gives the addresses of a mentee. The worst come first unless asked otherwise."""
        rows = []
        for mentee, mentor in self.answer.pairs.items():
            pair = (mentee, mentor)
            fit = self.answer.fit(pair)
            rows.append(
                {
                    "mentee": self.people.mentee(mentee),
                    "mentor": self.people.mentor(mentor),
                    "number": self.answer.choice(pair) or NOBODY,
                    "choice": words.choice(self.answer.choice(pair)),
                    "fit": 1001 if fit is None else fit,
                    "band": words.band(self.answer, pair),
                    "score": self.answer.score(pair),
                    "is_locked": self.locks.get(mentee) == mentor,
                    **links(mentee, mentor),
                }
            )
        keys = {
            "worst": lambda row: (row["fit"], row["score"], row["mentee"]),
            "choice": lambda row: (-row["number"], row["fit"], row["mentee"]),
            "mentor": lambda row: (row["mentor"], row["mentee"]),
            "mentee": lambda row: row["mentee"],
            "score": lambda row: (row["score"], row["mentee"]),
        }
        return sorted(rows, key=keys[sort])

    def headings(self, sort):
        """The columns, each with the way to sort by it."""
        columns = [
            ("mentee", gettext("Mentee"), False, "ascending"),
            ("mentor", gettext("Mentor"), False, "ascending"),
            ("choice", gettext("Wish"), False, "descending"),
            ("worst", gettext("Fit"), False, "ascending"),
            ("score", gettext("Score"), True, "ascending"),
        ]
        return [
            {"label": label, "url": f"?sort={name}", "right": right, "sorted": order if name == sort else ""}
            for name, label, right, order in columns
        ]

    def columns(self, links):
        """The board: a column a mentor, a card a mentee; and those without a mentor."""
        cards = {}
        for mentee in self.people.by_name(self.answer.mentees):
            mentor = self.answer.pairs.get(mentee)
            pair = (mentee, mentor)
            card = {
                "id": mentee,
                "name": self.people.mentee(mentee),
                "choice": words.choice(self.answer.choice(pair)) if mentor else "",
                "band": words.band(self.answer, pair) if mentor else None,
                "is_locked": mentor is not None and self.locks.get(mentee) == mentor,
                **links(mentee),
            }
            cards.setdefault(mentor, []).append(card)
        columns = []
        for mentor in self.people.mentors_by_name(self.answer.capacity):
            count, capacity = self.load[mentor], self.room(mentor)
            columns.append(
                {
                    "id": mentor,
                    "name": self.people.mentor(mentor),
                    "load": words.load(count, capacity),
                    "over": count > capacity,
                    "cards": cards.get(mentor, []),
                }
            )
        free = cards.get(None, [])
        return columns, {"cards": free, "load": i18n.number(len(free))}

    def room(self, mentor):
        """How many mentees the mentor has room for; less than the places of a run where too many are announced."""
        said = self.answer.facts["mentors"].get(mentor)
        return said["room"] if said else self.answer.capacity[mentor]

    def choices(self, mentee, mentor):
        """Everyone to choose from, with what is chosen."""
        return {
            "mentees": [
                {"value": code, "label": self.people.mentee(code), "selected": code == mentee}
                for code in self.people.by_name(self.answer.mentees)
            ],
            "mentors": [
                {
                    "value": name,
                    "label": f"{self.people.mentor(name)} ({words.load(self.load[name], self.room(name))})",
                    "selected": name == mentor,
                }
                for name in self.people.mentors_by_name(self.answer.capacity)
            ],
        }

    def unmatched(self, url_of):
        """Who has no mentor, why no plan could help, and what would; in the order of the waiting list."""
        return [
            {
                "name": self.people.mentee(row["mentee"]),
                "url": url_of(row["mentee"]),
                "text": self.why_unmatched(row),
                "relax": self.relaxations(row),
            }
            for row in self.answer.plan["unmatched"]
        ]

    def why_unmatched(self, row):
        """The certificate that somebody has to stay over, in words."""
        hall = row.get("hall") or {}
        if row["reason"] != "no_seats" or not hall:
            return str(UNMATCHED[row["reason"]])
        people, mentors = hall["mentees"], hall["mentors"]
        text = ngettext(
            "These %(count)s mentees can only go to %(mentors)s, who have %(seats)s place together: %(names)s.",
            "These %(count)s mentees can only go to %(mentors)s, who have %(seats)s places together: %(names)s.",
            hall["seats"],
        )
        return text % {
            "count": len(people),
            "mentors": self.mentor_names(mentors),
            "seats": hall["seats"],
            "names": words.listed([self.people.mentee(code) for code in self.people.by_name(people)]),
        }

    def mentor_names(self, mentors):
        """Several mentors one after the other."""
        return words.listed([self.people.mentor(name) for name in self.people.mentors_by_name(mentors)])

    def relaxations(self, row):
        """The rules that alone keep mentors away, the widest first, and whose further place would help."""
        texts = []
        for reason, mentors in relaxations(Snapshot(self.answer.facts, ""), row["mentee"])[:RELAXED]:
            text = ngettext(
                "Without “%(reason)s” %(count)s mentor more is possible: %(mentors)s.",
                "Without “%(reason)s” %(count)s mentors more are possible: %(mentors)s.",
                len(mentors),
            )
            names = self.mentor_names(mentors)
            texts.append(text % {"reason": reason_label(reason), "count": len(mentors), "mentors": names})
        mentors = (row.get("hall") or {}).get("mentors", [])
        if mentors:
            texts.append(
                gettext("One more place with one of: %(mentors)s.") % {"mentors": self.mentor_names(mentors)}
            )
        return texts

    def prices(self, worth):
        """The mentors with whom one more place would gain most: pairs of a mentor and what stages would gain."""
        return [
            {"title": self.people.mentor(mentor), "side": words.gain(difference), "user": True}
            for mentor, difference in worth
        ]

    def blocking(self, *, mutual=False):
        """Those who would both rather have each other, those who both asked first; with `mutual` only these."""
        found = []
        for mentee, mentor, both in self.answer.blocking()[:SHOWN]:
            if mutual and not both:
                break
            note = gettext("has %(mentor)s now") % {"mentor": self.people.mentor(self.answer.pairs.get(mentee))}
            if mentee not in self.answer.pairs:
                note = gettext("has no mentor")
            pill = {"tone": "warn", "icon": "swap", "label": gettext("Both asked")} if both else None
            found.append(
                {
                    "title": f"{self.people.mentee(mentee)} – {self.people.mentor(mentor)}",
                    "note": f"{self.people.mentee(mentee)}: {note}",
                    "user": True,
                    "pill": pill,
                }
            )
        return found

    def moves_of(self, moves, *, but=()):
        """Who has another mentor, in words; `but` are left out."""
        return [
            {
                "who": self.people.mentee(mentee),
                "before": self.people.mentor(old),
                "after": self.people.mentor(new),
                "before_note": self.wish_note(mentee, old),
                "after_note": self.wish_note(mentee, new),
            }
            for mentee, old, new in sorted(moves, key=lambda move: (self.people.mentee(move[0]), move[0]))
            if mentee not in but
        ]

    def wish_note(self, mentee, mentor):
        """Which wish a mentor is, for a table of moves."""
        number = self.answer.choice((mentee, mentor)) if mentor else 0
        return words.choice(number) if number else ""
