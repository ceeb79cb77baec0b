"""The turn of the tickets that are there, and the freezing trigger anew: how urgent a ticket is may be put right."""

from django.db import migrations, models

from wuyefei.foundation.platform.sql import frozen

TABLE = "service_ticket"
DROP = "".join(f"DROP TRIGGER {TABLE}_{name} ON {TABLE};" for name in ("frozen", "kept", "no_truncate"))
MUTABLE = (
    "hold_id", "state", "answered_at", "answered_by_id", "answer", "outcome", "closed_at", "closed_by_id", "urgency", "rank",
    "head_start", "turn_at",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("service", "0003_urgency")]
    operations = [
        migrations.RunSQL(f"{DROP} UPDATE {TABLE} SET turn_at = due_at WHERE turn_at IS NULL;"),
        migrations.AlterField("ticket", "turn_at", models.DateTimeField()),
        migrations.RunSQL(frozen(TABLE, MUTABLE)),
    ]
