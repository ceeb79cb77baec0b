"""What the database itself refuses of batches."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_batches"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("payments_paymentbatch"))]
