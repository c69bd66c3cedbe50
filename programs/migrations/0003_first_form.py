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


def make_form(apps):
    """The one version that asks what was asked until now; locked, since it has been answered."""
    get = apps.get_model
    form = get("programs", "Form").objects.create(
        slug="application-2026", title_ko="지원서 (2026)", title_en="Application (2026)"
    )
    first = (
        get("programs", "Application").objects.order_by("created_at").values_list("created_at", flat=True).first()
    )
    version = get("programs", "FormVersion").objects.create(form=form, number=1, locked_at=first)
    section = get("programs", "Section").objects.create(
        version=version, title_ko="지원 내용", title_en="Your answers"
    )
    for position, (key, kind, ko, en, most) in enumerate(QUESTIONS, start=1):
        get("programs", "Question").objects.create(
            version=version, section=section, key=key, position=position, type=kind, label_ko=ko, label_en=en,
            most_characters=most, most_items=1 if kind == "links" else None, is_personal=True,
            why_ko="교육생 선발과 교육 운영에 쓰입니다.", why_en="For the selection and for running the course.",
        )  # fmt: skip
    return version


def move_answers(apps, schema_editor):
    """Give every cohort that takes applications the form, and every application its answers under it."""
    cohorts = apps.get_model("programs", "Cohort").objects.filter(opens_at__isnull=False)
    applications = apps.get_model("programs", "Application").objects.all()
    if not cohorts.exists() and not applications.exists():
        return
    version = make_form(apps)
    cohorts.update(form_version=version)
    known = list(applications.values_list("pk", flat=True))
    for start in range(0, len(known), 500):
        batch = list(applications.filter(pk__in=known[start : start + 500]))
        for application in batch:
            answers = answers_of(application)
            names = {"full_name": application.full_name, "romanized_name": application.romanized_name}
            application.form_version, application.draft = version, {**names, **answers}
            if application.status != "draft":
                application.answers, application.sent_revision = answers, 0
        applications.bulk_update(batch, ["form_version", "draft", "answers", "sent_revision"])


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_applying")]

    operations = [
        migrations.RunPython(move_answers, migrations.RunPython.noop),
    ]
