"""What was kept of a visit stays as it was, until its bytes are destroyed."""

from django.db import migrations, models

from wuyefei.foundation.platform.sql import frozen


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_proof_kept")]
    operations = [
        migrations.AddConstraint(
            "proof",
            models.CheckConstraint(
                condition=models.Q(models.Q(("erased_on__isnull", True), models.Q(("content", b""), _negated=True)), models.Q(("content", b""), ("erased_on__isnull", False)), _connector="OR"),
                name="proof_or_erased",
            ),
        ),
        migrations.RunSQL(frozen("visits_proof", ("content", "erased_on"))),
    ]
