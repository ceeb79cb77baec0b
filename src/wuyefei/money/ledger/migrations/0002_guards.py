"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only

BALANCE = """
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint; total numeric; places bigint;
BEGIN
  IF TG_TABLE_NAME = 'ledger_entry' THEN wanted := NEW.id; ELSE wanted := NEW.entry_id; END IF;
  SELECT sum(l.amount_fen), count(*) FILTER (WHERE l.community_id <> e.community_id) INTO total, places
    FROM ledger_entry e LEFT JOIN ledger_leg l ON l.entry_id = e.id WHERE e.id = wanted;
  IF total IS DISTINCT FROM 0 OR places > 0 THEN
    RAISE EXCEPTION 'unbalanced: entry % sums to %', wanted, total USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_leg_balanced AFTER INSERT ON ledger_leg DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("ledger_entry")),
        migrations.RunSQL(append_only("ledger_leg")),
        migrations.RunSQL(BALANCE),
    ]
