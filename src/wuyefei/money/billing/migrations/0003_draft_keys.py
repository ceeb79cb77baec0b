"""A draft line is compared with what it was drafted from, all lines of a statement at once."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KNOWN = """
CREATE FUNCTION billing_runline_known() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray bigint;
BEGIN
  SELECT d.id INTO stray FROM drafted d
    LEFT JOIN contracts_contractline l ON l.id = d.contract_line_id AND l.contract_id = d.contract_id
      AND l.property_id = d.property_id AND l.tariff_id = d.tariff_id AND l.community_id = d.community_id
      AND l.organisation_id = d.organisation_id
    LEFT JOIN tariffs_tariff t ON t.id = d.tariff_id AND t.item_id = d.item_id
    LEFT JOIN people_person p ON p.id = d.payer_id AND p.organisation_id = d.organisation_id
    LEFT JOIN billing_run r ON r.id = d.run_id AND r.community_id = d.community_id
  WHERE l.id IS NULL OR t.id IS NULL OR p.id IS NULL OR r.id IS NULL LIMIT 1;
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION 'draft % does not belong to its run, contract line, tariff and payer', stray
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER billing_runline_known_new AFTER INSERT ON billing_runline REFERENCING NEW TABLE AS drafted
  FOR EACH STATEMENT EXECUTE FUNCTION billing_runline_known();
CREATE TRIGGER billing_runline_known_changed AFTER UPDATE ON billing_runline REFERENCING NEW TABLE AS drafted
  FOR EACH STATEMENT EXECUTE FUNCTION billing_runline_known();
"""


def loose(name: str, to: str, **options: Any) -> migrations.AlterField:
    key = models.ForeignKey(
        to, on_delete=django.db.models.deletion.PROTECT, related_name="+", db_constraint=False, db_index=False, **options
    )
    return migrations.AlterField("runline", name, key)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("billing", "0002_guards"),
        ("contracts", "0001_initial"),
        ("people", "0001_initial"),
        ("properties", "0001_initial"),
        ("tariffs", "0001_initial"),
    ]
    operations = [
        loose("organisation", "access.organisation"),
        loose("community", "access.community"),
        loose("run", "billing.run", null=True),
        loose("contract", "contracts.contract", null=True),
        loose("contract_line", "contracts.contractline", null=True),
        loose("property", "properties.property"),
        loose("payer", "people.person"),
        loose("item", "tariffs.chargeitem"),
        loose("tariff", "tariffs.tariff", null=True),
        migrations.RunSQL(KNOWN),
    ]
