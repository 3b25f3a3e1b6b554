"""Every cap of a plan as groups of candidates: what a school, trust, authority or leader can bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.partnerships.definition import Cap, Definition
from commonroom.partnerships.solving.problem import Level

#: Between the names of those whose cap it is together.
TOGETHER = " > "
#: The cap of one partnership for each measure, of most schools and of Keys to Success schools.
MEASURE, MEASURE_OF_KEYS = "measure", "measure-of-keys"


class TooTightError(SaidToPeople):
    """What is agreed already goes beyond a cap."""


@dataclass(frozen=True)
class Caps:
    """The caps of a plan: nested ones of either side, finest first, and those that cross."""

    receiving: tuple[Level, ...]
    giving: tuple[Level, ...]
    crossing: tuple[Level, ...]


@dataclass(frozen=True)
class Pairs:
    """Who stands behind each candidate (`edges`), and behind what stands already (`fixed`).

    Both have receiver, phase, theme, provider, keys, measure (of the receiver's need, empty when only
    said), receiver_authority, provider_authority, trust (a school without one stands for itself) and
    receiver_trust; those of `edges` have the number of their need too. `needs` (receiver, phase, theme,
    authority) are all needs, those met already among them; `slots` (provider, slots) is what each school
    can give, what it gives already counted in; `capacities` are those stated
    (tables.partnerships.CAPACITIES).
    """

    edges: pl.DataFrame
    fixed: pl.DataFrame
    needs: pl.DataFrame
    slots: pl.DataFrame
    capacities: pl.DataFrame


def limit(pairs: Pairs, *, definition: Definition) -> Caps:
    """Return every cap over the candidates, less what stands already.

    Raises TooTightError when what stands already is more than a cap allows, naming the cap, whose it is
    and by how much.
    """
    receiving = [_level(pairs, "receiver", ["receiver"], most=definition.themes_at_once)]
    by_measure, apart_by_measure = _by_measure(pairs)
    leaders = _leaders(pairs, definition)
    giving = [
        _level(pairs, "theme", ["provider", "phase", "theme"], most=definition.theme_at_once),
        _level(pairs, "provider", ["provider"], caps=pairs.slots.select("provider", cap="slots")),
    ]
    trusts = _stated(pairs, "trust", "trust", definition)
    authorities = _stated(pairs, "authority", "provider_authority", definition)
    crossing = [_cap(pairs, cap) for cap in definition.caps]
    levels = [*receiving, *leaders, *giving, *trusts, *authorities, *crossing]
    too_tight = [level for level in levels if level.caps.size and level.caps.min() < 0]
    if too_tight:
        raise _too_tight(too_tight[0])
    # A trust has schools in several authorities: the two nest only where nobody named a trust.
    nested, apart = (trusts, authorities) if trusts else (authorities, [])
    kept = [level for level in (apart_by_measure, *apart, *crossing) if level.caps.size]
    return Caps((by_measure, *receiving, *leaders), (*giving, *nested), tuple(kept))


def _by_measure(pairs: Pairs) -> tuple[Level, Level]:
    """One partnership for each measure of a school: themes that rest on one tell of one difference.

    What stands already in two of them stands. For Keys to Success schools, whose first partner comes
    before anything else whatever the theme, the cap is one that crosses.
    """
    keys = ["receiver", "phase", "measure"]
    found = []
    for name, mine in ((MEASURE, ~pl.col("keys")), (MEASURE_OF_KEYS, pl.col("keys"))):
        blank = pl.when(mine).then("measure").alias("measure")
        own = Pairs(
            pairs.edges.with_columns(blank), pairs.fixed.with_columns(blank), pairs.needs, pairs.slots,
            pairs.capacities,
        )  # fmt: skip
        level = _level(own, name, keys, most=1)
        open_still = Level(level.name, level.group, np.maximum(level.caps, 0), level.names)
        found.append(_binding(open_still, own))
    return found[0], found[1]


def _level(
    pairs: Pairs, name: str, keys: Sequence[str], *, most: int | None = None, caps: pl.DataFrame | None = None
) -> Level:
    """One kind of cap: groups of candidates that agree on `keys`, each with `most` or its own cap.

    What stands already is taken off; groups that no choice could overfill are left out where the cap is
    one of the definition's (they are thousands, and say nothing).
    """
    known = [pl.col(key).is_not_null() for key in keys]
    groups = pl.concat(
        [frame.filter(known).select(keys) for frame in (pairs.edges, pairs.fixed)], how="vertical_relaxed"
    ).unique(maintain_order=True)
    if caps is not None:
        # A trust or an authority that is no school's: its cap binds nobody.
        kinds = {key: kind for key, kind in groups.schema.items() if caps.schema[key] != kind}
        same = [pl.col(key).cast(kind, strict=False) for key, kind in kinds.items()]
        groups = groups.join(caps.with_columns(same), on=list(keys), how="inner")
    else:
        groups = groups.with_columns(cap=pl.lit(most, dtype=pl.Int64))
    used = pairs.fixed.filter(known).group_by(keys).agg(used=pl.len().cast(pl.Int64))
    groups = groups.join(used, on=list(keys), how="left").sort(keys).with_row_index("group")
    left = groups["cap"] - groups["used"].fill_null(0)
    numbers = pairs.edges.select(keys).join(
        groups.select(*keys, "group"), on=list(keys), how="left", maintain_order="left"
    )
    return Level(
        name,
        numbers["group"].cast(pl.Int64).fill_null(-1).to_numpy(),
        left.to_numpy(),
        tuple(groups.select(pl.concat_str(pl.col(keys).cast(pl.String), separator=TOGETHER)).to_series()),
    )


def _leaders(pairs: Pairs, definition: Definition) -> list[Level]:
    """System leaders' days for Keys to Success schools: by authority, and those of all the others."""
    stated = pairs.capacities.filter(pl.col("kind") == "leader")
    if stated.is_empty():
        return []
    named = stated.filter(pl.col("authority").is_not_null())["authority"].unique().to_list()
    authority = pl.col("receiver_authority").cast(pl.String)
    whose = pl.when(authority.is_in(named)).then(authority).otherwise(pl.lit(""))
    mine = pl.when("keys").then(whose).alias("leader")
    marked = Pairs(
        pairs.edges.with_columns(mine), pairs.fixed.with_columns(mine), pairs.needs, pairs.slots, stated
    )
    pools = (
        stated.group_by(leader=pl.col("authority").fill_null(""))
        .agg(cap=(pl.col("days").sum() / definition.days.keys_leader + 1e-9).floor().cast(pl.Int64))
    )  # fmt: skip
    # Where every leader has an authority of its own, nobody serves the others.
    if "" not in pools["leader"]:
        pools = pl.concat([pools, pl.DataFrame({"leader": [""], "cap": [0]})])
    return [_level(marked, "leader", ["leader"], caps=pools)]


