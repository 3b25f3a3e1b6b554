"""Pupils in files that a Spark cluster (or this machine's Spark) reads, summed by Spark."""

from __future__ import annotations

import builtins
import csv
import gzip
import importlib
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import polars as pl

from commonroom.errors import CommonroomError, SaidToPeople
from commonroom.store import faults, parts, spark_session, statement, views
from commonroom.store.source import Source
from commonroom.store.statement import Reason
from commonroom.store.views import SPARK, Kind
from commonroom.tables.sums import Plan

WHOLE = ("tinyint", "smallint", "int", "bigint")
NUMBER = ("double", "float", "decimal")
TEXT = ("string", "varchar", "char")

#: Spark takes 1.5d and 1f for numbers, as Java does; no other engine would.
SUFFIX = "[0-9.][dDfF]$"

#: What Spark's own names for what went wrong begin with, the most telling first.
OVERFLOW = ("ARITHMETIC_OVERFLOW", "CAST_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE")
CHANGED = ("CANNOT_MERGE_SCHEMAS", "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH")
NOWHERE = ("PATH_NOT_FOUND",)
WIDTH = ("MALFORMED_RECORD_IN_PARSING", "MALFORMED_CSV_RECORD")
UNREADABLE = ("FAILED_READ_FILE", "CANNOT_READ_FILE", "UNABLE_TO_INFER_SCHEMA")

#: A path stands for itself: Spark takes *, ? and [ for patterns.
PLAIN = {"__globPaths__": "false"}

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Table:
    """Files with the same columns: what Spark makes of them, and what their columns hold."""

    frame: Any
    kinds: dict[str, Kind]
    is_text: bool


