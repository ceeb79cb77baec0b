"""Payouts that came to one community's account and were also others', before that was kept: what is owed between them is booked on the
first open day, in one entry a line and community. What was booked once is not again."""

from django.db import migrations

KEPT = """
INSERT INTO bank_receivedfor (line_id, community_id, amount_fen)
SELECT l.id, r.community_id, sum(CASE WHEN r.refund THEN -r.amount_fen ELSE r.amount_fen END - r.fee_fen)
FROM reconciliation_channelday d JOIN bank_bankline l ON l.id = d.settled_line_id JOIN reconciliation_billrow r ON r.channel_day_id = d.id
WHERE r.community_id <> l.community_id AND NOT EXISTS (SELECT 1 FROM bank_receivedfor f WHERE f.line_id = l.id)
GROUP BY 1, 2 HAVING sum(CASE WHEN r.refund THEN -r.amount_fen ELSE r.amount_fen END - r.fee_fen) <> 0
"""
OWED = """
WITH away AS (
  SELECT f.line_id AS line, l.organisation_id, l.community_id AS home, f.community_id AS place, f.amount_fen AS fen, COALESCE(l.closed_by_id, s.imported_by_id) AS who
  FROM bank_receivedfor f JOIN bank_bankline l ON l.id = f.line_id JOIN bank_bankstatement s ON s.id = l.statement_id
  WHERE f.undone_at IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kind = 'bank.between' AND e.source_id = l.id)
), owed AS (
  SELECT line, organisation_id, place, fen, who FROM away
  UNION ALL SELECT line, organisation_id, home, -sum(fen), min(who) FROM away GROUP BY 1, 2, 3
), entry AS (
  INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  SELECT o.organisation_id, o.place, GREATEST((now() AT TIME ZONE 'Asia/Shanghai')::date,
      (SELECT c.closed_through + 1 FROM ledger_periodclose c WHERE c.community_id = o.place ORDER BY c.id DESC LIMIT 1)),
    now(), 'bank.between', o.line, '以前的渠道结算转到内部往来', o.who
  FROM owed o WHERE o.fen <> 0 ORDER BY o.line, o.place RETURNING id, community_id, source_id
)
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
SELECT e.id, e.community_id, leg.account, leg.fen FROM entry e JOIN owed o ON o.line = e.source_id AND o.place = e.community_id
CROSS JOIN LATERAL (VALUES ('1221.1', o.fen), ('1012', -o.fen)) AS leg(account, fen)
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0005_unsettled_guards"), ("bank", "0018_received_for_guards"), ("ledger", "0004_closed_days")]
    operations = [migrations.RunSQL(KEPT), migrations.RunSQL(OWED)]
