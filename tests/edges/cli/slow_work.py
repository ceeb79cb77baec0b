"""A worker that also knows a slow kind of work: every step is written in the transaction that notes it as done."""

from __future__ import annotations

import sys
import time

from wuyefei.edges.cli import boot
from wuyefei.edges.cli.main import main


def run() -> int:
    boot.ready()
    from django.db import transaction

    from wuyefei.foundation.platform import jobs
    from wuyefei.foundation.platform.models import SubjectKey

    def work(task: jobs.Task) -> dict[str, int]:
        for step in range(task.resume.get("next", 0), task.arguments["steps"]):
            task.check_stop()
            with transaction.atomic():
                SubjectKey.objects.create(organisation_id=step, wrapped=b"")
                task.advance(step + 1, resume={"next": step + 1})
            time.sleep(task.arguments["pause"])
        return {"steps": task.done}

    jobs.register_work("test.slow", work)
    if sys.argv[1] == "start":
        from wuyefei.foundation.access.actor import OPERATOR, service_actor
        from wuyefei.foundation.access.models import Organisation

        actor = service_actor(Organisation.objects.earliest("pk").pk, OPERATOR)
        print(jobs.start("test.slow", actor=actor, label="慢慢来", total=60, steps=60, pause=0.1).pk)
        return 0
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
