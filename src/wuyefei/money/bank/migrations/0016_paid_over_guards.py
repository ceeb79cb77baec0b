"""What the database itself refuses of money paid over: nothing changes but that it is undone."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("bank", "0015_paid_over"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(frozen("bank_paidover", ("undone_at",)))]
