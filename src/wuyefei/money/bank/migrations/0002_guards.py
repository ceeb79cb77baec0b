"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

LINE = ("state", "suspense_fen", "owner_id", "due_at", "note", "closed_at", "closed_by_id")


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("bank_bankstatement")),
        migrations.RunSQL(frozen("bank_bankline", LINE)),
        migrations.RunSQL(append_only("bank_linebooking")),
    ]
