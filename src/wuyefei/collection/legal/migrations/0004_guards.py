"""A letter may also be set aside, and tell what became of its message; of several that wait the latest is kept."""

from django.db import migrations, models

from wuyefei.foundation.platform.sql import frozen

KEPT = ("tracking", "posted_on", "delivered_on", "returned_on", "proof", "followed_on")
DROP = "".join(f"DROP TRIGGER legal_letter_{name} ON legal_letter;" for name in ("frozen", "kept", "no_truncate"))
ONE = """UPDATE legal_letter SET void_on = made_on WHERE posted_on IS NULL
  AND id NOT IN (SELECT max(id) FROM legal_letter WHERE posted_on IS NULL GROUP BY matter_id);"""


class Migration(migrations.Migration):
    dependencies = [("legal", "0003_letters_assets")]
    operations = [
        migrations.RunSQL(DROP + frozen("legal_letter", (*KEPT, "void_on", "sms", "sms_note"))),
        migrations.RunSQL(ONE),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=["matter"], condition=models.Q(posted_on__isnull=True, void_on__isnull=True), name="one_letter_waits"
            ),
        ),
    ]
