"""Whether files of sums answer the same question, about different pupils."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from commonroom.tables.sums import Plan, Sums
from commonroom.value_added.pooling.addition import NotPoolable

KINDS = {"integer": "a whole number", "text": "text"}
AGAIN = "Sum again with the same columns and centres, or leave the file out."


def check_plans(parts: Mapping[str, Sums], names: list[str]) -> None:
    """Refuse files that answer different questions, naming the file and what differs."""
    if not names:
        raise NotPoolable("there is no file to pool.", remedy="Name at least one file of sums.")
    first = parts[names[0]]
    for name in names[1:]:
        differences = _differences(first, parts[name])
        if differences:
            raise NotPoolable(
                f"it does not answer the same question as {names[0]}: {'; '.join(differences)}.",
                where=name,
                remedy=AGAIN,
            )


def _differences(first: Sums, other: Sums) -> list[str]:
    """Return what differs between the questions of two files, in words."""
    a, b = other.plan, first.plan
    pairs = [
        ("a school is", KINDS.get(other.kind, other.kind), KINDS.get(first.kind, first.kind)),
        ("the school's column is", a.school, b.school),
        ("the outcome is", a.outcome, b.outcome),
        ("the weight is", a.weight or "none", b.weight or "none"),
        ("the intake is", ", ".join(a.intake), ", ".join(b.intake)),
        ("the groups are by", ", ".join(a.by) or "none", ", ".join(b.by) or "none"),
        ("sums are", _exactness(a), _exactness(b)),
    ]
    if a.variables == b.variables:
        pairs += [
            (f"{variable} is centred at", f"{here!r}", f"{there!r}")
            for variable, here, there in zip(a.variables, a.centres, b.centres, strict=True)
        ]
    here, there = dict(a.meanings), dict(b.meanings)
    pairs += [
        (f"{column} means", repr(here.get(column, "")), repr(there.get(column, "")))
        for column in sorted(here.keys() | there.keys())
    ]
    return [f"{what} {mine} here and {theirs} there" for what, mine, theirs in pairs if mine != theirs]


def _exactness(plan: Plan) -> str:
    return "in floating point" if plan.decimals is None else f"exact to {plan.decimals} decimals"


def check_digests(found: Mapping[str, list[str]]) -> None:
    """Refuse a file that is given twice, by itself or inside pooled sums."""
    seen: dict[str, str] = {}
    for name, digests in found.items():
        for digest in digests:
            if digest in seen:
                raise NotPoolable(
                    f"it holds the same file as {seen[digest]}, so its pupils would be counted twice.",
                    where=name,
                    remedy="Leave one of them out.",
                )
            seen[digest] = name


def check_pupils(parts: Mapping[str, Sums], names: list[str]) -> None:
    """Refuse cells of two files that are equal: the same pupils, summed by another run.

    A pupil alone may be like another, so cells of one pupil are not compared.
    """
    plan = parts[names[0]].plan
    keys = ["school", *plan.by, "pupils"]
    cells = pl.concat(
        parts[name]
        .frame.filter(pl.col("pupils") > 1)
        .select(*keys, pl.col(plan.columns).cast(pl.Float64), part=pl.lit(name))
        for name in names
    )
    cells = cells.filter(pl.struct(keys).is_duplicated())
    pairs = cells.join(cells, on=keys, how="inner", nulls_equal=True, suffix="_other")
    # Floating-point sums of another run differ in the last bits, relative to what was added up.
    same = pl.all_horizontal(
        (pl.col(name) - pl.col(f"{name}_other")).abs()
        <= 1e-9 * (pl.col(f"sum_{first}_{first}") * pl.col(f"sum_{second}_{second}")).sqrt()
        for (first, second), name in zip(plan.products, plan.columns, strict=True)
    )
    equal = pairs.filter((pl.col("part") < pl.col("part_other")) & same).sort([*keys, "part"])
    if equal.height:
        first, second = equal.row(0, named=True)["part"], equal.row(0, named=True)["part_other"]
        schools = equal.filter(part=first, part_other=second)["school"].unique(maintain_order=True)
        more = f" and {len(schools) - 1} more" if len(schools) > 1 else ""
        raise NotPoolable(
            f"school {schools[0]}{more} has the same sums in {first}, so its pupils would be counted twice.",
            where=second,
            remedy="Leave one of the files out, or sum again without those schools.",
        )
