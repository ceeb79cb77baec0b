"""What was seen on a round stays as it was written; a work order may be named later, and a wrong record is voided with its reason."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("service", "0005_inspections"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(frozen("service_inspection", ("ticket_id", "voided_by_id", "voided_at", "why"))),
        migrations.RunSQL(append_only("service_inspectionphoto")),
    ]
