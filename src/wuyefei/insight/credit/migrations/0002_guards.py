"""What the database itself refuses: history, choices, benefits, doors stay; an objection and a showing keep what was asked."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        *[migrations.RunSQL(append_only(f"credit_{name}")) for name in ("change", "choice", "freeservice", "door")],
        migrations.RunSQL(
            frozen("credit_review", ("state", "reviewer_id", "answer", "corrected_letter", "holds_until", "decided_at"))
        ),
        migrations.RunSQL(frozen("credit_showing", ("request_id", "state", "given", "given_by_id", "given_at"))),
    ]
