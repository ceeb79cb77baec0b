"""What is beside a contact stays as it was sent, until its bytes are destroyed."""

from django.db import migrations

from wuyefei.foundation.platform.sql import frozen

FORMER = """
DROP TRIGGER followup_attachment_append_only ON followup_attachment;
DROP TRIGGER followup_attachment_no_truncate ON followup_attachment;
"""


class Migration(migrations.Migration):
    dependencies = [("followup", "0011_attachment_erased"), ("platform", "0002_guards")]
    operations = [migrations.RunSQL(FORMER + frozen("followup_attachment", ("content", "erased_on")))]
