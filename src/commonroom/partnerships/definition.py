"""What a plan of partnerships goes by: every weight, prior, cap and rule, as a reviewed file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from commonroom import settings

#: A number that a weight or a rule needs: finite, and nothing below 0.
Amount = Annotated[FiniteFloat, Field(ge=0)]
Positive = Annotated[FiniteFloat, Field(gt=0)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Gain(_Part):
    """The prior of the share of its gap that a school closes in a year of partnership, and how it fades.

    gain = closes x gap x probability x likeness x nearness, with likeness = exp(-(distance/unlike)^2 / 2)
    (family distance in calipers) and nearness = exp(-minutes/tiring). `closes` is a normal prior,
    cut off at 0; `said` is the probability of a strength that only the school itself speaks of.
    """

    closes: FiniteFloat
    closes_sd: Positive
    unlike: Positive
    tiring: Positive
    said: Share
    source: str


class Band(_Part):
    """A speed on the part of a road up to so many kilometres; the last band has no end."""

    upto_km: Positive | None = None
    kmh: Positive


class Travel(_Part):
    """From a straight line to minutes by car, and how far is too far."""

    road_factor: Annotated[FiniteFloat, Field(ge=1)]
    speeds: Annotated[tuple[Band, ...], Field(min_length=1)]
    start_minutes: Amount
    most_minutes: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Travel:
        ends = [band.upto_km for band in self.speeds]
        if ends[-1] is not None or None in ends[:-1] or sorted(filter(None, ends)) != ends[:-1]:
            raise ValueError(
                "speeds go from the nearest band to the farthest, and only the last has no upto_km"
            )
        return self


class Rivals(_Part):
    """Schools that recruit from the same streets: same phase, catchments that overlap.

    A catchment is taken as a circle of half the distance to the school's `nearest`-th nearest school of
    its phase; two schools are rivals where they are nearer than `overlap` times the sum of both radii.
    """

    avoid: bool
    nearest: Annotated[int, Field(ge=1)]
    overlap: Positive


class Days(_Part):
    """Days a school can give, by size and strength; days a partnership takes."""

    partnership: Positive
    keys_leader: Positive = Field(description="Days of a system leader for a partnership of Keys to Success")
    base: Amount
    per_100_pupils: Amount
    per_strength: Amount = Field(description="Days more for each theme it is strong in beyond the first")
    own_need: Share = Field(description="Share of its days left to a school that has a need itself")
    most: Positive


class Cap(_Part):
    """A cap against empires: at most so many partnerships with the same giver, receiver and theme.

    `giver` and `receiver` say what is counted together: the school itself, its trust or its authority
    (a school without a trust stands for itself); empty for all. `share` is of the needs of the receiver's
    group, `least` and `most` bound it; `away`: only partnerships across groups of that kind are counted.
    """

    name: str = Field(pattern=r"^[a-z][a-z-]*$")
    giver: Literal["", "school", "trust", "authority"] = ""
    receiver: Literal["", "school", "authority"] = ""
    theme: bool = False
    share: Annotated[FiniteFloat, Field(gt=0, le=1)] | None = None
    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] | None = None
    away: bool = False
    why: str
    why_cy: str

    @model_validator(mode="after")
    def _caps_something(self) -> Cap:
        if self.share is None and self.most is None:
            raise ValueError(f"the cap {self.name} needs a share or a most")
        if not (self.giver or self.receiver or self.theme):
            raise ValueError(f"the cap {self.name} says neither giver nor receiver nor theme")
        if self.share is not None and not self.receiver:
            raise ValueError(f"the cap {self.name} has a share of nothing: name its receiver")
        return self


class Weights(_Part):
    """What counts for how much: all in units of expected gain, none with a default.

    `disadvantage`: how much more a gain counts where disadvantage is highest (0: the same everywhere);
    `alone`: the price of leaving a need alone, beside the gain forgone, as a multiple of the best gain
    it could have; `swap`: the reward of helping each other, as a share of the smaller gain; `known`: that
    of having worked together; `change`: the price of another partner than in the last plan.
    """

    disadvantage: Amount
    alone: Amount
    swap: Amount
    known: Amount
    change: Amount


class Threes(_Part):
    """Groups of three: two receivers learn together from one provider.

    Each gains `share` of what it would alone, and they are at most `most_minutes` apart.
    """

    share: Annotated[FiniteFloat, Field(gt=0, le=1)]
    most_minutes: Positive


class Keys(_Part):
    """Keys to Success: schools in the hardest circumstances.

    The level with context of the headline measure is below the `below`-th percentile of the nation's
    with at least this `probability`, and disadvantage is at or above its `disadvantage`-th percentile.
    """

    below: Annotated[FiniteFloat, Field(gt=0, lt=100)]
    probability: Annotated[FiniteFloat, Field(gt=0.5, lt=1)]
    disadvantage: Annotated[FiniteFloat, Field(ge=0, le=100)]
    source: str


class Definition(_Part):
    """Everything that a plan goes by (definitions/partnerships.yaml)."""

    name: str
    label: str
    label_cy: str
    gain: Gain
    travel: Travel
    rivals: Rivals
    days: Days
    keys: Keys
    threes: Threes
    caps: tuple[Cap, ...]
    weights: Weights
    themes_at_once: Annotated[int, Field(ge=1)] = Field(description="Themes a school is helped in at once")
    theme_at_once: Annotated[int, Field(ge=1)] = Field(description="Receivers of one school in one theme")
    candidates: Annotated[int, Field(ge=1)] = Field(description="Best schools weighed for each need")
    source: str
    date: datetime.date


def load(name: str | Path = "partnerships") -> Definition:
    """Read the definition of a plan: the program's own, or a YAML file; raises SaidToPeople."""
    return settings.load(Definition, name)
