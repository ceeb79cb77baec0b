"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("reconciliation_channelday", ("settled_line_id",))),
        migrations.RunSQL(append_only("reconciliation_billrow")),
        migrations.RunSQL(frozen("reconciliation_difference", ("owner_id", "due_at", "resolution", "note", "closed_at", "closed_by_id"))),
    ]
