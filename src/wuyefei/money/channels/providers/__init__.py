"""Clients of the payment providers behind one protocol: our own, on ``cryptography`` and the standard library (ADR 8)."""
