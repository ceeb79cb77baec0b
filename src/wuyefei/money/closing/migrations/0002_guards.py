"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("closing", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(frozen("closing_closing", ("state", "decided_at", "fact_id")))]