class Pupils:
    """A view `pupils` in Spark: answers to statements over it, and words about its rows."""

    def __init__(self, session: Any, source: Source, plan: Plan) -> None:
        """Look at what there is and make the view; raises SaidToPeople when a column is not there."""
        # A backslash in a text is one for Spark only when it is doubled.
        missing = tuple(text.replace("\\", "\\\\") for text in source.missing)
        self.session, self.source, self.plan = session, replace(source, missing=missing), plan
        if source.table or source.is_postgres or str(source.place).lower().endswith(parts.DATABASE):
            raise SaidToPeople(
                "Spark reads files and folders, not databases.",
                where=source.name,
                remedy="Sum it without --engine spark, or write the table as Parquet first.",
            )
        self.tables = [self._read_there()] if "://" in str(source.place) else self._read_here()
        self._say(self._make_view)

    def ask(self, text: str) -> pl.DataFrame:
        """Return the answer to one statement; raises SaidToPeople, or faults.TooLargeError."""
        answer = self._say(lambda: self.session.sql(text).toArrow())
        return pl.DataFrame(pl.from_arrow(answer))

    def refuse(self, reason: Reason, pupils: int) -> SaidToPeople:
        """Return the words about a value that is refused, with the first rows that have it."""
        if words := self._find_text():
            return words
        limit = statement.literal(statement.limit(self.plan))
        large = f"NOT isnan(value) AND ABS(value) >= {limit}"
        test = "value < 0" if reason.kind == statement.NEGATIVE else large
        where, rows = self._find(reason.column, test)
        return faults.refuse(reason, pupils, rows, plan=self.plan, where=where)

    def _read_here(self) -> list[Table]:
        """Files of this machine (which every worker must see under the same path), alike ones together."""
        groups: dict[str, list[str]] = {}
        found: dict[str, parts.Part] = {}
        for path in parts.find(Path(self.source.place)):
            columns = _columns(path)
            if columns not in found:
                found[columns] = parts.read(path, self._describe)
                views.check(self.plan, found[columns].kinds, where=str(path))
            groups.setdefault(columns, []).append(str(path))
        parts.agree(list(found.values()), self.plan.school)
        return [self._join(found[columns], paths) for columns, paths in groups.items()]

    def _join(self, part: parts.Part, paths: list[str]) -> Table:
        """Files that are like `part`, read as one."""
        if not part.is_text:
            return Table(self._parquet(paths), part.kinds, part.is_text)
        frame = self._text(paths, list(part.kinds), _line(part.path), **PLAIN)
        return Table(frame, part.kinds, part.is_text)

    def _describe(self, _: str, path: Path) -> dict[str, Kind]:
        return _kinds(self._parquet([str(path)]))

    def _read_there(self) -> Table:
        """A file or folder of a cluster's own store (hdfs://, s3a://): Spark lists and opens it."""
        place = str(self.source.place)
        is_text = place.lower().endswith(parts.TEXT)
        if is_text:
            line = self._say(lambda: self.session.read.text(place).first())
            names = next(csv.reader([line[0]], delimiter=_delimiter(line[0])), []) if line else []
            frame = self._text([place], [name.strip() for name in names], line[0] if line else "")
        else:
            frame = self._parquet([place], mergeSchema="true")
        table = Table(frame, _kinds(frame), is_text)
        views.check(self.plan, table.kinds, where=place)
        return table

    def _parquet(self, paths: list[str], **options: str) -> Any:
        reader = self.session.read.options(recursiveFileLookup="true", **(options or PLAIN))
        return self._say(lambda: reader.parquet(*paths))

    def _text(self, paths: list[str], names: list[str], line: str, **options: str) -> Any:
        """CSV files as texts: a school's number keeps its zeros, and a row that is cut off is an error."""
        from pyspark.sql.types import StringType, StructField, StructType

        written = {"header": "true", "sep": _delimiter(line), "quote": '"', "escape": '"', "mode": "FAILFAST"}
        schema = StructType([StructField(name, StringType()) for name in names])
        reader = self.session.read.schema(schema).options(**written, **options)
        return self._say(lambda: reader.csv(paths))

    def _make_view(self) -> None:
        texts = {name for table in self.tables for name, kind in table.kinds.items() if kind == "text"}
        selects = []
        for place, table in enumerate(self.tables):
            table.frame.createOrReplaceTempView(f"part_{place}")
            columns = []
            for name, column in statement.names(self.plan).items():
                value = views.clean(column, table.kinds[column], self.source, dialect=SPARK)
                if name in statement.numbers(self.plan):
                    value = self._number(table, column, strict=f"{value} IS NOT NULL")
                elif column in texts:
                    value = f"CAST({value} AS STRING)"
                columns.append(f"{value} AS {name}")
            selects.append(f"SELECT {', '.join(columns)} FROM part_{place}")  # noqa: S608 - quoted names
        self.session.sql(" UNION ALL ".join(selects)).createOrReplaceTempView("pupils")

    def _number(self, table: Table, column: str, *, strict: str = "FALSE") -> str:
        """A column of numbers as SQL, and a text that is none as infinite where `strict`.

        An error would do as well, but every worker's log would keep the text: it is a pupil's. An
        infinite value is refused, and then the text is found. One that only Java takes for a number
        is made none.
        """
        value = views.clean(column, table.kinds[column], self.source, dialect=SPARK)
        if table.kinds[column] != "text":
            return f"CAST({value} AS DOUBLE)"
        value = f"CASE WHEN NOT {value} RLIKE '{SUFFIX}' THEN {value} END"
        return f"COALESCE(TRY_CAST({value} AS DOUBLE), CASE WHEN {strict} THEN DOUBLE('Infinity') END)"

    def _find(self, column: str, test: str) -> tuple[str, list[faults.Row]]:
        """The first file with rows that meet `test` of `value` (a number) and `given`, and those rows."""
        for table in self.tables:
            given = views.clean(column, table.kinds[column], self.source, dialect=SPARK)
            frame = table.frame.selectExpr(
                f"CAST({SPARK.name(column)} AS STRING) AS shown",
                f"{given} AS given",
                f"{self._number(table, column)} AS value",
                # Spark knows the row of a Parquet file, but no line of a CSV file.
                f"{'monotonically_increasing_id()' if table.is_text else '_metadata.row_index'} AS row",
                "_metadata.file_path AS file",
            )
            first = frame.where(test).orderBy("file", "row").limit(faults.SHOWN)
            found = self._say(first.collect)
            if found:
                found = [row for row in found if row.file == found[0].file]
                places = ("" if table.is_text else f"row {row.row + 1}" for row in found)
                return _plain(found[0].file), list(zip(places, (row.shown for row in found), strict=True))
        return self.source.name, []

    def _say(self, action: Callable[[], Answer]) -> Answer:
        """Do it, and turn what Spark says about files and values into sentences."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return action()
        except (PySparkException, Py4JError) as error:
            raise self._words(str(error)) from None

    def _words(self, said: str) -> CommonroomError:
        """Return the sentence for what Spark says; never its own words, for they show pupils' values."""
        address = re.search(r"(file:|\w+://)[^\s,;]+", said)
        where = _plain(address[0]).rstrip(".") if address else self.source.name
        conditions = tuple(re.findall(r"\[([A-Z][A-Z_.]+)\]", said))

        def says(*known: str) -> bool:
            return any(condition.startswith(known) for condition in conditions)

        if says(*OVERFLOW):
            return faults.TooLargeError(self.source.name)
        if says(*NOWHERE):
            return SaidToPeople(
                "there is no such file or folder.", where=where, remedy="Check the name and the folder."
            )
        if says(*CHANGED):
            return SaidToPeople(
                "a column is of one type in one part and of another here.",
                where=where,
                remedy="Write it the same in every part.",
            )
        if says(*WIDTH):
            return SaidToPeople(
                "a row has more or fewer values than the header; it is wrong, or the file is cut off there.",
                where=where,
                remedy="Mend that row, or copy the file again from where it came.",
            )
        if says(*UNREADABLE):
            return faults.unreadable(where, "Spark cannot read it to its end")
        causes = [*conditions, *re.findall(r"(?:\w+\.)+(\w+(?:Error|Exception))\b", said)]
        return SaidToPeople(
            f"Spark stopped ({causes[-1] if causes else 'it does not say why'}).",
            where=self.source.name,
            remedy="Look at the cluster's own pages, or sum a smaller part.",
        )

    def _find_text(self) -> SaidToPeople | None:
        names = statement.names(self.plan)
        for column in (names[name] for name in statement.numbers(self.plan)):
            where, rows = self._find(column, "value IS NULL AND given IS NOT NULL")
            if rows:
                return faults.text(column, rows, where=where)
        return None


