"""Two processes at one build: whichever is free takes the next place.

Places do not look at one another before the last month, so it makes no difference who lives which, or in what order.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized

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

    What the other leaves undone, because it failed or was killed, is done here: a step that was done before does nothing.
    """
    fork = multiprocessing.get_context("fork")
    turn, done = fork.Value("q", 0), fork.Value("q", 0)
    connections.close_all()  # a connection serves one process
    other = fork.Process(target=_beside, args=(os.getpid(), lives, turn, done), daemon=True)
    other.start()
    try:
        for label in _live(lives, turn, done):
            told(label, done.value)
        while other.exitcode is None:
            other.join(1)
            told(lives[-1][-1].label, done.value)
    finally:
        other.terminate()
        other.join()
    if other.exitcode:
        for life in lives:
            for step in life:
                step.run()


def _beside(parent: int, lives: Sequence[Sequence[Step]], turn: Synchronized[int], done: Synchronized[int]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with(parent)
    for _ in _live(lives, turn, done):
        pass


def _live(lives: Sequence[Sequence[Step]], turn: Synchronized[int], done: Synchronized[int]) -> Iterator[str]:
    """Live one place after the other that nobody has taken; yields its name after every step."""
    while True:
        with turn.get_lock():
            number = turn.value
            turn.value += 1
        if number >= len(lives):
            return
        for step in lives[number]:
            step.run()
            with done.get_lock():
                done.value += step.weight
            yield step.label
