"""A choice is never changed; a consultation may only be confirmed."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("localrules", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("localrules_choice")),
        migrations.RunSQL(frozen("localrules_consultation", ("confirmed_by_id", "confirmed_at"))),
    ]
