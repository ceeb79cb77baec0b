"""Of a list that was passed on only its end changes."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("drives", "0003_passing"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(frozen("drives_passing", ("ended_at", "ended_by_id")))]
