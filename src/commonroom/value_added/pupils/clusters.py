"""Errors of fixed effects that are robust to whatever the pupils of a school, or of a trust, share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import Evaluation
from commonroom.value_added.pupils.model import NotEnoughPupils, NotThisModel
from commonroom.value_added.pupils.optimum import Fit

Correction = Literal["CR0", "CR1", "CR2"]
#: A direction of which a cluster has all the information but this share says nothing of its own error.
ALONE = 1e-8


@dataclass(frozen=True)
class Robust:
    """The covariance (p, p) of fixed effects from the spread of `clusters` clusters, and `df` (m,).

    `correction`: "CR0" none; "CR1" times G / (G - 1), with G - 1 degrees of freedom; "CR2" unbiased when
    the model is right, with Satterthwaite's degrees of freedom.
    """

    covariance: Floats
    df: Floats
    clusters: int
    correction: str

    @property
    def se(self) -> Floats:
        """Standard errors (p,)."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0)))


def robust(
    fit: Fit,
    *,
    clusters: Sequence[str] | None = None,
    correction: Correction = "CR2",
    rows: Floats | None = None,
) -> Robust:
    """The sandwich over schools, or over `clusters`, the cluster of each school of `fit.blocks.schools`.

    `rows` (m, p) are the combinations of fixed effects whose degrees of freedom are given, each effect of
    the centred columns without; the covariance is of these effects (p, p) in any case.
    Per cluster the scores g_j of its schools are added first. CR2 is Bell and McCaffrey's (2002), taken on
    the pupils made uncorrelated by the fitted model, (I - H_jj)^-1/2, which needs sums only; with equal
    weights and no school variance it is the usual one. Where schools count several times (survey weights
    of schools) no model says how, and CR1 is returned. Raises NotEnoughPupils under two clusters.
    METHODS.md section 5 (robust SE of b); Pustejovsky & Tipton 2018.
    """
    own, shared = gather(fit.blocks, fit.at, clusters)
    count = len(own)
    if count < 2:
        raise NotEnoughPupils(
            "all schools are in one cluster, so errors cannot be told from what its schools share.",
            remedy="Name a column with at least two clusters, or leave the cluster out.",
        )
    if correction == "CR2" and fit.blocks.times is not None:
        correction = "CR1"
    lower = np.linalg.cholesky(fit.at.H)
    inverse = np.linalg.inv(lower)
    wanted = np.eye(len(lower)) if rows is None else rows
    freedom = np.full(len(wanted), count - 1.0)
    half = own @ inverse.T
    if correction == "CR2":
        half, freedom = _adjusted(half, inverse @ shared @ inverse.T, inverse @ wanted.T)
    covariance = inverse.T @ (half.T @ half) @ inverse
    if correction == "CR1":
        covariance = covariance * (count / (count - 1))
    return Robust(covariance, freedom, count, correction)


def gather(blocks: Blocks, at: Evaluation, clusters: Sequence[str] | None = None) -> tuple[Floats, Floats]:
    """Scores g (G, p) of the fixed effects and their information (G, p, p), both times s2, by cluster.

    Clusters are in the order of their names; without `clusters` each school is one, in its place.
    """
    reached = np.swapaxes(blocks.C, 1, 2) @ at.Om
    shared = blocks.XX - reached @ at.F
    own = blocks.Xy - np.einsum("jpq,jq->jp", reached, at.f) - shared @ at.b
    if blocks.times is not None:
        own, shared = own * blocks.times[:, None], shared * blocks.times[:, None, None]
    if clusters is None:
        return own, shared
    return added(own, clusters), added(shared, clusters)


def added(values: Floats, clusters: Sequence[str]) -> Floats:
    """Values of schools (J, ...) added up by cluster (G, ...), in the order of the clusters' names."""
    place = np.unique(np.asarray(clusters), return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    first = np.flatnonzero(np.diff(place[order], prepend=-1))
    return np.asarray(np.add.reduceat(values[order], first, axis=0))


def cluster(schools: Sequence[str], covariates: pl.DataFrame | None, column: str) -> list[str]:
    """The cluster of each school by a column of the school covariates.

    A school in no cluster (a school of no trust) stands alone. Raises NotThisModel when there is no such
    column, or when one school is in two clusters.
    """
    if covariates is None or not {"school", column} <= set(covariates.columns):
        raise NotThisModel(
            f"the school covariates have no column {column} to cluster by.",
            remedy="Give school covariates with the columns `school` and that one.",
        )
    given = covariates.select(
        pl.col("school").cast(pl.String), pl.col(column).cast(pl.String).alias("cluster")
    ).unique()
    twice = given.filter(pl.col("school").is_duplicated()).sort("school")
    if twice.height:
        raise NotThisModel(
            f"school {twice['school'][0]} is in two clusters of the column {column}.",
            remedy="Give each school one row.",
        )
    joined = pl.DataFrame({"school": list(schools)}, schema={"school": pl.String}).join(
        given, on="school", how="left", maintain_order="left"
    )
    alone = pl.format("school {}", pl.col("school"))
    named = pl.format("cluster {}", pl.col("cluster"))
    return joined.select(pl.coalesce(named, alone).alias("cluster"))["cluster"].to_list()


def _adjusted(half: Floats, shared: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """CR2's scores (G, p) and degrees of freedom (m,), on the scale where the information is I.

    With Y_j a cluster's information, its scores are taken by (I - Y_j)^-1/2. Under the model the variance
    of the combination k, a column of `wanted` (p, m), is a quadratic form of trace sum k'Y_j k.
    """
    values, vectors = np.linalg.eigh((shared + shared.transpose(0, 2, 1)) / 2)
    values = np.maximum(values, 0)
    left = 1 - values
    root = np.where(left > ALONE, 1 / np.sqrt(np.maximum(left, ALONE)), 0.0)
    turned = np.einsum("jpa,jp->ja", vectors, half)
    adjusted = np.einsum("jpa,ja->jp", vectors, root * turned)
    # All combinations at once, in each cluster's own directions: (G, p, m).
    k = np.swapaxes(vectors, 1, 2) @ wanted
    own = np.einsum("jac,ja->jc", k**2, values * root**2)
    v = vectors @ (k * (values * root)[:, :, None])
    size = (v**2).sum(axis=1)
    across: npt.NDArray[np.float64] = np.einsum("jpc,jqc->cpq", v, v, optimize=True)
    trace = (own - size).sum(axis=0)
    norm = (own**2 - 2 * own * size).sum(axis=0) + (across**2).sum(axis=(1, 2))
    return adjusted, np.asarray(trace**2 / np.maximum(norm, np.finfo(float).tiny))
