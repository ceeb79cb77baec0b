"""What the database itself refuses: events and papers stay; of a claim only its release, of a letter only its mailing moves on."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


class Migration(migrations.Migration):
    dependencies = [("legal", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only("legal_event")),
        migrations.RunSQL(append_only("legal_paper")),
        migrations.RunSQL(frozen("legal_claim", ("released_at",))),
        migrations.RunSQL(frozen("legal_letter", ("tracking", "posted_on", "delivered_on", "returned_on", "proof", "followed_on"))),
    ]
