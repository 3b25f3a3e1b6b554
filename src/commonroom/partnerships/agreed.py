"""What schools say and agree: which pairs may not be proposed, which stand already, who knows whom."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.tables import partnerships as tables

NEED = ("receiver", "phase", "theme")
#: A pair of schools in one theme.
PAIR = (*NEED, "provider")
#: Where the words of the two sides differ, the more careful one counts.
CAREFUL = ("decline", "later", "pause", "accept")

BARRED = {
    "receiver": pl.String, "provider": pl.String, "phase": pl.String, "theme": pl.String,
    "why": pl.String, "until": pl.Date,
}  # fmt: skip
FIXED = {**dict.fromkeys(PAIR, pl.String), "state": pl.String}
KNOWN = {"provider": pl.String, "receiver": pl.String}


@dataclass(frozen=True)
class Agreed:
    """What people say, as tables of tables.partnerships; None where nobody said anything.

    `decisions` are all that were ever recorded, in that order; `last` is what the plan before proposed
    (PROPOSALS), `left` whom it left alone (UNMATCHED).
    """

    statements: pl.DataFrame | None = None
    capacities: pl.DataFrame | None = None
    trusts: pl.DataFrame | None = None
    ties: pl.DataFrame | None = None
    minutes: pl.DataFrame | None = None
    decisions: pl.DataFrame | None = None
    last: pl.DataFrame | None = None
    left: pl.DataFrame | None = None


def in_force(decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the decision that counts for each pair and theme: one row each, in order of the pair.

    Arguments: `decisions` (tables.partnerships.DECISIONS), in the order they were recorded. Of each side
    the latest word counts, by date and then by order; where the two differ, the more careful one: what
    one school declined, the other cannot accept in its place. Who says nothing of `by` speaks for both.
    """
    both = pl.concat_list(pl.lit("provider"), pl.lit("receiver"))
    own = pl.concat_list(pl.col("by"))
    spoken = decisions.with_row_index("order").with_columns(
        side=pl.when(pl.col("by").is_in(["provider", "receiver"])).then(own).otherwise(both),
        care=pl.col("decision").replace_strict({word: n for n, word in enumerate(CAREFUL)}),
    )
    sides = (
        spoken.explode("side")
        .sort("date", "order", nulls_last=False, maintain_order=True)
        .unique([*PAIR, "side"], keep="last", maintain_order=True)
    )
    # No end is the latest end; then the reason that was given last.
    chosen = sides.sort(
        "care", "until", "date", "order", descending=[False, True, True, True], nulls_last=False
    )
    return (
        chosen.unique(PAIR, keep="first", maintain_order=True)
        .sort(PAIR)
        .select(tables.DECISIONS.schema.keys())
    )


def barred(agreed: Agreed, *, date: datetime.date) -> pl.DataFrame:
    """Return the pairs that are not to be proposed: receiver, provider, phase, theme, why, until.

    Arguments: what is `agreed`, and the `date` of the plan. A pair that was declined is barred in every
    phase and theme, which are empty then; one that said `later` in its own theme, until its date.
    """
    if agreed.decisions is None:
        return pl.DataFrame(schema=BARRED)
    words = in_force(agreed.decisions)
    declined = words.filter(decision="decline").select(
        "receiver", "provider", phase=pl.lit(None, pl.String), theme=pl.lit(None, pl.String),
        why=pl.lit("declined"), until=pl.lit(None, pl.Date),
    )  # fmt: skip
    later = words.filter(pl.col("decision") == "later", pl.col("until") > date).select(
        "receiver", "provider", "phase", "theme", why=pl.lit("later"), until="until"
    )
    return pl.concat([declined.unique(), later]).sort("receiver", "provider", "phase", "theme")


def fixed(agreed: Agreed, *, date: datetime.date) -> pl.DataFrame:
    """Return the partnerships that stand: receiver, phase, theme, provider and state.

    Arguments: what is `agreed`, and the `date` of the plan. The state is accepted, running (a tie) or
    paused; a pause that is over is accepted again. A tie that ended ends what was agreed up to its last
    day, or at all where it has none; a running tie that was declined or put off since stands no more.
    Raises SaidToPeople where a school has two partners in one theme, of which a plan holds one.
    """
    ties = tables.TIES.empty() if agreed.ties is None else agreed.ties
    words = in_force(tables.DECISIONS.empty() if agreed.decisions is None else agreed.decisions)
    ended = _ended(ties, date)
    since = pl.when(pl.col("state") == "running").then("date")
    running = ties.join(ended, on=PAIR, how="anti").select(*PAIR, since=since)
    words = words.join(ended.select(*PAIR, last="date"), on=PAIR, how="left")
    over = pl.col("last").is_not_null() & (pl.col("last") >= pl.col("date"))
    # A tie that ended without a date ends whatever was decided.
    undated = ended.filter(pl.col("date").is_null())
    words = words.filter(~over).join(undated, on=PAIR, how="anti")
    refused = words.filter(
        (pl.col("decision") == "decline") | ((pl.col("decision") == "later") & (pl.col("until") > date))
    )
    resting = (pl.col("decision") == "pause") & (pl.col("until").is_null() | (pl.col("until") > date))
    decided = words.filter(pl.col("decision").is_in(["accept", "pause"])).select(
        *PAIR, state=pl.when(resting).then(pl.lit("paused")).otherwise(pl.lit("accepted"))
    )
    gone = running.join(refused.select(*PAIR, said="date"), on=PAIR, how="inner").filter(
        pl.col("since").is_null() | (pl.col("said") >= pl.col("since"))
    )
    running = running.join(gone, on=PAIR, how="anti").select(*PAIR, state=pl.lit("running"))
    paused = decided.filter(state="paused")
    found = pl.concat([paused, running, decided.filter(state="accepted")])
    stands = found.unique(PAIR, keep="first", maintain_order=True).sort(PAIR).select(FIXED.keys())
    _refuse_two(stands)
    return stands


def _refuse_two(stands: pl.DataFrame) -> None:
    said = pl.concat_str("provider", pl.lit(" ("), "state", pl.lit(")"))
    partners = stands.group_by(NEED, maintain_order=True).agg(said)
    several = partners.filter(pl.col("provider").list.len() > 1)
    if several.height:
        receiver, phase, theme, providers = several.row(0)
        raise SaidToPeople(
            f"school {receiver} ({phase}) is helped in {theme} by {' and '.join(providers)}; "
            "a plan holds one partner in a theme.",
            where="ties and decisions",
            remedy="End one of the two: take its tie out, or decide that it is declined.",
        )


def known(agreed: Agreed) -> pl.DataFrame:
    """Return the pairs that have worked together, in either direction: provider, receiver.

    They are those with a tie, running or ended, in whatever theme.
    """
    if agreed.ties is None:
        return pl.DataFrame(schema=KNOWN)
    ties = agreed.ties.select(KNOWN.keys())
    back = ties.select(provider="receiver", receiver="provider")
    return pl.concat([ties, back]).unique().sort("provider", "receiver")


def _ended(ties: pl.DataFrame, date: datetime.date) -> pl.DataFrame:
    """Ties that are over by the date of the plan, with their last day."""
    over = pl.col("date").is_null() | (pl.col("date") <= date)
    return ties.filter(pl.col("state") == "ended", over).select(*PAIR, "date")
