"""Indexes under which a person is found by the beginning of the pinyin or its initials."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """CREATE INDEX person_by_pinyin ON people_person (organisation_id, pinyin text_pattern_ops);
               CREATE INDEX person_by_initials ON people_person (organisation_id, initials text_pattern_ops);""",
            "DROP INDEX person_by_pinyin; DROP INDEX person_by_initials;",
        )
    ]
