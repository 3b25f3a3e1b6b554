from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import truncnorm

from commonroom.errors import SaidToPeople
from commonroom.partnerships import gains
from unit.partnerships.made_standing import model, standing, themed

NAN = math.nan


def findings(*rows: tuple[float | None, float | None, float | None]) -> pl.DataFrame:
    columns = {"effect": pl.Float64, "se": pl.Float64, "predicted": pl.Float64}
    return pl.DataFrame(rows, orient="row", schema=columns)


def test_closes_by_hand() -> None:
    """0.15 + 0.10 phi(1.5) / Phi(1.5) = 0.15 + 0.10 x 0.129518 / 0.933193."""
    assert gains.closes(model()) == pytest.approx(0.15 + 0.10 * 0.129518 / 0.933193, abs=1e-6)


@pytest.mark.parametrize(("closes", "sd"), [(0.15, 0.1), (0.001, 0.5), (2.0, 0.01)])
def test_closes_is_the_mean_of_a_normal_cut_off_at_nought(closes: float, sd: float) -> None:
    twin = truncnorm.mean(-closes / sd, np.inf, loc=closes, scale=sd)
    assert gains.closes(model(closes=closes, closes_sd=sd)) == pytest.approx(twin, rel=1e-9)


@given(effect=st.floats(-3, 3), sd=st.floats(0.01, 2))
def test_gap_is_the_expected_part_below_nought(effect: float, sd: float) -> None:
    density = NormalDist(effect, sd).pdf
    low = min(effect - 12 * sd, 0.0)
    area, _ = quad(lambda x: -x * density(x), low, 0.0, points=[min(max(effect, low), 0.0)], limit=200)
    found = gains.gap(np.array([effect]), np.array([sd]))[0]
    assert found == pytest.approx(area, abs=1e-7)
    assert found >= max(-effect, 0.0) - 1e-12


def test_gap_without_doubt_is_the_effect_itself() -> None:
    found = gains.gap(np.array([-0.4, 0.3, 9.0]), np.array([0.0, 0.0, 0.1]))
    assert found.tolist() == [0.4, 0.0, 0.0]


def test_range_of_the_gap() -> None:
    low, high = gains.gap_range(np.array([-0.5, -0.1, 0.9]), np.array([0.1, 0.1, 0.2]))
    assert low == pytest.approx([0.304, 0.0, 0.0], abs=1e-4)
    assert high == pytest.approx([0.696, 0.296, 0.0], abs=1e-4)


def test_what_is_left_for_unlikeness_and_travel() -> None:
    alike = gains.likeness(np.array([0.0, 1.0, 2.0, NAN]), gain=model())
    assert alike == pytest.approx([1.0, math.exp(-0.5), math.exp(-2), math.exp(-0.5)])
    near = gains.nearness(np.array([0.0, 45.0, 90.0]), gain=model())
    assert near == pytest.approx([1.0, math.exp(-0.5), math.exp(-1)])


def test_expected_by_hand() -> None:
    edges = pl.DataFrame({"gap": [0.5], "probability": [0.98], "likeness": [0.8], "nearness": [0.7]})
    found = gains.expected(edges, gain=model())
    assert found == pytest.approx([gains.closes(model()) * 0.5 * 0.98 * 0.8 * 0.7])


def test_the_ideal_is_the_best_provider_next_door() -> None:
    needs = standing(("a", "need", -0.5, 0.1))
    gap = gains.gap(np.array([-0.5]), np.array([0.1]))
    assert gains.ideals(needs, gain=model()) == pytest.approx(gains.closes(model()) * gap)


def test_the_ideal_of_a_need_that_is_only_said_is_that_of_any_school() -> None:
    whole = standing(("a", "strength", 0.3, 0.4), ("b", "need", None, None))
    filled = gains.fill(whole, gain=model())[1:]
    expected = gains.closes(model()) * 0.5 * 0.39894228
    assert gains.ideals(filled, gain=model()) == pytest.approx([expected])
    assert gains.ideals(whole[1:], gain=model()) == pytest.approx([2 * expected])


