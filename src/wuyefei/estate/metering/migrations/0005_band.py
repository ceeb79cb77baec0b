from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metering", "0004_photo_guards")]
    operations = [
        migrations.AddField(
            "dial",
            "band",
            models.CharField(
                blank=True, choices=[("sharp", "尖"), ("peak", "峰"), ("flat", "平"), ("valley", "谷")], default="", max_length=6
            ),
        )
    ]
