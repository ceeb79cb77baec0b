"""No index on what nothing is found by, or that another index begins with: a line is written twice, once drafted, once billed."""

import django.db.models.deletion
from django.db import migrations, models


def _unindexed(to: str, name: str) -> models.ForeignKey:
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to)


class Migration(migrations.Migration):
    dependencies = [("access", "0004_community_phone"), ("sheets", "0006_statistics"), ("tariffs", "0006_advance")]
    operations = [
        migrations.AlterField("line", "organisation", _unindexed("access.organisation", "+")),
        migrations.AlterField("line", "sheet", _unindexed("sheets.sheet", "lines")),
        migrations.AlterField("use", "item", _unindexed("tariffs.chargeitem", "+")),
        migrations.AlterField("use", "organisation", _unindexed("access.organisation", "+")),
    ]
