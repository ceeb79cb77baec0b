"""A server of one's own: used as it is, nothing started, passwords never shown."""

from __future__ import annotations

import pytest

from wuyefei.foundation.embedded import external
from wuyefei.foundation.embedded.public import EmbeddedError, ensure_database, status


def test_given_addresses_are_used_and_nothing_is_started(home, ground, monkeypatch):
    own = ensure_database(ground / "own")
    monkeypatch.setenv("DATABASE_URL", own.url)
    found = ensure_database(home)
    assert (found.url, found.owner_url, found.version, found.started) == (
        own.url,
        own.url,
        own.version,
        False,
    )
    monkeypatch.setenv("DATABASE_OWNER_URL", own.owner_url)
    assert ensure_database(home).owner_url == own.owner_url
    assert found.stop() is False and status(home).state == "external"
    assert not home.exists()
    assert own.stop(), "the embedded server stops also while DATABASE_URL is set"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://u:hush-hush@127.0.0.1:1/db", "external_unreachable"),
        ("mysql://u:hush-hush@127.0.0.1/db", "external_url"),
        ("hush-hush", "external_url"),
    ],
)
def test_bad_addresses(home, monkeypatch, url, code):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(EmbeddedError) as refused:
        ensure_database(home)
    assert refused.value.code == code and "DATABASE_URL" in refused.value.text
    assert "hush-hush" not in refused.value.text


def test_an_unsupported_version_is_named(home, ground, monkeypatch):
    own = ensure_database(ground / "own")
    monkeypatch.setenv("DATABASE_URL", own.url)
    monkeypatch.setattr(external, "SUPPORTED", range(90, 91))
    with pytest.raises(EmbeddedError, match=f"PostgreSQL {own.version}"):
        ensure_database(home)
