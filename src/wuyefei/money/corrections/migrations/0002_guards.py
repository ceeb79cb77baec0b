"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("corrections", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(
            frozen("corrections_correction", ("state", "reason", "request_id", "version_id", "agreed_by_id", "done_at", "released_fen"))
        ),
        migrations.RunSQL(frozen("corrections_line", ("adjustment_id",))),
    ]
