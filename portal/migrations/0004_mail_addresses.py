from django.db import migrations, models

import portal.codes


def give_codes(apps, schema_editor):
    """Each mail that is there already gets a code of its own."""
    mails = apps.get_model("portal", "OutgoingMail").objects
    known = list(mails.filter(code=None).values_list("pk", flat=True))
    for start in range(0, len(known), 500):
        batch = list(mails.filter(pk__in=known[start : start + 500]))
        for mail in batch:
            mail.code = portal.codes.new_code()
        mails.bulk_update(batch, ["code"])


class Migration(migrations.Migration):
    atomic = False  # on PostgreSQL a column cannot be altered in the transaction that has just filled it

    dependencies = [("portal", "0003_uploads")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="code",
            field=models.CharField(editable=False, max_length=20, null=True, unique=True),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="outgoingmail",
            name="code",
            field=models.CharField(default=portal.codes.new_code, editable=False, max_length=20, unique=True),
        ),
    ]
