"""The tables of a plan: who gets help, what is given, which limits bind, who has no partner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from commonroom.narrative import page
from commonroom.narrative.page import Grid
from commonroom.narrative.partnerships import alone, pictures
from commonroom.narrative.partnerships.shown import Shown
from commonroom.narrative.partnerships.voice import Row, Voice

#: The order in which the groups of a phase are told of.
BY = ("all", "keys", "need", "disadvantage")


def equity(shown: Shown, voice: Voice) -> tuple[Grid, ...]:
    """Return who gets help, a table for each phase."""
    return tuple(
        _equity(frame, voice)
        for frame in shown.equity.frame.sort("phase").partition_by("phase", maintain_order=True)
    )


def told_of_equity(shown: Shown, voice: Voice) -> list[str]:
    """Return, a sentence for each phase, how many needs of the ends of disadvantage have a partner."""
    said = []
    frame = shown.equity.frame.filter(pl.col("by") == "disadvantage", pl.col("needs") > 0)
    for (phase,), rows in frame.sort("phase").group_by("phase", maintain_order=True):
        ends = {row["group"]: _share(row, voice) for row in rows.iter_rows(named=True)}
        if "1" in ends and "4" in ends:
            named = voice.words[f"phase.{str(phase).capitalize()}"]
            said.append(voice.say("equity.told", phase=named, most=ends["4"], least=ends["1"]))
    return said


def giving(shown: Shown, voice: Voice) -> tuple[Grid, ...]:
    """Return what the picture of giving shows, then every school that could give, by authority and name."""
    bands = pictures.banded(shown)
    caption = voice.say("giving.caption", system=voice.system)
    rows = (
        (label, f"{could:,}", f"{gives:,}")
        for label, could, gives in bands.select("label", "could", "gives").rows()
    )
    first = page.grid(caption, _heads(voice, "band", "schools_could", "schools_give"), rows, numeric=(1, 2))
    return first, _providers(shown, voice)


def limits(shown: Shown, voice: Voice) -> tuple[Grid, ...]:
    """Return the limits that are reached or stated, or nothing where there are none."""
    frame = shown.limits.frame.sort("limit", "of", nulls_last=True)
    rows = (
        (
            voice.limit(row["limit"]), voice.whose(row["of"]), voice.words.number(row["used"], 0),
            voice.words.number(row["cap"], 0), voice.sd(row["price"]),
        )
        for row in frame.head(page.LISTED).iter_rows(named=True)
    )  # fmt: skip
    heads = _heads(voice, "limit", "of", "used", "cap", "price")
    grid = page.grid(voice["giving.limits"], heads, rows, numeric=(2, 3, 4))
    return (grid,) if frame.height else ()


def unmatched(shown: Shown, voice: Voice) -> Grid:
    """Return the needs without a partner, each with its reason, by authority and name."""
    frame = shown.unmatched.frame
    rows = ordered(frame.iter_rows(named=True), voice)[: page.LISTED]
    said = (
        (voice.school(row["receiver"]), voice.authority(row["receiver"]), alone.tell(row, voice))
        for row in rows
    )
    heads = _heads(voice, "school", "authority", "why")
    return page.grid(voice["unmatched.caption"], heads, said, label=voice.say("table", n=frame.height))


def changes(shown: Shown, voice: Voice) -> Grid:
    """Return the needs whose partner changed since the last plan, by authority and name."""
    frame = shown.changes.frame
    rows = ordered(frame.iter_rows(named=True), voice)[: page.LISTED]
    said = ((voice.school(row["receiver"]), alone.tell_change(row, voice)) for row in rows)
    heads = _heads(voice, "school", "change")
    return page.grid(voice["changes.caption"], heads, said, label=voice.say("table", n=frame.height))


def keys(shown: Shown, voice: Voice) -> Grid:
    """Return the needs of Keys to Success schools and who would help, by authority and name."""
    helped = shown.proposals.frame.filter("keys").select("receiver", "phase", "theme", "provider")
    left = shown.unmatched.frame.filter("keys").select(
        "receiver", "phase", "theme", provider=pl.lit(None, dtype=pl.String)
    )
    rows = ordered(pl.concat([helped, left]).iter_rows(named=True), voice)
    said = (
        (
            voice.school(row["receiver"]), voice.authority(row["receiver"]),
            voice.thing(row["theme"], row["phase"]),
            voice.full(row["provider"]) if row["provider"] else voice["keys.alone"],
        )
        for row in rows
    )  # fmt: skip
    heads = _heads(voice, "school", "authority", "theme", "provider")
    return page.grid(voice["keys.caption"], heads, said, label=voice.say("table", n=len(rows)))


def proposals(rows: Sequence[Row], voice: Voice, *, caption: str, label: str = "") -> Grid:
    """Return proposals as a plain table."""
    said = (cells(row, voice) for row in rows)
    return page.grid(caption, proposal_heads(voice), said, numeric=(5,), label=label)


def proposal_heads(voice: Voice) -> list[str]:
    """Return the heads of a table of proposals."""
    return _heads(voice, "receiver", "theme", "provider", "travel", "days", "gain", "stays", "state")


def cells(row: Row, voice: Voice) -> tuple[str, ...]:
    """Return a proposal as the cells of a row."""
    return (
        voice.school(row["receiver"]), voice.thing(row["theme"], row["phase"]), voice.full(row["provider"]),
        _travel(row, voice),
        voice.plain(row["days"]), gain(row, voice), voice.words.percent(row["stays"]),
        voice[f"state.{row['state']}"],
    )  # fmt: skip


def gain(row: Row, voice: Voice) -> str:
    """Return an expected gain with its range, in the unit of the measure where it has one."""
    if row["hidden_gain"]:
        return voice["withheld"]
    figures = voice.ranges(row, "gain", spread=row["spread"])
    if figures is not None:
        return "{value} ({low}–{high}) {unit}".format(**figures)
    if row["gain"] is None:
        return voice.words.number(None)
    ends = f"{voice.sd(row['gain'])} ({voice.sd(row['gain_low'])}–{voice.sd(row['gain_high'])})"
    return voice.say("unit_sd", value=ends)


def ordered(rows: Iterable[Row], voice: Voice) -> list[Row]:
    """Return rows of needs by authority, name, phase and theme: never by a figure."""
    return sorted(
        rows,
        key=lambda row: (
            voice.authority(row["receiver"]), voice.school(row["receiver"]), row["receiver"], row["phase"],
            row["theme"],
        ),
    )  # fmt: skip


def _travel(row: Row, voice: Voice) -> str:
    minutes = voice.words.number(row["minutes"], 0)
    if row["km"] is None:
        return voice.say("travel_short", minutes=minutes)
    return voice.say(
        "travel_said", minutes=minutes, km=voice.words.number(row["km"], 0 if row["km"] >= 10 else 1)
    )


def _equity(frame: pl.DataFrame, voice: Voice) -> Grid:
    words = voice.words
    rows = sorted(frame.iter_rows(named=True), key=lambda row: (BY.index(row["by"]), row["group"]))
    said = (
        (
            voice[f"equity.by.{row['by']}.{row['group']}"], f"{row['needs']:,}", f"{row['helped']:,}",
            words.percent(row["helped"] / row["needs"] if row["needs"] else None),
            voice.sd(row["gain"]), words.number(row["minutes"], 0),
        )
        for row in rows
    )  # fmt: skip
    caption = voice.say("equity.caption", phase=words[f"phase.{frame['phase'][0]}"])
    heads = _heads(voice, "who", "needs", "helped", "share", "mean_gain", "minutes")
    return page.grid(caption, heads, said, numeric=range(1, 6))


def _share(row: Row, voice: Voice) -> str:
    share = voice.words.percent(row["helped"] / row["needs"])
    return voice.say("equity.share", share=share, helped=row["helped"], needs=row["needs"])


def _providers(shown: Shown, voice: Voice) -> Grid:
    rows = sorted(
        shown.providers.frame.iter_rows(named=True),
        key=lambda row: (
            voice.authority(row["provider"]), voice.school(row["provider"]), row["provider"],
        ),
    )  # fmt: skip
    said = (
        (
            voice.school(row["provider"]), voice.authority(row["provider"]), voice.plain(row["days"]),
            voice.plain(row["given"]), f"{row['gives']:,}", f"{row['receives']:,}",
            voice[f"from.{row['days_from']}"],
        )
        for row in rows[: page.LISTED]
    )  # fmt: skip
    heads = _heads(voice, "school", "authority", "could", "given", "gives", "receives", "from")
    label = voice["giving.list"]
    return page.grid(label, heads, said, numeric=range(2, 6), label=label)


def _heads(voice: Voice, *names: str) -> list[str]:
    return [voice[f"heads.{name}"] for name in names]
