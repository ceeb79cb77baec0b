"""Clients of invoice providers: one protocol is spoken, others stand beside it under the same ``Provider``."""
