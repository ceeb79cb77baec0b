"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

PAYOUT = (
    "state", "answer_id", "answer_mark", "noted_by_id", "ended_at", "paid_on", "reference", "reason", "account_mark", "account_tail",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("payouts_payoutfile", ("state", "undone_at", "undone_by_id", "undo_reason"))),
        migrations.RunSQL(append_only("payouts_payoutanswer")),
        migrations.RunSQL(frozen("payouts_payout", PAYOUT)),
    ]
