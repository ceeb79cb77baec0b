"""An openid goes to the provider and is not kept with the order."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("channels", "0004_deposits")]
    operations = [migrations.RemoveField(model_name="order", name="openid")]
