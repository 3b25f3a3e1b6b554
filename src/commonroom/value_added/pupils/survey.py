"""Weights of a survey: pupils who stand for others, by pseudo-likelihood with a sandwich over schools.

A survey weight says how many pupils one stands for, not how precisely that pupil was measured, so the
density of each pupil is raised to its weight. Within a school the weights must be scaled, and what a
school's effect is shrunk by depends on the scaling: both are published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

import numpy as np
import polars as pl

from commonroom.tables.pupils import COMPONENTS
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import blocks as arranging
from commonroom.value_added.pupils import clusters, optimum, uncertainty
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import Evaluation, evaluate
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from commonroom.value_added.pupils.optimum import Fit
from commonroom.value_added.pupils.quantiles import student
from commonroom.value_added.pupils.structured import Structured

Scaling = Literal["size", "effective"]
OTHER: dict[Scaling, Scaling] = {"size": "effective", "effective": "size"}
MEANING: dict[Scaling, str] = {
    "size": "weights of a school add up to its pupils",
    "effective": "weights of a school add up to its effective number of pupils",
}
SANDWICH = "interval from the sandwich"
#: Step of central differences of the exact scores, as a share of each parameter's own scale.
STEP = 1e-4


@dataclass(frozen=True)
class Surveyed:
    """A fit by pseudo-likelihood, and what the sandwich over schools says of its errors.

    `fit`: as any other, by ML, with `components` (variances with sandwich intervals) and `sentences`.
    `covariance` (p, p) of the fixed effects; `spread` carries both sandwiches to effects.schools.
    `clusters`: how many the sandwich is over. `other`: by school and term, the effect and its conditional
    sd under the other `scaling`.
    """

    fit: Fit
    covariance: Floats
    spread: Structured
    clusters: int
    other: pl.DataFrame
    scaling: Scaling


def fit(
    sums: Sums,
    model: Model,
    covariates: pl.DataFrame | None = None,
    *,
    scaling: Scaling = "size",
    school_weight: str = "",
) -> Surveyed:
    """The model by pseudo maximum likelihood, the plan's weight being a survey weight.

    `scaling` "size": w n_j / sum w; "effective": w sum w / sum w^2. `school_weight`: a column of the
    covariates by which a school's contribution is multiplied. Errors of fixed effects and of variances
    are the sandwich over schools, or over `model.cluster`, times G / (G - 1). Pfeffermann et al. 1998
    (scalings 2 and 1); Rabe-Hesketh & Skrondal 2006; METHODS.md section 5 (weights). Raises NotThisModel
    and NotEnoughPupils.
    """
    _refuse(model, scaling)
    times, design = _school_weights(sums, covariates, school_weight)
    arranged = arranging.arrange(sums, model, design)
    weights = None if times is None else _in_order(times, arranged.schools)
    shared = (
        clusters.cluster(arranged.schools, covariates, model.cluster) if model.cluster else arranged.schools
    )
    squares = _squares(sums, arranged.schools)
    found = optimum.fit(rescaled(arranged, squares, scaling, weights), reml=False)
    known = sandwich(found, shared)
    second = optimum.fit(
        rescaled(arranged, squares, OTHER[scaling], weights), reml=False, start=_start(found)
    )
    said = (
        f"The weights are survey weights: maximum pseudo-likelihood, {MEANING[scaling]}.",
        "How far effects are shrunk depends on that scaling; effects under the other one are given beside.",
    )
    p = len(found.at.b)
    found = replace(found, components=_components(found, known[p:, p:]), sentences=said)
    count = len(set(shared))
    return Surveyed(found, known[:p, :p], _spread(found, known), count, _effects(second), scaling)


def coefficients(found: Surveyed) -> pl.DataFrame:
    """Fixed effects (tables.pupils.COEFFICIENTS) with intervals from the sandwich, not from the model.

    Student's t with one degree of freedom less than there are clusters.
    """
    frame = uncertainty.coefficients(found.spread, robust=found.covariance)
    reach = student(0.975, found.clusters - 1) * pl.col("robust_se")
    return frame.with_columns(
        df=pl.lit(found.clusters - 1.0), low95=pl.col("effect") - reach, high95=pl.col("effect") + reach
    )


def rescaled(blocks: Blocks, squares: Floats, scaling: Scaling, times: Floats | None = None) -> Blocks:
    """Blocks with the weights scaled within each school, and schools counted `times` (J,).

    `squares` (J,): the sum of squared weights. Only stored sums times a number of the school are needed.
    `N` becomes the sum of scaled weights, which need not be whole.
    """
    total = blocks.A[:, 0, 0]
    by = blocks.pupils / total if scaling == "size" else total / squares
    count = np.ones(len(total)) if times is None else times
    xx, xy, yy = blocks.XX * by[:, None, None], blocks.Xy * by[:, None], blocks.yy * by
    return replace(
        blocks,
        A=blocks.A * by[:, None, None],
        C=blocks.C * by[:, None, None],
        c=blocks.c * by[:, None],
        XX=xx,
        Xy=xy,
        yy=yy,
        Sxx=np.tensordot(count, xx, 1),
        Sxy=count @ xy,
        Syy=float(count @ yy),
        N=float(count @ (total * by)),  # type: ignore[arg-type]
        log_weight=0.0,
        times=times,
    )


def sandwich(fit: Fit, shared: Sequence[str]) -> Floats:
    """Covariance of (b, s2, lower triangle of T) from the spread of scores over `shared`, schools' clusters.

    A^-1 B A^-1 times G / (G - 1): B the sum of squared scores, A the derivatives of the total score by
    central differences of the exact scores. On T's boundary T is held, and has no variance.
    """
    at, q = fit.at, len(fit.Om)
    lower = np.tril_indices(q)
    p, n = len(at.b), len(lower[0])
    free = p + 1 + (n if fit.state == "" else 0)
    place = np.concatenate([at.b, [at.s2], at.T[lower]])
    root = np.sqrt(np.outer(np.diag(at.T), np.diag(at.T)))[lower]
    steps = np.concatenate([np.sqrt(at.s2 / np.diag(at.H)), [STEP * at.s2], STEP * root])[:free]

    def scores(moved: Floats) -> Floats:
        effects = np.zeros((q, q))
        effects[lower] = effects.T[lower] = moved[p + 1 :]
        found = evaluate(fit.blocks, effects / moved[p], reml=False)
        return own_scores(fit.blocks, found, moved[:p], float(moved[p]))[:, :free]

    own = clusters.added(scores(place), shared)
    if len(own) < 2:
        raise NotEnoughPupils(
            "all schools are in one cluster, so errors cannot be told from what its schools share.",
            remedy="Name a column with at least two clusters, or leave the cluster out.",
        )
    moves = np.eye(len(place))[:free] * steps[:, None]
    curve = [(scores(place + move) - scores(place - move)).sum(axis=0) for move in moves]
    bread = -np.array(curve) / (2 * steps[:, None])
    inverse = np.linalg.inv((bread + bread.T) / 2)
    found = np.zeros((p + 1 + n, p + 1 + n))
    found[:free, :free] = inverse @ (own.T @ own) @ inverse * (len(own) / (len(own) - 1))
    return found


def own_scores(blocks: Blocks, at: Evaluation, b: Floats, s2: float) -> Floats:
    """Derivatives (J, p + 1 + n) of each school's log pseudo-likelihood by b, s2 and T's lower triangle.

    `at`: the kernel at T / s2, whose own b and s2 are not used.
    """
    lower = np.tril_indices(len(at.Om))
    e = at.f - at.F @ b
    u = e @ at.Om
    left = blocks.Xy - blocks.XX @ b
    by_b = (left - np.einsum("jqp,jq->jp", blocks.C, u)) / s2
    rest = blocks.yy - blocks.Xy @ b - left @ b
    rest += np.einsum("jq,jq->j", u, np.einsum("jab,jb->ja", blocks.A, u) - 2 * (blocks.c - blocks.C @ b))
    count = blocks.A[:, 0, 0]
    leak = np.einsum("jab,ba->j", at.P, at.Om)
    by_s2 = -((count - leak) / s2 - rest / s2**2) / 2
    by_t = -(at.P / s2 - e[:, :, None] * e[:, None, :] / s2**2) / 2
    by_t = by_t[:, lower[0], lower[1]] * np.where(lower[0] == lower[1], 1, 2)
    found = np.column_stack([by_b, by_s2, by_t])
    return found if blocks.times is None else found * blocks.times[:, None]


def _refuse(model: Model, scaling: str) -> None:
    for word in ("groups", "years", "crossed"):
        if getattr(model, word):
            raise NotThisModel(
                f"survey weights and {word} cannot be fitted at once.", remedy="Choose one of them."
            )
    if scaling not in OTHER:
        raise NotThisModel(f"the scaling {scaling} is unknown.", remedy="Say size or effective.")


def _school_weights(
    sums: Sums, covariates: pl.DataFrame | None, name: str
) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    """Weights by school as (school, weight), None without; and the covariates that are left."""
    if not name:
        return None, covariates
    if covariates is None or not {"school", name} <= set(covariates.columns):
        raise NotThisModel(
            f"the school covariates have no column {name} to weigh schools by.",
            remedy="Give school covariates with the columns `school` and that one.",
        )
    if not covariates[name].dtype.is_numeric():
        raise NotThisModel(f"the school weight {name} is not a number.", remedy="Give numbers above zero.")
    given = covariates.select(
        pl.col("school").cast(pl.String), pl.col(name).cast(pl.Float64).alias("weight")
    ).unique()
    schools = sums.frame.select(pl.col("school").cast(pl.String)).unique().sort("school")
    joined = schools.join(given, on="school", how="left", maintain_order="left")
    bad = joined.filter(~((pl.col("weight") > 0) & pl.col("weight").is_finite()).fill_null(False))
    if bad.height:
        raise NotThisModel(
            f"{bad.height} schools have no weight above zero in {name}, {bad['school'][0]} first.",
            remedy="Give every school of the sums a weight, or leave schools of weight zero out of the sums.",
        )
    return joined, covariates.drop(name)


def _in_order(times: pl.DataFrame, schools: Sequence[str]) -> Floats:
    frame = pl.DataFrame({"school": list(schools)})
    return frame.join(times, on="school", how="left", maintain_order="left")["weight"].to_numpy()


def _squares(sums: Sums, schools: Sequence[str]) -> Floats:
    """The sum of squared weights of each school (J,)."""
    own = sums.frame.select(pl.col("school").cast(pl.String), "weight_squared")
    added = own.group_by("school").agg(pl.col("weight_squared").sum())
    frame = pl.DataFrame({"school": list(schools)})
    found = frame.join(added, on="school", how="left", maintain_order="left")["weight_squared"]
    decimals = sums.plan.scales["weight_squared"] if sums.plan.decimals is not None else 0
    return found.cast(pl.Float64).to_numpy() / 10.0**decimals


def _start(found: Fit) -> Floats | None:
    return found.Om if found.state == "" else None


def _spread(found: Fit, known: Floats) -> Structured:
    """The sandwiches in the place of the model's own covariances."""
    usual = uncertainty.spread(found)
    at, p = found.at, len(found.at.b)
    explained = at.F @ (known[:p, :p] / at.s2) @ np.swapaxes(at.F, 1, 2)
    return Structured(
        found, usual.effects, explained.transpose(1, 2, 0), usual.information, known=known[p:, p:]
    )


