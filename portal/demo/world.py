"""What every part of the story shares: the ledger, the people, the catalog, and how a cohort is opened."""

from datetime import date

from portal.demo.casebook import Casebook
from portal.demo.catalog import Catalog
from portal.demo.crowd import Crowd
from portal.demo.forms import Forms
from portal.demo.ledger import Ledger
from portal.demo.plan import add_cohort

FOUNDED_ON = date(2024, 4, 15)


class World:
    """The demonstration while it is being told."""

    def __init__(self, now):
        self.now = now
        self.ledger = Ledger(now)
        self.crowd = Crowd(self.ledger, FOUNDED_ON)
        self.catalog = Catalog(self.ledger, self.crowd)
        self.forms = Forms()
        self.cohorts = {}
        self.mentors = {}
        self.tables = []  # of earlier participants: the cohort, the name of the file, what it holds
        self.reviewed = None  # the cohort in whose round the reviewer who can log in reviews

    def open(self, plan):
        """Add the cohort of `plan`; returns the book in which its applications are told."""
        version, questions = self.forms.of(plan)
        cohort = add_cohort(self.ledger, self.catalog, plan, version)
        self.cohorts[plan.program, plan.slug] = cohort
        return Casebook(self.ledger, cohort, plan, self.staff_of(plan.program), questions)

    def staff_of(self, program):
        """Who runs the cohorts of the program of that slug."""
        by_academy = "operator:KAFA" in self.catalog.text_of(program)["partners"]
        return self.crowd["kafa" if by_academy else "manager"]
