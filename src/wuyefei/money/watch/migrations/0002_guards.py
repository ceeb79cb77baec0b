"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

CLOSED = """
CREATE FUNCTION watch_alert_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'closed: an alert that is closed stays so' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER watch_alert_closed BEFORE UPDATE ON watch_alert FOR EACH ROW EXECUTE FUNCTION watch_alert_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("watch", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("watch_alert", ("verdict", "finding", "closed_by_id", "closed_at"))),
        migrations.RunSQL(CLOSED),
    ]
