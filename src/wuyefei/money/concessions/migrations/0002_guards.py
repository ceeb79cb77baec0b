"""What was asked for, its parts and the opinions on it are never changed; only how a plan goes on moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("concessions", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(
            frozen(
                "concessions_plan",
                ("state", "request_id", "agreed_on", "agreed_by_id", "signed_on", "breached_on", "ended_on", "relief_fen", "late_fee_fen"),
            )
        ),
        migrations.RunSQL(frozen("concessions_planbill", ("hold_id", "running"))),
        migrations.RunSQL(append_only("concessions_planpart")),
        migrations.RunSQL(append_only("concessions_planlimits")),
        migrations.RunSQL(append_only("concessions_assessment")),
    ]
