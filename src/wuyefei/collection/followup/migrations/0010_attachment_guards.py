"""What is beside a contact stays as it was sent."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("followup", "0009_attachment"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("followup_attachment"))]
