"""What the database itself refuses of closed days.

Whoever posts holds the community's lock together with others, whoever closes holds it alone: a closing waits for every
entry under way, and an entry that comes after it sees it. The functions are volatile, so that what they read after having
waited is what has been committed by then.
"""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only

LOCK = 0x77790012
GUARDS = f"""
CREATE FUNCTION ledger_open_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE through date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared({LOCK}, NEW.community_id::int);
  SELECT closed_through INTO through FROM ledger_periodclose WHERE community_id = NEW.community_id ORDER BY id DESC LIMIT 1;
  IF NEW.entry_date <= through THEN
    RAISE EXCEPTION 'closed: % lies in days closed through %', NEW.entry_date, through
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_open_days';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_open_days BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_open_days();
CREATE FUNCTION ledger_close_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE through date;
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK}, NEW.community_id::int);
  SELECT closed_through INTO through FROM ledger_periodclose WHERE community_id = NEW.community_id ORDER BY id DESC LIMIT 1;
  IF NEW.reopened THEN
    IF through IS DISTINCT FROM NEW.last OR NEW.closed_through IS DISTINCT FROM NEW.first - 1 THEN
      RAISE EXCEPTION 'closed: only the latest closing can be taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF NEW.first IS DISTINCT FROM through + 1 OR NEW.last < NEW.first THEN
    RAISE EXCEPTION 'closed: a closing begins after the one before' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_periodclose_in_order BEFORE INSERT ON ledger_periodclose
  FOR EACH ROW EXECUTE FUNCTION ledger_close_in_order();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_periodclose"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("ledger_periodclose")), migrations.RunSQL(GUARDS)]
