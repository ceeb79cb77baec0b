"""A large document set in a process of its own: the wish and the data come on standard input, the PDF goes to standard output."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import typst

from .typesetting import FAULTY, compiled, told


def main() -> int:
    """0 with the PDF, or ``FAULTY`` with what typst says."""
    asked, _, document = sys.stdin.buffer.read().decode().partition("\n")
    wish = json.loads(asked)
    options = {**wish["options"], "timestamp": dt.datetime.fromisoformat(wish["options"]["timestamp"])}
    try:
        pdf = compiled(Path(wish["template"]), document, options)
    except typst.TypstError as error:
        sys.stdout.buffer.write(told(error).encode())
        return FAULTY
    assert isinstance(pdf, bytes)
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
