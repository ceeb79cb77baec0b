"""The command line in Chinese and in English: the same answers, other words; nothing said twice."""

from __future__ import annotations

import json
import os

import pytest

from tests import words
from tests.edges.cli.test_calls import known
from wuyefei.edges.cli.main import main
from wuyefei.edges.cli.speech import language, said, speaking
from wuyefei.foundation.kernel.errors import Invalid, Phrase, joined, packed, spoken, unpacked


@pytest.mark.parametrize(
    ("argv", "variable", "wanted"),
    [
        ([], None, "zh"), ([], "en", "en"), (["calc", "--lang", "en"], None, "en"), (["--lang=en"], "zh", "en"),
        (["--lang", "zh"], "en", "zh"), (["--", "--lang", "en"], None, "zh"), (["--lang"], None, "zh"), ([], "en_GB.UTF-8", "en"),
        ([], "fr", "zh"),
    ],
)  # fmt: skip
def test_which_language(argv: list[str], variable: str | None, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WUYEFEI_LANG", raising=False)
    if variable is not None:
        monkeypatch.setenv("WUYEFEI_LANG", variable)
    assert language(argv) == wanted


@pytest.mark.parametrize("name", sorted(known()))
def test_help_in_english_is_in_english(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help", "--lang", "en"])
    assert words.HAN.findall(capsys.readouterr().out) == []


def test_an_error_in_english_leaves_the_next_call_in_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WUYEFEI_LANG", raising=False)
    with pytest.raises(SystemExit):
        main(["verify", "--lang", "en", "--nope"])
    assert "called wrongly" in capsys.readouterr().err and "WUYEFEI_LANG" not in os.environ
    with pytest.raises(SystemExit):
        main(["verify", "--nope"])
    assert "用法不对" in capsys.readouterr().err


def test_words_keep_their_facts_until_they_are_said() -> None:
    outer = Phrase("{reason}，该格按空处理", reason=Phrase("「{raw}」不是数字", raw="{十}"))
    kept = json.loads(json.dumps(packed(outer)))
    assert unpacked(kept) == outer == "「{十}」不是数字，该格按空处理"
    both = joined([outer, "没有收据", "证件号码含有不该有的字符"])
    assert both == "「{十}」不是数字，该格按空处理；没有收据；证件号码含有不该有的字符"
    with speaking("en"):
        assert spoken(unpacked(kept)) == "“{十}” is no number; the cell is taken as blank"
        assert spoken(unpacked(packed(both))).endswith("taken as blank; No receipt; the document number holds characters it cannot have")
        assert said("缴费日（默认 15）") == "day of the month by which to pay (default 15)"
        assert Invalid(field="宽限天数", reason=Phrase("应为 0 到 {most}", most=90)).text == "Grace days: must be 0 to 90"
    assert spoken(outer) == "「{十}」不是数字，该格按空处理"
