"""What other pages show of a person's mentoring."""

from django.utils.translation import gettext as _

from mentoring import progress
from mentoring.models.pairs import Pairing
from portal import i18n


def mentee_row(pairing):
    """A mentor's mentee, as a row of the desk shows it."""
    goals = [goal.text for goal in pairing.goals.all()]
    name = pairing.enrolment.person.display_name
    return {
        "url": pairing.get_absolute_url(),
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "cohort": pairing.enrolment.cohort,
        "goal": goals[0] if goals else "",
        "goals": len(goals),
        "next": progress.next_thing(pairing, progress.MENTOR),
        "pill": progress.pill(pairing, progress.MENTOR),
    }


def mentor_row(pairing):
    """A mentee's mentor, as a row of the desk shows it."""
    mentor = pairing.mentor
    return {
        "url": pairing.get_absolute_url(),
        "name": mentor.name,
        "name_lang": mentor.name_language,
        "cohort": pairing.enrolment.cohort,
        "focus": mentor.focus,
        "focus_lang": i18n.language_of(mentor, "focus"),
        "next": progress.next_thing(pairing, progress.MENTEE),
        "pill": progress.pill(pairing, progress.MENTEE),
    }


def for_person(user):
    """The pairs of `user`, as mentor and as mentee, ready for components/lines.html. Two queries, however many."""
    mine = Pairing.objects.of_mentor(user) | Pairing.objects.of_mentee(user)
    rows = []
    for pairing in mine.for_desk():
        is_mentee = pairing.enrolment.person_id == user.pk
        row = mentor_row(pairing) if is_mentee else mentee_row(pairing)
        cohort = row["cohort"]
        rows.append(
            {
                "title": progress.name_html(row["name"]),
                "when": _("Mentor") if is_mentee else _("Mentee"),
                "note": " · ".join(part for part in (cohort.program.title, cohort.label, row["next"]) if part),
                "url": row["url"],
                "pill": row["pill"],
                "next": row["next"],
            }
        )
    return rows
