"""What the database itself refuses: an approved text changes no more, and no message is sent twice."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

VERSION = frozen("notices_version", ("state", "approved_by_id", "approved_at"))
MESSAGE = """
CREATE OR REPLACE FUNCTION notices_message_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.batch_id, NEW.bundle, NEW.channel, NEW.person_id, NEW.key) IS DISTINCT FROM
     (OLD.batch_id, OLD.bundle, OLD.channel, OLD.person_id, OLD.key) THEN
    RAISE EXCEPTION 'frozen: a message keeps its address' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state IN ('queued', 'sending') AND OLD.state NOT IN ('queued', 'sending') THEN
    RAISE EXCEPTION 'a message that may have gone out is never sent again' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notices_message_once BEFORE UPDATE ON notices_message FOR EACH ROW EXECUTE FUNCTION notices_message_once();
CREATE TRIGGER notices_message_kept BEFORE DELETE ON notices_message FOR EACH ROW EXECUTE FUNCTION wy_refuse_change();
CREATE TRIGGER notices_message_no_truncate BEFORE TRUNCATE ON notices_message
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(VERSION), migrations.RunSQL(MESSAGE)]
