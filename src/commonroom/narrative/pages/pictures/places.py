"""The map of the places of a system's schools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commonroom.narrative.pages.pictures.picture import Picture
from commonroom.narrative.pages.pictures.voice import Source, Voice

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Dot

#: Schools from which the map shows squares, and how many kilometres one is wide (charts.pages).
MANY, KM = 1500, 10


def tell(source: Source, voice: Voice, phase: str = "") -> Picture | None:
    """Return where the compared schools of the system are, of one phase or all; None where nobody knows."""
    number = source.located.get(phase, 0)
    if not number:
        return None
    words, listed = voice.words, source.system()["authorities"]
    phases = [one for one in voice.facts["phases"] if phase in ("", one)]
    rows = tuple(
        (one["name"], *(words.number(one["schools"].get(part, 0), 0) for part in phases)) for one in listed
    )
    key = "places.squares" if number > MANY else "places.count"
    authorities = words.say("glance.authorities", n=len(listed))
    labels = words.group("chart") | {"km": "km", "schools": words["column.schools"]}
    return Picture(
        caption=words.say("places.caption", system=voice.system),
        sentences=(words.say(key, n=number, authorities=authorities, km=KM),),
        heads=(words["column.authority"], *(words[f"phase.{part.capitalize()}"] for part in phases)),
        rows=rows,
        numeric=tuple(range(1, len(phases) + 1)),
        draw=lambda: _draw(source.dots(), phase, labels),
        equal=True,
    )


def _draw(dots: list[Dot], phase: str, labels: dict[str, str]) -> Any:
    import polars as pl

    from commonroom import charts, disclosure
    from commonroom.disclosure import Rule

    wanted = [one for one in dots if not phase or phase in one["phases"]]
    frame = pl.DataFrame(wanted, infer_schema_length=None).drop("phases")
    return charts.places(disclosure.release(frame, rule=Rule(keys=("number",))), words=labels)
