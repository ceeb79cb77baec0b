"""What the database itself refuses."""

from django.db import migrations

from wuyefei.foundation.platform.sql import append_only, frozen


def same_person(table: str, key: str, column: str, parent: str) -> str:
    """A composite key: the person repeated in ``table`` is the parent's."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_of FOREIGN KEY ({key}, {column})"
        f" REFERENCES {parent} (id, {column})"
    )


class Migration(migrations.Migration):
    dependencies = [("control", "0001_initial"), ("platform", "0002_guards")]
    operations = [
        *(migrations.RunSQL(append_only(f"control_{name}")) for name in ("draw", "item", "check", "stubcheck", "controltest", "pack")),
        migrations.RunSQL(frozen("control_controlpoint", ("ended_on",))),
        migrations.RunSQL(frozen("control_mismatch", ("note", "closed_by_id", "closed_at"))),
        migrations.RunSQL(same_person("control_check", "item_id", "taken_by_id", "control_item")),
        migrations.RunSQL(same_person("control_controltest", "control_id", "owner_id", "control_controlpoint")),
    ]
