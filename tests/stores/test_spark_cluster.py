"""A real cluster on this machine, a master and a worker of their own: the same sums, the same sentences."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import spark_session
from commonroom.store.pupils import add_up
from stores.spark_pupils import JAVA, need_spark, plan, pupils

PATIENCE = 120.0


@dataclass(frozen=True)
class Cluster:
    """The address of a master, and what gives it a worker."""

    master: str
    folder: Path
    add_worker: Callable[[], None]


def wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    need_spark()
    import pyspark

    folder = tmp_path_factory.mktemp("cluster")
    port = free_port()
    command = Path(pyspark.__file__).parent / "bin" / "spark-class"
    memory = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_WORKER_DIR": str(folder), "SPARK_LOCAL_DIRS": str(folder)}
    environment = os.environ | memory | {"JAVA_TOOL_OPTIONS": JAVA, "SPARK_LOCAL_IP": "127.0.0.1"}
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *options: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = folder / f"{name}.log"
        words = [
            str(command),
            f"org.apache.spark.deploy.{name.lower()}.{name}",
            "--host",
            "127.0.0.1",
            *options,
        ]
        with log.open("wb") as file:
            # Of the same group as the tests, so that whoever stops them stops these.
            process = subprocess.Popen(words, stdout=file, stderr=file, env=environment, cwd=folder)
        started.append(process)
        return process, log

    def add_worker() -> None:
        options = ("--cores", "1", "--memory", "1g", "--webui-port", "0")
        process, log = start("Worker", *options, f"spark://127.0.0.1:{port}")
        wait_for(lambda: "Successfully registered" in log.read_text(), process, log)

    process, log = start("Master", "--port", str(port), "--webui-port", "0")
    wait_for(lambda: answers(port), process, log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", JAVA)
        patch.setitem(spark_session.STRICT, "spark.sql.shuffle.partitions", "2")
        yield Cluster(f"spark://127.0.0.1:{port}", folder, add_worker)
    for process in reversed(started):
        process.terminate()
        process.wait(timeout=PATIENCE)


def _read(path: Path) -> bytes:
    """What is in a file; nothing where a worker that stops has cleared it away meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_a_cluster_gives_the_same_sums_and_the_same_sentences(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = plan(by=("year",), decimals=6)
    place, texts = tmp_path / "pupils.parquet", tmp_path / "texts.parquet"
    pupils().write_parquet(place)
    pupils().with_columns(score=pl.lit("absent")).write_parquet(texts)
    # Nobody takes the work, and Spark alone would wait for ever.
    monkeypatch.setattr(spark_session, "WORK", 0.5)
    with pytest.raises(spark_session.NoSpark, match=r"no worker took the work within 0\.5 seconds"):
        add_up(place, asked, engine=cluster.master)
    monkeypatch.undo()
    cluster.add_worker()
    theirs, words = add_up(place, asked), r"score has text where a number should be: row 1 \('absent'\)"
    with spark_session.start(cluster.master):
        ours = add_up(place, asked, engine="spark")
        with pytest.raises(SaidToPeople, match=words):
            add_up(texts, asked, engine=cluster.master)
    assert_frame_equal(ours.frame, theirs.frame, check_exact=True)
    assert_frame_equal(ours.left_out, theirs.left_out)
    # Neither the master nor a worker has kept what stood in the file.
    kept = [
        Path(folder, name)
        for folder, _, names in os.walk(cluster.folder)
        for name in names
        if not name.endswith(".jar")
    ]
    assert any(path.name == "stderr" for path in kept)
    assert not [path for path in kept if b"absent" in _read(path)]
