"""What the database itself refuses of slips."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("cashdesk", "0004_slips"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("cashdesk_depositslip", ("settled_on", "settled_at", "voided_by_id", "voided_at"))),
        migrations.RunSQL(frozen("cashdesk_slipshift", ("standing",))),
        migrations.RunSQL(append_only("cashdesk_slipscan")),
    ]
