from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_sign_in_log")]

    operations = [
        migrations.AddField(
            model_name="community", name="phone", field=models.CharField(blank=True, default="", max_length=40), preserve_default=False
        ),
    ]
