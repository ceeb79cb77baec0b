"""What was asked is never changed; only the answer's side moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("service", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(
            frozen(
                "service_ticket",
                ("hold_id", "state", "answered_at", "answered_by_id", "answer", "outcome", "closed_at", "closed_by_id"),
            )
        ),
    ]
