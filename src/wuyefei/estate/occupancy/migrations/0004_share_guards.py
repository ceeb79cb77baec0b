"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("occupancy", "0003_shares"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("occupancy_sharing", ("ends_on", "cut_on", "before_cut", "ended_ties"))),
        migrations.RunSQL(append_only("occupancy_sharepart")),
    ]
