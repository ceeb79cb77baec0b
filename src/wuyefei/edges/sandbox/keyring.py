"""The keys of both sides: the merchant's and the provider's, made at the first use and kept with the demo's data."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

APP_ID, MERCHANT_ID = "sandbox-app-0001", "sandbox-mch-0001"
INVOICE_APP = "sandbox-invoice-0001"
SERIAL, PLATFORM_SERIAL = "5A0D80C1", "PUB_KEY_ID_SANDBOX"


@dataclass(frozen=True)
class Keyring:
    """PEM texts; ``api_key`` is WeChat Pay's symmetric key, 32 characters; ``invoice_secret`` is shared with the invoice
    provider."""

    merchant_private: str
    merchant_public: str
    platform_private: str
    platform_public: str
    api_key: str

    @property
    def app_secret(self) -> str:
        """Of the official account; made of the other, like the next."""
        return hashlib.sha256(f"account:{self.api_key}".encode()).hexdigest()[:32]

    @property
    def invoice_secret(self) -> str:
        """Made of the other: a keyring kept by an earlier demo has it too."""
        return hashlib.sha256(f"invoices:{self.api_key}".encode()).hexdigest()


def make() -> Keyring:
    merchant, platform = _pair(), _pair()
    return Keyring(*merchant, *platform, os.urandom(16).hex())


def keep(folder: Path) -> Keyring:
    """The keyring of a data folder, made at its first use; readable by its owner alone."""
    path = folder / "sandbox-keys.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(make()), file)
        draft.replace(path)
    return Keyring(**json.loads(path.read_text("utf-8")))


def _pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()  # fmt: skip
    return private, public
