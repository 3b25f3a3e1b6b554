"""A frame read as cells and the linear relations between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.disclosure.rule import Columns, Rows, Rule, Same


@dataclass(frozen=True)
class Cells:
    """All figures of a frame as arrays: people, whether there is a value, and the relations.

    Cell f * height + r is figure f of row r; cells after those are pupils in no listed part.
    `relation`, `cell` and `weight` are the entries of the relations: sum of weight x cell = 0.
    """

    height: int
    count: np.ndarray
    known: np.ndarray
    relation: np.ndarray
    cell: np.ndarray
    weight: np.ndarray


def read(frame: pl.DataFrame, rule: Rule) -> Cells:
    """Turn the frame into cells and relations, completed with the parts it does not show."""
    table = frame.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name)
        for name in dict.fromkeys([*rule.figures, *rule.figures.values()])
        if name not in frame.columns
    )
    for relation in rule.relations:
        if isinstance(relation, Rows) and relation.parts:
            table = _complete(table, relation)
    table = table.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    cells = pl.concat(
        table.select(
            cell=pl.col("row") + number * table.height,
            count=pl.col(people).cast(pl.Float64).fill_nan(None),
            known=pl.col(name).is_not_null(),
        )
        for number, (name, people) in enumerate(rule.figures.items())
    )
    entries = _entries(table, rule)
    cells = _count(_count(cells, entries), entries)
    cells, entries = _rest(cells, entries)
    entries = entries.join(cells, on="cell", how="left", maintain_order="left")
    whole = pl.col("count").filter(pl.col("sign") > 0).first().over("relation")
    # Where a number is not known any weight will do: a reader may know it, so none may help.
    share = (pl.col("count") / whole).fill_nan(None).fill_null(1.0)
    weight = pl.when("weighted").then(share).otherwise(1.0)
    entries = entries.with_columns(weight=pl.col("sign") * weight)
    entries = entries.filter(pl.col("weight").is_finite() & (pl.col("weight") != 0))
    return Cells(
        height=table.height,
        count=cells["count"].fill_null(np.nan).to_numpy(),
        known=cells["known"].to_numpy(),
        relation=entries["relation"].to_numpy(),
        cell=entries["cell"].to_numpy(),
        weight=entries["weight"].to_numpy(),
    )


def _group(table: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Keep the whole and its parts, with the stem of names that end in a part."""
    if not rows.parts:
        return table
    end = f"_({'|'.join(rows.parts)})$"
    names = [name for name in rows.within if table.schema[name] == pl.String]
    kept = table.filter(pl.col(rows.along).is_in([rows.total, *rows.parts]))
    return kept.with_columns(pl.col(name).str.replace(end, "") for name in names)


