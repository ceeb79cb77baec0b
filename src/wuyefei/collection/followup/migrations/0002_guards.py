"""What the database itself refuses: an act and a script, once written, stay; of a promise only the state moves on."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

SETTLED = """
CREATE OR REPLACE FUNCTION followup_promise_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'open' THEN
    RAISE EXCEPTION 'frozen: a settled promise may not change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER followup_promise_once BEFORE UPDATE ON followup_promise
  FOR EACH ROW EXECUTE FUNCTION followup_promise_settled();
"""


class Migration(migrations.Migration):
    dependencies = [("followup", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("followup_act")),
        migrations.RunSQL(append_only("followup_script")),
        migrations.RunSQL(frozen("followup_promise", ("state", "settled_on"))),
        migrations.RunSQL(SETTLED),
        migrations.RunSQL(frozen("followup_lane", ("ended_at",))),
    ]
