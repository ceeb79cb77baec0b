"""What the database itself refuses of the lines that show slips: nothing changes but that a match is undone."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

DROP = """
DROP TRIGGER bank_slipline_append_only ON bank_slipline;
DROP TRIGGER bank_slipline_no_truncate ON bank_slipline;
"""


class Migration(migrations.Migration):
    dependencies = [("bank", "0007_slipline_undone"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(DROP), migrations.RunSQL(frozen("bank_slipline", ("undone_at",)))]
