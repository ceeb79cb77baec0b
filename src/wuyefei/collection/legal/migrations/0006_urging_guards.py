"""What a place asks for is kept word for word."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("legal", "0005_urging")]
    operations = [migrations.RunSQL(append_only("legal_urging"))]
