"""What the catalog's address asks for. Read from a query string, and written back into one."""

from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from portal.validators import normal
from programs.models.cohorts import Delivery, Phase
from programs.models.programs import ProgramKind, Track

LONGEST_SEARCH = 100
OPEN_NOW = (Phase.OPEN, Phase.CLOSING)
PHASE_GROUPS = {  # what a visitor can ask for, and the phases that answer it
    "open": OPEN_NOW,
    "closing": (Phase.CLOSING,),
    "scheduled": (Phase.SCHEDULED,),
    "in_review": (Phase.IN_REVIEW, Phase.CLOSED),
    "announced": (Phase.ANNOUNCED,),
    "running": (Phase.RUNNING,),
    "finished": (Phase.FINISHED,),
    "cancelled": (Phase.CANCELLED,),
}


def search_text(value):
    """A search as it is looked up: composed Hangul, single spaces, not endless."""
    return " ".join(normal(value).split())[:LONGEST_SEARCH]


def _known(values, choices):
    """Those of `values` that exist, each once and in the order of `choices`, so that an address has one form."""
    return tuple(choice for choice in choices if choice in values)


@dataclass(frozen=True)
class Filters:
    """What every list's address has in common."""

    def query(self, **changes):
        """The query string of these filters with `changes`, without a leading `?`; empty ones are left out."""
        chosen = replace(self, **changes)
        pairs = [(field.name, getattr(chosen, field.name)) for field in fields(chosen)]
        return urlencode([(name, value) for name, value in pairs if value], doseq=True)

    @property
    def is_narrow(self):
        """Whether anything is asked for at all."""
        return bool(self.query())


@dataclass(frozen=True)
class CatalogFilters(Filters):
    """What narrows the catalog. Whatever an address holds beyond this is ignored, never an error."""

    q: str = ""
    kind: tuple[str, ...] = ()
    phase: str = ""
    partner: str = ""
    track: str = ""
    delivery: tuple[str, ...] = ()

    @classmethod
    def read(cls, query):
        """From a request's GET."""
        phase, track = query.get("phase", ""), query.get("track", "")
        return cls(
            q=search_text(query.get("q", "")),
            kind=_known(query.getlist("kind"), ProgramKind.values),
            phase=phase if phase in PHASE_GROUPS else "",
            partner=query.get("partner", "")[:50],
            track=track if track in Track.values else "",
            delivery=_known(query.getlist("delivery"), Delivery.values),
        )


ORIGINS = ("domestic", "international")


@dataclass(frozen=True)
class ExpertFilters(Filters):
    """What narrows the list of those who teach."""

    q: str = ""
    origin: str = ""

    @classmethod
    def read(cls, query):
        """From a request's GET."""
        origin = query.get("origin", "")
        return cls(q=search_text(query.get("q", "")), origin=origin if origin in ORIGINS else "")
