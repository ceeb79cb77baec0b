"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("receipts", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("receipts_receiptprint")),
        migrations.RunSQL(frozen("receipts_receipt", ("voided_at", "void_reason"))),
    ]
