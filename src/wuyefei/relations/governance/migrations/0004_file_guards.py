"""Files beside a statement stand or go only while it is a draft."""

from django.db import migrations

SQL = """
CREATE TRIGGER governance_file_fixed BEFORE INSERT OR UPDATE OR DELETE ON governance_statementfile
  FOR EACH ROW EXECUTE FUNCTION governance_line_guard();
CREATE TRIGGER governance_statementfile_no_truncate BEFORE TRUNCATE ON governance_statementfile
  FOR EACH STATEMENT EXECUTE FUNCTION wy_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_files")]
    operations = [migrations.RunSQL(SQL)]
