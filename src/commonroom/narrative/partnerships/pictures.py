"""The pictures of a plan: who helps whom on the ground, and how giving is spread."""

from __future__ import annotations

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import page
from commonroom.narrative.page import Picture
from commonroom.narrative.partnerships.shown import Shown
from commonroom.narrative.partnerships.voice import Voice

#: How far a partnership has come, as the map tells it.
STAGES = {"new": "new", "kept": "new", "accepted": "agreed", "running": "agreed", "paused": "paused"}


def place(shown: Shown, voice: Voice) -> tuple[Picture | None, int]:
    """Return the map of a plan, and how many schools are not on it because their place is not known.

    There is no map where no school of the plan has a place.
    """
    schools = _points(shown, voice)
    lost = (
        schools["easting"].null_count()
        + schools.filter(pl.col("easting").is_not_null())["northing"].null_count()
    )
    if schools.height == lost:
        return None, lost
    partnerships = _lines(shown, voice)
    every = -(-partnerships.height // page.LISTED)
    if every > 1:
        # A nation's thousands would be a black picture of megabytes.
        partnerships = partnerships.gather_every(every)
        drawn = pl.concat([partnerships["provider"], partnerships["receiver"]]).unique()
        schools = schools.filter(pl.col("school").is_in(drawn.implode()))
    points, lines = (
        page.cut(shown.proposals, frame, source=shown.proposals.source) for frame in (schools, partnerships)
    )
    chart = charts.partnerships(points, lines, words=voice.words.group("partners.map"))
    caption = voice.say("map.caption", system=voice.system)
    if every > 1:
        caption = voice.say("map.part", caption=caption, n=every)
    return _still("partnerships-map", chart, caption, voice["map.key"]), lost


def spread(shown: Shown, voice: Voice) -> Picture:
    """Return the picture of days that schools could give and days that they give."""
    chart = charts.giving(_days(shown), words=voice.words.group("partners.giving"))
    return _still("partnerships-giving", chart, voice.say("giving.caption", system=voice.system), "")


def banded(shown: Shown) -> pl.DataFrame:
    """Return how many schools could give, and give, so many days: what the picture of giving shows."""
    return charts.bands(_days(shown).frame)


def _days(shown: Shown) -> Released:
    return page.cut(shown.providers, shown.providers.frame.select("days", "given"))


def _still(name: str, chart: object, caption: str, help: str) -> Picture:
    """Return a picture that needs no program: its marks say their names when they are pointed at."""
    return Picture(name, caption, page.trusted(""), page.trusted(charts.svg(chart)), help)  # type: ignore[arg-type]


def _points(shown: Shown, voice: Voice) -> pl.DataFrame:
    """Return every school of the plan with what it does in it."""
    proposals, alone = shown.proposals.frame, shown.unmatched.frame
    helped = proposals.select(school="receiver", keys="keys", does=pl.lit("receives"))
    gives = proposals.select(school="provider", keys=pl.lit(value=False), does=pl.lit("gives"))
    left = alone.select(school="receiver", keys="keys", does=pl.lit("alone"))
    has = {name: (pl.col("does") == name).any() for name in ("gives", "receives")}
    role = (
        pl.when(has["gives"] & has["receives"]).then(pl.lit("both"))
        .when(has["gives"]).then(pl.lit("gives"))
        .when(has["receives"]).then(pl.lit("receives"))
        .otherwise(pl.lit("alone"))
    )  # fmt: skip
    found = pl.concat([helped, gives, left]).group_by("school").agg(role=role, keys=pl.col("keys").any())
    places = voice.told.schools.select(
        "school", "authority", pl.col("easting", "northing").cast(pl.Float64)
    ).unique("school", maintain_order=True)
    found = found.join(places, on="school", how="left").sort("school")
    said = [
        voice.say("map.point", school=voice.full(school), does=voice[f"map.{does}"])
        for school, does in found.select("school", "role").rows()
    ]
    return found.with_columns(said=pl.Series(said, dtype=pl.String))


def _lines(shown: Shown, voice: Voice) -> pl.DataFrame:
    frame = shown.proposals.frame.sort("provider", "receiver", "phase", "theme")
    said = [
        voice.say(
            "map.line", provider=voice.school(give), receiver=voice.school(get), theme=voice.theme(theme)
        )
        for give, get, theme in frame.select("provider", "receiver", "theme").rows()
    ]
    return frame.select(
        "provider", "receiver", stage=pl.col("state").replace_strict(STAGES, return_dtype=pl.String),
        said=pl.Series(said, dtype=pl.String),
    )  # fmt: skip
