import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.clock
import portal.codes


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("partners", "0002_commitments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("parts", models.JSONField(default=list, verbose_name="parts")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("correction", models.CharField(blank=True, max_length=300, verbose_name="what is corrected")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_approval", "In approval"),
                            ("approved", "Approved"),
                            ("published", "Published"),
                            ("superseded", "Superseded"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("as_of", models.DateTimeField(verbose_name="as of")),
                ("content", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("sending", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent for approval")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="superseded")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="partners.agreement",
                        verbose_name="agreement",
                    ),
                ),
                (
                    "drawn_up_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="partners.report",
                        verbose_name="corrects",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "ordering": ["-starts_on", "-ends_on", "-version"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in_approval", "approved", "published", "superseded"])
                        ),
                        name="report_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="report_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest", ""), _negated=True), name="report_has_its_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("supersedes", None), ("version", 1)),
                            models.Q(("supersedes__isnull", False), ("version__gt", 1)),
                            _connector="OR",
                        ),
                        name="report_version_after_the_one_it_corrects",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supersedes", None), models.Q(("correction", ""), _negated=True), _connector="OR"
                        ),
                        name="report_correction_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at", None),
                                ("published_at", None),
                                ("sent_at", None),
                                ("state", "draft"),
                                ("superseded_at", None),
                            ),
                            models.Q(
                                ("approved_at", None),
                                ("published_at", None),
                                ("sent_at__isnull", False),
                                ("state", "in_approval"),
                                ("superseded_at", None),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("published_at", None),
                                ("sent_at__isnull", False),
                                ("state", "approved"),
                                ("superseded_at", None),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("published_at__isnull", False),
                                ("sent_at__isnull", False),
                                ("state", "published"),
                                ("superseded_at", None),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("published_at__isnull", False),
                                ("sent_at__isnull", False),
                                ("state", "superseded"),
                                ("superseded_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="report_state_with_its_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("agreement", "starts_on", "ends_on", "version"), name="report_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("agreement", "starts_on", "ends_on"),
                        name="report_one_holds",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "in_approval", "approved"])),
                        fields=("agreement", "starts_on", "ends_on"),
                        name="report_one_is_being_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("sending", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("waiting", "Awaiting an answer"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="decision",
                    ),
                ),
                ("at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organization",
                        verbose_name="party",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="partners.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "approval of a report",
                "verbose_name_plural": "approvals of reports",
                "ordering": ["-sending", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "organization", "sending"), name="report_approval_one_per_party"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at", None), ("decision", "waiting"), ("reason", "")),
                            models.Q(("at__isnull", False), ("decision", "approved"), ("reason", "")),
                            models.Q(
                                ("at__isnull", False),
                                ("decision", "returned"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="report_approval_with_its_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("page", "Read"), ("file", "Downloaded")], default="page", max_length=4
                    ),
                ),
                ("format", models.CharField(blank=True, max_length=8)),
                ("at", models.DateTimeField(default=portal.clock.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looks", to="partners.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "look at a report",
                "verbose_name_plural": "looks at reports",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("format", ""), ("kind", "page")),
                            models.Q(("kind", "file"), models.Q(("format", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="report_look_at_a_page_or_a_file",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportRows",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("slot", models.CharField(max_length=80)),
                ("rows", models.JSONField(default=list)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="counted", to="partners.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "rows behind a figure of a report",
                "verbose_name_plural": "rows behind figures of reports",
                "constraints": [models.UniqueConstraint(fields=("report", "slot"), name="report_rows_once")],
            },
        ),
    ]
