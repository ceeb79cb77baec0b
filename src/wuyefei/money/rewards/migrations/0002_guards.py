"""What was agreed and given is never changed; only how it goes on moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("rewards_tier")),
        migrations.RunSQL(frozen("rewards_campaign", ("state", "request_id", "agreed_by_id", "agreed_on"))),
        migrations.RunSQL(frozen("rewards_given", ("taken_back_at", "taken_back_by_id"))),
    ]
