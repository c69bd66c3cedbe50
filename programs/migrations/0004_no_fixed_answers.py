from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("programs", "0003_first_form")]

    operations = [
        migrations.RemoveField(
            model_name="application",
            name="career",
        ),
        migrations.RemoveField(
            model_name="application",
            name="goals",
        ),
        migrations.RemoveField(
            model_name="application",
            name="motivation",
        ),
        migrations.RemoveField(
            model_name="application",
            name="portfolio_url",
        ),
    ]
