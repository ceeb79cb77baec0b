"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("payments_payment", ("voided_at", "receipt_id"))),
        migrations.RunSQL(append_only("payments_tender")),
        migrations.RunSQL(append_only("payments_allocation")),
        migrations.RunSQL(append_only("payments_prepayment")),
    ]
