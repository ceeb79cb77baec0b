"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_limits_and_delegations"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("approvals_delegation", ("withdrawn_at", "withdrawn_by_id"))),
        migrations.RunSQL(
            "ALTER TABLE approvals_decision ADD CONSTRAINT decision_within_its_delegation "
            "FOREIGN KEY (delegation_id, behalf_id, person_id) REFERENCES approvals_delegation (id, giver_id, taker_id)"
        ),
    ]
