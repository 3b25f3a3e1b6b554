from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.families import Preset, Variable, find, sensitivity
from unit.families.builders import frame, preset

SIZE = 30


def made(name: str, variable: str) -> Preset:
    return preset(Variable(name=variable, weight=1.0), name=name, k=20)


BOTH = [made("by-eal", "eal"), made("by-fsm", "fsm")]


def schools() -> pl.DataFrame:
    rng = np.random.default_rng(8)
    return frame(eal=rng.normal(size=SIZE).tolist(), fsm=rng.normal(size=SIZE).tolist())


def outcomes(**extra: object) -> pl.DataFrame:
    """Figures that rise with the school's number."""
    return schools().select("school", value=pl.int_range(SIZE).cast(pl.Float64)).with_columns(**extra)


def slow_position(neighbours: pl.DataFrame, school: str, values: dict[str, float]) -> float:
    others = neighbours.filter(pl.col("school") == school)["neighbour"].to_list()
    shares = [
        (values[o] < values[school]) + 0.5 * (values[o] == values[school]) for o in others if o in values
    ]
    return 100 * sum(shares) / len(shares)


def test_positions_are_those_of_the_slow_twin() -> None:
    figures = outcomes().with_columns(value=(pl.col("value") / 3).floor()).filter(pl.col("school") != "s05")
    values = dict(figures.rows())
    found = sensitivity(schools(), figures, presets=BOTH).positions
    for one in BOTH:
        neighbours = find(schools(), preset=one).neighbours
        for row in found.filter(pl.col("preset") == one.name).iter_rows(named=True):
            expected = slow_position(neighbours, row["school"], values) if row["school"] in values else None
            assert row["position"] == pytest.approx(expected)
            assert (row["low"], row["high"]) == (None, None)


def test_how_far_a_position_moves() -> None:
    found = sensitivity(schools(), outcomes(), presets=BOTH)
    for row in found.schools.iter_rows(named=True):
        mine = found.positions.filter(pl.col("school") == row["school"])["position"]
        assert row["moves"] == pytest.approx(mine.max() - mine.min())
        assert row["median"] == pytest.approx(mine.median())
        assert row["presets"] == 2


def test_claims_survive_every_preset() -> None:
    claims = dict(sensitivity(schools(), outcomes(), presets=BOTH).schools.select("school", "claim").rows())
    assert (claims["s29"], claims["s00"], claims["s15"]) == ("top quarter", "bottom quarter", "")
    assert (
        "cohort noise not counted" in sensitivity(schools(), outcomes(), presets=BOTH).schools["sentence"][29]
    )


def test_noise_widens_positions_and_takes_claims_away() -> None:
    little = sensitivity(schools(), outcomes(se=pl.lit(0.01)), presets=BOTH)
    much = sensitivity(schools(), outcomes(se=pl.lit(30.0)), presets=BOTH)
    assert set(little.schools["claim"]) == {"top quarter", "bottom quarter", ""}
    assert set(much.schools["claim"]) == {""}
    assert (much.positions["high"] - much.positions["low"] > 30).all()
    assert "no claim" in much.schools["sentence"][29]
    assert "cohort noise counted" in little.schools["sentence"][29]


def test_noise_is_drawn_from_the_seed() -> None:
    figures = outcomes(se=pl.lit(5.0))
    one, two, other = (
        sensitivity(schools(), figures, presets=BOTH, seed=seed).positions for seed in (1, 1, 2)
    )
    assert one.equals(two)
    assert not one.equals(other)


def test_a_figure_with_unknown_noise_is_not_compared() -> None:
    figures = outcomes(se=pl.when(pl.col("school") == "s03").then(None).otherwise(1.0))
    row = sensitivity(schools(), figures, presets=BOTH).schools.row(3, named=True)
    assert (row["presets"], row["median"], row["claim"]) == (0, None, "")
    assert row["sentence"].startswith("Too few")


def test_too_few_figures_give_no_position() -> None:
    found = sensitivity(schools(), outcomes().head(8), presets=BOTH, only=["s00", "s01"])
    assert found.schools["presets"].to_list() == [0, 0]
    assert found.positions["school"].unique().sort().to_list() == ["s00", "s01"]
    assert (found.positions["compared"] < 10).all()


def test_schools_without_any_figure_give_no_position() -> None:
    found = sensitivity(schools(), outcomes().clear(), presets=BOTH)
    assert found.positions["position"].null_count() == 2 * SIZE


def test_a_file_goes_by_its_name_and_no_preset_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "{name: it, label: x, phase: any, variables: [{name: eal, weight: 1}], source: x, date: 2026-01-01}"
    )
    found = sensitivity(schools(), outcomes(), presets=[str(path), "eal"]).positions
    assert found["preset"].unique().sort().to_list() == ["eal", "mine"]
    with pytest.raises(SaidToPeople, match="no preset"):
        sensitivity(schools(), outcomes(), presets=[])


@pytest.mark.parametrize("only", [None, ["s03", "s07"], []])
def test_families_already_found_are_taken_as_they_are(only: list[str] | None) -> None:
    given = [find(schools(), preset=one) for one in BOTH]
    found = sensitivity(schools(), outcomes(), presets=given, only=only)
    told = sensitivity(schools(), outcomes(), presets=BOTH, only=only)
    assert found.positions.equals(told.positions)
    assert found.schools.equals(told.schools)
    assert found.schools.height == (schools().height if only is None else len(only))
