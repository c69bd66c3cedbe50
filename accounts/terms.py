"""The texts that hold now, and who stands how towards them."""

from django.db.models import OuterRef, Q, Subquery

from accounts.models import OF_NO_COHORT, ConsentRecord, TermVersion
from portal import clock


def in_force(kind):
    """The version of `kind` that holds now; the first one as long as none has begun to.

    For kinds of a single Term; where staff have added others, that of the first. Raises TermVersion.DoesNotExist
    where there is none at all.
    """
    versions = TermVersion.objects.filter(term__kind=kind).select_related("term")
    found = list(versions.order_by("term__position", "term_id", "number"))
    if not found:
        raise TermVersion.DoesNotExist
    return holding([version for version in found if version.term_id == found[0].term_id], clock.now())


def versions_in_force(terms, now=None):
    """`{term_id: TermVersion}` for `terms` (Terms or their ids): what holds at `now`. One query.

    A Term without any version is left out.
    """
    ids = {getattr(term, "pk", term) for term in terms}
    found = {}
    for version in TermVersion.objects.filter(term__in=ids).select_related("term").order_by("number"):
        found.setdefault(version.term_id, []).append(version)
    now = now or clock.now()
    return {term_id: holding(versions, now) for term_id, versions in found.items()}


def holding(versions, now):
    """That of `versions` (of one Term, by number) which holds at `now`; the first as long as none has begun to."""
    begun = [version for version in versions if version.in_force_at <= now]
    return begun[-1] if begun else versions[0]


def standing(user, cohort=None):
    """`{term_id: ConsentRecord}`: the latest answer of `user` to each text in `cohort`. One query.

    Answers that hold for the whole portal, such as that to advertising messages, are always among them; without a
    cohort there are only those given outside of any.
    """
    everywhere = Q(cohort=None) if cohort is None else Q(cohort=None, version__term__kind__in=OF_NO_COHORT)
    records = ConsentRecord.objects.filter(Q(cohort=cohort) | everywhere, user=user).select_related("version__term")
    return {record.version.term_id: record for record in records.order_by("at", "pk")}


def still_asked(cohort_terms, standing, versions):
    """Those of `cohort_terms` whose version in force has not been agreed to: a new version asks again.

    `standing` and `versions` are what the functions of those names return.
    """
    return [
        row for row in cohort_terms if row.term_id in versions and not is_agreed(row.term_id, standing, versions)
    ]


def is_agreed(term_id, standing, versions):
    """Whether the version in force of that Term has been agreed to, and not taken back."""
    record = standing.get(term_id)
    return record is not None and record.given and record.version_id == versions[term_id].pk


def who_agreed(term, cohort=None):
    """The ids of the people whose latest answer to `term` in `cohort` is yes, as a queryset to filter by."""
    answers = ConsentRecord.objects.filter(version__term=term, cohort=cohort if term.is_of_cohort else None)
    latest = answers.filter(user=OuterRef("user")).order_by("-at", "-pk").values("pk")[:1]
    return answers.filter(pk=Subquery(latest), given=True).values("user")
