"""What an evaluation goes by: comparison, estimator, inference, guards and the steps of evidence."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from commonroom import settings

Amount = Annotated[FiniteFloat, Field(ge=0)]
Positive = Annotated[FiniteFloat, Field(gt=0)]
Share = Annotated[FiniteFloat, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
Method = Literal["dr", "reg", "ipw"]
Controls = Literal["notyet", "never"]
Cluster = Literal["partnership", "trust", "authority", "school"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Comparison(_Part):
    """How schools are found that stand beside those that took part.

    A school that took part has `neighbours` comparison schools, none of which stands beside more than
    `reuse`; the distance is `path_weight` times that of the last `path_years` of the outcome before the
    start, that of the `context` known before it, and `out_of_family` (squared distance) for a school outside
    the family. A variable `known` of a smaller share of schools is not used. `radius_minutes` is how near a
    school may be to a partner and have heard of the work. Shares of comparison schools move from equal ones
    so that both sides are alike on average, as far as `hold` (a normal prior's precision) lets them.
    """

    neighbours: Count
    reuse: Count
    path_years: Count
    path_weight: Positive
    out_of_family: Amount
    context: tuple[str, ...]
    known: Share
    radius_minutes: Amount
    hold: Positive = 0.4


class Estimator(_Part):
    """How the effect is reckoned, who may be compared, and what was chosen as one.

    `matched`: beside schools that comparison found; otherwise beside the whole pool, adjusted for the same.
    """

    matched: bool = True
    method: Method
    controls: Controls
    cluster: Cluster


class Inference(_Part):
    """Level of the intervals; when clusters are few; draws of the bootstrap and permutations."""

    level: Share
    few: Count
    draws: Annotated[int, Field(ge=99)]
    permutations: Annotated[int, Field(ge=99)]


class Power(_Part):
    """Placebo programmes that the noise is learnt from, and the power that is asked."""

    programmes: Annotated[int, Field(ge=50)]
    power: Share


class Guards(_Part):
    """What is looked at before an effect is believed."""

    placebo_years: Count
    placebo_programmes: Annotated[int, Field(ge=50)]
    smoothness: tuple[Amount, ...]
    balance: Positive
    left: Share


class Step(_Part):
    """One step of evidence, with its label in both languages."""

    step: Annotated[int, Field(ge=1, le=5)]
    name: Literal["none", "weak", "suggestive", "moderate", "strong"]
    label: str
    label_cy: str


class Definition(_Part):
    """Everything that an evaluation goes by (definitions/impact.yaml)."""

    name: str
    label: str
    label_cy: str
    comparison: Comparison
    estimator: Estimator
    inference: Inference
    power: Power
    guards: Guards
    strength: tuple[Step, ...]
    source: str
    date: datetime.date

    @model_validator(mode="after")
    def _five_steps(self) -> Definition:
        if [one.step for one in self.strength] != [1, 2, 3, 4, 5]:
            raise ValueError("strength has the steps 1 to 5, in order")
        return self


def load(name: str | Path = "impact") -> Definition:
    """Read the definition of an evaluation: the program's own, or a YAML file; raises SaidToPeople."""
    return settings.load(Definition, name)