@contextmanager
def open(source: Source, plan: Plan, *, master: str = "") -> Iterator[Pupils]:
    """Make the view `pupils` of `source` in Spark at `master`: "local[*]" (the default) or "spark://host:7077".

    Raises spark_session.NoSpark when Spark, Java, the master or its workers are not there.
    """
    with spark_session.start(master) as session:
        yield Pupils(session, source, plan)


def _kinds(frame: Any) -> dict[str, Kind]:
    return {field.name: _kind(field.dataType.simpleString()) for field in frame.schema.fields}


def _kind(name: str) -> Kind:
    if name.startswith(WHOLE):
        return "whole"
    if name.startswith(NUMBER):
        return "number"
    if name == "boolean":
        return "flag"
    return "text" if name.startswith(TEXT) else "other"


def _columns(path: Path) -> str:
    """What tells files with different columns apart: the schema, or the first line."""
    if not path.name.lower().endswith(parts.PARQUET):
        return _line(path)
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        return str(parquet.read_schema(path).remove_metadata())
    except (OSError, ValueError) as error:
        raise faults.unreadable(str(path), str(error).splitlines()[0]) from None


def _line(path: Path) -> str:
    """The first line of a CSV file; empty where it cannot be read, of which `parts.read` tells."""
    opened = gzip.open if path.name.lower().endswith(".gz") else builtins.open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as file:
            return str(file.readline())
    except (OSError, UnicodeDecodeError, EOFError, zlib.error):
        return ""


def _delimiter(line: str) -> str:
    return max(parts.DELIMITERS, key=line.count)


def _plain(address: str) -> str:
    """A file's address as a person writes it."""
    return re.sub(r"^file:(//)?", "", unquote(address))
