"""Proofs get their size, digest and the day on which their bytes were destroyed; those of before are reckoned from their bytes."""

from django.db import migrations, models

FORMER = """
DROP TRIGGER visits_proof_append_only ON visits_proof;
DROP TRIGGER visits_proof_no_truncate ON visits_proof;
"""
RECKON = "UPDATE visits_proof SET size = length(content), sha256 = encode(sha256(content), 'hex')"


class Migration(migrations.Migration):
    dependencies = [("visits", "0002_guards"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(FORMER),
        migrations.AddField("proof", "erased_on", models.DateField(null=True)),
        migrations.AddField("proof", "size", models.PositiveIntegerField(default=0), preserve_default=False),
        migrations.AddField("proof", "sha256", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.RunSQL(RECKON),
    ]
