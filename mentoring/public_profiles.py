"""What others read of a mentor: name, focus, disciplines, skills and languages; nothing else. Reads only."""

from django.utils.translation import gettext as _

from mentoring.forms.choices import labels
from mentoring.vocabulary import Discipline, Language, Skill
from portal import i18n


def public_profile(mentor):
    """A mentor as `mentoring/before/_mentor_card.html` shows one."""
    first = [mentor.discipline] if mentor.discipline else []
    return {
        "name": mentor.name,
        "name_lang": mentor.name_language,
        "focus": mentor.focus,
        "focus_lang": i18n.language_of(mentor, "focus"),
        "facts": [
            {"term": term, "value": " · ".join(values)}
            for term, values in (
                (_("Disciplines"), labels(first, Discipline) + labels(mentor.second_disciplines, Discipline)),
                (_("Helps with"), labels(mentor.skills, Skill)),
                (_("Languages"), labels(mentor.languages, Language)),
            )
            if values
        ],
    }