def _complete(table: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Add an empty row for the whole and each part that a group of rows does not show."""
    group = _group(table, rows)
    keys = [*rows.within, rows.along]
    wanted = (
        group.filter(pl.col(rows.along) != rows.total)
        .select(rows.within)
        .unique(maintain_order=True)
        .join(pl.DataFrame({rows.along: [rows.total, *rows.parts]}), how="cross")
        .join(group.select(keys), on=keys, how="anti", nulls_equal=True)
    )
    return pl.concat([table, wanted], how="diagonal")


def _entries(table: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Return one row per figure in a relation: which relation, which cell, its sign.

    `weighted`: by the number of people. `listed`: the parts are named, so people add up exactly.
    `open`: the parts are whatever rows there are, so some people may be in none.
    """
    names = list(rule.figures)
    found = []
    for relation in rule.relations:
        if isinstance(relation, Rows):
            found += [_across(table, relation, number, rule) for number in range(len(names))]
        elif isinstance(relation, Same):
            found.append(_repeated(table, relation, names.index(relation.figure)))
        else:
            found += _beside(table, relation, rule)
    start, numbered = 0, []
    for entries in found:
        numbered.append(entries.with_columns(pl.col("relation") + start))
        start += int(entries["relation"].max() or 0) + 1  # type: ignore[arg-type]
    schema = {"relation": pl.Int64, "cell": pl.Int64, "sign": pl.Float64}
    none = pl.DataFrame(schema=schema | {"weighted": pl.Boolean, "listed": pl.Boolean, "open": pl.Boolean})
    return pl.concat([none, *numbered])


def _across(table: pl.DataFrame, rows: Rows, number: int, rule: Rule) -> pl.DataFrame:
    """Relations between rows, for figure `number`."""
    name, people = list(rule.figures.items())[number]
    whole = (pl.col(rows.along) == rows.total).sum().over("relation")
    return (
        _group(table, rows)
        .with_columns(relation=pl.struct(rows.within).rank("dense").cast(pl.Int64))
        .filter((whole == 1) & (pl.len().over("relation") > 1))
        .select(
            "relation",
            cell=pl.col("row") + number * table.height,
            sign=pl.when(pl.col(rows.along) == rows.total).then(1.0).otherwise(-1.0),
            weighted=pl.lit(name != people),
            listed=pl.lit(bool(rows.parts)),
            open=pl.lit(not rows.parts),
        )
    )


def _beside(table: pl.DataFrame, columns: Columns, rule: Rule) -> list[pl.DataFrame]:
    """Relations between the columns of each row: the sum, and the gap where there is one."""
    names = list(rule.figures)
    sums = [(columns.total, 1.0), *((part, -1.0) for part in columns.parts)]
    wanted = [(sums, rule.figures[columns.total] != columns.total)]
    if columns.gap:
        first, second = columns.parts
        wanted.append(([(columns.gap, 1.0), (first, -1.0), (second, 1.0)], False))
    return [
        pl.concat(
            table.select(
                relation="row",
                cell=pl.col("row") + names.index(name) * table.height,
                sign=pl.lit(sign),
                weighted=pl.lit(weighted),
                listed=pl.lit(number == 0),
                open=pl.lit(False),
            )
            for name, sign in signs
        )
        for number, (signs, weighted) in enumerate(wanted)
    ]


def _repeated(table: pl.DataFrame, same: Same, number: int) -> pl.DataFrame:
    """Relations that say that two rows of a group show one figure: each row and the next."""
    kept = table.filter(pl.col(same.figure).is_not_null())
    kept = kept.with_columns(after=pl.col("row").shift(-1).over(same.within), relation=pl.col("row")).filter(
        (pl.col(same.figure) == pl.col(same.figure).shift(-1).over(same.within)).fill_null(False)
    )
    return pl.concat(
        kept.select(
            "relation",
            cell=pl.col(row) + number * table.height,
            sign=pl.lit(sign),
            weighted=pl.lit(False),
            listed=pl.lit(False),
            open=pl.lit(False),
        )
        for row, sign in (("row", 1.0), ("after", -1.0))
    )


def _count(cells: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Work out the number of people of a figure from the others, as a reader could."""
    listed = entries.filter(pl.col("listed") | pl.col("open"))
    joined = listed.join(cells, on="cell", maintain_order="left")
    blank = pl.col("count").is_null()
    people = pl.col("sign") * pl.col("count").fill_null(0.0)
    worked = (
        joined.with_columns(
            blanks=blank.sum().over("relation"),
            left=-people.sum().over("relation"),
            whole=pl.col("count").filter(pl.col("sign") > 0).first().over("relation"),
        )
        # One blank is what is left; where the parts fill the whole, every blank is nobody.
        .filter(
            blank
            & (
                (pl.col("listed") & (pl.col("blanks") == 1))
                | (pl.col("whole").is_not_null() & (pl.col("left") == 0))
            )
        )
        .group_by("cell")
        .agg(worked=(pl.col("left") * pl.col("sign")).min().clip(0.0))
    )
    return cells.join(worked, on="cell", how="left", maintain_order="left").select(
        "cell", pl.coalesce("count", "worked").alias("count"), "known"
    )


def _rest(cells: pl.DataFrame, entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the people of a whole who are in none of its parts, where the parts were not named."""
    rest = (
        entries.filter("open")
        .join(cells, on="cell", maintain_order="left")
        .group_by("relation", maintain_order=True)
        .agg(
            count=(pl.col("sign") * pl.col("count")).sum(),
            blanks=pl.col("count").null_count(),
            weighted=pl.col("weighted").first(),
        )
        .filter((pl.col("blanks") == 0) & (pl.col("count") > 0))
        .with_row_index("cell", offset=cells.height)
        .with_columns(pl.col("cell").cast(pl.Int64), sign=pl.lit(-1.0), known=pl.lit(False))
    )
    added = rest.with_columns(listed=pl.lit(False), open=pl.lit(True))
    return (
        pl.concat([cells, rest.select(cells.columns)]),
        pl.concat([entries, added.select(entries.columns)]),
    )
