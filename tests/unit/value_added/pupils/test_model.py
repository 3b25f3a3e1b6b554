"""A model that the sums cannot answer is refused with a sentence."""

from __future__ import annotations

import pytest

from commonroom.tables.sums import Plan
from commonroom.value_added.pupils.model import Model, NotThisModel, check

PLAN = Plan("school", "y", ("prior", "meals"), by=("year", "area"))


def test_what_the_sums_have_is_accepted() -> None:
    check(Model(slope=("prior",), between=("meals",), years="year"), PLAN)
    assert Model().reml
    assert not Model(method="ml").reml


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Model(slope=("age",)), "slope names age, which is no intake of these sums (prior, meals)."),
        (Model(between=("age",)), "between names age"),
        (Model(slope=("prior", "prior")), "slope names a column twice."),
        (
            Model(groups="sex"),
            "groups names sex, but the sums are not kept apart by it (they are by: year, area).",
        ),
        (Model(method="bayes"), "the method bayes is unknown."),  # type: ignore[arg-type]
        (Model(weights="none"), "weights cannot be none."),  # type: ignore[arg-type]
        (Model(weights="survey"), "survey weights are asked for, but the sums have no weight."),
        (Model(school_weight="w"), "weights of schools need survey weights."),
        (Model(years="year", crossed="area"), "years and crossed cannot be fitted at once."),
    ],
)
def test_what_they_have_not_is_refused_by_name(model: Model, said: str) -> None:
    with pytest.raises(NotThisModel) as refused:
        check(model, PLAN)
    assert said in str(refused.value)
    assert refused.value.remedy
