"""What the database itself refuses: any change of what was billed."""

from django.db import migrations

SHEET = """
CREATE FUNCTION sheets_sheet_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'billed' OR TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'frozen: sheet %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sheets_sheet_kept BEFORE UPDATE OR DELETE ON sheets_sheet FOR EACH ROW EXECUTE FUNCTION sheets_sheet_kept();
CREATE FUNCTION sheets_line_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted sheets_line%ROWTYPE;
BEGIN
  IF OLD.receivable_id IS NOT NULL THEN
    RAISE EXCEPTION 'frozen: line % is billed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  wanted := NEW;
  NEW.receivable_id := OLD.receivable_id;
  IF NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'frozen: a line may only be billed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN wanted;
END $$;
CREATE TRIGGER sheets_line_kept BEFORE UPDATE OR DELETE ON sheets_line FOR EACH ROW EXECUTE FUNCTION sheets_line_kept();
CREATE FUNCTION sheets_use_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted sheets_use%ROWTYPE;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM sheets_line WHERE id = OLD.line_id AND receivable_id IS NOT NULL) THEN
      RAISE EXCEPTION 'frozen: use % is billed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  wanted := NEW;
  NEW.freed := OLD.freed;
  IF NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'frozen: a use may only be freed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN wanted;
END $$;
CREATE TRIGGER sheets_use_kept BEFORE UPDATE OR DELETE ON sheets_use FOR EACH ROW EXECUTE FUNCTION sheets_use_kept();
"""
TRUNCATE = "".join(
    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();\n"
    for table in ("sheets_sheet", "sheets_line", "sheets_use")
)


class Migration(migrations.Migration):
    dependencies = [("sheets", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(SHEET), migrations.RunSQL(TRUNCATE)]
