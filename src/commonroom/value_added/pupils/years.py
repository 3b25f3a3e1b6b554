"""Several years of pupils: what lasts in a school, what drifts, and where it stands in each year.

u_jt = a_j + d_jt: `a` persistent, `d` a stationary AR(1) drift in calendar time, so that gaps are gaps
(Chetty, Friedman & Rockoff 2014 let a teacher's effect drift alike). Each year has a level of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.tables.pupils import COMPONENTS, EFFECTS
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import blocks as arranging
from commonroom.value_added.pupils import columns, drift, effects, uncertainty
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.drift import NAMES, Structure, distances
from commonroom.value_added.pupils.kernel import evaluate
from commonroom.value_added.pupils.model import Model, NotThisModel
from commonroom.value_added.pupils.optimum import Fit
from commonroom.value_added.pupils.quantiles import student
from commonroom.value_added.pupils.structured import Structured

#: The term that is a school's persistent part; the others are "year 2023" and so on.
PERSISTENT = "persistent"
#: A logarithm with a standard error beyond this is unknown: no interval is given.
UNKNOWN = 10.0


@dataclass(frozen=True)
class Years:
    """A fit over several years: Z has a column for each of `years` and one, of zeros, for what persists.

    `fit`: as any other, with all `components` and `sentences`; `spread` carries the errors of the
    structure to effects and coefficients. `structure` is over s2, and `free` names what of it was
    estimated; `pupils` (J, years).
    """

    fit: Fit
    spread: Structured
    structure: Structure
    free: tuple[str, ...]
    years: tuple[int, ...]
    pupils: npt.NDArray[np.int64]


def fit(sums: Sums, model: Model, covariates: pl.DataFrame | None = None) -> Years:
    """The model with a persistent and a drifting effect of each school, from sums by school and year.

    `model.years` is the `by` column of whole-number years; year indicators are fixed effects. With two
    years (or one interval between years) the drift is uncorrelated from year to year. Raises NotThisModel
    when years are no whole numbers, when there is one only, or when no school has two. METHODS.md
    section 5 (several years).
    """
    parts = by_year(sums, model, covariates)
    return estimate(parts, reml=model.reml, terms=(None,))


def by_year(sums: Sums, model: Model, covariates: pl.DataFrame | None) -> dict[int, Blocks]:
    """The blocks of each year, in the order of years; raises NotThisModel."""
    if model.slope:
        raise NotThisModel(
            "slopes that differ by school cannot be fitted together with years.", remedy="Choose one of them."
        )
    found = arranging.split(sums, model, covariates, model.years)
    for level in found:
        if not level.lstrip("-").isdecimal():
            raise NotThisModel(
                f"{model.years} has {level}, which is no year.",
                remedy="Sum by a column of whole numbers, such as the year in which the school year ends.",
            )
    years = {int(level): part for level, part in found.items()}
    if len(years) < 2:
        raise NotThisModel(
            f"all pupils are of one year ({next(iter(years))}).",
            remedy="Leave the years out, which gives the plain model, or sum more than one year.",
        )
    return dict(sorted(years.items()))


def stacked(parts: dict[int, Blocks]) -> Blocks:
    """One set of blocks with a school effect for each year, and indicators of years but the first in X."""
    own = list(parts.values())
    count, p, q = len(own[0].schools), len(own[0].columns), len(own)
    size = p + q - 1
    a, c = np.zeros((count, q, q)), np.zeros((count, q, size))
    xx, xy = np.zeros((count, size, size)), np.zeros((count, size))
    for place, part in enumerate(own):
        a[:, place, place] = part.A[:, 0, 0]
        c[:, place, :p] = part.C[:, 0]
        xx[:, :p, :p] += part.XX
        xy[:, :p] += part.Xy
        if place:
            new = p + place - 1
            c[:, place, new] = xx[:, new, new] = part.A[:, 0, 0]
            xx[:, new, :p] = xx[:, :p, new] = part.C[:, 0]
            xy[:, new] = part.c[:, 0]
    kept = columns.independent(xx.sum(axis=0))
    names = (*own[0].columns, *(f"year {year}" for year in list(parts)[1:]))
    dropped = tuple(name for place, name in enumerate(names) if place not in kept)
    xx, xy = xx[:, kept][:, :, kept], xy[:, kept]
    yy = np.asarray(sum(part.yy for part in own))
    return replace(
        own[0],
        A=a,
        C=c[:, :, kept],
        c=np.stack([part.c[:, 0] for part in own], axis=1),
        XX=xx,
        Xy=xy,
        yy=yy,
        Sxx=xx.sum(axis=0),
        Sxy=xy.sum(axis=0),
        Syy=float(yy.sum()),
        N=sum(part.N for part in own),
        log_weight=sum(part.log_weight for part in own),
        pupils=np.asarray(sum(part.pupils for part in own)),
        columns=tuple(names[place] for place in kept),
        terms=tuple(f"year {year}" for year in parts),
        centres=np.concatenate([own[0].centres, np.zeros(q - 1)])[kept],
        term_centres=np.zeros(q),
        aliased=(*own[0].aliased, *dropped),
    )


def estimate(parts: dict[int, Blocks], *, reml: bool, terms: Sequence[int | None]) -> Years:
    """The fit of the blocks of each year, with `terms` no pupil has: a year, or None for what persists."""
    blocks, years = stacked(parts), list(parts)
    seen = (np.diagonal(blocks.A, axis1=1, axis2=2) > 0).astype(float)
    apart = distances(years)
    lags = np.unique(apart[(seen.T @ seen > 0) & (apart > 0)])
    if not lags.size:
        raise NotThisModel(
            "no school has pupils in two years, so what lasts cannot be told from what drifts.",
            remedy="Leave the years out, or check that schools keep their identifier from year to year.",
        )
    found, free, steps = drift.search(blocks, apart, reml, NAMES if lags.size > 1 else NAMES[:2])
    wider = widened(blocks, terms)
    apart = distances([*years, *terms])
    at = evaluate(wider, found.omega(apart), reml=reml)
    state = "" if found.persistent + found.drift > 0 else "none"
    fitted = Fit(wider, at.Om, at, "reml" if reml else "ml", state, steps)
    spread, known = _spread(fitted, found, apart, free)
    fitted = replace(
        fitted,
        components=_components(fitted, found, known, free),
        sentences=tuple(_sentences(found, free, lags.size)),
    )
    pupils = np.stack([part.pupils for part in parts.values()], axis=1)
    return Years(fitted, replace(spread, fit=fitted), found, free, tuple(years), pupils)


def widened(blocks: Blocks, terms: Sequence[int | None]) -> Blocks:
    """Blocks with more terms that no pupil has, so that their effects are predicted from the others."""
    more = len(terms)
    return replace(
        blocks,
        A=np.pad(blocks.A, ((0, 0), (0, more), (0, more))),
        C=np.pad(blocks.C, ((0, 0), (0, more), (0, 0))),
        c=np.pad(blocks.c, ((0, 0), (0, more))),
        terms=(*blocks.terms, *(PERSISTENT if year is None else f"year {year}" for year in terms)),
        term_centres=np.zeros(len(blocks.terms) + more),
    )


def schools(found: Years, *, draws: int = 1000, seed: int = 0) -> pl.DataFrame:
    """Effects (tables.pupils.EFFECTS) of every school: in each year, and the part that persists.

    `pupils` are those of the term's year, 0 where the effect of a year without pupils is predicted.
    """
    frame = effects.schools(found.spread, draws=draws, seed=seed).filter(pl.col("term") != effects.AVERAGE)
    names = [f"year {year}" for year in found.years]
    own = pl.DataFrame(
        {
            "school": np.repeat(found.fit.blocks.schools, len(names)),
            "term": names * len(found.fit.blocks.schools),
            "own": found.pupils.ravel(),
        }
    )
    joined = frame.join(own, on=["school", "term"], how="left", maintain_order="left")
    return EFFECTS.check(joined.with_columns(pl.coalesce("own", "pupils").alias("pupils")))


def _spread(fitted: Fit, found: Structure, apart: Floats, free: tuple[str, ...]) -> tuple[Structured, Floats]:
    """Errors of s2 and the free numbers (of the variances, not over s2), and what they make of T."""
    usual = uncertainty.spread(fitted)
    s2 = fitted.at.s2
    absolute = Structure(s2 * found.persistent, s2 * found.drift, found.persistence)
    rows = [uncertainty.vech(absolute.slopes(apart)[NAMES.index(name)]) for name in free]
    turn = np.zeros((len(usual.information), 1 + len(free)))
    turn[0, 0] = 1
    for place, row in enumerate(rows, start=1):
        turn[1:, place] = row
    information = turn.T @ usual.information @ turn
    size = np.diag(information)
    scale = np.where(size > 0, 1 / np.sqrt(np.where(size > 0, size, 1.0)), 0.0)
    level = np.linalg.pinv(information * scale[:, None] * scale, rcond=1e-12, hermitian=True)
    known = np.asarray(level * scale[:, None] * scale, float)
    full = turn @ known @ turn.T
    return Structured(fitted, usual.effects, usual.explained, usual.information, known=full), known


def _components(fitted: Fit, found: Structure, known: Floats, free: tuple[str, ...]) -> pl.DataFrame:
    """All rows of tables.pupils.COMPONENTS: intervals on the log scale, of correlations on the logit's."""
    s2 = fitted.at.s2
    tau, delta, rho = s2 * found.persistent, s2 * found.drift, found.persistence
    place = {name: row for row, name in enumerate(("residual", *free))}

    def interval(
        value: float, slopes: dict[str, float], share: bool = False
    ) -> tuple[float | None, float | None]:
        slope = np.zeros(len(known))
        for name, by in slopes.items():
            if name in place:
                slope[place[name]] = by
        if value <= 0 or (share and value >= 1):
            return None, None
        odds = value / (1 - value) if share else value
        error = np.sqrt(max(float(slope @ known @ slope), 0.0)) * ((1 + odds) ** 2 if share else 1) / odds
        if not 0 < error < UNKNOWN:
            return None, None
        ends = [odds * float(np.exp(way * student(0.975, inf) * error)) for way in (-1, 1)]
        low, high = (end / (1 + end) if share else end for end in ends)
        return low, high

    between, total = tau + delta, tau + delta + s2
    shared = (tau + delta * rho) / between if between else 0.0
    by = {
        "persistent": (1 - shared) / between if between else 0.0,
        "drift": (rho - shared) / between if between else 0.0,
        "persistence": delta / between if between else 0.0,
    }
    share = {"persistent": s2 / total**2, "drift": s2 / total**2, "residual": -between / total**2}
    none = "no detectable variation"
    rows = [
        ("variance of persistent", tau, *interval(tau, {"persistent": 1.0}), "" if tau else none),
        ("variance of drift", delta, *interval(delta, {"drift": 1.0}), "" if delta else none),
        ("residual variance", s2, *interval(s2, {"residual": 1.0}), ""),
        (
            "share between schools",
            between / total,
            *interval(between / total, share, True),
            "in any one year",
        ),
    ]
    if delta:
        note = "" if "persistence" in free else "held: drift is of one year only"
        rows.append(
            ("correlation of drift a year apart", rho, *interval(rho, {"persistence": 1.0}, True), note)
        )
    if between:
        note = "of the whole effect of a school"
        rows.append(("correlation of effects a year apart", shared, *interval(shared, by, True), note))
    return COMPONENTS.check(pl.DataFrame(rows, schema=COMPONENTS.schema, orient="row"))


def _sentences(found: Structure, free: tuple[str, ...], lags: int) -> list[str]:
    said = []
    if lags == 1:
        said.append(
            "The years are too few to tell how fast schools drift: what two years share is taken to persist, "
            "and the rest to belong to its year."
        )
    if found.persistent and not found.drift:
        said.append("No drift is detectable: each school has the same effect in all years.")
    if found.drift and not found.persistent:
        said.append("No part that persists for good is detectable: all of a school's effect drifts.")
    if "persistence" in free and found.persistence > 1 - 1e-2:
        said.append("Drift is so slow that it can hardly be told from what persists; read their sum.")
    return said
