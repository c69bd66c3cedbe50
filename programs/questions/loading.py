"""Reading the questions of a form version, in the order in which they are asked."""

from programs.models.forms import Question


def questions_of(version_id):
    """The questions of a version with their sections, in one query; none where there is no form."""
    if version_id is None:
        return []
    rows = Question.objects.filter(version=version_id).select_related("section")
    return list(rows.order_by("section__position", "section", "position", "pk"))


def in_details(question):
    """Whether it is answered beside the name, since the person's profile knows it."""
    return bool(question.profile_field)


def parts_of(questions):
    """The steps besides the details, as `(key, section, questions)`; empty sections are left out."""
    found = {}
    for question in questions:
        if not in_details(question):
            found.setdefault(question.section, []).append(question)
    return [(f"part-{number}", section, rows) for number, (section, rows) in enumerate(found.items(), start=1)]
