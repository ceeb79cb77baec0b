"""What the database itself refuses: an answer, once given, stays; a miss keeps whose it is and when it began."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen

MOVES = ("grade", "least", "days", "done", "allowed", "refused", "why", "seen_on", "escalated_on", "answered_on", "closed_on", "ending")


class Migration(migrations.Migration):
    dependencies = [("minimums", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("minimums_answer")),
        migrations.RunSQL(frozen("minimums_miss", MOVES)),
    ]
