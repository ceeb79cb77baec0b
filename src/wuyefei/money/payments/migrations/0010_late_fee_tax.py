"""Late fees from before their tax was split off: it is split now, in one entry a community on the first open day. What was split once
is not again; what was undone has none."""

from django.db import migrations

TAXED = """
ALTER TABLE payments_allocation DISABLE TRIGGER payments_allocation_append_only;
UPDATE payments_allocation a SET tax_fen = round(a.amount_fen * r.tax_rate / (1 + r.tax_rate)), taxed_at = now()
FROM billing_receivable r, tariffs_chargeitem i
WHERE r.id = a.receivable_id AND i.id = r.item_id AND i.nature = 'income' AND a.part = 'late_fee' AND a.amount_fen > 0 AND a.tax_fen = 0
  AND round(a.amount_fen * r.tax_rate / (1 + r.tax_rate)) > 0
  AND NOT EXISTS (SELECT 1 FROM payments_allocation b WHERE b.reverses_id = a.id);
ALTER TABLE payments_allocation ENABLE TRIGGER payments_allocation_append_only;
"""
BOOKED = """
WITH split AS (
  SELECT a.organisation_id, a.community_id, sum(a.tax_fen) AS fen FROM payments_allocation a WHERE a.taxed_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kind = 'payment.late_fee_tax' AND e.community_id = a.community_id)
  GROUP BY 1, 2
), entry AS (
  INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  SELECT s.organisation_id, s.community_id, GREATEST((now() AT TIME ZONE 'Asia/Shanghai')::date,
      (SELECT c.closed_through + 1 FROM ledger_periodclose c WHERE c.community_id = s.community_id ORDER BY c.id DESC LIMIT 1)),
    now(), 'payment.late_fee_tax', s.community_id, '以前已收违约金的销项税',
    (SELECT min(u.id) FROM access_user u WHERE u.organisation_id = s.organisation_id AND u.service = 'system')
  FROM split s ORDER BY s.community_id RETURNING id, community_id
)
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
SELECT e.id, e.community_id, leg.account, leg.fen FROM entry e JOIN split s ON s.community_id = e.community_id
CROSS JOIN LATERAL (VALUES ('6301', s.fen), ('2221', -s.fen)) AS leg(account, fen)
"""
SYSTEM = """
INSERT INTO access_user (password, organisation_id, username, name, is_active, service, totp_last_step, failures, must_change_password)
SELECT '!', o.id, 'system@' || o.id, '系统', TRUE, 'system', 0, 0, FALSE FROM access_organisation o
WHERE EXISTS (SELECT 1 FROM payments_allocation a WHERE a.organisation_id = o.id AND a.part = 'late_fee')
  AND NOT EXISTS (SELECT 1 FROM access_user u WHERE u.organisation_id = o.id AND u.service = 'system')
"""
"""Whoever carries it out: the program itself (ADR 4)."""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0009_allocation_tax"), ("billing", "0006_shares"), ("ledger", "0004_closed_days"), ("tariffs", "0001_initial"),
        ("access", "0004_community_phone"),
    ]  # fmt: skip
    operations = [migrations.RunSQL(TAXED), migrations.RunSQL(SYSTEM), migrations.RunSQL(BOOKED)]
