"""An evaluation from panel to headline: planted effects, roles, designs, plans and what cannot be asked."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest

from commonroom import impact
from commonroom.errors import SaidToPeople
from commonroom.impact import Evaluation, Terms, definition, outcomes, plan
from commonroom.impact.plan import Asked, Facts
from commonroom.panel import measures
from commonroom.panel.build import Panel
from commonroom.tables import impact as tables
from unit.impact import made_panel

MEASURES = measures.load()
DEFINITION = definition.load()
FACTS = Facts(datetime.date(2020, 1, 1), "made-up", 1)
TABLES = {
    "effects": tables.EFFECTS,
    "paths": tables.PATHS,
    "comparisons": tables.COMPARISONS,
    "left_out": tables.LEFT_OUT,
    "balance": tables.BALANCE,
    "guards": tables.GUARDS,
    "headline": tables.HEADLINE,
    "synthetic": tables.SYNTHETIC,
    "deviations": tables.DEVIATIONS,
    "events": tables.EVENTS,
}


def ask(panel: Panel, **words: Any) -> Asked:
    outcome = outcomes.take(panel, name="progress8", measures=MEASURES)
    return Asked(**({"outcome": outcome, "window": (2018, 2019)} | words))


def evaluate(panel: Panel, events: pl.DataFrame, *, terms: Terms | None = None, **words: Any) -> Evaluation:
    return impact.evaluate(
        panel, events, asked=ask(panel, **words), definition=DEFINITION, terms=terms or Terms(FACTS)
    )


@cache
def both() -> Evaluation:
    """Forty that were helped, ten that helped, a planted effect of 0.3 points."""
    return evaluate(
        made_panel.make(effect=0.3, gained=30),
        made_panel.events(receivers=30, providers=10),
        roles=("receiver", "provider"),
    )


def row(frames: Mapping[str, pl.DataFrame], role: str) -> dict[str, Any]:
    return frames["headline"].filter(role=role).row(0, named=True)


def test_every_frame_is_as_its_table_says() -> None:
    frames = both().frames
    assert set(frames) == set(TABLES)
    for name, table in TABLES.items():
        assert table.check(frames[name]).equals(frames[name]), name
    assert frames["headline"]["role"].to_list() == ["receiver", "provider"]


def test_a_planted_effect_is_found_and_shown_in_points() -> None:
    found = row(both().frames, "receiver")
    assert found["points_low"] < 0.3 < found["points_high"]
    assert found["low"] > 0
    assert found["points"] / found["effect"] == pytest.approx(found["points_low"] / found["low"])
    assert found["verdict"] == "helped"
    assert found["schools"] == found["asked"] == 30
    assert found["detectable"] > 2.5 * found["se"]
    assert found["planned"] is False
    # No plan, few clusters in few areas: never strong.
    assert found["strength"] < 5


def test_receivers_and_providers_stand_beside_neither() -> None:
    pairs = both().frames["comparisons"]
    took = set(both().frames["events"]["school"])
    assert not set(pairs["comparison"]) & took
    assert pairs["minutes"].null_count() == 0
    aside = both().frames["left_out"].filter(role="receiver", why="partner")["school"]
    assert aside.to_list() == [f"{100030 + number}" for number in range(10)]


def test_effects_have_intervals_bands_and_no_years_before() -> None:
    effects = both().frames["effects"].filter(role="receiver")
    assert effects.filter(aggregation="dynamic")["at"].to_list() == [0, 1]
    assert effects.filter(pl.col("band_low") > pl.col("low")).is_empty()
    assert effects.filter(pl.col("band_high") < pl.col("high")).is_empty()
    simple = effects.filter(aggregation="simple").row(0, named=True)
    assert simple["effect"] == row(both().frames, "receiver")["effect"]


def test_both_sides_start_together_and_part() -> None:
    paths = both().frames["paths"].filter(role="receiver")
    apart = (
        paths.pivot("side", index="year", values="value")
        .sort("year")
        .with_columns(gap=pl.col("joined") - pl.col("comparison"))
    )
    assert apart.filter(pl.col("year") < 2018)["gap"].abs().max() < 0.35
    assert apart.filter(pl.col("year") >= 2018)["gap"].min() > 0.4


def test_less_is_better_is_told_with_its_own_sign() -> None:
    panel = made_panel.make(effect=-0.3, measure="absence")
    outcome = outcomes.take(panel, name="absence", measures=MEASURES, phase="secondary")
    asked = Asked(outcome=outcome, window=(2018, 2019))
    found = impact.evaluate(
        panel, made_panel.events(receivers=40), asked=asked, definition=DEFINITION, terms=Terms(FACTS)
    )
    head = row(found.frames, "receiver")
    assert head["effect"] > 0 > head["points"]
    assert head["points_low"] < head["points"] < head["points_high"]
    assert head["verdict"] == "helped"


@pytest.mark.parametrize("design", ["reg", "ipw", "dr"])
def test_beside_the_whole_pool(design: str) -> None:
    found = evaluate(
        made_panel.make(effect=0.3), made_panel.events(receivers=40), design=design, window=(2018, 2018)
    )
    head = row(found.frames, "receiver")
    assert head["design"] == design
    assert head["points_low"] < 0.3 < head["points_high"]
    assert found.frames["comparisons"].is_empty()
    assert found.done.design == design


def test_figures_between_the_start_and_the_window_are_no_base() -> None:
    panel = made_panel.make(effect=0.3)
    asked = ask(panel, window=(2019, 2019))
    kept = impact.evaluating.within(asked.outcome, made_panel.events(), asked)
    assert kept.years["year"].to_list() == [2015, 2016, 2017, 2019]


@pytest.mark.parametrize(("receivers", "unit"), [(1, "100000"), (6, "those that took part")])
@pytest.mark.parametrize("design", ["synthetic", "sdid"])
def test_one_unit_beside_a_mix(design: str, receivers: int, unit: str) -> None:
    panel = made_panel.make(effect=2.0, gained=receivers)
    found = evaluate(panel, made_panel.events(receivers=receivers), design=design)
    head = row(found.frames, "receiver")
    assert head["points_low"] < 2.0 < head["points_high"]
    assert head["low"] > 0
    years = found.frames["synthetic"]
    assert years["unit"].unique().to_list() == [unit]
    assert years.filter("after")["gap"].min() > 1
    assert {"placebo_date", "permutation", "balance"} <= set(found.frames["guards"]["guard"])
    assert found.frames["effects"].is_empty()


def test_a_city_stands_beside_areas() -> None:
    panel = made_panel.make()
    codes = dict(panel.schools.select("school", "authority_code").rows())
    mine = [school for school, code in codes.items() if code in ("900", "901") and school != "100159"]
    events = made_panel.events(receivers=len(mine)).with_columns(school=pl.Series(mine))
    found = evaluate(panel, events, design="synthetic")
    # Eight other areas, each with a neighbour, are the placebos.
    assert row(found.frames, "receiver")["comparison"] <= 8


def test_what_was_planned_is_compared_with_what_was_done() -> None:
    panel, events = made_panel.make(), made_panel.events(receivers=20)
    early = replace(panel, outcomes=panel.outcomes.filter(pl.col("year") < 2018))
    made = plan.make(ask(early), events=events, definition=DEFINITION, facts=FACTS)
    found = evaluate(panel, events, terms=Terms(FACTS, planned=(made, events)))
    assert found.frames["deviations"].is_empty()
    head = row(found.frames, "receiver")
    assert head["planned"] is True
    assert head["plan"] == made.hash
    fewer = evaluate(
        panel,
        made_panel.events(receivers=18),
        window=(2018, 2018),
        terms=Terms(FACTS, planned=(made, events), why={"window": "2019 is late"}),
    )
    rows = {one["field"]: one for one in fewer.frames["deviations"].to_dicts()}
    assert rows["window"]["why"] == "2019 is late"
    assert rows["events_removed"]["planned"] == "100018, 100019"


def test_what_the_plan_could_see_is_the_smallest_that_is_told() -> None:
    panel, events = made_panel.make(), made_panel.events(receivers=20)
    made = plan.make(ask(panel), events=events, definition=DEFINITION, facts=FACTS)
    seen = plan.document.Seen(
        role="receiver", power=0.8, sd=0.44, points=None, error=0.01, missed=0.0, programmes=50
    )
    planned = made.model_copy(update={"power": (seen,)})
    found = evaluate(panel, events, terms=Terms(FACTS, planned=(planned, events)))
    assert row(found.frames, "receiver")["detectable"] == 0.44
    assert row(found.frames, "receiver")["planned"] is False


def test_the_same_question_has_the_same_answer() -> None:
    panel, events = made_panel.make(), made_panel.events(receivers=20)
    once, again = (evaluate(panel, events).frames for _ in range(2))
    for name in TABLES:
        assert once[name].equals(again[name]), name


def test_schools_that_do_not_count_are_named() -> None:
    panel = made_panel.make()
    lost = replace(panel, outcomes=panel.outcomes.filter(pl.col("school") != "100003"))
    found = evaluate(lost, made_panel.events(receivers=20))
    assert any("100003" in note for note in found.notes)
    assert ("joined", "100003", "no_outcome") in found.frames["left_out"].select(
        "side", "school", "why"
    ).rows()
    assert row(found.frames, "receiver")["asked"] == 20
    assert row(found.frames, "receiver")["schools"] == 19


def test_a_question_that_cannot_be_asked_names_the_design_that_can() -> None:
    with pytest.raises(SaidToPeople, match="--design synthetic"):
        evaluate(made_panel.make(), made_panel.events(receivers=1))


def test_one_area_stands_beside_areas() -> None:
    panel = made_panel.make()
    codes = dict(panel.schools.select("school", "authority_code").rows())
    mine = [school for school, code in codes.items() if code == "900"]
    events = made_panel.events(receivers=len(mine)).with_columns(school=pl.Series(mine))
    found = evaluate(panel, events, design="sdid")
    assert row(found.frames, "receiver")["comparison"] == 9


def test_where_no_place_is_known_groups_are_drawn() -> None:
    panel = made_panel.make()
    nowhere = panel.schools.with_columns(easting=pl.lit(None, dtype=pl.Float64))
    found = evaluate(replace(panel, schools=nowhere), made_panel.events(receivers=3), design="synthetic")
    assert row(found.frames, "receiver")["comparison"] > 50


def test_a_year_that_nobody_has_has_no_mean() -> None:
    panel = made_panel.make()
    took = [f"{100000 + number}" for number in range(20)]
    gone = panel.outcomes.filter((pl.col("year") != 2015) | ~pl.col("school").is_in(took))
    found = evaluate(replace(panel, outcomes=gone), made_panel.events(receivers=20))
    first = found.frames["paths"].filter(side="joined", year=2015).row(0, named=True)
    assert first["value"] is None
    assert first["schools"] == 0


@pytest.mark.parametrize(("controls", "later"), [("notyet", True), ("never", False)])
def test_who_joins_later_stands_beside_nobody_where_asked(controls: str, later: bool) -> None:
    # So few never joined that those who joined later are needed.
    panel = made_panel.make()
    few = panel.schools.filter(pl.col("school") < "100070")
    events = pl.concat(
        [made_panel.events(receivers=20, start=2018), made_panel.events(receivers=60, start=2019)[20:]]
    )
    estimator = DEFINITION.estimator.model_copy(update={"controls": controls, "matched": False})
    found = impact.evaluate(
        replace(panel, schools=few),
        events,
        asked=ask(panel, design="dr", window=(2018, 2018)),
        definition=DEFINITION.model_copy(update={"estimator": estimator}),
        terms=Terms(FACTS),
    )
    assert (row(found.frames, "receiver")["comparison"] > 10) == later


@pytest.mark.parametrize(("year", "why"), [(2016, "no_path"), (2019, "no_outcome")])
def test_a_school_of_a_unit_that_lacks_a_year_is_named(year: int, why: str) -> None:
    panel = made_panel.make()
    kept = panel.outcomes.filter((pl.col("school") != "100002") | (pl.col("year") != year))
    found = evaluate(replace(panel, outcomes=kept), made_panel.events(receivers=6), design="synthetic")
    joined = found.frames["left_out"].filter(side="joined")
    assert joined.select("school", "why", "year").rows() == [("100002", why, year)]
    assert row(found.frames, "receiver")["schools"] == 5
