"""Areas by their judgements: placing, counting, comparing, placebos and bounds on made-up areas."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

from commonroom.impact import judgements
from commonroom.tables import sources
from unit.impact.judgements import made_up_areas as made_up

JOINED = made_up.JOINED


@pytest.fixture(scope="module")
def schools() -> pl.DataFrame:
    return made_up.schools()


@pytest.fixture(scope="module")
def rows(schools: pl.DataFrame) -> pl.DataFrame:
    placed = judgements.place(made_up.judgements(schools, effect=0.3), schools)
    return judgements.label(placed.rows, periods=made_up.PERIODS)


def test_a_judgement_knows_its_area_year_and_the_one_before(schools: pl.DataFrame) -> None:
    told = made_up.judgements(schools)
    extra = pl.DataFrame(
        {
            "number": ["999999", "100000"],
            "date": [datetime.date(2010, 1, 1), datetime.date(2019, 9, 1)],
            "judgement": ["good", "inadequate"],
            "phase": ["primary", None],
            "release": ["made up"] * 2,
        }
    )
    placed = judgements.place(pl.concat([told, extra]), schools)
    assert placed.left_out.rows() == [("kind", 60), ("no_phase", 1), ("no_school", 1)]
    mine = placed.rows.filter(pl.col("number") == "100001")
    assert mine["previous"].to_list() == [None, *mine["judgement"].to_list()[:2]]
    assert mine["previously_good"].to_list() == [None, *mine["good"].to_list()[:2]]
    days = mine["date"].diff().dt.total_days().to_list()[1:]
    assert mine["since"].to_list()[1:] == pytest.approx([day / 365.25 for day in days])
    assert all(
        year == day.year + (day.month >= 9) for year, day in placed.rows.select("year", "date").iter_rows()
    )
    assert (
        placed.rows["area"].unique().sort().to_list() == schools["authority_code"].unique().sort().to_list()
    )


def test_a_day_outside_all_periods_is_in_none(rows: pl.DataFrame) -> None:
    only = judgements.label(rows.drop("period"), periods=[made_up.DURING])
    assert set(only["period"]) == {"during"}
    assert only["date"].is_between(made_up.DURING.first, made_up.DURING.last).all()


def test_counting_is_counting(rows: pl.DataFrame) -> None:
    counted = judgements.count(rows, joined=JOINED)
    assert counted.select("period", "side").rows() == [
        (period, side) for period in ("before", "during", "after") for side in ("joined", "comparison")
    ]
    assert counted.filter(side="joined")["judged"].to_list() == [3 * 29] * 3
    during = rows.filter(pl.col("period") == "during", pl.col("area").is_in(JOINED))
    assert counted.filter(side="joined", period="during")["share"].item() == during["good"].mean()


def test_a_programme_is_seen_during_and_not_after(rows: pl.DataFrame) -> None:
    found = judgements.level(rows.filter(period="during"), joined=JOINED)
    assert found.low < 0.3 < found.high
    assert found.low > 0
    assert found.clusters == 20
    after = judgements.level(rows.filter(period="after"), joined=JOINED)
    assert after.low < 0 < after.high
    changed = judgements.change(rows, joined=JOINED, before="before", after="during")
    assert changed.low < 0.3 < changed.high


def test_a_difference_in_differences_is_that_of_four_means_when_areas_are_alike(rows: pl.DataFrame) -> None:
    counted = {
        (one["period"], one["side"]): one["share"] for one in judgements.count(rows, joined=JOINED).to_dicts()
    }
    mine, theirs = (counted["during", side] - counted["before", side] for side in ("joined", "comparison"))
    found = judgements.change(rows, joined=JOINED, before="before", after="during")
    assert found.effect == pytest.approx(mine - theirs)


def test_what_is_allowed_for_is_taken_out_and_unknown_rows_are_left_out(rows: pl.DataFrame) -> None:
    during = rows.filter(period="during")
    plain = judgements.level(during, joined=JOINED)
    by_previous = judgements.level(during, joined=JOINED, allowing=("previous", "since"))
    assert by_previous.effect == pytest.approx(plain.effect, abs=0.05)
    same = during.with_columns(itself=pl.col("good").cast(pl.Float64))
    assert judgements.level(same, joined=JOINED, allowing=("itself",)).effect == pytest.approx(0, abs=1e-9)
    holed = during.with_columns(some=pl.when(pl.int_range(pl.len()) % 2 == 0).then(1.0))
    half = judgements.level(holed, joined=JOINED, allowing=("some",))
    assert half == judgements.level(during.gather_every(2), joined=JOINED)


def test_groups_are_neighbours_that_did_not_take_part(rows: pl.DataFrame) -> None:
    groups = judgements.groups(rows, joined=JOINED, size=3)
    assert ("A03", "A04", "A05") in groups
    assert len(set(groups)) == len(groups) == 15
    assert not {area for group in groups for area in group} & set(JOINED)


def test_the_rank_is_that_of_gaps_reckoned_one_by_one(rows: pl.DataFrame) -> None:
    groups = judgements.groups(rows, joined=JOINED, size=3)

    def gap(group: tuple[str, ...], period: str) -> float:
        now = rows.filter(period=period)
        mine = now.filter(pl.col("area").is_in(group))["good"].mean()
        theirs = now.filter(~pl.col("area").is_in({*group, *JOINED}))["good"].mean()
        return float(mine - theirs)  # type: ignore[operator, arg-type]

    found = judgements.rank(rows, joined=JOINED, groups=groups, period="during")
    assert found.gap == pytest.approx(gap(JOINED, "during"))
    assert found.gaps["gap"].to_list() == pytest.approx([gap(group, "during") for group in groups])
    further = sum(abs(gap(group, "during")) >= abs(found.gap) for group in groups)
    assert found.p == (1 + further) / (1 + len(groups)) == 1 / 16
    assert found.gaps["judged"].to_list() == [3 * 29] * 15
    changed = judgements.rank(rows, joined=JOINED, groups=groups, period="during", base="before")
    assert changed.gap == pytest.approx(gap(JOINED, "during") - gap(JOINED, "before"))


def test_the_interval_is_of_gaps_that_would_not_stand_out(rows: pl.DataFrame) -> None:
    groups = [(f"A{one:02d}", f"A{two:02d}") for one in range(3, 20) for two in range(3, one)]
    found = judgements.rank(rows, joined=JOINED, groups=groups, period="after")
    assert (found.low < 0 < found.high) == (found.p > 0.05)
    gaps = np.sort(np.abs(found.gaps["gap"].to_numpy()))[::-1]
    reach = (found.high - found.low) / 2
    # One as far as the interval reaches has p of at most a twentieth; a little nearer it has more.
    assert (
        (1 + (gaps >= reach + 1e-9).sum()) / (1 + gaps.size)
        <= 0.05
        < (2 + (gaps >= reach).sum()) / (1 + gaps.size)
    )
    assert (found.low + found.high) / 2 == pytest.approx(found.gap)
    few = judgements.rank(rows, joined=JOINED, groups=groups[:5], period="after")
    assert (few.low, few.high) == (-np.inf, np.inf)


def test_a_group_without_judgements_is_no_placebo(rows: pl.DataFrame) -> None:
    found = judgements.rank(rows, joined=JOINED, groups=[("A05",), ("A99",)], period="during")
    assert found.gaps["group"].to_list() == ["A05"]


def test_areas_are_a_study_of_shares_by_school_year(rows: pl.DataFrame) -> None:
    some = rows.filter(~((pl.col("area") == "A07") & (pl.col("year") == 2007)))
    units = judgements.study(some, joined=JOINED, start=2009)
    assert units.schools.tolist() == [f"A{area:02d}" for area in range(20)]
    assert units.years.tolist() == list(range(2006, 2016))
    assert units.start.tolist() == [2009] * 3 + [0] * 17
    cell = some.filter(area="A04", year=2010)["good"].mean()
    assert units.column(2010)[4] == cell
    assert np.isnan(units.column(2007)[7])
    assert np.isnan(units.column(2012)).all()
    assert units.easting.tolist() == [area * 10_000.0 for area in range(20)]


def test_what_became_of_schools_and_what_the_missing_could_be(schools: pl.DataFrame) -> None:
    today = (
        schools.filter(kind="mainstream", authority_code="A00")
        .head(6)
        .vstack(schools.filter(kind="mainstream", authority_code="A10").head(4))
    )
    types = ["community school", "academy converter", "academy sponsor led", "free school", "academy", None]
    today = today.with_columns(type=pl.Series([*types, *["community school"] * 4]))
    moved = today["school"].gather([1, 2, 4])
    empty = sources.LINKS.empty()
    links = empty.vstack(
        empty.clear(3).with_columns(school=moved, linked=pl.lit("1"), link=pl.lit("predecessor"))
    )
    told = made_up.judgements(schools).filter(
        ~pl.col("number").is_in(today["school"].gather([1, 2, 3, 4]).implode())
    )
    known = judgements.fates(today, links, told, by=datetime.date(2011, 4, 1))
    fate = dict(known.schools.select("school", "fate").iter_rows())
    assert [fate[school] for school in today["school"]] == [
        "kept", "converter", "sponsored", "new", "other", "kept", "kept", "kept", "kept", "kept",
    ]  # fmt: skip
    assert known.areas.filter(area="A00").row(0) == ("A00", 5, 0.4, 0.2, 0.2, 0.2)
    placed = judgements.place(told, schools).rows.filter(pl.col("area").is_in(["A00", "A10"]))
    rows = judgements.label(placed, periods=[made_up.DURING])
    share = dict(rows.group_by("area").agg(pl.col("good").mean()).iter_rows())
    mine, theirs = judgements.fill(
        rows, known, joined=["A00"], assumed={"converter": 1.0, "sponsored": 0.0, "other": 0.5}
    )
    assert mine == pytest.approx((2 * share["A00"] + 1 + 0 + 0.5) / 5)
    assert theirs == pytest.approx(share["A10"])