def _stated(pairs: Pairs, kind: str, column: str, definition: Definition) -> list[Level]:
    """Days stated for trusts, or for authorities, as a cap on what their schools give together."""
    stated = pairs.capacities.filter(pl.col("kind") == kind)
    if stated.is_empty():
        return []
    slots = (pl.col("days") / definition.days.partnership + 1e-9).floor().cast(pl.Int64)
    return [_level(pairs, kind, [column], caps=stated.select(pl.col("name").alias(column), cap=slots))]


#: Columns of the two sides by what a cap counts together.
GIVER = {"school": "provider", "trust": "trust", "authority": "provider_authority"}
RECEIVER = {"school": "receiver", "authority": "receiver_authority"}


def _cap(pairs: Pairs, cap: Cap) -> Level:
    """One cap of the definition."""
    keys = [
        *([GIVER[cap.giver]] if cap.giver else []),
        *([RECEIVER[cap.receiver]] if cap.receiver else []),
        *(["phase", "theme"] if cap.theme else []),
    ]
    counted = Pairs(
        _away(pairs.edges, cap), _away(pairs.fixed, cap), pairs.needs, pairs.slots, pairs.capacities
    )
    whole = pl.concat([counted.edges.drop("need"), counted.fixed], how="vertical_relaxed").filter(
        pl.col(key).is_not_null() for key in keys
    )
    groups = whole.select(keys).unique()
    level = _level(counted, cap.name, keys, caps=groups.with_columns(cap=_allowed(groups, pairs.needs, cap)))
    return _binding(level, pairs)


def _away(frame: pl.DataFrame, cap: Cap) -> pl.DataFrame:
    """Empty the giver's column where giver and receiver are of one group and such pairs are not counted."""
    if not cap.away or not cap.giver:
        return frame
    giver = GIVER[cap.giver]
    same = "receiver_authority" if cap.giver == "authority" else "receiver_trust"
    other = pl.col(giver) != pl.col("receiver" if cap.giver == "school" else same)
    return frame.with_columns(pl.when(other).then(giver).alias(giver))


def _allowed(groups: pl.DataFrame, needs: pl.DataFrame, cap: Cap) -> pl.Series:
    """How many partnerships each group may have."""
    if cap.share is None:
        return pl.Series([cap.most or 0] * groups.height, dtype=pl.Int64)
    column = RECEIVER[cap.receiver]
    by = [column, *(["phase", "theme"] if cap.theme else [])]
    counts = needs.rename({"authority": "receiver_authority"}).group_by(by).agg(needs=pl.len())
    counts = counts.with_columns(pl.col(key).cast(groups.schema[key]) for key in by)
    shares = groups.join(counts, on=by, how="left", maintain_order="left")["needs"].fill_null(0)
    allowed = (shares * cap.share + 1e-9).floor().cast(pl.Int64).clip(cap.least)
    return allowed if cap.most is None else allowed.clip(upper_bound=max(cap.most, cap.least))


def _binding(level: Level, pairs: Pairs) -> Level:
    """Leave out the groups that no choice could overfill: fewer needs than the cap in all."""
    inside = level.group >= 0
    needs = pairs.edges["need"].to_numpy()[inside]
    width = int(needs.max(initial=0)) + 1
    both = np.sort(level.group[inside] * width + needs)
    once = both[np.append(True, both[1:] != both[:-1])[: both.size]]
    most = np.bincount(once // width, minlength=level.caps.size)
    keep = (most > level.caps) | (level.caps < 0)
    number = np.where(keep, np.cumsum(keep) - 1, -1)
    return Level(
        level.name,
        np.append(number, -1)[level.group],
        level.caps[keep],
        tuple(name for name, kept in zip(level.names, keep, strict=True) if kept),
    )


def _too_tight(level: Level) -> TooTightError:
    worst = int(level.caps.argmin())
    by = -int(level.caps[worst])
    return TooTightError(
        f"what is agreed already goes beyond the cap {level.name} of {level.names[worst]}: "
        f"{by} partnership{'s' if by > 1 else ''} too many.",
        where=level.name,
        remedy="Raise that cap or the days stated, or pause or end a partnership.",
    )
