"""What an estimate from pupils tells, and what it cannot know, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from commonroom import disclosure
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils.effects import AVERAGE
from commonroom.value_added.pupils.optimum import Fit

CANNOT_KNOW = (
    "An effect is how far a school's pupils are from pupils elsewhere with the same measured intake. It is "
    "an association and not a cause: what was not measured is not allowed for, and a school's effect is no "
    "judgement of it."
)


def sentences(sums: Sums, fit: Fit, schools: pl.DataFrame, components: pl.DataFrame) -> list[str]:
    """Whom it is about, how much of the variation is between schools, how reliable, what was dropped."""
    return [
        *_whom(sums, fit),
        *_between(fit, components),
        *_reliable(schools),
        *_dropped(fit),
        *fit.blocks.notes,
        *fit.sentences,
        CANNOT_KNOW,
    ]


def _whom(sums: Sums, fit: Fit) -> Iterator[str]:
    blocks, plan = fit.blocks, sums.plan
    beside = f"beside pupils with the same {_listed(plan.intake)}" if plan.intake else "beside all pupils"
    yield (
        f"{plan.outcome} of {int(blocks.pupils.sum()):,} pupils in {len(blocks.schools):,} schools, {beside} "
        f"({'restricted ' if fit.method == 'reml' else ''}maximum likelihood)."
    )
    left = int(sums.left_out["pupils"].sum()) if sums.left_out.height else 0
    if 0 < left < disclosure.PUPILS:
        yield f"Fewer than {disclosure.PUPILS} pupils are in no sum."
    elif left:
        reasons = sums.left_out.sort("pupils", "column", "reason", descending=[True, False, False])
        most = reasons.row(0, named=True)
        share = left / (left + int(sums.frame["pupils"].sum()))
        yield (
            f"{left:,} pupils ({share:.1%}) are in no sum, most often because of {most['column']} "
            f"({most['reason']}); if they differ from the others, so would the effects."
        )


def _between(fit: Fit, components: pl.DataFrame) -> Iterator[str]:
    if fit.state == "none":
        yield (
            "There is no detectable variation between schools: their differences are no larger than chance "
            "among pupils makes them, so every effect is estimated as zero."
        )
        return
    if fit.state == "singular":
        yield (
            "Not all ways in which schools may differ can be told apart: a combination of their effects has "
            "no detectable variation of its own, so read the correlations with care."
        )
    share = components.filter(pl.col("component") == "share between schools")
    value, low, high = share.select("value", "low95", "high95").row(0)
    interval = "" if low is None or high is None else f" (95 % interval {_percent(low)} to {_percent(high)})"
    yield f"{_percent(value)}{interval} of the variation that intake leaves is between schools."


def _reliable(schools: pl.DataFrame) -> Iterator[str]:
    terms = schools["term"].unique(maintain_order=True).to_list()
    term = next((term for term in (AVERAGE, "intercept") if term in terms), terms[-1])
    own = schools.filter(pl.col("term") == term)
    middle = own["reliability"].median()
    if isinstance(middle, float) and middle > 0:
        clear = own.filter((pl.col("low95") > 0) | (pl.col("high95") < 0)).height
        yield (
            f"The reliability of a school's effect is {middle:.2f} in the middle; "
            f"{clear:,} of {own.height:,} effects have a 95 % interval clear of zero."
        )


def _dropped(fit: Fit) -> Iterator[str]:
    dropped = fit.blocks.aliased
    if dropped:
        are = "is" if len(dropped) == 1 else "are"
        yield f"{_listed(dropped)} {are} dropped: constant, or explained by the columns before."


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
