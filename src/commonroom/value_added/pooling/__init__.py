"""Sums of several places put together, without moving a pupil's record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

import polars as pl

from commonroom import disclosure
from commonroom.tables.sums import CONTRIBUTORS, Sums
from commonroom.value_added.pooling.addition import NotPoolable, add, add_left_out
from commonroom.value_added.pooling.agreement import check_digests, check_plans, check_pupils
from commonroom.value_added.pooling.small import Counts, NothingLeft, thin, withhold_small

__all__ = ["Counts", "NotPoolable", "NothingLeft", "pool", "sentences", "thin", "withhold_small"]


def pool(
    parts: Mapping[str, Sums],
    *,
    limit: int = disclosure.PUPILS,
    small: str = "withhold",
    groups: bool = False,
    digests: Mapping[str, str] | None = None,
) -> Sums:
    """Put the sums of several places together, as if all pupils had been summed at once.

    Arguments: `parts`, sums by the name of their file; the disclosure `limit` in pupils and what is
    done with `small` schools ("withhold" or "merge") and those of small `groups` (see
    `withhold_small`); `digests`, the SHA-256 of each file. A school in several files is added
    together, for pupils move and authorities send a file a year; `sentences` counts such schools, and
    cells that are equal are refused. The order of the files does not matter; exact sums are those of
    the whole to the bit.
    Raises NotPoolable when the files differ in what they sum, or a file or pupils come twice;
    NothingLeft when a file has no school at the limit.
    """
    if small == "keep":
        raise NotPoolable(
            "pooled sums are shared, so schools with few pupils are not kept in them.",
            remedy="Withhold or merge them.",
        )
    names = sorted(parts)
    digests = digests or {}
    check_plans(parts, names)
    check_digests({name: _digests(name, parts[name], digests) for name in names})
    check_pupils(parts, names)
    labels = _labels(names)
    taken, contributors, left_out = [], [], []
    for name in names:
        sums, counts = withhold_small(parts[name], limit=limit, small=small, name=labels[name], groups=groups)
        digest = digests.get(name, "")
        contributors.append(_contribution(labels[name], parts[name], counts, digest))
        taken.append(sums.frame)
        left_out.append(sums.left_out)
    first = parts[names[0]]
    return Sums(
        frame=add(taken, first.plan),
        plan=first.plan,
        left_out=add_left_out(left_out),
        kind=first.kind,
        contributors=_tell_apart(contributors, list(labels.values())),
    )


def sentences(parts: Mapping[str, Sums], *, limit: int = disclosure.PUPILS) -> tuple[str, ...]:
    """Return what a person should know before sums are shared: weak limits, groups, schools in two files.

    Arguments: `parts`, sums by the name of their file (one or more); the disclosure `limit`.
    """
    said = []
    for name in sorted(parts):
        found = thin(parts[name], limit=limit)
        schools = found["school"].n_unique()
        columns = ", ".join(sorted(found["variable"].unique()))
        if schools:
            said.append(
                f"{name}: {_schools(schools)} fewer than {limit} pupils with 1 (or with 0) in {columns}; "
                "the total outcome of those few follows from the sums, so the file needs the protection "
                "of pupils' records, or such schools are withheld too."
            )
    columns_in_all = {len(sums.plan.variables) + 1 for sums in parts.values()}
    if columns_in_all and limit <= max(columns_in_all):
        said.append(
            f"The limit of {limit} pupils is not above the {max(columns_in_all)} columns that are summed "
            "(the constant counted), so relations between the pupils of the smallest schools can be worked "
            f"out from their sums; a limit of {max(columns_in_all) + 1} or more prevents that."
        )
    keys = ["school", *next(iter(parts.values())).plan.by] if parts else []
    cells = pl.concat([sums.frame.select(keys) for sums in parts.values()]) if parts else pl.DataFrame()
    shared = cells.filter(cells.is_duplicated())["school"].n_unique() if parts else 0
    if shared:
        said.append(
            f"{_schools(shared, 'is', 'are')} in more than one file, with different pupils: "
            "their sums are added together."
        )
    return tuple(said)


def _schools(number: int, one: str = "has", many: str = "have") -> str:
    return f"1 school {one}" if number == 1 else f"{number} schools {many}"


def _labels(names: list[str]) -> dict[str, str]:
    """Return names of files without their folders, or with them where two files have the same name."""
    short = {name: PurePath(name).name for name in names}
    return {name: label if list(short.values()).count(label) == 1 else name for name, label in short.items()}


def _contribution(name: str, sums: Sums, counts: Counts, digest: str) -> pl.DataFrame:
    """Return what a file contributed: one row, or the rows it was itself pooled from."""
    if sums.contributors.height and counts.small:
        raise NotPoolable(
            f"{_schools(counts.small, 'is', 'are')} under the limit in these pooled sums.",
            where=name,
            remedy="Pool the files it was made from under this limit instead.",
        )
    if sums.contributors.height:
        return CONTRIBUTORS.check(sums.contributors)
    row = {"contributor": name, "digest": digest, **vars(counts)}
    return pl.DataFrame([row], schema=CONTRIBUTORS.schema)


def _tell_apart(contributors: list[pl.DataFrame], labels: list[str]) -> pl.DataFrame:
    """Return all contributors; those of one name that came in different pooled files say in which."""
    rows = pl.concat(
        table.with_columns(inside=pl.lit(label)) for table, label in zip(contributors, labels, strict=True)
    )
    name, inside = pl.col("contributor"), pl.col("inside")
    several = name.is_duplicated() & (name != inside)
    rows = rows.with_columns(contributor=pl.when(several).then(name + " in " + inside).otherwise(name))
    return CONTRIBUTORS.check(rows.drop("inside").sort("contributor"))


def _digests(name: str, sums: Sums, digests: Mapping[str, str]) -> list[str]:
    """Return the SHA-256 of a file and of those it was pooled from, where they are known."""
    known = [digests.get(name, ""), *sums.contributors["digest"]]
    return [digest for digest in dict.fromkeys(known) if digest]
