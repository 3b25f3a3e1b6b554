"""Sums of several places put together, without moving a pupil's record."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from commonroom import disclosure
from commonroom.errors import CommonroomError
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
    digests: Mapping[str, str] | None = None,
) -> Sums:
    """Put the sums of several places together, as if all pupils had been summed at once.

    Arguments: `parts`, sums by the name of their file; the disclosure `limit` in pupils and what is
    done with `small` schools ("withhold" or "merge", see `withhold_small`); `digests`, the SHA-256
    of each file. A school in several files is added together, for pupils move and authorities send
    a file a year; `sentences` counts such schools, and cells that are equal are refused. The order
    of the files does not matter; exact sums are those of the whole to the bit.
    Raises NotPoolable when the files differ in what they sum, or a file or pupils come twice;
    NothingLeft when a file has no school at the limit.
    """
    if small == "keep":
        raise CommonroomError("Pooled sums are shared, so small schools are withheld or merged.")
    names = sorted(parts)
    digests = digests or {}
    check_plans(parts, names)
    check_digests({name: _digests(name, parts[name], digests) for name in names})
    check_pupils(parts, names)
    taken, contributors, left_out = [], [], []
    for name in names:
        sums, counts = withhold_small(parts[name], limit=limit, small=small, name=name)
        contributors.append(_contribution(name, parts[name], counts, digests))
        taken.append(sums.frame)
        left_out.append(sums.left_out)
    first = parts[names[0]]
    return Sums(
        frame=add(taken, first.plan),
        plan=first.plan,
        left_out=add_left_out(left_out),
        kind=first.kind,
        contributors=CONTRIBUTORS.check(pl.concat(contributors).sort("contributor")),
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
    places = pl.concat(
        [sums.frame.select(pl.col("school").cast(pl.String)).unique() for sums in parts.values()]
        or [pl.DataFrame({"school": []}, schema={"school": pl.String})]
    )
    shared = places.filter(pl.col("school").is_duplicated())["school"].n_unique()
    if shared:
        said.append(
            f"{_schools(shared, 'is', 'are')} in more than one file, with different pupils: "
            "their sums are added together."
        )
    return tuple(said)


def _schools(number: int, one: str = "has", many: str = "have") -> str:
    return f"1 school {one}" if number == 1 else f"{number} schools {many}"


def _contribution(name: str, sums: Sums, counts: Counts, digests: Mapping[str, str]) -> pl.DataFrame:
    """Return what a file contributed: one row, or the rows it was itself pooled from."""
    if sums.contributors.height and counts.small:
        raise NotPoolable(
            f"{_schools(counts.small, 'is', 'are')} under the limit in these pooled sums.",
            where=name,
            remedy="Pool the files it was made from under this limit instead.",
        )
    if sums.contributors.height:
        return CONTRIBUTORS.check(sums.contributors)
    row = {"contributor": name, "digest": digests.get(name, ""), **vars(counts)}
    return pl.DataFrame([row], schema=CONTRIBUTORS.schema)


def _digests(name: str, sums: Sums, digests: Mapping[str, str]) -> list[str]:
    """Return the SHA-256 of a file and of those it was pooled from, where they are known."""
    known = [digests.get(name, ""), *sums.contributors["digest"]]
    return [digest for digest in dict.fromkeys(known) if digest]
