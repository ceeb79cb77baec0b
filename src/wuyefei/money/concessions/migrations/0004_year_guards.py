"""What a year earns is never changed once set; of a year only how it goes on moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("concessions", "0003_years"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("concessions_yearoffers")),
        migrations.RunSQL(frozen("concessions_yearbill", ("state", "request_id", "agreed_by_id", "agreed_on", "receivable_id", "ended_on"))),
    ]
