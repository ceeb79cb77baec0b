"""How large an upload may be, and the refusal of one that cannot be read at all."""

from __future__ import annotations

from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError


class UploadRefused(DomainError):
    """The file as a whole cannot be read; nothing of it was used. ``code`` says why."""

    code = "upload_refused"
    message = "这个文件读不了。"


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one upload. Bytes are counted before and after unzipping; ``max_cells`` is the box rows × columns."""

    max_bytes: int = 20 * 1024 * 1024
    max_unzipped: int = 256 * 1024 * 1024
    max_ratio: int = 120
    ratio_free_below: int = 8 * 1024 * 1024
    max_parts: int = 2_000
    max_sheets: int = 60
    max_rows: int = 200_000
    max_columns: int = 300
    max_cells: int = 6_000_000
