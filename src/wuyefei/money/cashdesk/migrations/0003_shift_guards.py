"""An accepted shift never changes again, and shifts are listed latest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cashdesk", "0002_guards")]
    operations = [
        migrations.AddIndex(
            model_name="shift", index=models.Index(fields=["community", "-id"], name="shift_latest_first")
        ),
        migrations.RunSQL(
            """CREATE TRIGGER cashdesk_shift_accepted BEFORE UPDATE ON cashdesk_shift FOR EACH ROW
                 WHEN (OLD.state = 'accepted') EXECUTE FUNCTION wy_refuse_change();
               CREATE TRIGGER cashdesk_shift_kept BEFORE DELETE ON cashdesk_shift FOR EACH ROW
                 EXECUTE FUNCTION wy_refuse_change();
               CREATE TRIGGER cashdesk_shift_no_truncate BEFORE TRUNCATE ON cashdesk_shift
                 FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();""",
            """DROP TRIGGER cashdesk_shift_accepted ON cashdesk_shift;
               DROP TRIGGER cashdesk_shift_kept ON cashdesk_shift;
               DROP TRIGGER cashdesk_shift_no_truncate ON cashdesk_shift;""",
        ),
    ]
