"""How numbers are written, masked and doubted."""

from __future__ import annotations

import pytest

from wuyefei.estate.people.rules import (
    PurposeMissing,
    check_purpose,
    identity_doubt,
    masked,
    normalise_bank,
    normalise_identity,
    normalise_mobile,
)
from wuyefei.foundation.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "mobile"),
    [
        ("13800002046", "13800002046"),
        ("+86 138-0000-2046", "13800002046"),
        ("8613800002046", None),
        ("0571-88880000", "057188880000"),
        ("１３８００００２０４６", "13800002046"),
        ("", ""),
        (None, ""),
        ("1380000204", None),
        ("12800002046", None),
        ("abc", None),
    ],
)
def test_mobile(text: object, mobile: str | None) -> None:
    if mobile is None:
        with pytest.raises(Invalid) as caught:
            normalise_mobile(text)
        assert str(text) not in caught.value.text
    else:
        assert normalise_mobile(text) == mobile


def test_identity_and_bank() -> None:
    assert normalise_identity(" 11010519491231002x ") == "11010519491231002X"
    assert normalise_identity("91330100MA2XXXXX0A") == "91330100MA2XXXXX0A"
    assert normalise_bank("6222 0000 0000 0000 012") == "6222000000000000012"
    for call, text in ((normalise_identity, "一二三四五"), (normalise_identity, "123"), (normalise_bank, "12-34")):
        with pytest.raises(Invalid):
            call(text)


def test_check_digit_is_only_a_doubt() -> None:
    assert identity_doubt("11010519491231002X") is None
    assert identity_doubt("110105194912310021") == "身份证号校验位不符，请核对"
    assert identity_doubt("91330100MA2XXXXX0A") is None


def test_masks_hide_most() -> None:
    assert masked("mobile", "13800002046") == "138****2046"
    assert masked("identity", "11010519491231002X") == "110*************2X"
    assert masked("bank", "") == ""


def test_purpose_is_wanted() -> None:
    assert check_purpose(" 核对身份 ") == "核对身份"
    for text in ("", " ", "查"):
        with pytest.raises(PurposeMissing):
            check_purpose(text)
