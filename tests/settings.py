"""Settings of the tests: one database for all of them, ``DATABASE_URL`` where it is set, else an embedded one made for
the run. Chosen before Django reads its settings; the workers of xdist inherit it."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

def _prepare() -> None:
    """Choose the data folder and the database."""
    if "WUYEFEI_HOME" not in os.environ:
        mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
        os.environ["WUYEFEI_HOME"] = str(Path(tempfile.gettempdir()) / f"wuyefei-tests-{mark}-{os.geteuid()}")
    if "DATABASE_URL" not in os.environ:
        os.environ.setdefault("WUYEFEI_PG_FSYNC", "off")
        from wuyefei.foundation.embedded.public import ensure_database

        database = ensure_database(Path(os.environ["WUYEFEI_HOME"]))
        os.environ["DATABASE_URL"] = database.superuser_url
        if database.started:
            os.environ["WUYEFEI_TEST_STARTED"] = str(os.getpid())


_prepare()

from wuyefei.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashing.LightArgon2", *PASSWORD_HASHERS]  # noqa: F405
"""New passwords are hashed with little memory: a test that makes and asks them does not wait for the real cost."""