def _effects(second: Fit) -> pl.DataFrame:
    """Effect and conditional sd of every school and term under the other scaling."""
    at, turn = second.at, uncertainty.term_basis(second.blocks)
    effect = at.u @ turn.T
    sd = np.sqrt(at.s2 * np.einsum("ta,ab,jbc,tc->jt", turn, at.Om, at.D, turn, optimize=True))
    parts = [
        pl.DataFrame(
            {"school": second.blocks.schools, "effect": effect[:, place], "conditional_sd": sd[:, place]}
        ).select("school", pl.lit(term).alias("term"), "effect", "conditional_sd")
        for place, term in enumerate(second.blocks.terms)
    ]
    return pl.concat(parts)


def _components(found: Fit, known: Floats) -> pl.DataFrame:
    """The variances on the scale of the data, with intervals from the sandwich on the log scale."""
    at, turn = found.at, uncertainty.term_basis(found.blocks)
    rows = [("residual variance", at.s2, *_interval(at.s2, float(known[0, 0])), SANDWICH)]
    for term, row in zip(found.blocks.terms, turn, strict=True):
        name = "variance of intercept" if term == "intercept" else f"variance of slope of {term}"
        weights = [
            row[i] * row[j] * (1 if i == j else 2) for i, j in uncertainty.pairs(len(turn))
        ]  # the variance of a combination is linear in T
        slope = np.array([0.0, *weights])
        value = float(row @ at.T @ row)
        rows.append((name, value, *_interval(value, float(slope @ known @ slope)), SANDWICH))
    if len(turn) == 1:
        t = float(at.T[0, 0])
        slope = np.array([-t, at.s2]) / (t + at.s2) ** 2
        share, error = t / (t + at.s2), float(slope @ known @ slope)
        low, high = _interval(t / at.s2, error * (t / at.s2 + 1) ** 4)
        ends = [None if end is None else end / (1 + end) for end in (low, high)]
        rows.append(("share between schools", share, ends[0], ends[1], SANDWICH))
    return pl.DataFrame(rows, schema=COMPONENTS.schema, orient="row")


def _interval(value: float, variance: float) -> tuple[float | None, float | None]:
    """The interval of a variance on the log scale; none where it is held on its boundary."""
    if variance <= 0 or value <= 0:
        return None, None
    factor = float(np.exp(student(0.975, inf) * np.sqrt(variance) / value))
    return value / factor, value * factor
