"""What the database itself refuses: a done contact changes no more, refusals, wishes and limits are only added."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only

CONTACT = """
CREATE OR REPLACE FUNCTION contacts_contact_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted contacts_contact%ROWTYPE;
BEGIN
  wanted := NEW;
  IF NEW.note = '' THEN NEW.note := OLD.note; END IF;
  IF OLD.source_ref <> '' THEN NEW.outcome := OLD.outcome; END IF;
  IF OLD.state = 'planned' THEN
    NEW.state := OLD.state; NEW.at := OLD.at; NEW.outcome := OLD.outcome; NEW.note := OLD.note;
    NEW.breach := OLD.breach; NEW.closed_by_id := OLD.closed_by_id; NEW.closed_at := OLD.closed_at;
  END IF;
  IF NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'frozen: a contact that has ended may not change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN wanted;
END $$;
CREATE TRIGGER contacts_contact_frozen BEFORE UPDATE ON contacts_contact FOR EACH ROW EXECUTE FUNCTION contacts_contact_freeze();
CREATE TRIGGER contacts_contact_kept BEFORE DELETE ON contacts_contact FOR EACH ROW EXECUTE FUNCTION wy_refuse_change();
CREATE TRIGGER contacts_contact_no_truncate BEFORE TRUNCATE ON contacts_contact
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(CONTACT),
        migrations.RunSQL(append_only("contacts_refusal")),
        migrations.RunSQL(append_only("contacts_wish")),
        migrations.RunSQL(append_only("contacts_guardlimits")),
    ]
