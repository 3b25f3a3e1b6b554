"""What is said when Spark, its Java or its cluster is not there; and nothing is left running."""

from __future__ import annotations

import importlib
import stat
from pathlib import Path

import pytest

import absent
from commonroom.store import spark_session
from commonroom.store.pupils import add_up
from stores.spark_pupils import JAVA, need_spark, plan


@pytest.mark.parametrize("missing", ["pyspark.sql", "pyarrow"])
def test_spark_that_is_not_installed_says_how_to_install_it(
    missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    find = importlib.import_module

    def hidden(name: str, package: str | None = None) -> object:
        if name == missing:
            raise ImportError(name)
        return find(name, package) if name == "pyarrow" else object()

    monkeypatch.setattr(importlib, "import_module", hidden)
    with pytest.raises(spark_session.NoSpark) as said:
        add_up(tmp_path / "pupils.parquet", plan(), engine="spark")
    assert str(said.value) == 'Spark is not installed. Install it: pip install "commonroom[spark]"'


def test_what_is_not_here_is_left_out_of_the_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absent, "find_spec", lambda name: None)
    monkeypatch.setenv("COMMONROOM_REQUIRE_ALL", "1")
    assert absent.absent() == []
    monkeypatch.delenv("COMMONROOM_REQUIRE_ALL")
    assert all((Path(absent.__file__).parents[1] / file).is_file() for file in absent.absent())
    assert {Path(file).stem for file in absent.absent()} == {
        "spark", "spark_session", "postgres", "writing", "reading"
    }  # fmt: skip


def make_java(folder: Path, says: str) -> None:
    """A program that says what a Java says of its version."""
    (folder / "bin").mkdir()
    java = folder / "bin" / "java"
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (None, "Spark needs Java, which is not on this machine. Install Java 17 or later"),
        ('openjdk version "1.8.0_442"', "Spark needs Java 17 or later; this is version 8."),
        ('openjdk version "11.0.2"', "Spark needs Java 17 or later; this is version 11."),
        ("killed", "Spark needs Java 17 or later; this is none that works."),
    ],
)
def test_a_java_that_is_missing_or_old(
    says: str | None, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need_spark()
    if says:
        make_java(tmp_path, says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(spark_session.NoSpark) as said, spark_session.start("local[1]"):
        pass
    assert words in str(said.value)


def test_a_master_that_does_not_answer() -> None:
    need_spark()
    with (
        pytest.raises(spark_session.NoSpark, match="no Spark master answers there"),
        spark_session.start("spark://127.0.0.1:1,localhost:2"),
    ):
        pass


def test_what_was_started_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    need_spark()
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", JAVA)
    from pyspark.sql import SparkSession

    with spark_session.start("local[1]") as session:
        assert session.range(4).count() == 4
    assert SparkSession.getActiveSession() is None


def test_a_master_of_no_known_kind() -> None:
    need_spark()
    with (
        pytest.raises(spark_session.NoSpark, match=r"Spark does not start \(.*nonsense"),
        spark_session.start("nonsense"),
    ):
        pass
