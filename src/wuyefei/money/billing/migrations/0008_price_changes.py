"""Changes of a bill told apart by its months, and corrections of its price. What was booked before stays as it was booked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_statistics")]

    operations = [
        migrations.AddField("adjustment", "by_month", models.BooleanField(default=False)),
        migrations.AddField("adjustment", "prices", models.JSONField(null=True)),
        migrations.AlterField(
            "adjustment", "kind",
            models.CharField(
                choices=[("adjust", "调整"), ("price", "调价补退"), ("reversal", "红冲"), ("write_off", "坏账核销"), ("recover", "收回已核销坏账")],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "adjustment",
            models.CheckConstraint(
                condition=models.Q(kind="price", prices__isnull=False) | models.Q(~models.Q(kind="price"), prices__isnull=True),
                name="corrected_price_kept",
            ),
        ),
    ]  # fmt: skip