def test_a_school_of_which_no_figure_speaks_stands_as_any() -> None:
    """Mean squares: in reading (0.25 + 0.01 + 0.09 + 0.04) / 2; in the phase 0.5 of maths more, of 3."""
    rows = themed(
        ("a", "reading", "need", -0.5, 0.1),
        ("b", "reading", "strength", 0.3, 0.2),
        ("c", "reading", "need", None, None),
        ("d", "maths", "strength", 0.5, 0.5),
        ("e", "eal", "strength", None, None),
    )
    other = themed(("z", "eal", "need", None, None), phase="secondary")
    found = gains.fill(pl.concat([rows, other]), gain=model(said=0.4))
    assert found["effect"].to_list() == [-0.5, 0.3, 0.0, 0.5, 0.0, 0.0]
    expected = [0.1, 0.2, (0.39 / 2) ** 0.5, 0.5, (0.89 / 3) ** 0.5, (0.89 / 3) ** 0.5]
    assert found["sd"].to_list() == pytest.approx(expected)
    assert found["probability"].to_list()[2] == 0.4
    assert found["probability"].to_list()[4:] == [0.4, 0.4]
    assert found.filter(pl.col("school").is_in(["a", "b", "d"])).equals(rows[[0, 1, 3]])
    assert gains.fill(found, gain=model()).equals(found)


def test_without_any_figure_a_school_stands_as_schools_do() -> None:
    found = gains.fill(standing(("c", "need", None, None)), gain=model())
    assert found.select("effect", "sd", "probability").row(0) == (0.0, 1.0, 0.5)


def test_learning_by_hand() -> None:
    """Prior 0.15 (0.1); one finding of 0.05 (0.05) where the whole gap was 0.5: 0.1 (0.1). In the middle."""
    learnt = gains.learn(model(), findings((0.05, 0.05, 0.5)))
    assert learnt.closes == pytest.approx(0.125)
    assert learnt.closes_sd == pytest.approx(0.1 / math.sqrt(2))
    assert learnt.source == "made up. Updated by 1 findings of impact."
    assert (learnt.unlike, learnt.tiring, learnt.said) == (1.0, 90.0, 0.5)


def test_nothing_found_nothing_learnt() -> None:
    learnt = gains.learn(model(), findings())
    assert learnt.closes == pytest.approx(0.15)
    assert learnt.closes_sd == pytest.approx(0.10)


@given(
    rows=st.lists(
        st.tuples(st.floats(-0.5, 0.5), st.floats(0.05, 0.5), st.floats(0.0, 1.5)), min_size=1, max_size=6
    )
)
def test_what_is_learnt_is_the_posterior_on_a_grid(rows: list[tuple[float, float, float]]) -> None:
    learnt = gains.learn(model(), findings(*rows))
    grid = np.linspace(0.0, 1.2, 120_001)
    log = -0.5 * ((grid - 0.15) / 0.10) ** 2
    for effect, se, predicted in rows:
        log -= 0.5 * ((effect - grid * predicted) / se) ** 2
    weight = np.exp(log - log.max())
    weight[0] /= 2
    mean = float((grid * weight).sum() / weight.sum())
    assert gains.closes(learnt) == pytest.approx(mean, abs=1e-6)


def test_findings_of_harm_leave_a_prior_near_nought() -> None:
    learnt = gains.learn(model(), findings(*[(-0.3, 0.05, 0.8)] * 20))
    assert learnt.closes < 0
    assert 0 < gains.closes(learnt) < 0.01


@pytest.mark.parametrize(
    "row", [(None, 0.1, 0.5), (0.1, 0.0, 0.5), (0.1, -1.0, 0.5), (0.1, math.inf, 0.5), (0.1, 0.1, NAN)]
)
def test_findings_that_say_nothing_are_refused(row: tuple[float | None, float, float]) -> None:
    with pytest.raises(SaidToPeople, match=r"findings: row 2 has no effect.*Give all three"):
        gains.learn(model(), findings((0.1, 0.1, 0.5), row))
