import re

from django.db import migrations


def name_events(apps, schema_editor):
    """Each mail that is there already is told which mail it is: its reason without what made it one of its own."""
    mails = apps.get_model("portal", "OutgoingMail").objects
    for reason in mails.order_by().values_list("reason", flat=True).distinct():
        mails.filter(reason=reason, event="").update(event=re.sub(r"(_\d+)+$", "", reason))


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_mailroom")]

    operations = [migrations.RunPython(name_events, migrations.RunPython.noop)]
