"""A large document is set in a process of its own and comes out the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wuyefei.foundation.platform import typesetting
from wuyefei.foundation.platform.typesetting import Fault, typeset

ON = dt.date(2026, 2, 5)
GOOD = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, author: "甲", date: auto)
#set text(font: data.fonts)
#data.title #data.substituted.join()
"""


@pytest.mark.long
def test_apart_and_within_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = tmp_path / "one.typ"
    template.write_text(GOOD, "utf-8")
    for title in ("桂语花园", "𠮷\U0010fffd"):
        within = typeset(template, {"title": title}, ON)
        monkeypatch.setattr(typesetting, "LARGE", 0)
        assert typeset(template, {"title": title}, ON) == within
        monkeypatch.undo()


def test_a_fault_told_from_apart_has_typst_s_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = tmp_path / "two.typ"
    template.write_text("#no-such-function()", "utf-8")
    monkeypatch.setattr(typesetting, "LARGE", 0)
    with pytest.raises(Fault, match="no-such-function"):
        typeset(template, {}, ON)
