"""A file of estimates: one row per school and term, and with it all that explains them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store.writing import put

#: What the file's metadata is called, and the version of its form.
KEY, FORM = "commonroom.estimates", 1


def write(frame: pl.DataFrame, about: Mapping[str, Any], path: Path) -> None:
    """Write estimates with what explains them, whole or not at all; the same estimates, the same bytes.

    Arguments: a `frame` that may be shown; `about`, what is kept beside it as JSON; the `path`.
    Raises SaidToPeople when it cannot be written.
    """
    text = json.dumps({"form": FORM, **about}, ensure_ascii=False, sort_keys=True)
    content = io.BytesIO()
    frame.write_parquet(content, metadata={KEY: text})
    put(content.getvalue(), path, what="estimates")


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
