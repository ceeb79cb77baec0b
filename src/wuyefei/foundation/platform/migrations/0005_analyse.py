"""Analysing tables that the application may not analyse itself."""

from django.db import migrations

ANALYSE = """
CREATE FUNCTION platform_analyse(tables text[], added bigint[]) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE grown record; done integer := 0;
BEGIN
  FOR grown IN
    SELECT c.oid::regclass AS place FROM unnest(tables, added) w(name, rows)
    JOIN pg_class c ON c.relname = w.name AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    WHERE w.rows >= c.reltuples * 0.2 ORDER BY c.oid
  LOOP
    EXECUTE format('ANALYZE (SKIP_LOCKED) %s', grown.place);
    done := done + 1;
  END LOOP;
  RETURN done;
END $$;
"""
"""Tables to which so many rows were added, where that is a fifth of what they held at the last look; one that somebody else
is just analysing is left to them. Returns how many."""


class Migration(migrations.Migration):
    dependencies = [("platform", "0004_scheduledrun")]
    operations = [migrations.RunSQL(ANALYSE, "DROP FUNCTION platform_analyse(text[], bigint[])")]
