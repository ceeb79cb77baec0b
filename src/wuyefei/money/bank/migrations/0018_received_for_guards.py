"""What the database itself refuses of payouts received for others: nothing changes but that they are undone."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("bank", "0017_received_for"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(frozen("bank_receivedfor", ("undone_at",)))]
