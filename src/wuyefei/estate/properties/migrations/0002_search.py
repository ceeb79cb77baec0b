"""Indexes under which the cash desk finds a property by the beginning of its code or number."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("properties", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """CREATE INDEX property_by_key ON properties_property
                 (organisation_id, (replace(code, '-', '')) text_pattern_ops) WHERE ended_on IS NULL;
               CREATE INDEX property_by_number ON properties_property
                 (organisation_id, number text_pattern_ops) WHERE ended_on IS NULL;""",
            "DROP INDEX property_by_key; DROP INDEX property_by_number;",
        )
    ]
