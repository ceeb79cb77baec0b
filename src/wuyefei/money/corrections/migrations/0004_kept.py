"""What came out of a corrected bill and stayed prepayment is kept on its line."""

from django.db import migrations, models

from wuyefei.foundation.platform.sql import frozen

TABLE = "corrections_line"
LIFTED = "".join(f"DROP TRIGGER {TABLE}_{name} ON {TABLE}; " for name in ("frozen", "kept", "no_truncate"))


class Migration(migrations.Migration):
    dependencies = [("corrections", "0003_undoing")]
    operations = [
        migrations.AddField("line", "kept", models.JSONField(default=list)),
        migrations.RunSQL(LIFTED + frozen(TABLE, ("adjustment_id", "kept"))),
    ]
