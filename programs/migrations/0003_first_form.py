"""The four fixed answers of the first form become a form version like any other, and their columns go."""

from django.db import migrations

QUESTIONS = [  # key, type, question in Korean and English, most characters
    ("motivation", "long", "지원동기", "Motivation", 500),
    ("career", "long", "경력사항", "Career history", 500),
    ("goals", "long", "멘토링 목표", "Goals for the mentoring", 300),
    ("portfolio", "links", "포트폴리오 링크", "Portfolio link", None),
]
COLUMNS = {"motivation": "motivation", "career": "career", "goals": "goals", "portfolio": "portfolio_url"}


def answers_of(application):
    """The columns as answers by key; blank ones are left out."""
    found = {key: getattr(application, column) for key, column in COLUMNS.items() if getattr(application, column)}
    if "portfolio" in found:
        found["portfolio"] = [found["portfolio"]]
    return found


def make_form(apps, is_reviewed, has_mentoring):
    """A version that asks what was asked until now: the motivation was needed for a selection, goals for mentoring."""
    get = apps.get_model
    ko, en = ("지원서", "Application") if is_reviewed else ("신청서", "Registration")
    slug = f"{en.lower()}-2026{'-mentoring' if has_mentoring else ''}"
    form = get("programs", "Form").objects.create(slug=slug, title_ko=f"{ko} (2026)", title_en=f"{en} (2026)")
    first = get("programs", "Application").objects.order_by("created_at").first()
    version = get("programs", "FormVersion").objects.create(
        form=form, number=1, locked_at=first.created_at if first else None
    )
    section = get("programs", "Section").objects.create(
        version=version, title_ko="지원 내용", title_en="Your answers"
    )
    for position, (key, kind, ko, en, most) in enumerate(QUESTIONS, start=1):
        if key == "goals" and not has_mentoring:
            continue
        get("programs", "Question").objects.create(
            version=version, section=section, key=key, position=position, type=kind, label_ko=ko, label_en=en,
            most_characters=most, most_items=1 if kind == "links" else None, is_personal=True,
            is_required=key == "motivation" and is_reviewed,
            why_ko="교육생 선발과 교육 운영에 쓰입니다.", why_en="For the selection and for running the course.",
        )  # fmt: skip
    return version


def give_forms(apps):
    """Give each cohort that takes applications, or has any, its form."""
    made = {}
    cohorts = apps.get_model("programs", "Cohort").objects.select_related("program")
    taking = cohorts.filter(opens_at__isnull=False) | cohorts.filter(applications__isnull=False)
    for cohort in taking.distinct().order_by("pk"):
        kind = (cohort.registration_mode == "review", cohort.program.has_mentoring)
        if kind not in made:
            made[kind] = make_form(apps, *kind)
        cohort.form_version = made[kind]
        cohort.save(update_fields=["form_version"])


def copy_of(apps, application):
    """What an application held when it was sent, as far as that is known now."""
    return apps.get_model("programs", "Submission")(
        application=application,
        number=1,
        form_version_id=application.form_version_id,
        full_name=application.full_name,
        romanized_name=application.romanized_name,
        answers=application.answers,
        at=application.submitted_at,
        by_id=application.applicant_id,
    )


def move_answers(apps, schema_editor):
    """Put the answers of every application under the questions of its cohort's form."""
    give_forms(apps)
    applications = apps.get_model("programs", "Application").objects.select_related("cohort")
    known = list(applications.values_list("pk", flat=True))
    for start in range(0, len(known), 500):
        batch = list(applications.filter(pk__in=known[start : start + 500]))
        copies = []
        for application in batch:
            answers = answers_of(application)
            names = {"full_name": application.full_name, "romanized_name": application.romanized_name}
            application.form_version_id, application.draft = (
                application.cohort.form_version_id,
                {**names, **answers},
            )
            if application.status != "draft":
                application.answers, application.sent_revision = answers, 0
                copies.append(copy_of(apps, application))
        applications.bulk_update(batch, ["form_version", "draft", "answers", "sent_revision"])
        apps.get_model("programs", "Submission").objects.bulk_create(copies)


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_applying")]

    operations = [
        migrations.RunPython(move_answers, migrations.RunPython.noop),
    ]
