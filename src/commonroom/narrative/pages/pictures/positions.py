"""The picture of a school's place among the schools most like it, by definition of alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commonroom.narrative.pages.pictures.picture import Picture
from commonroom.narrative.pages.pictures.voice import Source, Voice

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Position, SchoolPhase


def tell(source: Source, voice: Voice, number: str, phase: str) -> Picture | None:
    """Return the place of a school by every definition, or None where it has none."""
    school = source.school(number)
    parts = [] if school is None else [one for one in school["phases"] if one["phase"] == phase]
    known = [one for part in parts for one in part["positions"] if one["position"] is not None]
    if school is None or not known:
        return None
    words = voice.words
    grades = {one["preset"]: words[f"match.{one['grade']}"] for one in parts[0]["matches"]}
    labels = words.group("chart") | {"across": words["position.across"], "preset": words["column.preset"]}
    names = {one["preset"]: voice.of(voice.facts["presets"][one["preset"]]["label"]) for one in known}
    return Picture(
        caption=words.say(
            "position.caption", measure=voice.measure(parts[0]["headline"]), school=school["name"]
        ),
        sentences=_sentences(parts[0], known, voice),
        heads=(
            words["column.preset"], words["position.compared"], *voice.heads("position", "noise", "match"),
        ),
        rows=tuple(
            (
                names[one["preset"]], words.number(one["compared"], 0), words.number(one["position"], 0),
                words.between(one["low"], one["high"], 0), grades[one["preset"]],
            )
            for one in known
        ),
        numeric=(1, 2, 3),
        draw=lambda: _draw(known, names, labels),
        # The names of definitions stand beside it, and need as much room as it has.
        room=150,
    )  # fmt: skip


def _sentences(part: SchoolPhase, known: list[Position], voice: Voice) -> tuple[str, ...]:
    """The place by the first definition, how far it moves under others, and what may be claimed."""
    words, first = voice.words, known[0]
    figures = {name: words.number(value, 0) for name, value in first.items() if isinstance(value, float)}
    said = [words.say("position.now", **figures)]
    moved = part["sensitivity"]
    if moved is None or moved["lowest"] is None:
        return tuple(said)
    ends = {name: words.number(moved[name], 0) for name in ("lowest", "highest")}
    said.append(words.say("position.moves", **ends))
    if moved["claim"]:
        return (*said, words.say("position.survives", claim=words[f"claim.{moved['claim']}"]))
    return (*said, words["position.not_survive"])


def _draw(known: list[Position], names: dict[str, str], labels: dict[str, str]) -> Any:
    import polars as pl

    from commonroom import charts, disclosure
    from commonroom.disclosure import Rule

    rows = [{**one, "label": names[one["preset"]]} for one in known]
    released = disclosure.release(pl.DataFrame(rows, infer_schema_length=None), rule=Rule(keys=("preset",)))
    return charts.positions(released, words=labels)
