import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_holders(apps, schema_editor):
    """A certificate is held by the person of its enrolment."""
    certificates = apps.get_model("programs", "Certificate").objects.filter(person=None)
    enrolments = apps.get_model("programs", "Enrolment").objects.filter(pk=models.OuterRef("enrolment"))
    certificates.update(person=models.Subquery(enrolments.values("person")))


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0017_earlier_totals_and_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to=settings.AUTH_USER_MODEL,
                verbose_name="holder",
            ),
        ),
        migrations.RunPython(name_holders, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="certificate",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to=settings.AUTH_USER_MODEL,
                verbose_name="holder",
            ),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="enrolment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="programs.enrolment",
                verbose_name="enrolment",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("enrolment", None), ("status", "valid")),
                fields=("cohort", "person"),
                name="certificate_one_valid_service",
            ),
        ),
    ]
