"""What the database itself refuses: what was shown, visited and said stays; of the others only their end changes."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("joint", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        *(migrations.RunSQL(append_only(f"joint_{name}")) for name in ("showing", "visit", "meeting")),
        migrations.RunSQL(frozen("joint_effort", ("closed_on", "result"))),
        migrations.RunSQL(frozen("joint_household", ("left_on",))),
        migrations.RunSQL(frozen("joint_work", ("done_on", "note"))),
    ]
