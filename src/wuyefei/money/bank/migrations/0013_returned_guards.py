"""What the database itself refuses of lines: what went back to the sender is one more thing that may change. Lines that went back before
it was kept went back whole."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

LINE = ("state", "suspense_fen", "returned_fen", "owner_id", "due_at", "note", "closed_at", "closed_by_id")
DROP = """
DROP TRIGGER bank_bankline_frozen ON bank_bankline;
DROP TRIGGER bank_bankline_kept ON bank_bankline;
DROP TRIGGER bank_bankline_no_truncate ON bank_bankline;
"""
WENT_BACK = "UPDATE bank_bankline SET returned_fen = amount_fen WHERE state = 'returned'"


class Migration(migrations.Migration):
    dependencies = [("bank", "0012_returned"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(DROP), migrations.RunSQL(frozen("bank_bankline", LINE)), migrations.RunSQL(WENT_BACK)]
