from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('followup', '0010_attachment_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='erased_on',
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_on__isnull', True), models.Q(('content', b''), _negated=True)), models.Q(('content', b''), ('erased_on__isnull', False)), _connector='OR'), name='attached_or_erased'),
        ),
    ]
