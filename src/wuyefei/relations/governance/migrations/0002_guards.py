"""What was handed in or published is never changed: only a draft's lines, parts and words may be."""

from django.db import migrations

SQL = """
CREATE FUNCTION governance_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner_id bigint; stands text;
BEGIN
  IF TG_OP = 'DELETE' THEN owner_id := OLD.statement_id; ELSE owner_id := NEW.statement_id; END IF;
  SELECT state INTO stands FROM governance_statement WHERE id = owner_id;
  IF stands <> 'draft' OR TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'frozen: the lines of a statement that is no draft' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER governance_line_fixed BEFORE INSERT OR UPDATE OR DELETE ON governance_statementline
  FOR EACH ROW EXECUTE FUNCTION governance_line_guard();
CREATE FUNCTION governance_statement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'published' THEN
    RAISE EXCEPTION 'frozen: a published statement' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.state = 'waiting' AND (NEW.parts, NEW.services, NEW.digest) IS DISTINCT FROM (OLD.parts, OLD.services, OLD.digest) THEN
    RAISE EXCEPTION 'frozen: a statement handed in' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER governance_statement_fixed BEFORE UPDATE ON governance_statement
  FOR EACH ROW EXECUTE FUNCTION governance_statement_guard();
CREATE TRIGGER governance_statement_kept BEFORE DELETE ON governance_statement
  FOR EACH ROW EXECUTE FUNCTION wy_refuse_change();
CREATE TRIGGER governance_statement_no_truncate BEFORE TRUNCATE ON governance_statement
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
CREATE TRIGGER governance_statementline_no_truncate BEFORE TRUNCATE ON governance_statementline
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(SQL)]
