"""Housekeepers named before terms were kept: their terms begin on the day of this migration."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("properties", "0003_housekeeper_terms")]
    operations = [
        migrations.RunSQL(
            """INSERT INTO properties_housekeeperterm (organisation_id, community_id, building_id, user_id, starts_on)
               SELECT organisation_id, community_id, id, housekeeper_id, CURRENT_DATE FROM properties_building
               WHERE housekeeper_id IS NOT NULL""",
            migrations.RunSQL.noop,
        ),
    ]
