"""What the database itself refuses: what a reading says never changes."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("metering", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("metering_dial")),
        migrations.RunSQL(frozen("metering_reading", ("state", "settled_by_id", "settled_at"))),
    ]
