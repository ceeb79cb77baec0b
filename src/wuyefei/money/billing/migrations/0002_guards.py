"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL("ALTER TABLE billing_runline SET UNLOGGED"),
        migrations.RunSQL(
            frozen(
                "billing_receivable",
                ("outstanding_fen", "late_fee_settled_fen", "accrued_exact", "accrued_to", "reversed_at"),
            )
        ),
        migrations.RunSQL(append_only("billing_adjustment")),
        migrations.RunSQL(append_only("billing_latefeewaiver")),
        migrations.RunSQL(frozen("billing_latefeehold", ("ends_on",))),
        migrations.RunSQL(frozen("billing_deferral", ("released_entry_id",))),
    ]
