"""Whoever is killed: a job is neither lost nor run twice. Real workers, on both databases."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from stores.sites import Site, kill, wait

#: A worker in a hurry.
WORK = ("work", "--beat=0.1", "--lease=1.5", "--rest=0.05")
START = """
from commonroom.web.jobs import actions
from stores import site_jobs
for _ in range({count}):
    actions.start(who=None, task=site_jobs.{task}, arguments={arguments})
"""


def start(site: Site, *, task: str = "count", count: int = 1, **arguments: Any) -> None:
    site.python(START.format(count=count, task=task, arguments=arguments))


#: Jobs of these tests: what the site does regularly runs beside them.
OURS = "kind NOT LIKE 'commonroom.%'"


def states(site: Site) -> list[tuple[Any, ...]]:
    return site.ask(f"SELECT state, count(*) FROM commonroom_job WHERE {OURS} GROUP BY state")


def is_done(site: Site) -> bool:
    return {state for state, _ in states(site)} == {"done"}


def counted(site: Site) -> int:
    return site.count("commonroom_entry", "action = 'counted'")


@pytest.mark.parametrize("place", ["before", "inside", "after"])
def test_a_job_whose_worker_is_killed_is_done_once_by_another(site: Site, place: str) -> None:
    start(site, stop=place, folder=str(site.folder))
    with site.running(*WORK) as first:
        wait((site.folder / f"reached-{place}").exists)
        kill(first)
    assert states(site) == [("running", 1)]
    assert counted(site) == (place == "after")
    with site.running(*WORK):
        wait(lambda: is_done(site))
        tasks = "SELECT DISTINCT status FROM django_tasks_database_dbtaskresult"
        wait(lambda: site.ask(tasks) == [("SUCCESSFUL",)])
    assert counted(site) == 1
    found = site.ask(f"SELECT path FROM commonroom_job WHERE {OURS}")
    assert [path.startswith("/counted/") for (path,) in found] == [True]


def test_a_worker_that_was_only_frozen_changes_nothing_when_it_wakes(site: Site) -> None:
    start(site, stop="before", folder=str(site.folder))
    with site.running(*WORK) as first:
        wait((site.folder / "reached-before").exists)
        first.send_signal(signal.SIGSTOP)
        with site.running(*WORK):
            wait(lambda: is_done(site))
            (site.folder / "go").touch()
            first.send_signal(signal.SIGCONT)
            wait(lambda: "was done by another worker" in site.logs())
    assert counted(site) == 1
    assert is_done(site)


def test_many_jobs_and_two_workers(site: Site) -> None:
    start(site, count=200)
    with site.running(*WORK), site.running(*WORK):
        wait(lambda: is_done(site))
    assert counted(site) == 200
    assert site.ask("SELECT count(DISTINCT key) FROM commonroom_entry WHERE action = 'counted'") == [(200,)]
    shares = [
        len(re.findall(r"begins: (?!commonroom\.)", log.read_text()))
        for log in Path(site.folder).glob("work-*.log")
    ]
    assert sum(shares) == 200
    assert min(shares) > 0, "one worker did it all"


def test_a_worker_that_is_told_to_stop_gives_back_what_it_cannot_end(site: Site) -> None:
    start(site, stop="before", folder=str(site.folder))
    with site.running(*WORK, "--grace=0.1") as first:
        wait((site.folder / "reached-before").exists)
        first.terminate()
        assert first.wait(30) == 0
    assert states(site) == [("waiting", 1)]
    assert site.count("commonroom_worker") == 0
    with site.running(*WORK):
        wait(lambda: is_done(site))
    assert counted(site) == 1


def test_a_worker_that_is_told_to_stop_ends_what_it_can(site: Site) -> None:
    start(site, stop="inside", folder=str(site.folder))
    start(site)
    with site.running(*WORK, "--grace=30") as first:
        wait((site.folder / "reached-inside").exists)
        first.terminate()
        (site.folder / "go").touch()
        assert first.wait(30) == 0
    assert sorted(states(site)) == [("done", 1), ("waiting", 1)]


def test_a_job_that_ends_its_worker_is_given_up(site: Site) -> None:
    start(site, task="end")
    for _ in range(3):
        with site.running(*WORK) as worker:
            assert worker.wait(60) == -signal.SIGKILL
    with site.running(*WORK):
        wait(lambda: states(site) == [("failed", 1)])
    assert site.ask(f"SELECT said FROM commonroom_job WHERE {OURS}") == [
        ("It was interrupted several times, and was given up.",)
    ]
