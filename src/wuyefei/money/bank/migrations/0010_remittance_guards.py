"""What the database itself refuses of remittance advices."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("bank", "0009_remittance"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("bank_remittance"))]
