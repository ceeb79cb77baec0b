"""The worked tables of the documents, read by the tests: what is printed there is what the code does."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def rows_of(name: str, table: int = 0) -> list[dict[str, str]]:
    """The rows of the ``table``-th Markdown table of a document, by column name."""
    tables: list[list[list[str]]] = []
    inside = False
    for line in (DOCS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            if not inside:
                tables.append([])
            tables[-1].append([cell.strip() for cell in line.strip().strip("|").split("|")])
        inside = line.startswith("|")
    head, _, *rows = tables[table]
    assert rows, f"{name} has no worked rows"
    return [dict(zip(head, row, strict=True)) for row in rows]
