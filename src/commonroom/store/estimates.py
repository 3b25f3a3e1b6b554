"""A file of estimates: one row per school and term, and with it all that explains them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from commonroom.errors import SaidToPeople

#: What the file's metadata is called, and the version of its form.
KEY, FORM = "commonroom.estimates", 1


def write(frame: pl.DataFrame, about: Mapping[str, Any], path: Path) -> None:
    """Write estimates with what explains them, whole or not at all; the same estimates, the same bytes.

    Arguments: a `frame` that may be shown; `about`, what is kept beside it as JSON; the `path`.
    Raises SaidToPeople when it cannot be written.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps({"form": FORM, **about}, ensure_ascii=False, sort_keys=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(beside, metadata={KEY: text})
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SaidToPeople(
            f"the estimates cannot be written ({error.strerror or error}).",
            where=str(path),
            remedy="Choose another --out FILE, or free some space.",
        ) from None


def read(path: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Estimates that `write` wrote, and what explains them; raises SaidToPeople for any other file."""
    try:
        about = json.loads(pl.read_parquet_metadata(path).get(KEY, "{}"))
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError, ValueError):
        about = {}
    if about.get("form") != FORM:
        raise SaidToPeople(
            "it is no file of estimates.",
            where=str(path),
            remedy="Give the file that `commonroom value-added estimate SUMS --out FILE` wrote.",
        )
    return frame, about
