"""A deposit policy is never changed, only followed by another."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0004_deposit_policy"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("tariffs_depositpolicy"))]
