from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0002_guards")]

    operations = [
        migrations.AddField("tariffversion", "terms", models.JSONField(default=dict)),
        migrations.AlterField(
            "tariff", "method",
            models.CharField(
                choices=[
                    ("area", "按面积"), ("fixed", "固定金额"), ("fixed_area", "固定金额加面积"), ("parking", "按车位"),
                    ("quantity", "按数量"), ("parking_day", "车位按天"), ("parking_own", "车位按自有或租用"), ("per_head", "按居住人数"),
                    ("formula", "按公式"), ("rent", "商铺租金"),
                ],
                max_length=12,
            ),
        ),
    ]  # fmt: skip
