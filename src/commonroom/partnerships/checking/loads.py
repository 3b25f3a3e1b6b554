"""How much a plan asks of everybody: partnerships against caps, days against what there is."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.checking.faults import SLACK, name, over
from commonroom.partnerships.definition import Cap, Definition
from commonroom.partnerships.ground import Ground

#: Whose partnerships a cap counts together, by column.
SIDES = {"school": "", "trust": "_trust", "authority": "_authority"}


def provide(
    standing: pl.DataFrame,
    ground: Ground,
    *,
    definition: Definition,
    given: tuple[pl.DataFrame, pl.DataFrame],
) -> pl.DataFrame:
    """Return the days of each school with a strength (provider, cap), as stated or by rule.

    `given` are statements and capacities (tables.partnerships).
    """
    rule, (statements, capacities) = definition.days, given
    pupils = dict(ground.schools.group_by("school").agg(pl.max("pupils")).iter_rows())
    needy = set(standing.filter(pl.col("kind") == "need")["school"])
    offers = statements.filter(pl.col("says") == "offer").drop_nulls("days")
    stated = dict(offers.group_by("school").agg(pl.sum("days")).iter_rows())
    stated |= dict(capacities.filter(pl.col("kind") == "school").select("name", "days").iter_rows())
    strengths = standing.filter(pl.col("kind") == "strength").group_by("school").len()
    days = {}
    for school, strong in strengths.sort("school").iter_rows():
        size = pupils.get(school) or 0.0
        whole = rule.base + rule.per_100_pupils * size / 100 + rule.per_strength * (strong - 1)
        by_rule = min(whole * (rule.own_need if school in needy else 1.0), rule.most)
        days[school] = float(stated.get(school, by_rule))
    schema = {"provider": pl.String, "cap": pl.Float64}
    return pl.DataFrame({"provider": list(days), "cap": list(days.values())}, schema=schema)


def count(rows: pl.DataFrame, definition: Definition) -> list[str]:
    """Say who is helped in too many themes, or twice for one measure, and who helps too many in one theme.

    What stands already for one measure may stand more than once; a group of three counts once for its
    provider.
    """
    themes = rows.group_by("receiver").len().with_columns(cap=pl.lit(definition.themes_at_once))
    stand = pl.max_horizontal(pl.col("stands").sum(), 1)
    rests = rows.drop_nulls("rests").group_by("receiver", "phase", "rests").agg(len=pl.len(), cap=stand)
    shared = pl.col("third").is_not_null().sum() / 2
    both = rows.group_by("provider", "phase", "theme").agg(len=pl.len() - shared)
    both = both.with_columns(cap=pl.lit(definition.theme_at_once))
    return [
        *_say("themes at once", themes, ["receiver"]),
        *_say("measure", rests, ["receiver", "phase", "rests"]),
        *_say("theme", both, ["provider", "phase", "theme"]),
    ]


def add_days(rows: pl.DataFrame, days: pl.DataFrame, definition: Definition) -> list[str]:
    """Say who gives more days than it has, and which partnership has not the days that one takes.

    A school without a strength gives what stands already, and nothing else is known of its days.
    """
    takes = definition.days.partnership
    alone = rows.filter(pl.col("third").is_null(), (pl.col("days") - takes).abs() > SLACK)
    together = rows.filter(pl.col("third").is_not_null())
    together = together.with_columns(
        both=pl.col("days").sum().over("provider", "phase", "theme", pl.max_horizontal("receiver", "third"))
    ).filter((pl.col("both") - takes).abs() > SLACK)
    wrong = f"A partnership takes {takes:g} days, and this has others"
    used = rows.group_by("provider").agg(len=pl.sum("days"))
    used = used.join(days, on="provider", how="left")
    return [*name(pl.concat([alone, together], how="diagonal"), wrong), *_say("days", used, ["provider"])]


def add_pools(rows: pl.DataFrame, capacities: pl.DataFrame, definition: Definition) -> list[str]:
    """Say which trust, authority or system leaders would give more days than they stated."""
    faults = []
    for kind in ("trust", "authority"):
        stated = capacities.filter(pl.col("kind") == kind).select(pl.col("name").alias(kind), cap="days")
        used = rows.group_by(pl.col(f"provider_{kind}").alias(kind)).agg(len=pl.sum("days"))
        faults += _say(f"days stated by the {kind}", used.join(stated, on=kind), [kind])
    leaders = capacities.filter(pl.col("kind") == "leader")
    if leaders.is_empty():
        return faults
    # Leaders who name no authority are there for those that none names.
    pools = leaders.group_by(pool=pl.col("authority").fill_null("")).agg(cap=pl.sum("days"))
    own = pl.col("receiver_authority").is_in(pools["pool"].to_list()).fill_null(False)
    whose = pl.when(own).then("receiver_authority").otherwise(pl.lit(""))
    used = rows.filter("first").group_by(pool=whose).agg(len=pl.len() * definition.days.keys_leader)
    used = used.join(pools, on="pool", how="left").with_columns(pl.col("cap").fill_null(0.0))
    return [*faults, *_say("days of system leaders", used, ["pool"])]


def count_cap(rows: pl.DataFrame, needs: pl.DataFrame, cap: Cap) -> list[str]:
    """Say whose partnerships are more than a cap of the definition allows.

    `needs` (receiver, phase, theme, receiver_authority) are all needs: a share is of these.
    """
    giver, receiver = (
        [f"{side}{SIDES[kind]}"] if kind else []
        for side, kind in (("provider", cap.giver), ("receiver", cap.receiver))
    )
    theme = ["phase", "theme"] if cap.theme else []
    if cap.away and cap.giver:
        rows = rows.filter(pl.col(giver[0]).ne_missing(pl.col(f"receiver{SIDES[cap.giver]}")))
    groups = [*giver, *receiver, *theme]
    used = rows.drop_nulls(groups).group_by(groups).len()
    allowed = pl.lit(cap.most, dtype=pl.Int64)
    if cap.share is not None:
        mine = needs.group_by([*receiver, *theme]).agg(needs=pl.len())
        used = used.join(mine, on=[*receiver, *theme], how="left")
        share = (pl.col("needs").fill_null(0) * cap.share + SLACK).floor().cast(pl.Int64)
        allowed = pl.max_horizontal(share, pl.lit(cap.least))
        if cap.most is not None:
            allowed = pl.min_horizontal(allowed, pl.lit(max(cap.most, cap.least)))
    return _say(cap.name, used.with_columns(cap=allowed), groups)


def _say(rule: str, used: pl.DataFrame, whose: list[str]) -> list[str]:
    """One fault for each row whose `len` is above its `cap`; a cap that is empty is none."""
    broken = used.filter(pl.col("len") > pl.col("cap") + SLACK).sort(whose)
    rows = broken.select(*whose, "len", "cap").iter_rows()
    return [over(rule, " > ".join(map(str, names)), n, cap) for *names, n, cap in rows]
