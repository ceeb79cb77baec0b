"""What all tests share. The database is chosen in ``tests/settings.py``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings

from wuyefei.foundation.platform.migrating import quick_states

ROOT = Path(__file__).resolve().parents[1]

# A busy machine is no counter-example, so nothing is timed; the long run looks further, and elsewhere each time.
settings.register_profile("quick", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=1000)
settings.load_profile("long" if os.environ.get("WUYEFEI_TEST_LONG") else "quick")


LONGEST = (
    "foundation/platform/test_jobs.py",
    "architecture/test_every_address.py", "edges/cli/test_service.py", "edges/cli/test_books.py", "browser/test_billing.py",
    "browser/test_estate.py", "browser/test_cashdesk.py", "browser/test_portal.py", "faults/test_killed.py",
    "browser/test_import.py", "browser/test_arrears.py", "edges/demo/test_make.py", "foundation/embedded/test_embedded_faults.py",
    "foundation/embedded/test_embedded_start.py", "edges/bench/test_harness.py", "browser/test_analysis.py",
    "browser/test_channels.py", "architecture/test_words.py",
)  # fmt: skip
"""The files that take longest, longest first. They are begun first, so that at the end no worker waits for the other. Before
them the queue's own: it looks at the whole queue, and runs no event loop beside the one that playwright leaves."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of ``LONGEST``, then the others as they come."""
    ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database if this process has started it (the workers of xdist have not)."""
    if os.environ.get("WUYEFEI_TEST_STARTED") == str(os.getpid()):
        from wuyefei.foundation.embedded.public import stop_database

        os.environ.pop("DATABASE_URL", None)
        stop_database(Path(os.environ["WUYEFEI_HOME"]))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The test database is made as the command makes one (``tests/edges/cli/test_migrating.py``: the same as Django's)."""
    with quick_states():
        yield


NAMES_OF_TABLES = frozenset({"django_content_type", "auth_permission"})
"""Made anew by Django after every emptying, from the models: always the same rows."""


@pytest.fixture(autouse=True, scope="session")
def _flush_what_is_full() -> Iterator[None]:
    """Tests on real transactions empty the tables afterwards, which append-only triggers refuse to everybody but a
    superuser who sets them aside for the session. Only tables with rows are emptied, row by row: to truncate all of them
    takes longer than most of these tests."""
    from django.db import connections
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(
        self: DatabaseOperations, style: object, tables: list[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        assert not reset_sequences, "no test counts on the number of a row"
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {self.quote_name(name)})"  # noqa: S608
            for name in tables if name not in NAMES_OF_TABLES
        )  # fmt: skip
        with connections[self.connection.alias].cursor() as cursor:
            cursor.execute(asked)
            full = [name for (name,) in cursor.fetchall()]
        emptied = [f"DELETE FROM {self.quote_name(name)}" for name in full]  # noqa: S608
        return ["SET session_replication_role = replica", *emptied, "SET session_replication_role = origin"] if full else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """A page asked for in English leaves the language with the thread; every test starts in Chinese."""
    translation.activate("zh-hans")


@pytest.fixture(scope="session")
def shared_data() -> Iterator[Path | None]:
    """The folder of real data beside the project, where there is one."""
    folder = Path(os.environ.get("WUYEFEI_SHARED_DATA", ROOT.parent / "shared" / "data"))
    yield folder if folder.is_dir() else None
