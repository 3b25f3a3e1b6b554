"""The columns of the design: which sum and which number of the school each is, and which are dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.tables.sums import Plan, Sums
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel

if TYPE_CHECKING:
    from commonroom.value_added.pupils.blocks import Cells

Floats = npt.NDArray[np.float64]
#: A column is dropped when the ones before it leave less than this share of its variance.
ALIASED = 1e-10
#: A sum of centred squares this much smaller than the sum of squares is rounding.
CONSTANT = 1e-13
#: The share of the outcome's variation within schools under which there is none.
NOTHING = 1e-11


@dataclass(frozen=True)
class Columns:
    """X and Z as indices of the sums' variables (0 the constant), and a number of the school for each.

    `factor` (p, J), or None when all are 1; `aliased` are names of dropped columns.
    """

    index: list[int]
    names: tuple[str, ...]
    centres: Floats
    factor: Floats | None
    terms: list[int]
    term_names: tuple[str, ...]
    term_centres: Floats
    outcome_centre: float
    aliased: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def numeric(model: Model, covariates: pl.DataFrame | None) -> list[str]:
    """Names of the covariates that are columns of the design; raises NotThisModel for one of text."""
    if covariates is None:
        return []
    if "school" not in covariates.columns:
        raise NotThisModel("the school covariates have no column `school`.", remedy="Name it so.")
    names = [name for name in covariates.columns if name not in ("school", model.cluster)]
    for name in names:
        if not (covariates[name].dtype.is_numeric() or covariates[name].dtype == pl.Boolean):
            raise NotThisModel(
                f"the school covariate {name} is not a number.",
                remedy="Give numbers (0 and 1 for yes and no), or leave the column out.",
            )
    return names


def complete(sums: Sums, model: Model, covariates: pl.DataFrame | None) -> tuple[Sums, tuple[str, ...]]:
    """The sums of schools that have every covariate, and a sentence about those that have not."""
    names = numeric(model, covariates)
    if covariates is None or not names:
        return sums, ()
    clash = sorted(set(names) & {*sums.plan.variables, "intercept"})
    if clash:
        raise NotThisModel(f"the school covariate {clash[0]} has the name of a column of the sums.")
    given = covariates.select(pl.col("school").cast(pl.String), pl.col(names).cast(pl.Float64))
    twice = given.filter(pl.col("school").is_duplicated())
    if twice.height:
        raise NotThisModel(f"the school covariates name school {twice['school'][0]} twice.")
    usable = given.drop_nulls().filter(pl.all_horizontal(pl.col(names).is_finite()))["school"]
    own = sums.frame["school"].cast(pl.String)
    missing = own.filter(~own.is_in(usable.implode())).unique().sort()
    if missing.len() == own.n_unique():
        raise NotThisModel(
            f"no school of the sums has all the covariates {', '.join(names)}.",
            remedy="Check that both name schools alike.",
        )
    if not missing.len():
        return sums, ()
    kept = sums.frame.filter(pl.col("school").cast(pl.String).is_in(usable.implode()))
    pupils = int(sums.frame["pupils"].sum()) - int(kept["pupils"].sum())
    note = (
        f"{missing.len()} schools with {pupils} pupils have no figure for {', '.join(names)} and are left "
        f"out, {', '.join(missing.head(3))} first."
    )
    return replace(sums, frame=kept), (note,)


def design(cells: Cells, plan: Plan, model: Model, covariates: pl.DataFrame | None) -> Columns:
    """Intercept, intake, school means and covariates, without those that the ones before explain.

    Raises NotEnoughPupils when schools or pupils leave nothing to tell variances by.
    """
    products = cells.pooled
    centres = plan.centres or (0.0,) * len(plan.variables)
    count = len(cells.schools)
    weight = products[0, 0]
    intake = {name: place for place, name in enumerate(plan.intake, start=1)}
    index = [0, *intake.values(), *(0 for _ in model.between)]
    names = ["intercept", *plan.intake, *(f"school mean of {name}" for name in model.between)]
    origin = [0.0, *centres[:-1], *(centres[intake[name] - 1] for name in model.between)]
    factors = [products[0, intake[name]] / weight for name in model.between]
    for name in numeric(model, covariates):
        assert covariates is not None  # noqa: S101 - there are names of its columns
        lookup = covariates.select(pl.col("school").cast(pl.String), pl.col(name).cast(pl.Float64))
        schools = pl.DataFrame({"school": cells.schools})
        factors.append(schools.join(lookup, on="school", how="left", maintain_order="left")[name].to_numpy())
        names.append(name)
        index.append(0)
        origin.append(0.0)
    centre = np.array(origin)
    factor = None
    if factors:
        means = [np.average(values, weights=weight) for values in factors]
        centre[len(plan.intake) + 1 :] += means
        own = np.stack([values - mean for values, mean in zip(factors, means, strict=True)])
        factor = np.vstack([np.ones((len(plan.intake) + 1, count)), own])
    kept = independent(_gram(products, index, factor))
    terms = [0, *(intake[name] for name in model.slope)]
    varying = independent(products[np.ix_(terms, terms)].sum(axis=2))
    slopes = [name for place, name in enumerate(model.slope, start=1) if place in varying]
    _refuse(cells, kept, index, factor)
    _refuse_lines(cells, [terms[place] for place in varying], [index[place] for place in kept])
    return Columns(
        index=[index[place] for place in kept],
        names=tuple(names[place] for place in kept),
        centres=centre[kept],
        factor=None if factor is None else factor[kept],
        terms=[terms[place] for place in varying],
        term_names=("intercept", *slopes),
        term_centres=np.array([0.0, *(centres[intake[name] - 1] for name in slopes)]),
        outcome_centre=float(centres[-1]),
        aliased=(
            *(name for place, name in enumerate(names) if place not in kept),
            *(f"slope of {name}" for name in model.slope if name not in slopes),
        ),
    )


def independent(gram: Floats) -> list[int]:
    """Places of columns that the columns before them do not explain; the first is the constant.

    Cholesky of the products centred and scaled to unit variance, in the order given, so that what is
    kept does not depend on rounding: of two equal columns the first one stays.
    """
    raw = np.diag(gram)
    centred = gram - np.outer(gram[0], gram[0]) / gram[0, 0]
    varies = np.diag(centred) > CONSTANT * np.maximum(raw, np.finfo(float).tiny)
    size = np.sqrt(np.where(varies, np.diag(centred), 1.0))
    left = centred / np.outer(size, size)
    kept = [0]
    for place in range(1, len(gram)):
        if varies[place] and left[place, place] > ALIASED:
            kept.append(place)
            left = left - np.outer(left[:, place], left[place]) / left[place, place]
    return kept


def _gram(products: Floats, index: list[int], factor: Floats | None) -> Floats:
    chosen = products[np.ix_(index, index)]
    if factor is None:
        return np.asarray(chosen.sum(axis=2))
    return np.asarray(np.einsum("ikj,ij,kj->ik", chosen, factor, factor, optimize=True))


def _refuse(cells: Cells, kept: list[int], index: list[int], factor: Floats | None) -> None:
    """Refuse sums in which nothing can be told: no variation, or as many school columns as schools."""
    products = cells.pooled
    weight, total, squares = products[0, 0], products[0, -1], products[-1, -1]
    count = int(cells.pupils.sum())
    if count <= len(kept):
        raise NotEnoughPupils(
            f"there are {count} pupils for {len(kept)} columns.", remedy="Use fewer columns, or more pupils."
        )
    if count == len(cells.schools):
        raise NotEnoughPupils(
            "every school has one pupil, so pupils cannot be told from schools.",
            remedy="Sum every pupil of each school.",
        )
    overall = squares.sum() - total.sum() ** 2 / weight.sum()
    within = (squares - total**2 / weight).sum()
    if overall <= CONSTANT * squares.sum():
        raise NotEnoughPupils("the outcome is the same for every pupil.", remedy="Choose another outcome.")
    if within <= NOTHING * overall:
        raise NotEnoughPupils(
            "the outcome is constant in every school, so pupils cannot be told from schools.",
            remedy="Give the outcome of each pupil, not of the school.",
        )
    columns = [place for place in kept if index[place] == 0]
    if len(columns) >= products.shape[2]:
        raise NotEnoughPupils(
            f"there are {products.shape[2]} schools for {len(columns)} columns of the school.",
            remedy="Use fewer school covariates or more schools.",
        )
    chosen = [index[place] for place in kept]
    gram = _gram(products, chosen, None if factor is None else factor[kept])
    right = products[chosen, -1]
    right = (right if factor is None else right * factor[kept]).sum(axis=1)
    left = squares.sum() - right @ np.linalg.solve(gram, right)
    if left <= NOTHING * overall:
        raise NotEnoughPupils(
            "the intake explains the outcome of every pupil without any rest.",
            remedy="Leave out the intake that repeats the outcome.",
        )


def _refuse_lines(cells: Cells, terms: list[int], index: list[int]) -> None:
    """Refuse pupils so few that effects of schools and fixed effects together could explain each of them."""
    of_schools = int(np.minimum(cells.pupils.sum(axis=0), len(terms)).sum())
    within = len([place for place in index if place and place not in terms])
    if cells.pupils.sum() <= of_schools + within:
        raise NotEnoughPupils(
            f"there are {cells.pupils.sum()} pupils for {of_schools} effects of schools and {within} more.",
            remedy="Use fewer slopes or columns, or schools with more pupils.",
        )
