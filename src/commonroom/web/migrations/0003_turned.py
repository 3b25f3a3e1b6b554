from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("commonroom", "0002_days"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="agreement",
            name="ask",
        ),
        migrations.RemoveField(
            model_name="agreement",
            name="proposal",
        ),
    ]
