"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("pricing_proposal", ("state", "reason", "request_id", "version_id", "agreed_by_id", "done_at"))),
    ]
