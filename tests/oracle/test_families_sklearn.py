"""Neighbours against scikit-learn's brute force."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import nan_euclidean_distances
from sklearn.neighbors import NearestNeighbors

from commonroom.families.nearest import nearest


def test_complete_schools_have_the_neighbours_of_brute_force() -> None:
    places = np.random.default_rng(1).normal(size=(3000, 12))
    index, distance = nearest(places, np.ones(12), np.full(12, 1 / 12), k=50, share=0.3)
    brute = NearestNeighbors(n_neighbors=51, algorithm="brute").fit(places)
    theirs, numbers = brute.kneighbors(places)
    assert np.array_equal(index, numbers[:, 1:])
    assert distance == pytest.approx(theirs[:, 1:], abs=1e-9)


def test_unknown_figures_have_the_distances_of_nan_euclidean() -> None:
    rng = np.random.default_rng(2)
    places = rng.normal(size=(500, 8))
    places[rng.random(places.shape) < 0.15] = np.nan
    _, distance = nearest(places, np.ones(8), np.full(8, 1 / 8), k=20, share=0.01)
    theirs = nan_euclidean_distances(places)
    np.fill_diagonal(theirs, np.inf)
    assert distance == pytest.approx(np.sort(theirs, axis=1)[:, :20], abs=1e-9)
