"""What people said about their data, and how long it is kept, is only ever added to."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]

    operations = [migrations.RunSQL(append_only(table)) for table in ("privacy_consent", "privacy_retention")]
