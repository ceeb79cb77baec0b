"""What the database itself refuses: a list stays as it was drawn up; of a drive only what is learned of it later changes."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

MOVES = (
    "target_fen", "due_fen", "paid_fen", "handovers", "listed_at", "closed_on", "closed_by_id", "cost_fen", "cost_note", "lesson",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("drives", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("drives_household")),
        migrations.RunSQL(append_only("drives_listed")),
        migrations.RunSQL(frozen("drives_drive", MOVES)),
        migrations.RunSQL(frozen("drives_member", ("target_fen",))),
    ]
