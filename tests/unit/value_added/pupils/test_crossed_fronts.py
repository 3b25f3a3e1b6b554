from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from commonroom.value_added.pupils.crossed import dissection, fronts, pairs
from unit.value_added.pupils.made_up_crossed import local


def cells(schools: int, areas: int, size: int, *, near: int = 6, seed: int = 1) -> sparse.csr_array:
    """Pupils per neighbourhood (rows) and school."""
    school, area = local(schools, areas, size, near=near, seed=seed)
    found = sparse.csr_array((np.ones(size), (area, school)), shape=(areas, schools))
    found.sum_duplicates()
    return found


def check(rows: sparse.csr_array) -> dissection.Tree:
    """Factor R' diag(w) R + 1 by blocks and compare everything with the dense matrix; return the tree."""
    held = pairs.couple(rows)
    pattern = held.pattern
    weights = np.random.default_rng(3).uniform(0.5, 1.5, rows.shape[0])
    values = held.values(weights)
    values[pattern.diagonal] += 1
    whole = (rows.T @ sparse.diags_array(weights) @ rows).toarray() + np.eye(rows.shape[1])
    factor = fronts.factorise(pattern, values)
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(whole)[1], rel=1e-12)
    right = np.random.default_rng(4).standard_normal((rows.shape[1], 3))
    assert fronts.solve(factor, right) == pytest.approx(np.linalg.solve(whole, right), abs=1e-10)
    inverse = np.linalg.inv(whole)
    entries = fronts.inverse(factor)
    assert entries == pytest.approx(inverse[pattern.rows, pattern.columns], abs=1e-12)
    assert held.quadratic(entries) == pytest.approx(np.diag(rows @ inverse @ rows.T), abs=1e-10)
    return pattern.tree


def test_a_large_country_is_factored_by_blocks() -> None:
    tree = check(cells(1200, 1500, 12_000))
    assert len(tree.blocks) > 8
    assert tree.work < 1200**3 / 3 / 20
    assert tree.entries < 1200**2 / 4
    assert sorted(tree.order) == list(range(1200))
    for number, block in enumerate(tree.blocks):
        assert block.parent == -1 or block.parent > number


def test_islands_and_single_schools_are_put_together() -> None:
    one, two = cells(400, 500, 4000, seed=2), cells(300, 400, 3000, seed=3)
    alone = sparse.eye_array(500)
    tree = check(sparse.csr_array(sparse.block_diag([one, two, alone])))
    assert 4 < len(tree.blocks) < 30


def test_a_nested_country_has_nothing_to_dissect() -> None:
    tree = check(sparse.csr_array(sparse.eye_array(1000)))
    assert max(len(block.border) for block in tree.blocks) == 0


def test_where_everyone_goes_anywhere_there_is_one_block() -> None:
    random = np.random.default_rng(1)
    rows = sparse.csr_array(
        (np.ones(6000), (random.integers(0, 500, 6000), random.integers(0, 400, 6000))), shape=(500, 400)
    )
    rows.sum_duplicates()
    assert len(check(rows).blocks) == 1


def test_few_schools_are_one_block() -> None:
    assert len(check(cells(50, 80, 900)).blocks) == 1


def test_a_separator_keeps_its_parts_apart() -> None:
    rows = cells(900, 1200, 9000)
    graph = sparse.csr_array(rows.T @ rows)
    tree = dissection.dissect(graph)
    owner = np.empty(900, dtype=int)
    for number, block in enumerate(tree.blocks):
        owner[tree.order[block.start : block.stop]] = number
    above = []
    for number in range(len(tree.blocks)):
        chain, at = {number}, number
        while tree.blocks[at].parent >= 0:
            at = tree.blocks[at].parent
            chain.add(at)
        above.append(chain)
    for i, j in zip(*graph.nonzero(), strict=True):
        assert owner[j] in above[owner[i]] or owner[i] in above[owner[j]]


def test_a_matrix_that_is_not_positive_definite_is_refused() -> None:
    pattern = fronts.lay_out(sparse.csr_array(np.ones((2, 2))))
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        fronts.factorise(pattern, np.array([1.0, 2.0, 1.0]))
