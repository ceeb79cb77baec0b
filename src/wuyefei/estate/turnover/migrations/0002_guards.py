"""What the database itself refuses: what was declared never changes."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("turnover", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(frozen("turnover_declaration", ("state", "settled_by_id", "settled_at")))]
