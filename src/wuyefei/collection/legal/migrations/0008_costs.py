

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_community_phone'),
        ('bank', '0010_remittance_guards'),
        ('billing', '0007_statistics'),
        ('legal', '0007_written_off'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('letter', '出具催款函'), ('voided', '催款函作废'), ('sms', '催款函短信'), ('call', '安排送达后回访'), ('posted', '催款函已交寄'), ('delivered', '催款函已送达'), ('returned', '催款函退回'), ('paper', '出具文书'), ('paid', '已缴清，自动结案'), ('written_off', '已核销销案，自动结案'), ('open', '立案'), ('paid_out', '支付费用'), ('cost_back', '法院退费'), ('awarded', '费用判由对方负担'), ('borne', '费用由我方负担'), ('cost_undone', '费用登记冲回'), ('dividend', '收到分配款'), ('asked', '提请复核'), ('refused', '复核退回'), ('answered', '对方答复'), ('early', '决定提前起诉'), ('mediate', '申请调解'), ('agreed', '达成调解协议'), ('failed', '调解不成'), ('ask_confirm', '申请司法确认'), ('confirmed', '司法确认裁定'), ('breached', '没有按协议履行'), ('assets', '财产查询'), ('urged', '业委会已督促'), ('file', '起诉'), ('order', '申请支付令'), ('objected', '支付令被异议'), ('accepted', '法院立案'), ('served', '支付令已送达'), ('preserve', '申请财产保全'), ('preserved', '财产已保全'), ('hearing', '开庭'), ('judged', '判决、裁定生效'), ('enforce', '申请执行'), ('measure', '执行措施'), ('declare', '申报债权'), ('admitted', '债权得到确认'), ('shared', '收到分配方案'), ('distributed', '分配终结'), ('cost', '支出费用'), ('obstacle', '时效中止'), ('close', '结案')], max_length=12),
        ),
        migrations.CreateModel(
            name='Cost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(choices=[('paid', '垫付，可由对方负担'), ('expensed', '支付，由我方负担'), ('refunded', '法院退费'), ('awarded', '判由对方负担'), ('borne', '转由我方负担')], max_length=10)),
                ('fee', models.CharField(choices=[('court', '案件受理费、申请费'), ('preserve', '保全申请费'), ('notice', '公告费'), ('appraise', '鉴定、评估费'), ('lawyer', '律师费'), ('other', '其他费用')], max_length=10)),
                ('amount_fen', models.BigIntegerField()),
                ('on', models.DateField()),
                ('party', models.CharField(max_length=60)),
                ('paper', models.CharField(max_length=80)),
                ('request_id', models.BigIntegerField(null=True)),
                ('made_at', models.DateTimeField()),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.community')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bank.bankline')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='legal.matter')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.organisation')),
                ('receivable', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.receivable')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='legal.cost')),
            ],
            options={
                'indexes': [models.Index(fields=['matter', 'id'], name='cost_of_matter'), models.Index(fields=['community', '-id'], name='cost_by_place')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='cost_positive'), models.CheckConstraint(condition=models.Q(models.Q(('move', 'awarded'), ('receivable__isnull', False)), models.Q(models.Q(('move', 'awarded'), _negated=True), ('receivable__isnull', True)), _connector='OR'), name='cost_award_billed')],
            },
        ),
    ]
