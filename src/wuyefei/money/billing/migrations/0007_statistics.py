"""No statistics on what no query ever selects by: the planner has no use for them, and a run waits while they are taken."""

from django.db import migrations

UNASKED = (
    "quantity", "prices", "convention", "tax_rate", "tax_fen", "deferred_fen", "late_fee_rate", "late_fee_cap", "memo", "accrued_exact",
)  # fmt: skip
EXPRESSION = 4
"""The place in ``billed_once`` of the payer's share, the only column of an index that is worked out."""


def _take(figure: int) -> str:
    columns = ", ".join(f"ALTER COLUMN {name} SET STATISTICS {figure}" for name in UNASKED)
    return f"ALTER TABLE billing_receivable {columns}; ALTER INDEX billed_once ALTER COLUMN {EXPRESSION} SET STATISTICS {figure}"


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_shares")]
    operations = [migrations.RunSQL(_take(0), _take(-1))]
