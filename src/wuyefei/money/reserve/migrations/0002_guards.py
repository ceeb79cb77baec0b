"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

SETTLED = """
CREATE FUNCTION reserve_run_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('approved', 'discarded') THEN
    RAISE EXCEPTION 'settled: a reserve run that is % stays so', OLD.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reserve_run_settled BEFORE UPDATE ON reserve_run FOR EACH ROW EXECUTE FUNCTION reserve_run_settled();
CREATE FUNCTION reserve_single_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM reserve_run WHERE id = OLD.run_id) <> 'draft' THEN
    RAISE EXCEPTION 'settled: a large debt is assessed in a draft only' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reserve_single_settled BEFORE UPDATE ON reserve_single FOR EACH ROW EXECUTE FUNCTION reserve_single_settled();
"""
KNOWN = """
-- Joined by primary keys alone, the rest compared: with more in the join the planner may go by the community's index, once a line.
CREATE FUNCTION reserve_line_known() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray bigint;
BEGIN
  SELECT w.id INTO stray FROM written w
    LEFT JOIN billing_receivable r ON r.id = w.receivable_id LEFT JOIN reserve_run n ON n.id = w.run_id
  WHERE (r.community_id, r.payer_id, n.community_id, n.state) IS DISTINCT FROM (w.community_id, w.payer_id, w.community_id, 'draft') LIMIT 1;
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION 'line % does not belong to its run and receivable', stray USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER reserve_line_known AFTER INSERT ON reserve_line REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION reserve_line_known();
"""


class Migration(migrations.Migration):
    dependencies = [("reserve", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("reserve_rates")),
        migrations.RunSQL(append_only("reserve_part")),
        migrations.RunSQL(append_only("reserve_line")),
        migrations.RunSQL(
            frozen("reserve_run", ("state", "asked_by_id", "decided_by_id", "decided_at", "reserve_fen", "standing_fen", "entry_id"))
        ),
        migrations.RunSQL(frozen("reserve_single", ("reserve_fen", "reason", "plan", "assessed_by_id", "assessed_at"))),
        migrations.RunSQL(SETTLED),
        migrations.RunSQL(KNOWN),
    ]
