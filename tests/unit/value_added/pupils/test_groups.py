from __future__ import annotations

import polars as pl
import pytest

from commonroom.value_added.pupils import groups
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from unit.value_added.pupils.made_up_extensions import add_up, plan, pupils

BY = Model(groups="group")


def test_groups_that_vary_differently_are_told_apart() -> None:
    fit = groups.fit(add_up(pupils(schools=40, each=40), plan("group")), BY)
    assert fit.components is not None
    rows = {row[0]: row[1:] for row in fit.components.rows()}
    no, yes = rows["residual variance of no"], rows["residual variance of yes"]
    assert no[1] < 1 + 0.09 < no[2] + 0.3  # noise 1, and a tenth of slopes that the model has not
    assert yes[1] < 1.7**2 + 0.09 < yes[2]
    assert no[2] < yes[1]
    assert rows["residual variance"][0] == pytest.approx((no[0] + yes[0]) / 2, rel=0.1)


def test_a_group_may_be_one_school() -> None:
    frame = pupils(schools=10, each=20).with_columns(group=(pl.col("urn") == "s003").cast(pl.String))
    fit = groups.fit(add_up(frame, plan("group")), BY)
    assert fit.components is not None
    assert fit.components["component"].to_list()[2:] == [
        "residual variance of false",
        "residual variance of true",
    ]


def test_schools_that_do_not_vary_still_have_groups() -> None:
    frame = pupils(schools=6, each=30, level=0.0, seed=3)
    flat = frame.with_columns(score=pl.col("score") - pl.col("score").mean().over("urn", "group"))
    fit = groups.fit(add_up(flat, plan("group")), BY)
    assert fit.state == "none"
    assert fit.components is not None
    assert fit.components.row(1)[1:4] == (0.0, None, None)


def test_what_groups_cannot_be_fitted_is_said() -> None:
    frame = pupils(schools=10, each=10)
    with pytest.raises(NotThisModel, match=r"all pupils are in one group of group \(one\)"):
        groups.fit(add_up(frame.with_columns(group=pl.lit("one")), plan("group")), BY)
    few = frame.with_columns(
        group=pl.when(pl.int_range(pl.len()) < 4).then(pl.lit("few")).otherwise(pl.lit("x"))
    )
    with pytest.raises(NotEnoughPupils, match="the group few of group has 4 pupils"):
        groups.fit(add_up(few, plan("group")), BY)
    exact = frame.with_columns(
        score=pl.when(pl.col("group") == "no").then(0.5 * pl.col("prior")).otherwise("score")
    )
    with pytest.raises(NotEnoughPupils, match="outcomes of group no leave no residual variance"):
        groups.fit(add_up(exact, plan("group")), BY)
