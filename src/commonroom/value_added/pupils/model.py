"""What is fitted to the sums of pupils: a frozen model, checked against the plan of the sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from commonroom.errors import SaidToPeople
from commonroom.tables.sums import Plan


class NotThisModel(SaidToPeople):
    """The model names a column that the sums do not have, or asks for two things at once."""


class NotEnoughPupils(SaidToPeople):
    """Too few schools or pupils, or too little variation, for schools to be told from chance."""


@dataclass(frozen=True)
class Model:
    """What to fit: all of the plan's intake as fixed effects, a random intercept per school, and more.

    `slope`: intake whose effect differs between schools; `method`: "reml" or "ml"; `groups`: a column of
    the plan's `by` whose groups have their own residual variance; `years`: one whose years have a lasting
    and a drifting effect; `crossed`: one (neighbourhoods) whose effects are crossed with schools;
    `between`: intake whose school mean enters too (Mundlak 1978); `weights`: what the plan's weight
    means, "precision" or "survey"; `cluster`: a column of the school covariates (trusts) for errors
    that are robust to what its schools share; `school_weight`: one by which schools count, with survey
    weights.
    """

    slope: tuple[str, ...] = ()
    method: Literal["reml", "ml"] = "reml"
    groups: str = ""
    years: str = ""
    crossed: str = ""
    between: tuple[str, ...] = ()
    weights: Literal["precision", "survey"] = "precision"
    cluster: str = ""
    school_weight: str = ""

    @property
    def reml(self) -> bool:
        """Whether the restricted likelihood is maximised."""
        return self.method == "reml"


def check(model: Model, plan: Plan) -> None:
    """Refuse a model that these sums cannot answer; raises NotThisModel naming the column and a remedy."""
    for word, names in (("slope", model.slope), ("between", model.between)):
        for name in names:
            if name not in plan.intake:
                raise NotThisModel(
                    f"{word} names {name}, which is no intake of these sums ({', '.join(plan.intake)}).",
                    remedy="Name one of these, or sum the pupils again with it as intake.",
                )
        if len(set(names)) < len(names):
            raise NotThisModel(f"{word} names a column twice.", remedy="Name each column once.")
    for word, name in (("groups", model.groups), ("years", model.years), ("crossed", model.crossed)):
        if name and name not in plan.by:
            have = ", ".join(plan.by) or "none"
            raise NotThisModel(
                f"{word} names {name}, but the sums are not kept apart by it (they are by: {have}).",
                remedy=f"Sum the pupils again with --by {name}.",
            )
    if model.method not in ("reml", "ml"):
        raise NotThisModel(f"the method {model.method} is unknown.", remedy="Say reml or ml.")
    if model.weights not in ("precision", "survey"):
        raise NotThisModel(f"weights cannot be {model.weights}.", remedy="Say precision or survey.")
    if model.weights == "survey" and not plan.weight:
        raise NotThisModel(
            "survey weights are asked for, but the sums have no weight.",
            remedy="Sum the pupils again with --weight COLUMN.",
        )
    if model.school_weight and model.weights != "survey":
        raise NotThisModel("weights of schools need survey weights.", remedy="Say that weights are survey's.")
    structures = [word for word in ("groups", "years", "crossed") if getattr(model, word)]
    if len(structures) > 1:
        raise NotThisModel(f"{' and '.join(structures)} cannot be fitted at once.", remedy="Choose one.")
