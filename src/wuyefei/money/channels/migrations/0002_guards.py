"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

ORDER = (
    "state", "way", "asked_at", "next_ask_at", "ask_error", "paid_fen", "paid_at", "transaction_id", "payment_id", "ended_at",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("channels_order", ORDER)),
        migrations.RunSQL(append_only("channels_orderbill")),
        migrations.RunSQL(append_only("channels_noticelog")),
        migrations.RunSQL(frozen("channels_channelexception", ("resolution", "note", "closed_at", "closed_by_id"))),
    ]
