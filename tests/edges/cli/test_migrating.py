"""The schema made by the command is the one that Django's own way of migrating makes."""

from __future__ import annotations

from typing import Any

import pytest

SHAPE = """
SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, '', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3, 4
"""
PLAIN = """
from wuyefei.edges.cli import boot
boot.setup(boot.database().owner_url)
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
"""


@pytest.mark.long
def test_the_schema_is_the_one_of_djangos_own_way(new_home: Any) -> None:
    quick, plain = new_home(), new_home()
    assert quick.run("migrate").code == 0
    plain.script(PLAIN, prepare=False)
    shape = quick.sql(SHAPE)
    assert len(shape) > 1500
    assert plain.sql(SHAPE) == shape
