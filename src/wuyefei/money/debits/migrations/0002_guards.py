"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

ITEM = ("state", "answer_id", "answer_mark", "answered_on", "got_fen", "suspense_fen", "code", "words", "payment_id", "next_try_on")


class Migration(migrations.Migration):
    dependencies = [("debits", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("debits_mandate", ("account_sealed", "account_mark", "account_tail", "holder", "ended_at", "ended_by_id", "end_reason"))),
        migrations.RunSQL(frozen("debits_debitbatch", ("state", "sent_at", "sent_by_id", "undone_at", "undone_by_id"))),
        migrations.RunSQL(frozen("debits_debititem", ITEM)),
        migrations.RunSQL(frozen("debits_debitbill", ("waiting",))),
        migrations.RunSQL(append_only("debits_returnfile")),
        migrations.RunSQL(append_only("debits_debitsettlement")),
    ]
