"""Lines that paid for homes of other communities before 1221.1 was there: the money had moved between their bank accounts, where it
never was. One entry a line and community puts it right, on the first open day. What was put right once is not again."""

from django.db import migrations

OWED = """
WITH away AS (
  SELECT l.id AS line, l.organisation_id, l.community_id AS home, p.community_id AS place, sum(p.amount_fen) AS fen, min(p.booked_by_id) AS who
  FROM bank_linebooking b JOIN bank_bankline l ON l.id = b.line_id JOIN payments_payment p ON p.id = b.payment_id
  WHERE p.voided_at IS NULL AND p.community_id <> l.community_id
    AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kind = 'bank.between' AND e.source_id = l.id)
  GROUP BY 1, 2, 3, 4
), owed AS (
  SELECT line, organisation_id, place, fen, who FROM away
  UNION ALL SELECT line, organisation_id, home, -sum(fen), min(who) FROM away GROUP BY 1, 2, 3
), entry AS (
  INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  SELECT o.organisation_id, o.place, GREATEST((now() AT TIME ZONE 'Asia/Shanghai')::date,
      (SELECT c.closed_through + 1 FROM ledger_periodclose c WHERE c.community_id = o.place ORDER BY c.id DESC LIMIT 1)),
    now(), 'bank.between', o.line, '以前的跨项目代收转到内部往来', o.who
  FROM owed o ORDER BY o.line, o.place RETURNING id, community_id, source_id
)
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
SELECT e.id, e.community_id, leg.account, leg.fen FROM entry e JOIN owed o ON o.line = e.source_id AND o.place = e.community_id
CROSS JOIN LATERAL (VALUES ('1221.1', o.fen), ('1002', -o.fen)) AS leg(account, fen)
"""


class Migration(migrations.Migration):
    dependencies = [("bank", "0010_remittance_guards"), ("ledger", "0004_closed_days"), ("payments", "0008_funds")]
    operations = [migrations.RunSQL(OWED)]
