"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("surveys_wave")),
        migrations.RunSQL(frozen("surveys_answer", ("handled_at", "handled_by_id", "handled_note"))),
    ]
