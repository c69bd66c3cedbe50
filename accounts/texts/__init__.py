"""The texts that people agree to, as the package ships them: `<slug>-<version>.<language>.txt`.

The title stands first; a line such as `@purpose` begins that part (see PARTS). A version that has been in force is
never edited: a change is a new version with its own day.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.clock import SEOUL

PARTS = ("recipient", "purpose", "items", "transfer", "retention", "refusal", "text")
LANGUAGES = ("ko", "en")


@dataclass(frozen=True)
class Shipped:
    """A text of ours: its kind, and the code of the organization that receives the data, if one does."""

    kind: str
    recipient: str = ""
    is_essential: bool = False


TERMS = {  # in the order in which they are asked
    "privacy": Shipped("privacy"),
    "terms": Shipped("terms"),
    "application": Shipped("application"),
    "no-show": Shipped("no_show"),
    "confidentiality": Shipped("confidentiality"),
    "third-party-hosts": Shipped(
        "third_party", is_essential=True
    ),  # those that a person applies to, one or several
    "optional-items": Shipped("optional_items"),
    "sensitive": Shipped("sensitive"),
    "third-party-kocca": Shipped("third_party", recipient="KOCCA"),
    "third-party-kofic": Shipped("third_party", recipient="KOFIC"),
    "third-party-netflix": Shipped("third_party", recipient="NFLX"),
    "abroad-netflix": Shipped("abroad", recipient="NFLX"),
    "portrait": Shipped("portrait"),
    "marketing": Shipped("marketing"),
    "excuse-evidence": Shipped("sensitive"),  # asked where somebody hands in evidence for an absence
    "mentor-pledge": Shipped("confidentiality"),  # asked on a mentor's profile, as is the next
    "mentor-conduct": Shipped("conduct"),
}
FIRST_DAY = datetime(2026, 1, 1, tzinfo=SEOUL)
SECOND_DAY = datetime(2026, 1, 2, tzinfo=SEOUL)
IN_FORCE = {  # (slug, version): from when
    **{(slug, 1): FIRST_DAY for slug in TERMS},
    **{(slug, 2): SECOND_DAY for slug in ("privacy", "terms", "application", "optional-items")},
}


def read(slug, number, language):
    """Title and parts of one version in one language; parts that are not there are empty."""
    path = Path(__file__).with_name(f"{slug}-{number}.{language}.txt")
    title, *lines = path.read_text(encoding="utf-8").split("\n")
    parts = {name: [] for name in PARTS}
    part = "text"
    for line in lines:
        if line.startswith("@"):
            part = line[1:].strip()
        else:
            parts[part].append(line)
    return title.strip(), {name: "\n".join(lines).strip() for name, lines in parts.items()}


def load(term, term_version, organization):
    """Add the shipped texts that the given models do not hold yet. Never changes one."""
    kept = {}
    for position, (slug, shipped) in enumerate(TERMS.items(), start=1):
        kept[slug], _made = term.objects.get_or_create(
            slug=slug,
            defaults={"kind": shipped.kind, "is_essential": shipped.is_essential, "position": position * 10},
        )
    known = set(term_version.objects.filter(term__slug__in=TERMS).values_list("term__slug", "number"))
    for (slug, number), in_force_at in IN_FORCE.items():
        if (slug, number) in known:
            continue
        fields = {"in_force_at": in_force_at}
        for language in LANGUAGES:
            title, parts = read(slug, number, language)
            fields[f"title_{language}"] = title
            fields |= {f"{name}_{language}": text for name, text in parts.items()}
        term_version.objects.create(term=kept[slug], number=number, **fields)
    for found in organization.objects.filter(code__in={shipped.recipient for shipped in TERMS.values()} - {""}):
        link(term, found)


def link(term, organization):
    """Name `organization` as the recipient in those of our texts that are about it, once it is known here."""
    about = [
        slug for slug, shipped in TERMS.items() if organization.code and shipped.recipient == organization.code
    ]
    if about:
        term.objects.filter(slug__in=about, recipient=None).update(recipient=organization)
