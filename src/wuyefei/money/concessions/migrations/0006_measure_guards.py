"""What a measure grants and what it did is never changed; only how it goes on moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("concessions", "0005_measures"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("concessions_measure", ("state", "request_id", "agreed_by_id", "agreed_on"))),
        migrations.RunSQL(append_only("concessions_measureplace")),
        migrations.RunSQL(append_only("concessions_measurebill")),
        migrations.RunSQL(append_only("concessions_extraservice")),
    ]
