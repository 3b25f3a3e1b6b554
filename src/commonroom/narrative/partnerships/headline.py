"""What a plan comes to, in a paragraph and a few large figures."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.narrative.partnerships.shown import Shown
from commonroom.narrative.partnerships.voice import Row, Voice

#: Upper ends of the Gini index for each word about how giving is spread.
SPREADS = ((0.2, "even"), (0.4, "fair"), (0.6, "uneven"), (1.0, "few"))
#: The share of redrawn plans below which a partnership is one of several good choices.
WEAK = 0.5


@dataclass(frozen=True)
class Fact:
    """A large figure and what it is."""

    figure: str
    label: str


def main(shown: Shown) -> Row | None:
    """Return the row of the plan itself, which comes before those of other ways."""
    frame = shown.plan.frame
    return frame.row(0, named=True) if frame.height else None


def tell(shown: Shown, voice: Voice) -> tuple[str, ...]:
    """Return what the plan comes to: sentences, each with its range or why it has none."""
    row = main(shown)
    if row is None or not row["needs"]:
        return (voice["headline.nothing"],)
    said = [
        voice.say(
            "headline.helped", n=row["schools"], most=voice.told.definition.themes_at_once, **_counts(row)
        ),
        voice.say("headline.keys", helped=row["keys_schools_helped"], schools=row["keys_schools"])
        if row["keys_schools"]
        else voice["headline.no_keys"],
        _proof(row, voice),
    ]
    if row["helped"]:
        said += [_gain(row, voice), _prior(voice), _gini(row, voice)]
    said += [*_stays(row, shown.proposals.frame, voice), *_others(shown, row, voice)]
    return tuple(sentence for sentence in said if sentence)


def _counts(row: Row) -> dict[str, int]:
    return {name: row[name] for name in ("schools", "schools_helped", "needs", "helped")}


def facts(shown: Shown, voice: Voice) -> tuple[Fact, ...]:
    """Return the few figures that a tired reader sees first."""
    row = main(shown)
    if row is None or not row["needs"]:
        return ()
    words = voice.words
    found = [Fact(f"{row['schools_helped']:,}/{row['schools']:,}", voice["fact.helped"])]
    if row["keys_schools"]:
        found.append(Fact(f"{row['keys_schools_helped']:,}/{row['keys_schools']:,}", voice["fact.keys"]))
    if row["gain"] is not None:
        ends = {"low": words.number(row["gain_low"]), "high": words.number(row["gain_high"])}
        found.append(Fact(words.number(row["gain"]), voice.say("fact.gain", **ends)))
    share = _shortfall(row)
    if share is not None:
        found.append(Fact(words.percent(share, 2 if share else 0), voice["fact.proof"]))
    stays = shown.proposals.frame["stays"].drop_nulls()
    if stays.len():
        found.append(Fact(words.percent(float(stays.median())), voice["fact.stays"]))  # type: ignore[arg-type]
    return tuple(found)


def _shortfall(row: Row) -> float | None:
    """Return what share less another plan could lose at most; nothing where no bound is known."""
    beyond: float | None = row["shortfall"]
    return None if beyond is None else max(0.0, beyond / (1 + beyond))


def _proof(row: Row, voice: Voice) -> str:
    share = _shortfall(row)
    if share is None:
        return ""
    if share < 1e-9:
        return voice["headline.proof_whole"]
    return voice.say("headline.proof", share=voice.words.percent(share, 3))


def _gain(row: Row, voice: Voice) -> str:
    if row["gain"] is None:
        return ""
    one = voice.words.number
    return voice.say(
        "headline.gain",
        gain=one(row["gain"]), low=one(row["gain_low"]), high=one(row["gain_high"]),
        mean=voice.sd(row["gain"] / row["helped"]),
    )  # fmt: skip


def _prior(voice: Voice) -> str:
    prior = voice.told.definition.gain
    percent = voice.words.percent
    return voice.say("headline.prior", closes=percent(prior.closes), give=percent(prior.closes_sd))


def _gini(row: Row, voice: Voice) -> str:
    if row["gini"] is None:
        return ""
    spread = next(word for most, word in SPREADS if row["gini"] <= most)
    return voice.say(
        "headline.gini_all", spread=voice[f"headline.gini.{spread}"], gini=voice.words.number(row["gini"], 2)
    )


def _stays(row: Row, proposals: pl.DataFrame, voice: Voice) -> list[str]:
    stays, percent = proposals["stays"].drop_nulls(), voice.words.percent
    said = []
    if row["redraws"] and stays.len():
        said.append(
            voice.say(
                "headline.stays", n=stays.len(), redraws=row["redraws"], weak=int((stays < WEAK).sum()),
                middle=percent(float(stays.median())),  # type: ignore[arg-type]
            )
        )  # fmt: skip
    if row["redraws"] and row["regret"] is not None and row["regret_high"] is not None:
        ends = {"mean": percent(row["regret"], 1), "high": percent(row["regret_high"], 1)}
        said.append(voice.say("headline.regret", **ends))
    return said


def _others(shown: Shown, row: Row, voice: Voice) -> list[str]:
    """Return the swaps, and how other ways of choosing would have done."""
    said = [voice.say("headline.swaps", n=row["swaps"])] if row["swaps"] else []
    for other in shown.plan.frame.iter_rows(named=True):
        if other["way"] != row["way"] and other["gain"] is not None:
            figures = {"helped": other["helped"], "needs": other["needs"]}
            said.append(
                voice.say(f"headline.{other['way']}", gain=voice.words.number(other["gain"]), **figures)
            )
    return said
