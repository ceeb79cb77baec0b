"""What the database itself refuses: a policy, once kept, stays; a step keeps what it is about; a handover keeps whose it was."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("followup", "0003_cadence"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("followup_cadencepolicy")),
        migrations.RunSQL(frozen("followup_step", ("channel", "at", "state", "code", "contact_id", "settled_by_id", "settled_at"))),
        migrations.RunSQL(append_only("followup_handed")),
        migrations.RunSQL(frozen("followup_handover", ("undone_at",))),
    ]
