"""What other pages show of a person's mentoring."""

from django.contrib.auth import get_user_model
from django.db.models import Exists
from django.utils.translation import gettext as _

from mentoring import form_progress, progress, round_words, rounds
from mentoring.care import concerns
from mentoring.models.pairs import Pairing
from mentoring.models.safeguarding import Concern
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


def my_page(user, now):
    """What the page of a person's own things shows: `pairs` to come and made, and `concerns` they reported.

    Most people have nothing of it, and for them it costs one query.
    """
    person = get_user_model().objects.filter(pk=user.pk)
    has = person.values_list(
        Exists(rounds.visible_to(user)),
        Exists(Pairing.objects.of_person(user)),
        Exists(Concern.objects.of_reporter(user)),
    )
    has_rounds, has_pairs, has_concerns = has.get()
    to_come = round_words.desk_lines(user, now) if has_rounds else []
    return {
        "pairs": [*to_come, *(for_person(user) if has_pairs else [])],
        "concerns": concerns.for_person(user) if has_concerns else [],
    }


def for_person(user):
    """The pairs of `user`, as mentor and as mentee, ready for components/lines.html. Two queries, however many.

    Where a round asks for evaluations by a form it is one more.
    """
    rows = []
    pairs = list(Pairing.objects.of_person(user).for_desk())
    form_progress.attach(pairs)
    for pairing in pairs:
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
