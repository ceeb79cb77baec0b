"""Two processes at one build: whichever is free takes the next place.

What places live here does not look at other places, so it makes no difference who lives which, or in what order.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from ctypes import Array, c_longlong
from dataclasses import dataclass

from django.db import connections

from wuyefei.foundation.platform.lifeline import end_with

Told = Callable[[str, int], None]
"""Is told of whom a step is, and what of the work both have done."""


@dataclass(frozen=True)
class Step:
    """``weight`` is about how much of the work it is."""

    label: str
    weight: int
    run: Callable[[], None]


def together(lives: Sequence[Sequence[Step]], told: Told) -> None:
    """Carry out every step of every life, each life in its order, with a second process beside this one.

    What the other leaves undone, because it failed or was killed, is done here: a step that was done before does nothing. They
    share no lock that a killed one could keep: places are handed out by a pipe, and each counts its own work.
    """
    fork = multiprocessing.get_context("fork")
    turns, done = _turns(len(lives)), fork.RawArray(c_longlong, 2)
    connections.close_all()  # a connection serves one process
    other = fork.Process(target=_beside, args=(os.getpid(), lives, turns, done), daemon=True)
    other.start()
    try:
        for label in _live(lives, turns, done, 0):
            told(label, sum(done))
        while other.exitcode is None:
            other.join(1)
            told(lives[-1][-1].label, sum(done))
    finally:
        other.terminate()
        other.join()
        os.close(turns)
    if other.exitcode:
        for life in lives:
            for step in life:
                step.run()


def _beside(parent: int, lives: Sequence[Sequence[Step]], turns: int, done: Array[c_longlong]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with(parent)
    for _ in _live(lives, turns, done, 1):
        pass


WORD = 4
"""Bytes of a place's number."""


def _turns(count: int) -> int:
    """The end of a pipe from which the numbers of all places can be taken, each by one reader, and then nothing."""
    taken, given = os.pipe()
    os.write(given, b"".join(number.to_bytes(WORD, "little") for number in range(count)))
    os.close(given)
    return taken


def _live(lives: Sequence[Sequence[Step]], turns: int, done: Array[c_longlong], mine: int) -> Iterator[str]:
    """Live one place after the other that nobody has taken; yields its name after every step."""
    while word := os.read(turns, WORD):
        for step in lives[int.from_bytes(word, "little")]:
            step.run()
            done[mine] += step.weight
            yield step.label
