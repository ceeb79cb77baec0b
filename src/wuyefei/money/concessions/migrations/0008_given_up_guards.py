"""What was asked to be given up is never changed; only how it goes on moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("concessions", "0007_given_up"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(
            frozen("concessions_givenup", ("state", "request_id", "agreed_by_id", "agreed_on", "adjustment_id", "waiver_id")),
        ),
    ]
