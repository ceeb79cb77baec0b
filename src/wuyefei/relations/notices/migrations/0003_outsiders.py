import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_facts_changed"), ("notices", "0002_guards")]

    operations = [
        migrations.AlterField(
            model_name="transactional",
            name="person",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"),
        ),
    ]
