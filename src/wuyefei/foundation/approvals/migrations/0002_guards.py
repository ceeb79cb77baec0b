"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("approvals_decision")),
        migrations.RunSQL(frozen("approvals_request", ("state",))),
        migrations.RunSQL(
            "ALTER TABLE approvals_decision ADD CONSTRAINT decision_names_the_maker "
            "FOREIGN KEY (request_id, maker_id) REFERENCES approvals_request (id, maker_id)"
        ),
    ]
