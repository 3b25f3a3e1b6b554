"""A Spark session: on this machine or a cluster, quiet, strict about numbers, and stopped afterwards."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commonroom.errors import SaidToPeople

INSTALL = 'pip install "commonroom[spark]"'
JAVA = 17
DEFAULT_PORT = 7077

#: Seconds to wait for a master to answer, and for a worker to take the work.
ANSWER, WORK = 5.0, 60.0

#: What a session must do: raise on overflow and on texts, read every value, take names as they are.
STRICT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.shuffle.partitions": "16",
}
#: No page, no progress bar, and no log: what Spark logs about a value that it cannot read is a pupil's.
QUIET = {
    "spark.app.name": "commonroom",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


class NoSpark(SaidToPeople):
    """Spark, its Java or its cluster is not there."""


@contextmanager
def start(master: str) -> Iterator[Any]:
    """Give a session of the Spark at `master` ("local[*]", "spark://host:7077"), and stop what was started.

    A session that is already there (a notebook's) is used, with settings of its own, and left running.
    Raises NoSpark when pyspark, Java, the master or a worker is missing.
    """
    sql = _import()
    with _quiet():
        running = sql.SparkSession.getActiveSession()
        if running is not None and master not in ("", running.sparkContext.master):
            raise NoSpark(
                f"Spark is already running here, on {running.sparkContext.master}.",
                where=master,
                remedy="Stop that session first, or name its master.",
            )
        session = running or _launch(sql, master or "local[*]")
        try:
            own = session.newSession()
            for name, value in STRICT.items():
                own.conf.set(name, value)
            _wait_for_work(own, running is not None)
            yield own
        finally:
            if running is None:
                session.stop()


def _import() -> Any:
    """Return pyspark.sql; raise NoSpark, with what to install, when it or its Arrow is not there."""
    try:
        importlib.import_module("pyarrow")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module("pyspark.sql")
    except ImportError:
        raise NoSpark("Spark is not installed.", remedy=f"Install it: {INSTALL}") from None


def _launch(sql: Any, master: str) -> Any:
    """Start Spark, with its Java's output thrown away: whatever goes wrong is said in a sentence."""
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    _check_java()
    hosts = _check_master(master)
    conf = SparkConf(loadDefaults=False).setAll([*QUIET.items(), *STRICT.items()])
    if master.startswith("local") or all(_is_here(host) for host in hosts):
        conf.setAll([("spark.driver.host", "127.0.0.1"), ("spark.driver.bindAddress", "127.0.0.1")])
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        gateway = None if SparkContext._gateway else launch_gateway(conf, silent)
        SparkContext(conf=conf.setMaster(master), gateway=gateway)
        return sql.SparkSession.builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        said = str(getattr(error, "java_exception", error)).splitlines()[0]
        raise NoSpark(
            f"Spark does not start ({said}).",
            where=master,
            remedy=f"Check the master's address, and that `java -version` says {JAVA} or later.",
        ) from None


def _check_java() -> None:
    """Raise NoSpark unless there is a Java of the age that Spark needs."""
    home = os.environ.get("JAVA_HOME", "")
    found = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    install = f"Install Java {JAVA} or later (Debian: apt-get install default-jre-headless)."
    if found is None:
        raise NoSpark("Spark needs Java, which is not on this machine.", where=home, remedy=install)
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    if version is None or int(version[1]) < JAVA:
        shown = f"version {version[1]}" if version else "none that works"
        raise NoSpark(f"Spark needs Java {JAVA} or later; this is {shown}.", where=found, remedy=install)


def _check_master(master: str) -> list[str]:
    """Return the hosts of a `spark://` master; raise NoSpark when none of them answers."""
    if not master.startswith("spark://"):
        return []
    addresses = [re.match(r"\[?([^\]]+?)\]?(?::(\d+))?$", part) for part in master[8:].split(",")]
    hosts = [(found[1], int(found[2] or DEFAULT_PORT)) for found in addresses if found]
    for address in hosts:
        try:
            socket.create_connection(address, timeout=ANSWER).close()
            return [host for host, _ in hosts]
        except OSError:
            continue
    raise NoSpark(
        "no Spark master answers there.", where=master, remedy="Check its address, and that it is running."
    )


def _is_here(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _wait_for_work(session: Any, ready: bool) -> None:
    """Wait until a worker of a cluster has taken the work; Spark itself would wait for ever."""
    context = session.sparkContext
    until = time.monotonic() + WORK
    if ready or context.master.startswith("local"):
        return
    # The driver is one of those whose memory is known.
    while context._jsc.sc().getExecutorMemoryStatus().size() < 2:
        if time.monotonic() > until:
            raise NoSpark(
                f"no worker took the work within {WORK:g} seconds.",
                where=context.master,
                remedy="See on its page that workers are alive, with cores and memory to spare.",
            )
        time.sleep(0.1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pyspark's log of failed statements silent (it shows pupils' values), and its warnings."""
    from pyspark.logger import PySparkLogger

    loggers = [PySparkLogger.getLogger(name) for name in LOGGERS]
    before = [logger.disabled for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        with warnings.catch_warnings():
            # pyspark warns of versions of pandas, which is not used.
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
