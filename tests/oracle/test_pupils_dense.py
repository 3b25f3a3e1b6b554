"""The fit from sums is the fit with every pupil written out (dense_pupils), on small random problems."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.value_added.pupils import Model, blocks, effects, estimate, kernel, optimum, uncertainty
from oracle import dense_pupils as dense
from unit.value_added.pupils.made_up import Floats, Pupils, pupils, sum_up


@st.composite
def problems(draw: st.DrawFn) -> tuple[Pupils, int, bool, Floats]:
    """Pupils, number of terms, REML or ML, and a lower triangle L at which to look."""
    q = draw(st.integers(1, 3))
    sizes = draw(st.lists(st.integers(1, 9), min_size=4, max_size=9))
    sizes[0] += 6
    given = pupils(
        sizes,
        seed=draw(st.integers(0, 2**31)),
        intake=3,
        covariance=0.2 * np.eye(q) + 0.1,
        mean=draw(st.sampled_from([0.0, 3.0])),
        weighted=draw(st.booleans()),
    )
    entries = st.floats(-1, 1, allow_subnormal=False)
    size = q * (q + 1) // 2
    triangle = np.zeros((q, q))
    triangle[np.tril_indices(q)] = draw(st.lists(entries, min_size=size, max_size=size))
    # On the scale of the intake, so that slopes do not drown everything.
    triangle[1:] /= given.x.std()
    return given, q, draw(st.booleans()), triangle


def centred(given: Pupils, model: Model, omega: Floats) -> tuple[blocks.Blocks, Floats]:
    """The blocks, and the covariance of effects as given turned to their centred terms."""
    found = blocks.arrange(sum_up(given), model)
    back = np.linalg.inv(uncertainty.term_basis(found))
    return found, back @ omega @ back.T


def slopes(given: Pupils, q: int) -> tuple[str, ...]:
    return given.names[: q - 1]


@settings(max_examples=60)
@given(problems())
def test_likelihood_and_fixed_effects_are_the_dense_ones(problem: tuple[Pupils, int, bool, Floats]) -> None:
    given, q, reml, triangle = problem
    omega = triangle @ triangle.T
    found, inner = centred(given, Model(slope=slopes(given, q)), omega)
    mine = kernel.evaluate(found, inner, reml=reml)
    value, s2 = dense.criterion(given, given.design(4), omega, reml=reml)
    theirs = dense.at(given, given.design(4), q, s2, s2 * omega)
    turn = uncertainty.basis(found)
    b = turn @ mine.b
    b[0] += found.outcome_centre
    assert mine.criterion == pytest.approx(value, rel=1e-9)
    assert mine.s2 == pytest.approx(s2, rel=1e-9)
    assert b == pytest.approx(theirs.b, rel=1e-7, abs=1e-7)
    assert turn @ mine.variance @ turn.T == pytest.approx(theirs.variance, rel=1e-7, abs=1e-8)
    u = mine.u @ uncertainty.term_basis(found).T
    for school in (0, 1):
        assert u[school] == pytest.approx(dense.effects(theirs, school), rel=1e-7, abs=1e-7)


@settings(max_examples=30)
@given(problems())
def test_the_gradient_is_that_of_the_dense_likelihood(problem: tuple[Pupils, int, bool, Floats]) -> None:
    given, q, reml, triangle = problem
    found, inner = centred(given, Model(slope=slopes(given, q)), triangle @ triangle.T)
    mine = kernel.evaluate(found, inner, reml=reml)
    turn = uncertainty.term_basis(found)
    for a in range(q):
        for b in range(a + 1):
            way = np.zeros((q, q))
            way[a, b] = way[b, a] = 1
            step = 1e-5 * turn @ way @ turn.T
            ahead, behind = (
                dense.criterion(given, given.design(4), turn @ inner @ turn.T + sign * step, reml=reml)[0]
                for sign in (1, -1)
            )
            slope = (ahead - behind) / 2e-5
            assert np.vdot(mine.G, way) == pytest.approx(slope, rel=1e-4, abs=1e-3 * (1 + abs(mine.G).max()))


@settings(max_examples=25)
@given(problems())
def test_all_errors_are_the_dense_ones(problem: tuple[Pupils, int, bool, Floats]) -> None:
    given, q, reml, triangle = problem
    triangle = triangle + np.diag(0.5 / np.r_[1, np.full(q - 1, given.x.std())])
    omega = triangle @ triangle.T
    found, inner = centred(given, Model(slope=slopes(given, q)), omega)
    mine = kernel.evaluate(found, inner, reml=reml)
    known = uncertainty.spread(optimum.Fit(found, inner, mine, "reml" if reml else "ml"))
    theirs = dense.at(given, given.design(4), q, mine.s2, mine.s2 * omega)
    turn = uncertainty.basis(found)
    for place, row in enumerate(np.eye(4)):
        df = uncertainty.satterthwaite(known, row[None] @ turn)[0]
        assert df == pytest.approx(max(1, min(dense.degrees(theirs, row, reml=reml), mine.degrees)), rel=1e-3)
        robust = turn @ uncertainty.clustered(uncertainty.scores(known.fit), mine.inverse) @ turn.T
        assert robust[place] == pytest.approx(dense.sandwich(theirs)[place], rel=1e-5, abs=1e-7)
    rows = effects.schools(known)
    for school in (0, 1):
        for place, (_, term) in enumerate(_terms(rows, f"S{school:05d}", q)):
            few = dense.published(theirs, school, reml=reml) - dense.predicted(theirs, school)
            expected = [
                dense.conditional(theirs, school)[place, place],
                dense.predicted(theirs, school)[place, place],
                (dense.predicted(theirs, school) + 2 * few)[place, place],
            ]
            got = [term[name] ** 2 for name in ("conditional_sd", "prediction_sd", "sd")]
            assert got == pytest.approx(expected, rel=1e-3, abs=1e-6)


def _terms(rows: pl.DataFrame, school: str, q: int) -> Iterator[tuple[str, dict[str, float]]]:
    for row in rows.filter(pl.col("school") == school).head(q).iter_rows(named=True):
        yield row["term"], row


@pytest.mark.parametrize("q", [1, 2, 3])
@pytest.mark.parametrize("reml", [True, False])
def test_no_variances_nearby_or_far_are_likelier(q: int, reml: bool) -> None:
    given = pupils([3, 5, 8, 13, 9, 7, 6, 6, 11, 10], seed=q, intake=3, covariance=0.3 * np.eye(q) + 0.1)
    arranged = blocks.arrange(sum_up(given), Model(slope=slopes(given, q)))
    found = optimum.fit(arranged, reml=reml)
    turn = uncertainty.term_basis(arranged)
    omega = turn @ found.Om @ turn.T
    best, _ = dense.criterion(given, given.design(4), omega, reml=reml)
    assert found.at.criterion == pytest.approx(best, rel=1e-10)
    rng = np.random.default_rng(7)
    root = np.linalg.cholesky(omega + 1e-12 * np.eye(q))
    for size in (1e-3, 1e-2, 0.1, 1.0):
        for _ in range(15):
            other = root + size * np.tril(rng.standard_normal((q, q)))
            assert dense.criterion(given, given.design(4), other @ other.T, reml=reml)[0] > best - 1e-8


@settings(max_examples=15)
@given(st.integers(0, 2**31))
def test_intake_that_other_intake_explains_is_dropped_and_named(seed: int) -> None:
    given = pupils([4, 6, 3, 8, 5], seed=seed, intake=2, mean=3.0)
    more = np.column_stack([given.x, given.x @ [2.0, -1.0] + 4, np.full(len(given.y), 7.5)])
    found = estimate(sum_up(Pupils(given.school, more, given.y, given.w)))
    assert found.coefficients["variable"].to_list() == ["intercept", "x1", "x2"]
    assert found.fit["dropped"].item() == "x3, x4"
    assert any("x3 and x4 are dropped" in sentence for sentence in found.sentences["sentence"])
    plain = estimate(sum_up(given))
    assert found.coefficients["effect"].to_list() == pytest.approx(plain.coefficients["effect"].to_list())


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.integers(1, 2))
def test_without_variation_between_schools_nothing_is_detected_and_nothing_breaks(seed: int, q: int) -> None:
    given = pupils([6] * 8, seed=seed, intake=2)
    # Each school's own mean and slope are taken out, so that schools vary less than chance would have it.
    y = given.y.copy()
    for school in range(8):
        own = given.school == school
        z = given.design(3)[own]
        y[own] -= z @ np.linalg.lstsq(z, y[own], rcond=None)[0]
    still = Pupils(given.school, given.x, y + given.x @ [0.5, 0.3], given.w)
    found = estimate(sum_up(still), model=Model(slope=given.names[: q - 1]))
    assert found.fit["state"].item() == "none"
    assert found.schools["effect"].to_list() == pytest.approx([0.0] * found.schools.height)
    assert any("no detectable variation" in sentence for sentence in found.sentences["sentence"])
    arranged = blocks.arrange(sum_up(still), Model(slope=given.names[: q - 1]))
    at_zero = kernel.evaluate(arranged, np.zeros((q, q)), reml=True)
    assert np.linalg.eigvalsh(at_zero.G)[0] >= 0
    assert found.fit["criterion"].item() == pytest.approx(
        dense.criterion(still, still.design(3), np.zeros((q, q)), reml=True)[0]
    )
