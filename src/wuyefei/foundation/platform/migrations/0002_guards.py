"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import APPEND_ONLY_FUNCTION, append_only


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY_FUNCTION),
        migrations.RunSQL(append_only("platform_auditentry")),
        migrations.RunSQL(append_only("platform_personaldataread")),
    ]
