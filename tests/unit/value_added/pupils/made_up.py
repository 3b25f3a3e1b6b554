"""Made-up pupils, and the plain sums over them that a store would hand over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.tables.sums import LEFT_OUT, Plan, Sums

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pupils:
    """Pupils of `school` (N,) with intake `x` (N, k), outcome `y` (N,) and weights `w` (N,), as given."""

    school: npt.NDArray[np.int64]
    x: Floats
    y: Floats
    w: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x{place}" for place in range(1, self.x.shape[1] + 1))

    def design(self, terms: int) -> Floats:
        """The constant and the first `terms - 1` columns of intake (N, terms)."""
        return np.column_stack([np.ones(len(self.y)), self.x[:, : terms - 1]])


def pupils(
    sizes: list[int],
    *,
    seed: int,
    intake: int = 2,
    covariance: Floats | None = None,
    mean: float = 0.0,
    weighted: bool = False,
) -> Pupils:
    """Pupils of schools of these sizes, with random effects of this covariance (q, q) in each school.

    Intake and outcome have this mean and, where it is not 0, a standard deviation of 15.
    """
    rng = np.random.default_rng(seed)
    covariance = np.array([[0.2]]) if covariance is None else covariance
    school = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.standard_normal((school.size, intake)) + 0.5 * rng.standard_normal((len(sizes), intake))[school]
    w = rng.uniform(0.4, 2.5, school.size) if weighted else np.ones(school.size)
    q = len(covariance)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(q))
    effects = (rng.standard_normal((len(sizes), q)) @ root.T)[school]
    z = np.column_stack([np.ones(school.size), x[:, : q - 1]])
    y = x @ np.linspace(0.6, 0.2, intake) + (z * effects).sum(axis=1)
    y = y + 0.8 * rng.standard_normal(school.size) / np.sqrt(w)
    size = 15 if mean else 1
    return Pupils(school, mean + size * x, mean + size * y, w)


def sum_up(
    given: Pupils, *, centres: tuple[float, ...] | None = None, by: npt.NDArray[np.int64] | None = None
) -> Sums:
    """The sums over pupils, school by school (and by `by`, as the column `year`), in plain floating point."""
    weighted = bool(np.any(given.w != 1))
    own = np.column_stack([given.x, given.y])
    plan = Plan(
        "school",
        "y",
        given.names,
        weight="w" if weighted else "",
        by=() if by is None else ("year",),
        centres=tuple(np.round(own.mean(axis=0), 1).tolist()) if centres is None else centres,
    )
    level = np.zeros(len(given.y), np.int64) if by is None else by
    cell, place = np.unique(np.column_stack([given.school, level]), axis=0, return_inverse=True)
    values = np.column_stack([np.ones(len(given.y)), own - np.array(plan.centres or 0.0)])

    def total(of: Floats) -> Floats:
        return np.bincount(place.ravel(), of, minlength=len(cell))

    columns = {
        name: total(given.w * values[:, i] * values[:, j])
        for (i, j), name in zip(plan.products, plan.columns, strict=True)
    }
    frame = pl.DataFrame(
        {
            "school": [f"S{code:05d}" for code in cell[:, 0]],
            **({} if by is None else {"year": [str(year) for year in cell[:, 1]]}),
            "pupils": total(np.ones(len(given.y))).astype(np.int64),
            "left_out": np.zeros(len(cell), np.int64),
            "weight_squared": total(given.w**2),
            "log_weight": total(np.log(given.w)),
            **columns,
        }
    )
    return Sums(frame, plan, LEFT_OUT.empty())
