"""The frames of a plan as they may be shown: figures about few pupils withheld, and marked as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.tables import Table
from commonroom.tables import partnerships as tables

Frames = Mapping[str, pl.DataFrame]

_NEED = ("receiver", "phase", "theme")
_GAIN, _GAP = ("gain", "gain_low", "gain_high"), ("gap", "gap_low", "gap_high")
_COUNTS = {"cohort": "cohort", "provider_cohort": "provider_cohort"}
#: An expected gain is the gap times how sure the strength is: who knows two of them knows the third.
_OF_BOTH = {
    **dict.fromkeys(_GAIN, "fewest"), **dict.fromkeys(_GAP, "cohort"), "probability": "provider_cohort",
}  # fmt: skip

#: What may be shown of a plan: no figure about fewer than six pupils, and none that would reveal one.
RULES: dict[str, Rule] = {
    "proposals": Rule(keys=_NEED, figures={**_OF_BOTH, **_COUNTS}, official=True),
    "alternatives": Rule(
        keys=(*_NEED, "place"), figures={**_OF_BOTH, **_COUNTS, "costs": "fewest"}, official=True
    ),
    "unmatched": Rule(
        keys=_NEED, figures={"gap": "cohort", "worth": "cohort", "cohort": "cohort"}, official=True
    ),
    "standing": Rule(
        keys=("school", "phase", "theme"),
        figures=dict.fromkeys(("effect", "sd", "probability", "agreement", "cohort"), "cohort"),
        official=True,
    ),
    "equity": Rule(keys=("phase", "by", "group"), figures={"gain": "fewest"}, official=True),
    "plan": Rule(keys=("way",), figures=dict.fromkeys((*_GAIN, "loss", "bound"), "fewest"), official=True),
    "providers": Rule(keys=()),
    "limits": Rule(keys=()),
    "changes": Rule(keys=()),
}
#: Frames of a plan, as the tables of the same names.
TABLES: dict[str, Table] = {
    "proposals": tables.PROPOSALS, "alternatives": tables.ALTERNATIVES, "unmatched": tables.UNMATCHED,
    "providers": tables.PROVIDERS, "limits": tables.LIMITS, "equity": tables.EQUITY, "plan": tables.PLAN,
    "changes": tables.CHANGES, "standing": tables.STANDING,
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """The frames of a plan, released; a column `hidden_x` says where a figure x was withheld."""

    proposals: Released
    alternatives: Released
    unmatched: Released
    providers: Released
    limits: Released
    equity: Released
    plan: Released
    changes: Released
    standing: Released


def show(frames: Frames) -> Shown:
    """Release the frames of a plan, by name; one that is not there is empty.

    A gain is withheld where either side's figure is, because each follows from the others. So are the
    means of a phase that has a withheld gain, and the sums of a plan that has one: every other gain is
    listed, so that the one would follow by subtraction.
    """
    found = {name: frames.get(name, table.empty()) for name, table in TABLES.items()}
    found["proposals"] = _fewest(found["proposals"])
    cohorts = found["standing"].select(
        "phase", "theme", provider="school", provider_cohort=pl.col("cohort").cast(pl.Float64)
    )
    found["alternatives"] = _fewest(
        found["alternatives"].join(
            cohorts, on=["provider", "phase", "theme"], how="left", maintain_order="left"
        )
    )
    proposals = _release("proposals", found["proposals"], ("gain", "gap", "probability"))
    hidden = proposals.frame.filter("hidden_gain")
    guarded = pl.col("phase").is_in(hidden["phase"].unique().sort().to_list())
    found["equity"] = _guard(found["equity"], guarded)
    found["plan"] = _guard(found["plan"], pl.lit(hidden.height == 1))
    marked = {"alternatives": ("costs",), "unmatched": ("gap",), "standing": ("effect", "probability")}
    others = {
        name: _release(name, found[name], marked.get(name, ())) for name in TABLES if name != "proposals"
    }
    return Shown(proposals=proposals, **others)


def _fewest(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(fewest=pl.min_horizontal("cohort", "provider_cohort"))


def _guard(frame: pl.DataFrame, guarded: pl.Expr) -> pl.DataFrame:
    """Mark rows whose figures would reveal a withheld one as being about a single pupil."""
    return frame.with_columns(fewest=pl.when(guarded).then(1.0))


def _release(name: str, frame: pl.DataFrame, marked: Sequence[str]) -> Released:
    source = ""
    if "source" in frame.columns:
        parts = frame["source"].drop_nulls().str.split("; ").explode().unique().sort()
        source = "; ".join(part for part in parts if part)
    released = disclosure.release(frame, rule=RULES[name], source=source)
    hidden = (
        (frame[column].is_not_null() & released.frame[column].is_null()).alias(f"hidden_{column}")
        for column in marked
    )
    return replace(released, frame=released.frame.with_columns(*hidden))
