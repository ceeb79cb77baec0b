"""A court's refund of costs has a label of its own; lines booked as such before are told by their note."""

from django.db import migrations, models

OURS = "UPDATE bank_bankline SET state = 'court' WHERE state = 'fund' AND note LIKE '法院退费 %'"
BACK = "UPDATE bank_bankline SET state = 'fund' WHERE state = 'court'"


class Migration(migrations.Migration):

    dependencies = [
        ('bank', '0018_received_for_guards'),
    ]

    operations = [
        migrations.AlterField(
            model_name='bankline',
            name='state',
            field=models.CharField(choices=[('booked', '已入账'), ('waiting', '待认领'), ('part', '部分入账'), ('returning', '退回审批中'), ('returned', '已退回'), ('rest', '余款已退回'), ('out', '支出'), ('deposit', '现金缴存'), ('settled', '渠道结算'), ('fund', '基金与补贴'), ('between', '项目间划转'), ('court', '法院退费')], max_length=10),
        ),
        migrations.RunSQL(OURS, BACK),
    ]
