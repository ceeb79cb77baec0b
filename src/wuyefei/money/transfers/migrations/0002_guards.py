"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("transfers_transfer", ("state", "done_at", "undone_at"))),
        migrations.RunSQL(frozen("transfers_home", ("moved_fen", "ended"))),
        migrations.RunSQL(append_only("transfers_billcut")),
    ]
