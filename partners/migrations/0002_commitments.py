import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("partners", "0001_first"),
        ("portal", "0006_mail_events"),
        ("programs", "0017_earlier_totals_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Commitment",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("metric", models.CharField(max_length=60, verbose_name="figure")),
                ("rule_version", models.PositiveSmallIntegerField(default=1, verbose_name="version of the rule")),
                ("title_ko", models.CharField(max_length=120, verbose_name="title (Korean)")),
                ("title_en", models.CharField(max_length=120, verbose_name="title (English)")),
                (
                    "target",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="target",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(
                        blank=True, help_text="Empty: as long as the agreement.", null=True, verbose_name="from"
                    ),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("public", "Everyone"),
                            ("parties", "The parties of the agreement"),
                            ("staff", "Administrators only"),
                        ],
                        default="public",
                        max_length=8,
                        verbose_name="who reads it",
                    ),
                ),
                ("why_ko", models.TextField(blank=True, verbose_name="why it was missed (Korean)")),
                ("why_en", models.TextField(blank=True, verbose_name="why it was missed (English)")),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="partners.agreement",
                        verbose_name="agreement",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="partners.organization",
                        verbose_name="party that answers for it",
                    ),
                ),
            ],
            options={
                "verbose_name": "commitment",
                "verbose_name_plural": "commitments",
                "ordering": ["agreement", "position", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("target__gt", 0)), name="commitment_has_a_target"),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["public", "parties", "staff"])),
                        name="commitment_visibility_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__isnull", True),
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="commitment_ends_after_it_starts",
                        violation_error_message="The last day is not before the first.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Headline",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("metric", models.CharField(max_length=60, verbose_name="figure")),
                ("text_ko", models.CharField(max_length=200, verbose_name="as published (Korean)")),
                ("text_en", models.CharField(max_length=200, verbose_name="as published (English)")),
                (
                    "word",
                    models.CharField(
                        choices=[
                            ("took_part", "took part"),
                            ("benefited", "benefited"),
                            ("completed", "completed"),
                            ("other", "other"),
                        ],
                        max_length=12,
                        verbose_name="its word",
                    ),
                ),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                ("source_url", models.URLField(blank=True, verbose_name="link")),
                ("published_on", models.DateField(verbose_name="published on")),
                ("note_ko", models.TextField(blank=True, verbose_name="why it differs (Korean)")),
                ("note_en", models.TextField(blank=True, verbose_name="why it differs (English)")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="headlines",
                        to="partners.agreement",
                        verbose_name="agreement",
                    ),
                ),
            ],
            options={
                "verbose_name": "published headline",
                "verbose_name_plural": "published headlines",
                "ordering": ["published_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("word__in", ["took_part", "benefited", "completed", "other"])),
                        name="headline_word_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitmentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("field", models.CharField(max_length=40)),
                ("before", models.CharField(blank=True, max_length=300)),
                ("after", models.CharField(blank=True, max_length=300)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField(default=portal.clock.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="partners.commitment",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a commitment",
                "verbose_name_plural": "changes of commitments",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CommitmentScope",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("share", models.PositiveSmallIntegerField(default=100, verbose_name="share in percent")),
                (
                    "cohort",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.cohort",
                        verbose_name="cohort",
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scopes",
                        to="partners.commitment",
                        verbose_name="commitment",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
            ],
            options={
                "verbose_name": "scope of a commitment",
                "verbose_name_plural": "scopes of a commitment",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cohort__isnull", True), ("program__isnull", False)),
                            models.Q(("cohort__isnull", False), ("program__isnull", True)),
                            _connector="OR",
                        ),
                        name="commitment_scope_is_one_thing",
                        violation_error_message="Give a program or a cohort, not both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gte", 1), ("share__lte", 100)),
                        name="commitment_share_in_percent",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("program__isnull", False)),
                        fields=("commitment", "program"),
                        name="commitment_program_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cohort__isnull", False)),
                        fields=("commitment", "cohort"),
                        name="commitment_cohort_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MetricSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("rule", models.CharField(max_length=70, verbose_name="rule")),
                ("part", models.BigIntegerField()),
                ("whole", models.BigIntegerField()),
                ("shown", models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name="actual")),
                ("target", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="target")),
                ("planned", models.BigIntegerField(null=True, verbose_name="planned")),
                ("taken_at", models.DateTimeField(default=portal.clock.now)),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="partners.commitment",
                        verbose_name="commitment",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily figure",
                "verbose_name_plural": "daily figures",
                "ordering": ["commitment", "day"],
                "constraints": [models.UniqueConstraint(fields=("commitment", "day"), name="snapshot_once_a_day")],
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.upload",
                verbose_name="document",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="media_en",
            field=models.CharField(blank=True, max_length=300, verbose_name="on the ceremony (English)"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="media_ko",
            field=models.CharField(blank=True, max_length=300, verbose_name="on the ceremony (Korean)"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="starts_on",
            field=models.DateField(
                blank=True, help_text="Empty: from the day of signing.", null=True, verbose_name="holds from"
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="term_months",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="The last day is computed from it.", null=True, verbose_name="term in months"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__isnull", True),
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="agreement_ends_after_it_starts",
                violation_error_message="The last day is not before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("term_months__isnull", True),
                    models.Q(("term_months__gte", 1), ("term_months__lte", 120)),
                    _connector="OR",
                ),
                name="agreement_term_in_months",
                violation_error_message="A term is 1 to 120 months.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="agreement",
            name="agreement_ends_after_signing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("signed_on")), _connector="OR"
                ),
                name="agreement_ends_after_signing",
                violation_error_message="The last day is not before the day of signing.",
            ),
        ),
    ]
