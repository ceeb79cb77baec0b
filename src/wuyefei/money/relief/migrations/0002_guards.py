"""What was asked, given and said is never changed; only how it goes on moves."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("relief", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("relief_fund")),
        migrations.RunSQL(append_only("relief_opinion")),
        migrations.RunSQL(frozen("relief_money", ("state", "request_id", "agreed_by_id", "done_on", "undone_on"))),
        migrations.RunSQL(frozen("relief_aid", ("state", "request_id", "agreed_by_id", "done_on", "undone_on"))),
        migrations.RunSQL(frozen("relief_aidbill", ("payment_id",))),
    ]
