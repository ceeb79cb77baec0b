"""The next household of a whole firm is found without looking at every case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followup", "0007_first_call_guards")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)), fields=["organisation", "next_rank", "-owed_fen", "-id"], name="case_by_rank_of_firm"
            ),
        )
    ]
