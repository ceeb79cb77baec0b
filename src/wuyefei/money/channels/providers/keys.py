"""RSA keys as providers hand them out, and SHA-256 signatures with them."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from wuyefei.foundation.kernel.errors import Invalid


def _pem(text: str, label: str) -> bytes:
    """The key as PEM: Alipay hands out the bare base64 between the lines."""
    text = text.strip()
    if text.startswith("-----"):
        return text.encode()
    body = "".join(text.split())
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()


@lru_cache(maxsize=64)
def private_key(text: str, name: str = "商户私钥") -> rsa.RSAPrivateKey:
    """PKCS#8 or PKCS#1, with or without its PEM lines; to test one takes longer than to book what a notice says, so it is done once.
    Raises ``Invalid`` naming the key."""
    for label in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        try:
            key = serialization.load_pem_private_key(_pem(text, label), password=None)
        except (ValueError, TypeError):
            continue
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
            return key
    raise Invalid(field=name, reason="不是可用的 RSA 私钥（2048 位以上，PEM 或 Base64）")


@lru_cache(maxsize=64)
def public_key(text: str, name: str = "平台公钥") -> rsa.RSAPublicKey:
    """A public key or a certificate. Raises ``Invalid`` naming the key."""
    key: object
    try:
        if "BEGIN CERTIFICATE" in text:
            key = load_pem_x509_certificate(text.strip().encode()).public_key()
        else:
            key = serialization.load_pem_public_key(_pem(text, "PUBLIC KEY"))
    except ValueError as error:
        raise Invalid(field=name, reason="不是可用的公钥或证书（PEM 或 Base64）") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
        raise Invalid(field=name, reason="应为 2048 位以上的 RSA 公钥")
    return key


def sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def signed_by(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the signature over the message is that key's."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
