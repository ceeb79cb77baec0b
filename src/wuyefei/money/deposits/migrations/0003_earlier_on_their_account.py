"""Deposits billed before 2241.1 was there stand on 2241 (and brought along, against 3131): one entry a community and account moves
them. What was moved once is not moved again."""

from django.db import migrations

MOVE = """
WITH item AS (
  SELECT id, organisation_id, name FROM tariffs_chargeitem WHERE nature = 'deposit'
), entry AS (
  SELECT e.id FROM ledger_entry e JOIN billing_receivable r ON r.id = e.source_id JOIN item i ON i.id = r.item_id
  WHERE e.kind IN ('billing.once', 'billing.opening', 'billing.reverse', 'billing.adjust', 'billing.rebill', 'billing.ahead',
                   'billing.write_off', 'billing.recover') AND e.community_id = r.community_id
  UNION
  SELECT e.id FROM ledger_entry e JOIN item i ON i.organisation_id = e.organisation_id AND e.memo LIKE '% ' || i.name
  WHERE e.kind = 'billing.publish' AND EXISTS (SELECT 1 FROM billing_receivable r WHERE r.run_id = e.source_id AND r.item_id = i.id)
  UNION
  SELECT e.id FROM ledger_entry e JOIN sheets_sheet t ON t.id = e.source_id JOIN item i ON i.id = t.item_id WHERE e.kind = 'billing.sheet'
  UNION
  SELECT e.id FROM ledger_entry e WHERE e.kind = 'deposits.carried'
), stands AS (
  SELECT e.organisation_id, l.community_id, l.account, sum(l.amount_fen) AS fen
  FROM ledger_leg l JOIN entry ON entry.id = l.entry_id JOIN ledger_entry e ON e.id = l.entry_id
  WHERE l.account IN ('2241', '3131') GROUP BY 1, 2, 3 HAVING sum(l.amount_fen) <> 0
), moved AS (
  INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  SELECT s.organisation_id, s.community_id, (now() AT TIME ZONE 'Asia/Shanghai')::date, now(), 'deposits.carried', s.community_id,
    '以前的押金转到 2241.1（原在 ' || s.account || '）',
    (SELECT min(u.id) FROM access_user u WHERE u.organisation_id = s.organisation_id AND u.service = 'system')
  FROM stands s ORDER BY s.community_id, s.account RETURNING id, community_id, memo
)
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
SELECT m.id, m.community_id, leg.account, leg.fen FROM moved m
JOIN stands s ON s.community_id = m.community_id AND m.memo LIKE '%（原在 ' || s.account || '）'
CROSS JOIN LATERAL (VALUES (s.account, -s.fen), ('2241.1', s.fen)) AS leg(account, fen)
"""
SYSTEM = """
INSERT INTO access_user (password, organisation_id, username, name, is_active, service, totp_last_step, failures, must_change_password)
SELECT '!', o.id, 'system@' || o.id, '系统', TRUE, 'system', 0, 0, FALSE FROM access_organisation o
WHERE EXISTS (SELECT 1 FROM tariffs_chargeitem i WHERE i.organisation_id = o.id AND i.nature = 'deposit')
  AND NOT EXISTS (SELECT 1 FROM access_user u WHERE u.organisation_id = o.id AND u.service = 'system')
"""
"""Whoever carries it out: the program itself (ADR 4)."""


class Migration(migrations.Migration):
    dependencies = [
        ("deposits", "0002_guards"), ("billing", "0006_shares"), ("ledger", "0004_closed_days"), ("tariffs", "0001_initial"),
        ("sheets", "0001_initial"),        ("access", "0004_community_phone"),
    ]  # fmt: skip
    operations = [migrations.RunSQL(SYSTEM), migrations.RunSQL(MOVE)]
