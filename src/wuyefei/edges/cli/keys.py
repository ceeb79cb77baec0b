"""``rotate-key``: another master key for personal data and secrets."""

from __future__ import annotations

import argparse

from . import boot
from .boot import Outcome
from .speech import said


def rotate(args: argparse.Namespace) -> Outcome:
    """Wrap everything under a new master key; or, with ``--forget-previous``, remove the one before."""
    boot.ready()
    from wuyefei.foundation.platform import vault

    if args.forget_previous:
        stragglers = vault.forget_previous()
        return Outcome({"stragglers": stragglers}, said("旧密钥已删去；{count} 条数据先改用了新密钥。", count=stragglers))
    done = vault.rotate()
    text = said(
        "已更换主密钥：{keys} 人的密钥、{secrets} 项密文改用新密钥。请重新备份密钥（backup --keys），再用 rotate-key --forget-previous 删去旧密钥。",
        **done,
    )
    return Outcome(dict(done), text)
