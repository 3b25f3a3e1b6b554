"""Sums of pupils arranged as the blocks of a mixed model: every product that the likelihood needs.

A column of the design is a column of the sums (1 or an intake), times a number of the school (1, a
school mean or a covariate), so that no pupil is needed again. Everything is centred: intake and outcome
at the plan's constants, school columns at their mean over pupils; `Blocks` keeps the centres, and what is
reported has them undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.tables.sums import Plan, Sums
from commonroom.value_added.pupils import columns
from commonroom.value_added.pupils.columns import Columns
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, check

Floats = npt.NDArray[np.float64]
#: Three schools are the fewest between which a variance can be told.
FEWEST_SCHOOLS = 3


@dataclass(frozen=True)
class Blocks:
    """Products of J schools, p fixed-effect columns X and q school-effect columns Z, weights W.

    `A` (J, q, q) Z'WZ, `C` (J, q, p) Z'WX, `c` (J, q) Z'Wy, `XX` (J, p, p), `Xy` (J, p), `yy` (J,), and
    the totals of the last three, `Sxx`, `Sxy`, `Syy`; `N` pupils in all, `pupils` (J,); `log_weight` the
    sum of log w. `columns` and `terms` name X and Z; `aliased` names what was dropped because the rest
    explains it. `centres` (p,), `term_centres` (q,) and `outcome_centre` were taken off, and 0 where
    nothing was. `times` (J,) counts a school that many times (survey weights of schools); None for once.
    `notes` are sentences about what was left out.
    """

    A: Floats
    C: Floats
    c: Floats
    XX: Floats
    Xy: Floats
    yy: Floats
    Sxx: Floats
    Sxy: Floats
    Syy: float
    N: int
    log_weight: float
    schools: list[str]
    pupils: npt.NDArray[np.int64]
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    centres: Floats
    term_centres: Floats
    outcome_centre: float = 0.0
    aliased: tuple[str, ...] = ()
    times: Floats | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """Sums of L levels of one `by` column (one level, "", without) by J schools, as numbers.

    `products` (L, m, m, J), m variables with the constant first and the outcome last; zeros where a
    school has no pupil at a level. `pupils` (L, J), `log_weight` (L,).
    """

    schools: list[str]
    levels: list[str]
    products: Floats
    pupils: npt.NDArray[np.int64]
    log_weight: Floats

    @property
    def pooled(self) -> Floats:
        """Products over all levels (m, m, J)."""
        return self.products[0] if len(self.levels) == 1 else np.asarray(self.products.sum(axis=0))


def arrange(sums: Sums, model: Model, covariates: pl.DataFrame | None = None) -> Blocks:
    """The blocks of `model` from sums; pupils kept apart by any column of `by` are added together.

    `covariates` has a column `school` and numbers of the school that enter as fixed effects; schools
    without one of them are left out, counted in `notes`. Raises NotThisModel, NotEnoughPupils.
    """
    return split(sums, model, covariates)[""]


def split(
    sums: Sums, model: Model, covariates: pl.DataFrame | None = None, by: str = ""
) -> dict[str, Blocks]:
    """The blocks of each level of the column `by`, with the same schools, columns and terms in all.

    A school without pupils at a level has zeros there. School means and centres are over all levels.
    """
    check(model, sums.plan)
    sums, notes = columns.complete(sums, model, covariates)
    cells = collect(sums, by=by)
    if len(cells.schools) < FEWEST_SCHOOLS:
        raise NotEnoughPupils(
            f"there are {len(cells.schools)} schools with pupils; at least {FEWEST_SCHOOLS} are needed.",
            remedy="Sum more schools together.",
        )
    design = columns.design(cells, sums.plan, model, covariates)
    return {
        level: replace(_build(cells, place, design), notes=(*notes, *design.notes))
        for place, level in enumerate(cells.levels)
    }


def collect(sums: Sums, *, by: str = "") -> Cells:
    """The sums by school and by levels of one `by` column, as numbers; other `by` columns are added up.

    Schools and levels are in the order of their names; exact sums are added exactly. Raises
    NotEnoughPupils when a sum is missing or not finite, naming it and the school.
    """
    plan = sums.plan
    frame = sums.frame.with_columns(pl.col("school").cast(pl.String)).filter(pl.col("pupils") > 0)
    keys = ["school", by] if by else ["school"]
    numbers = ["pupils", "log_weight", *plan.columns]
    if frame.select(keys).n_unique() < frame.height:
        frame = frame.group_by(keys).agg(pl.col(numbers).sum())
    frame = frame.select(*keys, *numbers).sort(keys)
    if by:
        frame = frame.with_columns(pl.col(by).cast(pl.String).fill_null("missing"))
    schools = frame["school"].unique(maintain_order=True)
    levels = frame[by].unique().sort().to_list() if by else [""]
    place = _places(frame["school"], schools.to_list()) if by else np.arange(frame.height)
    level = _places(frame[by], levels) if by else np.zeros(frame.height, np.int64)
    width, count = len(plan.variables) + 1, len(schools)
    products = np.zeros((len(levels), width, width, count))
    for (i, j), name in zip(plan.products, plan.columns, strict=True):
        values = _numbers(frame[name], plan)
        if not np.isfinite(values).all():
            where = frame["school"][int(np.flatnonzero(~np.isfinite(values))[0])]
            raise NotEnoughPupils(
                f"{name} of school {where} is not a finite number.", remedy="Sum the pupils again."
            )
        products[level, i, j, place] = values
        products[level, j, i, place] = values
    pupils = np.zeros((len(levels), count), np.int64)
    pupils[level, place] = frame["pupils"].to_numpy()
    weights = np.nan_to_num(_numbers(frame["log_weight"], plan))
    logs = np.bincount(level, weights, minlength=len(levels)).astype(float)
    return Cells(schools.to_list(), levels, products, pupils, logs)


def scaled(parts: Sequence[Blocks], factors: Sequence[float] | Floats, *, whole: bool = True) -> Blocks:
    """One set of blocks from those of groups, each with its weights multiplied by a factor (1 / s2_g).

    Without `whole`, the products of each school that the likelihood never asks for are left as they are.
    """

    def total(name: str) -> Floats:
        return np.asarray(sum(getattr(part, name) * by for part, by in zip(parts, factors, strict=True)))

    logs = sum(part.log_weight + part.N * np.log(by) for part, by in zip(parts, factors, strict=True))
    found = replace(
        parts[0],
        A=total("A"),
        C=total("C"),
        c=total("c"),
        Sxx=total("Sxx"),
        Sxy=total("Sxy"),
        Syy=float(total("Syy")),
        N=sum(part.N for part in parts),
        log_weight=float(logs),
    )
    if not whole:
        return found
    pupils = np.asarray(sum(part.pupils for part in parts))
    return replace(found, XX=total("XX"), Xy=total("Xy"), yy=total("yy"), pupils=pupils)


def _places(values: pl.Series, names: list[str]) -> npt.NDArray[np.int64]:
    lookup = pl.DataFrame({"name": names, "place": np.arange(len(names))})
    found = pl.DataFrame({"name": values}).join(lookup, on="name", how="left", maintain_order="left")
    return found["place"].to_numpy()


def _numbers(values: pl.Series, plan: Plan) -> Floats:
    """A column of sums as floating point; exact sums are whole numbers of a power of ten."""
    decimals = plan.scales[values.name] if plan.decimals is not None else 0
    found = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return found / 10.0**decimals if decimals else found


def _build(cells: Cells, level: int, design: Columns) -> Blocks:
    """The blocks of one level, as views of one array where the columns allow it."""
    products = cells.products[level]
    x, z = design.index, design.terms
    outcome = products.shape[0] - 1
    # Without school columns X is the sums' own first columns: a view, not ten million numbers copied.
    own = slice(len(x)) if x == list(range(len(x))) else x
    xx, zx = products[own][:, own], products[z][:, own]
    xy, zy, yy = products[own, outcome], products[z, outcome], products[outcome, outcome]
    if design.factor is not None:
        xx = xx * design.factor[:, None] * design.factor
        zx, xy = zx * design.factor, xy * design.factor
    return Blocks(
        A=products[z][:, z].transpose(2, 0, 1),
        C=zx.transpose(2, 0, 1),
        c=zy.T,
        XX=xx.transpose(2, 0, 1),
        Xy=xy.T,
        yy=yy,
        Sxx=xx.sum(axis=2),
        Sxy=xy.sum(axis=1),
        Syy=float(yy.sum()),
        N=int(cells.pupils[level].sum()),
        log_weight=float(cells.log_weight[level]),
        schools=cells.schools,
        pupils=cells.pupils[level],
        columns=design.names,
        terms=design.term_names,
        centres=design.centres,
        term_centres=design.term_centres,
        outcome_centre=design.outcome_centre,
        aliased=design.aliased,
    )
