"""What the database itself refuses of payouts that were undone."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_unsettled"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("reconciliation_unsettled"))]
