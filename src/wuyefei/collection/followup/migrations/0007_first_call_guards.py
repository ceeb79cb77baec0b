"""What the database itself refuses: a first call keeps whom it is about and why."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("followup", "0006_firstcall"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(frozen("followup_firstcall", ("on", "contact_id", "code", "dropped_on")))]
