from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tariffs', '0005_deposit_guards'),
    ]

    operations = [
        migrations.AlterField(
            model_name='chargeitem',
            name='nature',
            field=models.CharField(choices=[('income', '自有收入'), ('pass_through', '代收代付'), ('deposit', '押金'), ('advance', '代垫费用')], default='income', max_length=12),
        ),
    ]
