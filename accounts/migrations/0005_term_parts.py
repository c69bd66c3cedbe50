"""The parts of a text that the law wants told, and of a consent: for which cohort, what was shown, by whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PARTS = {
    "recipient": "recipient",
    "purpose": "purpose",
    "items": "items",
    "transfer": "country, time and method",
    "retention": "retention",
    "refusal": "right to refuse",
}
LANGUAGES = {"ko": "Korean", "en": "English"}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="termversion",
            name="term",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="accounts.term",
                verbose_name="text",
            ),
        ),
        migrations.AlterModelOptions(
            name="termversion",
            options={
                "ordering": ["term", "-number"],
                "verbose_name": "text version",
                "verbose_name_plural": "text versions",
            },
        ),
        migrations.RemoveField(model_name="termversion", name="kind"),
        migrations.AddConstraint(
            model_name="termversion",
            constraint=models.UniqueConstraint(fields=("term", "number"), name="term_version_once"),
        ),
        *(
            migrations.AddField(
                model_name="termversion",
                name=f"{name}_{code}",
                field=models.TextField(blank=True, default="", verbose_name=f"{label} ({language})"),
                preserve_default=False,
            )
            for name, label in PARTS.items()
            for code, language in LANGUAGES.items()
        ),
        *(
            migrations.AlterField(
                model_name="termversion",
                name=f"{name}_{code}",
                field=field,
            )
            for code, language in LANGUAGES.items()
            for name, field in (
                ("title", models.CharField(max_length=120, verbose_name=f"title ({language})")),
                ("text", models.TextField(blank=True, verbose_name=f"text ({language})")),
            )
        ),
        # consents
        migrations.RemoveIndex(model_name="consentrecord", name="consent_latest"),
        migrations.RenameField(model_name="consentrecord", old_name="term", new_name="version"),
        migrations.AlterField(
            model_name="consentrecord",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="accounts.termversion",
                verbose_name="text version",
            ),
        ),
        migrations.AlterField(
            model_name="consentrecord",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="consentrecord",
            name="cohort",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programs.cohort",
                verbose_name="cohort",
            ),
        ),
        migrations.AddField(
            model_name="consentrecord",
            name="items",
            field=models.TextField(blank=True, default="", verbose_name="items as they were shown"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="consentrecord",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[("ko", "Korean"), ("en", "English")],
                default="",
                max_length=2,
                verbose_name="language",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="consentrecord",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Staff who hold the consent in writing; empty where the person answered here.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["", "ko", "en"])), name="consent_language_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(fields=["user", "cohort", "-at"], name="consent_latest"),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(fields=["version", "cohort"], name="consent_by_version"),
        ),
    ]
