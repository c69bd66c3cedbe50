"""What the demonstration is about: organizations, agreements, programs and the experts who teach in them."""

from datetime import date
from decimal import Decimal
from itertools import cycle

from partners.models.agreements import Agreement, Campaign, Signature
from partners.models.commitments import Commitment, Headline
from partners.models.organizations import Organization
from portal.demo.ledger import table, texts
from programs.models.experts import HOME_COUNTRY, Expert
from programs.models.programs import Program, ProgramPartner, Series

PAIRS = ("title", "tagline", "about")


class Catalog:
    """The lasting rows, each found by its code or slug."""

    def __init__(self, ledger, crowd):
        self.ledger = ledger
        self.organizations = {}
        self.agreements = {}
        self.series = {}
        self.programs = {}
        self.experts = {}
        self.courses_of_experts = {}
        data = texts("partners")
        self._add_organizations(data["organizations"])
        self._add_agreements(data["campaign"], data["agreements"])
        self._add_series(data["series"])
        self._add_experts(crowd)

    def _add_organizations(self, rows):
        for row in rows:
            fields = {name: value for name, value in row.items() if name != "parent"}
            parent = self.organizations.get(row.get("parent"))
            self.organizations[row["code"]] = self.ledger.add(Organization(**fields, parent=parent))
        for row in table("hosts"):
            self.organizations[row["code"]] = self.ledger.add(
                Organization(
                    code=row["code"],
                    slug=row["slug"],
                    kind="host",
                    name_ko=row["name_ko"],
                    name_en=row["name_en"],
                    about_ko=f"{row['field_ko']} 분야의 현장 인턴십 참여기업입니다.",
                    about_en=f"Host company of the on-site internship, in {row['field_en']}.",
                    is_listed=False,
                )
            )

    def _add_agreements(self, campaign, rows):
        day = date.fromisoformat
        campaign = self.ledger.add(Campaign(**{**campaign, "launched_on": day(campaign["launched_on"])}))
        for row in rows:
            agreement = self.ledger.add(
                Agreement(
                    slug=row["slug"],
                    state=row["state"],
                    campaign=campaign if row["campaign"] else None,
                    title_ko=row["title_ko"],
                    title_en=row["title_en"],
                    clauses_ko=row["clauses_ko"],
                    clauses_en=row["clauses_en"],
                    signed_on=day(row["signed_on"]),
                    signed_precision=row["signed_precision"],
                    announced_on=day(row["announced_on"]) if "announced_on" in row else None,
                    place_ko=row["place_ko"],
                    place_en=row["place_en"],
                    renews=self.agreements.get(row.get("renews")),
                    is_history_note=row["is_history_note"],
                )
            )
            self.agreements[row["slug"]] = agreement
            for position, signature in enumerate(row["signatures"], 1):
                fields = {name: value for name, value in signature.items() if name != "party"}
                party = self.organizations[signature["party"]]
                self.ledger.add(Signature(agreement=agreement, organization=party, position=position, **fields))
            self._add_promises(agreement, texts("commitments").get(row["slug"], {}))

    def _add_promises(self, agreement, row):
        for position, fields in enumerate(row.get("commitments", ()), 1):
            promise = fields | {"responsible": self.organizations[fields["responsible"]], "position": position}
            self.ledger.add(Commitment(agreement=agreement, **promise | {"target": Decimal(fields["target"])}))
        for fields in row.get("headlines", ()):
            published_on = date.fromisoformat(fields["published_on"])
            self.ledger.add(Headline(agreement=agreement, **fields | {"published_on": published_on}))

    def _add_series(self, rows):
        for row in rows:
            self.series[row["slug"]] = self.ledger.add(Series(**row))

    def program(self, slug):
        """The program of that slug, added when it is first asked for."""
        if slug not in self.programs:
            row = self.text_of(slug)
            program = self.ledger.add(
                Program(
                    slug=slug,
                    series=self.series[row["series"]],
                    kind=row["kind"],
                    track=row["track"],
                    has_mentoring=row["has_mentoring"],
                    **{f"{name}_{code}": row[f"{name}_{code}"] for name in PAIRS for code in ("ko", "en")},
                )
            )
            for position, pair in enumerate(row["partners"].split(), 1):
                role, code = pair.split(":")
                self.ledger.add(
                    ProgramPartner(
                        program=program, organization=self.organizations[code], role=role, position=position
                    )
                )
            self.programs[slug] = program
        return self.programs[slug]

    @staticmethod
    def text_of(slug):
        """What `data/programs.json` says about the program."""
        return next(row for row in texts("programs") if row["slug"] == slug)

    def _add_experts(self, crowd):
        bios = {kind: cycle(pairs) for kind, pairs in texts("bios").items()}
        for row in table("experts"):
            bio_ko, bio_en = next(bios["domestic" if row["country"] == HOME_COUNTRY else "international"])
            user = crowd["instructor"] if row["name_ko"] == crowd["instructor"].full_name else None
            self.experts[row["slug"]] = self.ledger.add(
                Expert(
                    slug=row["slug"],
                    name_ko=row["name_ko"],
                    name_en=row["name_en"],
                    country=row["country"],
                    specialism_ko=row["specialism_ko"],
                    specialism_en=row["specialism_en"],
                    bio_ko=bio_ko,
                    bio_en=bio_en,
                    user=user,
                )
            )
            self.courses_of_experts.setdefault(row["course"], []).append(self.experts[row["slug"]])
