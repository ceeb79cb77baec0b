"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("divisions", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("divisions_division", ("state", "agreed_by_id", "done_at", "undone_at"))),
        migrations.RunSQL(frozen("divisions_part", ("receivable_id",))),
    ]
