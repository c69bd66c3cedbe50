"""Made-up people, each with an address of their own. Only the demonstration logins have a password."""

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from portal.demo.days import at
from portal.demo.ledger import dice, table, texts

NO_PASSWORD = f"{UNUSABLE_PASSWORD_PREFIX}demonstration"
FOREIGN_SHARE = 0.015


class Crowd:
    """Everyone of the demonstration: those written by hand, found by key, and as many others as are asked for."""

    def __init__(self, ledger, founded_on):
        self.ledger = ledger
        self.founded_at = at(founded_on, "10:00")
        self.rng = dice("people")
        self.names = texts("names")
        self.serial = 0
        self.known = {row["key"]: self._by_hand(row) for row in table("people")}

    def __getitem__(self, key):
        return self.known[key]

    @property
    def everyone(self):
        """All of them."""
        return self.ledger.rows[get_user_model()]

    @property
    def logins(self):
        """Those who can log in."""
        return [self.known[row["key"]] for row in table("people") if row["logs_in"] == "yes"]

    def _by_hand(self, row):
        person = self._add(row["email"], row["full_name"], row["romanized_name"], row["language"], row["time_zone"])
        person.date_joined = person.age_confirmed_at = self.founded_at
        if row["logs_in"] == "yes":
            self.ledger.add(EmailAddress(user=person, email=person.email, verified=True, primary=True))
        return person

    def add_mentor(self, email, name_ko, name_en, is_foreign):
        """A mentor who cannot log in."""
        person = self._add(email, name_en if is_foreign else name_ko, name_en, "en" if is_foreign else "ko")
        person.date_joined = person.age_confirmed_at = self.founded_at
        return person

    def add_expert(self, email, full_name, romanized_name):
        """Somebody who reviews, and cannot log in."""
        person = self._add(email, full_name, romanized_name, "ko")
        person.date_joined = person.age_confirmed_at = self.founded_at
        return person

    def _add(self, email, full_name, romanized_name, language, time_zone="Asia/Seoul"):
        return self.ledger.add(
            get_user_model()(
                email=email,
                full_name=full_name,
                romanized_name=romanized_name,
                language=language,
                time_zone=time_zone,
                password=NO_PASSWORD,
                is_demo=True,
                date_joined=None,
            )
        )

    def somebody(self):
        """A new person."""
        self.serial += 1
        if self.rng.random() < FOREIGN_SHARE:
            first = self.rng.choice(self.names["foreign_first"])
            last = self.rng.choice(self.names["foreign_last"])
            address = f"{first}.{last}".lower()
            return self._add(f"{address}.{self.serial:04d}@example.com", f"{first} {last}", f"{first} {last}", "en")
        name, surname, given = self._korean_name()
        return self._add(
            f"{given}.{surname}.{self.serial:04d}@example.com".lower(),
            name,
            f"{surname} {given.capitalize()}",
            "ko",
        )

    def many(self, count):
        """That many new people."""
        return [self.somebody() for _ in range(count)]

    def _korean_name(self):
        surnames, first, second = self.names["surnames"], self.names["first"], self.names["second"]
        while True:
            common = self.rng.random() < 0.8
            surname = self.rng.choice(list(surnames)[: self.names["common"]] if common else list(surnames))
            one, two = self.rng.choice(list(first)), self.rng.choice(list(second))
            name = surname + one + two
            if name not in self.names["avoided"]:
                return name, surnames[surname], first[one] + second[two]

    def leave_out_strangers(self):
        """Drop the people to whom nothing has happened yet, so that each row has the day its person joined."""
        self.everyone[:] = [person for person in self.everyone if person.date_joined is not None]
