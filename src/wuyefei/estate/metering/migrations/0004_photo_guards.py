"""A photograph is never changed nor removed."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("metering", "0003_photo"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("metering_photo"))]
