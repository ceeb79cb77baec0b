"""The next household of a collector is found without looking at what is others'."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followup", "0012_attachment_erased_guards")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True), ("owner__isnull", True)),
                fields=["organisation", "next_rank", "-owed_fen", "-id"], name="case_by_rank_of_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True), ("owner__isnull", False)),
                fields=["owner", "next_rank", "-owed_fen", "-id"], name="case_by_rank_of_owner",
            ),
        ),
    ]
