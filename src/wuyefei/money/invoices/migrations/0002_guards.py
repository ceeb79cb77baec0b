"""What was asked for and issued never changes; a line is exactly its allocation, or exactly what it takes back."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

INVOICE = (
    "state", "due_at", "tries", "asks", "next_ask_at", "failure", "sandbox", "invoice_number", "invoice_date", "pdf_url", "pdf_sha256",
    "issued_at", "ended_at",
)  # fmt: skip
EXACT = """
CREATE OR REPLACE FUNCTION invoices_line_exact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint; taxed bigint; whose bigint;
BEGIN
  IF NEW.reddens_id IS NULL THEN
    SELECT amount_fen INTO wanted FROM payments_allocation WHERE id = NEW.allocation_id AND reverses_id IS NULL;
    IF NEW.amount_fen IS DISTINCT FROM wanted THEN
      RAISE EXCEPTION 'an invoice line is the amount of its allocation' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSE
    SELECT amount_fen, tax_fen, allocation_id INTO wanted, taxed, whose FROM invoices_invoiceline WHERE id = NEW.reddens_id;
    IF (NEW.amount_fen, NEW.tax_fen, NEW.allocation_id) IS DISTINCT FROM (-wanted, -taxed, whose) THEN
      RAISE EXCEPTION 'a red line is the negative of its blue line' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoices_line_exact BEFORE INSERT ON invoices_invoiceline FOR EACH ROW EXECUTE FUNCTION invoices_line_exact();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("invoices_invoice", INVOICE)),
        migrations.RunSQL(frozen("invoices_invoiceline", ("live",))),
        migrations.RunSQL(EXACT),
    ]
