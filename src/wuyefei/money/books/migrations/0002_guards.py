"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(append_only("books_voucherexport"))]
