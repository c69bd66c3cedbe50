"""The way out: takes away the demonstration's people and cohorts, and nothing that hangs on neither.

Organizations, agreements, programs and experts stay, because others may have built on them; loading again brings
them back to what the demonstration says.
"""

from django.contrib.auth import get_user_model
from django.db.models import PROTECT, Q

from mentoring.models.mentors import MentorProfile
from partners.models.agreements import Signature
from partners.models.commitments import Commitment, Headline
from portal.demo.ledger import table, texts
from portal.models import OutgoingMail
from programs.models.cohorts import Cohort
from programs.models.programs import ProgramPartner


def erase():
    """Take the demonstration away."""
    people = get_user_model().objects.filter(is_demo=True)
    OutgoingMail.objects.filter(person__in=people).delete()
    remove(demo_cohorts())
    remove(people)
    MentorProfile.objects.filter(
        expert__slug__in=[row["slug"] for name in ("mentors", "mentors_series") for row in table(name)]
    ).delete()
    agreements = [row["slug"] for row in texts("partners")["agreements"]]
    remove(Commitment.objects.filter(agreement__slug__in=agreements))
    Headline.objects.filter(agreement__slug__in=agreements).delete()
    Signature.objects.filter(agreement__slug__in=agreements).delete()
    ProgramPartner.objects.filter(program__slug__in=[row["slug"] for row in texts("programs")]).delete()


def demo_cohorts():
    """The cohorts that the demonstration made: its season, and those of its programs that are history."""
    history = Q()
    for slug, names in (("2024-1", ("courses_2024", "events_2024")), ("2025-1", ("courses_2025",))):
        history |= Q(slug=slug, program__slug__in=[row["program"] for name in names for row in table(name)])
    history |= Q(slug="2024-1", program__slug="internship") | Q(slug="2025-1", program__slug="reboot-camp")
    return Cohort.objects.filter(history | Q(is_demo_season=True))


def remove(rows):
    """Delete `rows` with all that would hold them back: theirs go too, and a log's “who” is forgotten."""
    model = rows.model
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return
    for relation in model._meta.get_fields(include_hidden=True):  # hidden ones have no name at this end
        if not relation.auto_created or relation.concrete or getattr(relation, "on_delete", None) is not PROTECT:
            continue
        for some in batches(keys):
            held = relation.related_model.objects.filter(**{f"{relation.field.name}__in": some})
            if relation.field.null and model is get_user_model():
                held.update(**{relation.field.name: None})
            else:
                remove(held)
    for some in batches(keys):
        model.objects.filter(pk__in=some).delete()


def batches(keys, size=500):
    """`keys` in lists short enough for one statement."""
    return [keys[first : first + size] for first in range(0, len(keys), size)]
