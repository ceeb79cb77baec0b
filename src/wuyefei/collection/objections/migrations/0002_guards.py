"""What the database itself refuses: a talk and a reading of a price, once written, stay."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("objections", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("objections_objection")), migrations.RunSQL(append_only("objections_comparable"))]
