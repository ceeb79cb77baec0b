"""The day of delivery that a transfer sets, and what it was. Transfers of before set none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transfers", "0003_deposits")]

    operations = [
        migrations.AddField("home", "delivers", models.BooleanField(default=False)),
        migrations.AddField("home", "delivered_before", models.DateField(null=True)),
    ]
