"""The short ways of text and numbers give what the long ways give."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.text import tidy


def _plainly(value: str) -> str:
    text = unicodedata.normalize("NFKC", value)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return re.sub(r"\s+", " ", text).strip()


@given(st.text(st.sampled_from(" a1-#室一龥\u9fef\u9fff\u3000Ａ１（\t\n\u200bé\u0301/𠀀"), max_size=12) | st.text(max_size=20))
def test_text_left_alone_is_text_that_tidying_leaves(value: str) -> None:
    assert tidy(value) == _plainly(value)


@pytest.mark.parametrize("first", range(0, 0x11000, 0x1000))
def test_every_character_is_tidied_the_same(first: int) -> None:
    characters = [chr(code) for code in range(first, first + 0x1000) if not 0xD800 <= code < 0xE000]
    assert [c for c in characters if tidy(c) != _plainly(c) or tidy(f"a{c}b") != _plainly(f"a{c}b")] == []
