

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0005_reminder'),
    ]

    operations = [
        migrations.AlterField(
            model_name='batch',
            name='step',
            field=models.CharField(choices=[('bill', '账单通知'), ('smart', '智能账单'), ('remind', '到期提醒'), ('code', '验证码'), ('demand', '催款函告知')], max_length=12),
        ),
        migrations.AlterField(
            model_name='template',
            name='step',
            field=models.CharField(choices=[('bill', '账单通知'), ('smart', '智能账单'), ('remind', '到期提醒'), ('code', '验证码'), ('demand', '催款函告知')], max_length=12),
        ),
        migrations.AlterField(
            model_name='transactional',
            name='step',
            field=models.CharField(choices=[('bill', '账单通知'), ('smart', '智能账单'), ('remind', '到期提醒'), ('code', '验证码'), ('demand', '催款函告知')], max_length=12),
        ),
    ]
