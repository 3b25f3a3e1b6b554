"""Spark gives the sums that DuckDB and plain Python give, of the same statement, and says what is wrong."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import duckdb, memory, spark, spark_session, statement
from commonroom.store.pupils import Source, add_up
from commonroom.tables.sums import Plan, Sums
from stores.spark_pupils import JAVA, need_spark, plan, pupils


@pytest.fixture(scope="module", autouse=True)
def _spark() -> Iterator[None]:
    """One Spark for all tests here: starting its Java is what takes time."""
    need_spark()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", JAVA)
        patch.setitem(spark_session.STRICT, "spark.sql.shuffle.partitions", "2")
        with spark_session.start("local[2]"):
            yield


def parquet(folder: Path, frame: pl.DataFrame) -> Path:
    frame.write_parquet(folder / "pupils.parquet")
    return folder / "pupils.parquet"


def text(folder: Path, frame: pl.DataFrame) -> Path:
    frame.write_csv(folder / "pupils.csv")
    return folder / "pupils.csv"


def zipped(folder: Path, frame: pl.DataFrame) -> Path:
    written = frame.write_csv(separator=";", include_bom=True).encode()
    (folder / "pupils.csv.gz").write_bytes(gzip.compress(written))
    return folder / "pupils.csv.gz"


def parts(folder: Path, frame: pl.DataFrame) -> Path:
    """Parts whose columns are in another order and of other types; a folder whose name is a pattern."""
    folder = folder / "pupils [2024]"
    (folder / "year=1").mkdir(parents=True)
    frame[:150].write_parquet(folder / "year=1" / "a.parquet")
    frame[150:300].write_parquet(folder / "b.parquet")
    other = frame[300:].select(reversed(frame.columns))
    other.with_columns(pl.col("score", "year").cast(pl.String)).write_parquet(folder / "c.parquet")
    (folder / "_SUCCESS").write_text("")
    return folder


def text_parts(folder: Path, frame: pl.DataFrame) -> Path:
    folder = folder / "parts"
    folder.mkdir()
    frame[:200].write_csv(folder / "a.csv")
    frame[200:].select(reversed(frame.columns)).write_csv(folder / "b.csv")
    return folder


def assert_same(ours: Sums, theirs: Sums) -> None:
    """To the bit where sums are exact, else to 1e-12 of the size of what was added up."""
    assert (ours.plan, ours.kind) == (theirs.plan, theirs.kind)
    assert_frame_equal(ours.left_out, theirs.left_out)
    exact = ours.plan.decimals is not None
    rest = pl.exclude(ours.plan.columns)
    mine, other = ours.frame.select(rest), theirs.frame.select(rest)
    assert_frame_equal(mine, other, check_exact=exact, rel_tol=1e-12)
    for (i, j), name in zip(ours.plan.products, ours.plan.columns, strict=True):
        size = (theirs.floats[f"sum_{i}_{i}"] * theirs.floats[f"sum_{j}_{j}"]).sqrt()
        near = (ours.floats[name] - theirs.floats[name]).abs() <= 1e-12 * size
        assert (ours.frame[name] == theirs.frame[name]).all() if exact else near.all(), name


@pytest.mark.parametrize("write", [text, zipped, parts, text_parts])
def test_spark_reads_what_duckdb_reads(write: Callable[[Path, pl.DataFrame], Path], tmp_path: Path) -> None:
    place = write(tmp_path, pupils())
    asked = plan(by=("year",))
    assert_same(add_up(place, asked, engine="spark"), add_up(place, asked))


@pytest.mark.parametrize(
    "asked",
    [
        plan(by=("year",), weight="w"),
        plan(by=("year", "girl"), intake=("girl", "prior"), weight="w", decimals=6),
        plan(decimals=3, centres=()),
        plan(centres=()),
    ],
    ids=["weighed", "exact", "exact-centres", "centres"],
)
def test_spark_duckdb_and_plain_python_agree(asked: Plan, tmp_path: Path) -> None:
    place = parquet(tmp_path, pupils())
    ours = add_up(place, asked, engine="spark")
    assert_same(ours, add_up(place, asked))
    assert_same(ours, memory.add_up(pupils().to_dicts(), asked))


def test_the_statement_is_the_same_text_on_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, asked = parquet(tmp_path, pupils()), plan(weight="w", decimals=6)
    heard: list[str] = []
    for engine in (spark, duckdb):
        ask = engine.Pupils.ask

        def listen(self: object, said: str, ask: Callable[..., pl.DataFrame] = ask) -> pl.DataFrame:
            heard.append(said)
            return ask(self, said)

        monkeypatch.setattr(engine.Pupils, "ask", listen)
        add_up(place, asked, engine="spark" if engine is spark else "duckdb")
    assert heard == [statement.add_up(asked)] * 2


def test_codes_that_mean_missing(tmp_path: Path) -> None:
    row, score = pl.int_range(pl.len()), pl.col("score").cast(pl.String)
    frame = pupils().with_columns(
        score=pl.when(row % 7 == 0).then(pl.lit(" o'x\\n ")).otherwise(score),
        prior=pl.when(row % 9 == 0).then(-99.0).otherwise("prior"),
    )
    place = Source(parquet(tmp_path, frame), missing=("o'x\\n", "-99"))
    assert_same(add_up(place, plan(), engine="spark"), add_up(place, plan()))


def bad(**values: object) -> pl.DataFrame:
    """Pupils of whom the eighth has these values."""
    frame, eighth = pupils(), pl.int_range(pl.len()) == 7
    for column, value in values.items():
        others = pl.col(column).cast(pl.String if isinstance(value, str) else pl.Float64)
        frame = frame.with_columns(pl.when(eighth).then(pl.lit(value)).otherwise(others).alias(column))
    return frame


@pytest.mark.parametrize(
    ("frame", "asked", "words"),
    [
        (bad(score="absent"), plan(), r"score has text where a number should be: row 8 \('absent'\)"),
        (bad(score="1.5f"), plan(), r"score has text where a number should be: row 8 \('1.5f'\)"),
        (bad(prior=float("-inf")), plan(), r"prior is infinite for 1 pupil: row 8 \('-Infinity'\)"),
        (bad(w=-0.5), plan(weight="w"), r"the weight w is negative for 1 pupil: row 8 \('-0.5'\)"),
        (pupils(), plan(outcome="scores"), "there is no column scores. Did you mean score?"),
        (bad(prior=9e10, w=9e10), plan(weight="w", decimals=6), "do not fit 38 digits"),
    ],
)
def test_values_that_cannot_be_summed(
    frame: pl.DataFrame, asked: Plan, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = parquet(tmp_path, frame)
    with pytest.raises(SaidToPeople, match=words) as said:
        add_up(place, asked, engine="spark")
    assert said.value.where == str(place)
    # What Spark logs shows pupils' values.
    assert capfd.readouterr() == ("", "")


def cut_parquet(folder: Path) -> Path:
    place = parquet(folder, pupils())
    place.write_bytes(place.read_bytes()[:-500])
    return place


def damaged_parquet(folder: Path) -> Path:
    place = parquet(folder, pupils())
    whole = place.read_bytes()
    place.write_bytes(whole[:50] + bytes(1000) + whole[1050:])
    return place


def cut_text(folder: Path) -> Path:
    place = text(folder, pupils())
    place.write_text(place.read_text()[:-25].rsplit(",", 2)[0])
    return place


def text_with_words(folder: Path) -> Path:
    return text(folder, bad(score="absent"))


def other_types(folder: Path) -> Path:
    pupils()[:200].write_parquet(folder / "a.parquet")
    pupils()[200:].with_columns(pl.col("urn").cast(pl.String)).write_parquet(folder / "b.parquet")
    return folder


def no_file(folder: Path) -> Path:
    return folder / "none.parquet"


def binary_file(folder: Path) -> Path:
    (folder / "pupils.csv.gz").write_bytes(b"this is no gzip")
    return folder / "pupils.csv.gz"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (cut_parquet, "cut off or damaged"),
        (damaged_parquet, "cut off or damaged"),
        (cut_text, "has more or fewer values than the header; it is wrong, or the file is cut off"),
        (text_with_words, "score has text where a number should be: 'absent'"),
        (other_types, r"urn is a number here and text in .*b\.parquet"),
        (no_file, "no such file"),
        (binary_file, "cut off or damaged"),
    ],
)
def test_files_that_cannot_be_read(make: Callable[[Path], Path], words: str, tmp_path: Path) -> None:
    place = make(tmp_path)
    with pytest.raises(SaidToPeople, match=words) as said:
        add_up(place, plan(), engine="spark")
    assert str(tmp_path) in said.value.where


def test_addresses_of_a_clusters_own_store(tmp_path: Path) -> None:
    place = parquet(tmp_path, pupils())
    assert_same(add_up(f"file://{place}", plan(), engine="spark"), add_up(place, plan()))
    place = text(tmp_path, pupils())
    assert_same(add_up(f"file://{place}", plan(), engine="spark"), add_up(place, plan()))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (no_file, "no such file"),
        (other_types, "one type in one part and of another here"),
        (cut_parquet, "cut off or damaged"),
    ],
)
def test_addresses_that_cannot_be_read(make: Callable[[Path], Path], words: str, tmp_path: Path) -> None:
    place = make(tmp_path)
    with pytest.raises(SaidToPeople, match=words):
        add_up(f"file://{place}", plan(), engine="spark")


def test_spark_reads_no_database(tmp_path: Path) -> None:
    for source in (Source(tmp_path / "pupils.duckdb"), Source(tmp_path, table="pupils")):
        with pytest.raises(SaidToPeople, match="Spark reads files and folders, not databases"):
            add_up(source, plan(), engine="spark")


def test_what_spark_says_otherwise_is_named_without_its_words(tmp_path: Path) -> None:
    frame = pl.DataFrame({"urn": ["a"] * 9, "prior": 1.0, "meals": 0.0, "score": 2.0})
    with spark.open(Source(parquet(tmp_path, frame)), plan()) as source:
        with pytest.raises(SaidToPeople, match=re.escape("Spark stopped (UNRESOLVED_ROUTINE)")) as said:
            source.ask("SELECT no_such_function(school) FROM pupils")
        assert "no_such_function" not in str(said.value)


def test_a_session_that_is_there_is_used_and_left_running() -> None:
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    assert before is not None
    before.conf.set("spark.sql.ansi.enabled", "false")
    with spark_session.start("") as session:
        assert session.conf.get("spark.sql.ansi.enabled") == "true"
    assert before.conf.get("spark.sql.ansi.enabled") == "false"
    assert before.range(3).count() == 3
    with pytest.raises(spark_session.NoSpark, match=r"already running here, on local\[2\]"):
        spark_session.start("local[1]").__enter__()
