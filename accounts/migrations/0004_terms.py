"""What people agree to gets a row of its own: a Term, of which a TermVersion is one wording."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("privacy", "Privacy policy"),
    ("terms", "Terms of use"),
    ("application", "Consent to collect and use personal information"),
    ("optional_items", "Consent to collect and use optional items"),
    ("sensitive", "Consent to use what is asked for support"),
    ("third_party", "Consent to disclosure to a third party"),
    ("abroad", "Consent to transfer abroad"),
    ("portrait", "Consent to photographs and recordings"),
    ("confidentiality", "Pledge of confidentiality"),
    ("no_show", "Rule on not turning up"),
    ("marketing", "Consent to advertising messages"),
]

POSITIONS = {"privacy": 10, "terms": 20, "application": 30}


def give_each_version_its_term(apps, schema_editor):
    """One Term for each kind there is, under the kind's name."""
    term = apps.get_model("accounts", "Term")
    version = apps.get_model("accounts", "TermVersion")
    kinds = version.objects.filter(term=None).order_by("kind").values_list("kind", flat=True).distinct()
    for kind in list(kinds):
        kept = term.objects.create(slug=kind, kind=kind, position=POSITIONS[kind])
        version.objects.filter(kind=kind).update(term=kept)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_profile"),
        ("partners", "0001_first"),
        ("programs", "0001_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Term",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="address")),
                ("kind", models.CharField(choices=KINDS, max_length=20, verbose_name="kind")),
                (
                    "is_essential",
                    models.BooleanField(
                        default=False,
                        help_text="Without this disclosure the program cannot be run at all, so a cohort may"
                        " require it.",
                        verbose_name="essential",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organization",
                        verbose_name="recipient",
                    ),
                ),
            ],
            options={
                "verbose_name": "text to agree to",
                "verbose_name_plural": "texts to agree to",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("kind__in", [kind for kind, _label in KINDS])), name="term_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("recipient__isnull", True), ("kind__in", ["third_party", "abroad"]), _connector="OR"
                        ),
                        name="term_recipient_where_data_goes_out",
                        violation_error_message="Only a disclosure or a transfer abroad has a recipient.",
                    ),
                    models.CheckConstraint(
                        condition=Q(("is_essential", False), ("kind", "third_party"), _connector="OR"),
                        name="term_only_disclosure_is_essential",
                        violation_error_message="Only a disclosure to a third party can be essential.",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("kind__in", ["privacy", "terms"])),
                        fields=("kind",),
                        name="term_of_the_account_once",
                        violation_error_message="There is one of this kind already.",
                    ),
                ],
            },
        ),
        # versions
        migrations.RemoveConstraint(model_name="termversion", name="term_kind_is_known"),
        migrations.RemoveConstraint(model_name="termversion", name="term_version_once"),
        migrations.AddField(
            model_name="termversion",
            name="term",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="accounts.term",
                verbose_name="text",
            ),
        ),
        migrations.RunPython(give_each_version_its_term, migrations.RunPython.noop),
    ]
