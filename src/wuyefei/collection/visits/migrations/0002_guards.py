"""What the database itself refuses: a proof and a number, once kept, stay; a route keeps who and when, a stop whose door it is."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("visits_proof")),
        migrations.RunSQL(append_only("visits_panicnumber")),
        migrations.RunSQL(frozen("visits_route", ("state", "readiness", "panic", "started_at", "ended_at"))),
        migrations.RunSQL(frozen("visits_stop", ("state", "client_key", "act_id", "contact_id", "why", "settled_by_id", "settled_at"))),
    ]
