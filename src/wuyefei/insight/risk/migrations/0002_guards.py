"""What the database itself refuses: a change of class, once written, stays."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("risk_change"))]
