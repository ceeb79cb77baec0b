"""What the database itself refuses of card terminals and slips."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("cashdesk", "0006_cards"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("cashdesk_posmerchant", ("payout_words",))),
        migrations.RunSQL(frozen("cashdesk_posterminal", ("label", "ended_on"))),
        migrations.RunSQL(frozen("cashdesk_cardslip", ("terminal_id", "reference", "source"))),
    ]
