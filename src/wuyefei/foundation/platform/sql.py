"""Guards that several rooms' migrations put on their tables."""

from __future__ import annotations

APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION wy_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def append_only(table: str) -> str:
    """Triggers that refuse every update, delete and truncate of ``table``."""
    return f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION wy_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
"""


def frozen(table: str, mutable: tuple[str, ...]) -> str:
    """Triggers that refuse deletion, truncation and a change of any column of ``table`` but ``mutable``."""
    kept = " ".join(f"NEW.{column} := OLD.{column};" for column in mutable)
    return f"""
CREATE OR REPLACE FUNCTION {table}_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted {table}%ROWTYPE;
BEGIN
  wanted := NEW;
  {kept}
  IF NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'frozen: % may only change in {", ".join(mutable)}', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN wanted;
END $$;
CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_freeze();
CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION wy_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
"""
