"""What was laid out, and what became of it, is kept as it was written."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("legal", "0008_costs"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("legal_cost"))]
