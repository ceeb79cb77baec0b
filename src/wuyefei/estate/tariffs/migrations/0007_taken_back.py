"""A price that was entered late may be taken back: it holds on no day any more. Nothing else of a price ever changes."""

from django.db import migrations, models

from wuyefei.foundation.platform.sql import frozen

TABLE = "tariffs_tariffversion"
LIFTED = f"DROP TRIGGER {TABLE}_append_only ON {TABLE}; DROP TRIGGER {TABLE}_no_truncate ON {TABLE};"


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0006_advance"), ("platform", "0002_guards")]
    operations = [
        migrations.AddField("tariffversion", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("tariffversion", "one_price_a_day"),
        migrations.AddConstraint(
            "tariffversion",
            models.UniqueConstraint(fields=["tariff", "effective_from"], condition=models.Q(withdrawn_at__isnull=True), name="one_price_a_day"),
        ),
        migrations.RunSQL(LIFTED + frozen(TABLE, ("withdrawn_at",))),
    ]
