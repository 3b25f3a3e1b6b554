"""A study has the schools, years, clusters, context and families that its question needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import outcomes, studying
from commonroom.impact.study import NEVER
from commonroom.impact.studying import Around, Studied
from commonroom.panel import measures
from commonroom.panel.build import Panel
from unit.impact import made_panel

MEASURES = measures.load()


def study(
    panel: Panel,
    events: pl.DataFrame,
    *,
    role: str = "receiver",
    last: int = 2019,
    cluster: studying.Cluster = "partnership",
    around: Around | None = None,
) -> Studied:
    outcome = outcomes.take(panel, name="progress8", measures=MEASURES)
    return studying.study(
        panel, events, outcome=outcome, asked=(role, last, cluster), around=around or Around()
    )


def test_who_took_part_and_when() -> None:
    panel = made_panel.make()
    found = study(panel, made_panel.events(receivers=10, providers=4), last=2018)
    assert found.study.years.tolist() == [2015, 2016, 2017, 2018]
    assert found.study.start[:10].tolist() == [2018] * 10
    assert (found.study.start[10:] == NEVER).all()
    assert found.partners.nonzero()[0].tolist() == [10, 11, 12, 13]
    # The special school took no part, and is not compared.
    assert "100159" not in found.study.schools
    assert found.study.variables == ("prior", "disadvantaged", "fsm6", "pupils", "density")
    assert found.sd.size == 4
    assert 0.2 < found.ordinary < 1.5


def test_a_special_school_that_took_part_is_in_it() -> None:
    events = made_panel.events(receivers=1).with_columns(school=pl.lit("100159"))
    found = study(made_panel.make(), events)
    assert found.study.schools[found.study.joined].tolist() == ["100159"]


def test_the_first_start_counts_and_context_is_of_before() -> None:
    panel = made_panel.make()
    later = panel.context.with_columns(
        disadvantaged=pl.when(pl.col("year") >= 2017).then(99.0).otherwise("disadvantaged")
    )
    events = pl.concat(
        [made_panel.events(receivers=1, start=2018), made_panel.events(receivers=1, start=2017)]
    )
    found = study(replace(panel, context=later), events)
    assert found.study.start[0] == 2017
    assert found.study.context[:, found.study.variables.index("disadvantaged")].max() < 99


@pytest.mark.parametrize(
    ("cluster", "joiners", "others"),
    [("partnership", 2, 11), ("authority", 4, 10), ("school", 4, 155), ("trust", 3, 154)],
)
def test_what_was_chosen_as_one(cluster: studying.Cluster, joiners: int, others: int) -> None:
    trusts = pl.DataFrame({"school": ["100000", "100001", "100010"], "trust": ["T", "T", "U"]})
    found = study(
        made_panel.make(),
        made_panel.events(receivers=4),
        cluster=cluster,
        around=Around(trusts=trusts),
    ).study
    assert np.unique(found.cluster[found.joined]).size == joiners
    # Beside partnerships stand trusts and areas; school 100010 has a trust.
    assert np.unique(found.cluster[~found.joined]).size == (others if cluster != "trust" else 155)


def test_partners_of_partners_stand_beside_nobody() -> None:
    ties = pl.DataFrame(
        {
            "provider": ["100050", "100001", "100060"],
            "receiver": ["100000", "100070", "100061"],
        }
    )
    found = study(made_panel.make(), made_panel.events(receivers=2), around=Around(ties=ties))
    assert found.study.schools[found.partners].tolist() == ["100050", "100070"]


def test_families_are_found_given_or_none() -> None:
    panel, events = made_panel.make(), made_panel.events(receivers=4)
    assert len(np.unique(study(panel, events).study.family)) > 2
    given = pl.DataFrame({"school": ["100000", "100001"], "family": ["F1", "F1"]})
    family = study(panel, events, around=Around(families=given)).study.family
    assert family[:3].tolist() == [family[0], family[0], -1]
    bare = replace(panel, context=panel.context.clear())
    assert (study(bare, events).study.family == -1).all()
    assert study(bare, events).study.context.shape == (159, 1)


def test_no_years_that_follow_each_other() -> None:
    panel = made_panel.make()
    gaps = replace(panel, outcomes=panel.outcomes.filter(pl.col("year").is_in([2015, 2017, 2019])))
    assert np.isnan(study(gaps, made_panel.events(receivers=4)).ordinary)


def test_pupils_that_are_not_known() -> None:
    panel = made_panel.make()
    none = replace(panel, outcomes=panel.outcomes.with_columns(cohort=pl.lit(None, dtype=pl.Float64)))
    assert np.isnan(study(none, made_panel.events(receivers=4)).study.pupils).all()


def test_a_school_without_a_figure_is_named() -> None:
    panel = made_panel.make()
    closed = pl.when(pl.col("school") == "100000").then(pl.date(2016, 8, 31)).otherwise(None)
    lost = replace(
        panel,
        outcomes=panel.outcomes.filter(~pl.col("school").is_in(["100000", "100001"])),
        schools=panel.schools.with_columns(closed=closed),
    )
    found = study(lost, made_panel.events(receivers=4)).left_out
    assert found.select("side", "school", "why").rows() == [
        ("joined", "100000", "closed"),
        ("joined", "100001", "no_outcome"),
    ]


def test_nobody_with_a_figure_is_refused() -> None:
    events = made_panel.events(receivers=2).with_columns(school=pl.Series(["7", "8"]))
    with pytest.raises(SaidToPeople, match="none of the 2 schools that took part as receiver has a figure"):
        study(made_panel.make(), events)
