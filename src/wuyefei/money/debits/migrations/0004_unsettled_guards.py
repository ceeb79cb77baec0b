"""What the database itself refuses of a batch's payouts: nothing changes but that a match is undone."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

DROP = """
DROP TRIGGER debits_debitsettlement_append_only ON debits_debitsettlement;
DROP TRIGGER debits_debitsettlement_no_truncate ON debits_debitsettlement;
"""
UNDONE = ("undone_at", "undo_reason", "asked_by_id", "decided_by_id")


class Migration(migrations.Migration):
    dependencies = [("debits", "0003_unsettled"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(DROP), migrations.RunSQL(frozen("debits_debitsettlement", UNDONE))]
