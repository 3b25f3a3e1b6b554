"""The slow twin of weigh: every pair by itself, in plain Python, by the words of the definition."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from commonroom import families
from commonroom.families.presets import Preset
from commonroom.partnerships.definition import Definition


@dataclass
class School:
    """One school of the twin: place in km (or none), authority, and what is known of its pupils."""

    name: str
    authority: str | None
    place: tuple[float, float] | None
    context: list[float | None]
    kind: str | None
    effect: float
    sd: float


@dataclass
class Pair:
    """A receiver and a provider, with what it takes and brings."""

    provider: str
    minutes: float
    source: str
    distance: float | None
    rival: bool
    barred: bool
    gain: float


def slow_minutes(km: float, definition: Definition) -> float:
    """Minutes, step by step along the road."""
    rule = definition.travel
    road, begins, taken = km * rule.road_factor, 0.0, rule.start_minutes
    for band in rule.speeds:
        ends = math.inf if band.upto_km is None else band.upto_km
        if road > begins:
            taken += (min(road, ends) - begins) * 60 / band.kmh
        begins = ends
    return taken


class System:
    """A system of schools of one phase and theme, asked pair by pair."""

    def __init__(
        self,
        schools: list[School],
        definition: Definition,
        *,
        distances: dict[tuple[str, str], float],
        measured: dict[tuple[str, str], float],
        barred: set[tuple[str, str]],
    ) -> None:
        """Keep what is known; `distances` are in calipers."""
        self.schools, self.definition = schools, definition
        self.distances, self.measured, self.barred = distances, measured, barred

    def travel(self, start: School, end: School) -> tuple[float, str] | None:
        """Minutes and their source; None where nothing is known."""
        for pair in ((start.name, end.name), (end.name, start.name)):
            if pair in self.measured:
                return self.measured[pair], "matrix"
        if start.place and end.place:
            return slow_minutes(math.dist(start.place, end.place), self.definition), "distance"
        if start.authority is None or start.authority != end.authority:
            return None
        return self.usual(start.authority), "authority"

    def usual(self, authority: str) -> float:
        """The median within the authority, or within all."""
        within, every = [], []
        for a in self.schools:
            for b in self.schools:
                if a is b or a.authority is None or a.authority != b.authority or not (a.place and b.place):
                    continue
                found = self.travel(a, b)
                assert found is not None
                every.append(found[0])
                if a.authority == authority:
                    within.append(found[0])
        pairs = sorted(within or every)
        if not pairs:
            return self.definition.travel.most_minutes
        middle = (pairs[(len(pairs) - 1) // 2] + pairs[len(pairs) // 2]) / 2
        return min(middle, self.definition.travel.most_minutes)

    def radius(self, school: School) -> float:
        """Half the distance to the nearest-th nearest."""
        assert school.place
        others = sorted(
            math.dist(school.place, other.place)
            for other in self.schools
            if other.place and other is not school
        )
        return others[min(self.definition.rivals.nearest, len(others)) - 1] / 2 if others else 0.0

    def rivals(self, a: School, b: School) -> bool:
        """Whether catchments overlap and that is avoided."""
        rule = self.definition.rivals
        if not (rule.avoid and a.place and b.place):
            return False
        return math.dist(a.place, b.place) < rule.overlap * (self.radius(a) + self.radius(b))

    def pairs(self, receiver: School) -> list[Pair]:
        """Every strong school and what it would bring."""
        gain, found = self.definition.gain, []
        normal = [-receiver.effect / receiver.sd]
        gap = receiver.sd * _density(normal[0]) - receiver.effect * _below(normal[0])
        at = gain.closes / gain.closes_sd
        closes = gain.closes + gain.closes_sd * _density(at) / _below(at)
        for provider in self.schools:
            way = self.travel(provider, receiver)
            if provider.kind != "strength" or provider is receiver or way is None:
                continue
            far = self.distances.get((receiver.name, provider.name))
            alike = math.exp(-(((1.0 if far is None else far) / gain.unlike) ** 2) / 2)
            barred = (receiver.name, provider.name) in self.barred
            brings = closes * gap * _below(provider.effect / provider.sd) * alike
            brings *= math.exp(-way[0] / gain.tiring)
            rival = self.rivals(receiver, provider)
            found.append(Pair(provider.name, *way, far, rival and not barred, barred, brings))
        return sorted(found, key=lambda pair: pair.provider)


def calipers(schools: list[School], preset: Preset, caliper: float) -> dict[tuple[str, str], float]:
    """Family distances of all pairs that `find` compares, in calipers."""
    names = [variable.name for variable in preset.variables]
    columns = {name: [school.context[at] for school in schools] for at, name in enumerate(names)}
    frame = pl.DataFrame({"school": [school.name for school in schools], **columns})
    found = families.find(frame, preset=preset, k=len(schools)).neighbours
    return {
        (a, b): far / caliper for a, b, far in found.select("school", "neighbour", "distance").iter_rows()
    }


def _density(at: float) -> float:
    return math.exp(-at * at / 2) / math.sqrt(2 * math.pi)


def _below(at: float) -> float:
    return math.erfc(-at / math.sqrt(2)) / 2
