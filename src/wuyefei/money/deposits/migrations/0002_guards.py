"""What the database itself refuses, and an account for every deposit billed before there was one."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

EARLIER = """
INSERT INTO deposits_deposit (organisation_id, community_id, bill_id, property_id, holder_id, purpose, document, made_at)
SELECT r.organisation_id, r.community_id, r.id, r.property_id, r.payer_id, left(COALESCE(NULLIF(r.memo, ''), i.name), 80), '', r.booked_at
FROM billing_receivable r JOIN tariffs_chargeitem i ON i.id = r.item_id WHERE i.nature = 'deposit' ORDER BY r.id
"""


class Migration(migrations.Migration):
    dependencies = [("deposits", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("deposits_deposit", ("holder_id", "purpose", "document", "expected_on"))),
        migrations.RunSQL(frozen("deposits_return", ("state", "decided_by_id", "decided_at"))),
        migrations.RunSQL(append_only("deposits_deduction")),
        migrations.RunSQL(append_only("deposits_move")),
        migrations.RunSQL(append_only("deposits_handover")),
        migrations.RunSQL(EARLIER),
    ]
