"""SUMS.parquet: sums per school in one file, with the question they answer inside it."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store.writing import put
from commonroom.tables.sums import CONTRIBUTORS, EXACT, LEFT_OUT, Plan, Sums

#: The key under which a Parquet file says that it holds sums, and the form they are in.
KEY, FORMAT = "commonroom.sums", 1

MAKE = "Make it with: commonroom value-added sum."


def write(sums: Sums, path: Path | str) -> None:
    """Write sums to one Parquet file, whole or not at all; the same sums give the same bytes.

    Raises SaidToPeople when the file cannot be written there.
    """
    content = io.BytesIO()
    sums.frame.write_parquet(content, compression="zstd", statistics=False, metadata={KEY: _describe(sums)})
    put(content.getvalue(), Path(path), what="sums")


def read(path: Path | str) -> Sums:
    """Read sums that `write` wrote; raises SaidToPeople when the file is cut off or not one of those."""
    path = Path(path)
    try:
        described = pl.read_parquet_metadata(path).get(KEY)
        if described is None:
            raise _foreign(path)
        told = json.loads(described)
        if told["format"] > FORMAT:
            raise SaidToPeople(
                f"these sums are of a newer commonroom (form {told['format']}; this one knows {FORMAT}).",
                where=str(path),
                remedy="Update: pip install --upgrade commonroom.",
            )
        return _check(pl.read_parquet(path, hive_partitioning=False, glob=False), told, path)
    except FileNotFoundError:
        raise SaidToPeople("there is no such file.", where=str(path), remedy=MAKE) from None
    except OSError as error:
        raise SaidToPeople(
            f"the sums cannot be read ({error.strerror or error}).", where=str(path), remedy=MAKE
        ) from None
    except (pl.exceptions.PolarsError, ValueError, KeyError, TypeError):
        raise _damaged(path) from None


def _describe(sums: Sums) -> str:
    told = {
        "format": FORMAT,
        "kind": sums.kind,
        "plan": asdict(sums.plan),
        "left_out": LEFT_OUT.check(sums.left_out).rows(),
        "contributors": CONTRIBUTORS.check(sums.contributors).rows(),
    }
    return json.dumps(told, sort_keys=True, ensure_ascii=False)


def _check(frame: pl.DataFrame, told: dict[str, Any], path: Path) -> Sums:
    kept = told["plan"]
    lists = {name: tuple(kept[name]) for name in ("intake", "by", "centres")}
    meanings = tuple((column, meaning) for column, meaning in kept["meanings"])
    plan = Plan(**{**kept, **lists, "meanings": meanings})
    kind = pl.Float64 if plan.decimals is None else EXACT
    numbers = dict.fromkeys(("weight_squared", "log_weight", *plan.columns), kind)
    counts = {"pupils": pl.Int64, "left_out": pl.Int64}
    if frame.schema != {**dict.fromkeys(("school", *plan.by), pl.String), **counts, **numbers}:
        raise _damaged(path)
    return Sums(
        frame,
        plan,
        pl.DataFrame(told["left_out"], schema=LEFT_OUT.schema, orient="row"),
        told["kind"],
        pl.DataFrame(told["contributors"], schema=CONTRIBUTORS.schema, orient="row"),
    )


def _foreign(path: Path) -> SaidToPeople:
    return SaidToPeople("this Parquet file does not hold sums of commonroom.", where=str(path), remedy=MAKE)


def _damaged(path: Path) -> SaidToPeople:
    return SaidToPeople(
        "this file of sums is cut off, damaged or of another kind.",
        where=str(path),
        remedy="Copy it again from where it came, or make it again: commonroom value-added sum.",
    )
