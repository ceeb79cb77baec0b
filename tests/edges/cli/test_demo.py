"""``wuyefei demo`` killed at random moments and run again ends with the books of a build left alone."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.edges.cli.conftest import Home

CALL = ("demo", "--no-serve", "--properties", "60", "--months", "3")
DIGEST = "import json\nfrom wuyefei.edges.demo.digest import books\nprint(json.dumps(books()))"
KILLS = 10


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_killed_ten_times_it_ends_with_the_same_books(new_home: Any) -> None:
    left_alone: Home = new_home()
    disturbed: Home = new_home()
    assert left_alone.run(*CALL).code == 0
    dice = random.Random(7)
    for _ in range(KILLS):
        disturbed.start(["-m", "wuyefei.edges.cli.main", *CALL])
        time.sleep(dice.uniform(1.5, 8))
        disturbed.end()
    done = disturbed.run(*CALL, "--json")
    assert done.code == 0, done.err
    assert disturbed.run("verify").code == 0
    assert disturbed.script(DIGEST) == left_alone.script(DIGEST)
    again = disturbed.run(*CALL, "--json")
    assert again.document["made"] is False
